"""What the shop has to say: its home page, a campaign, two stories, a guide, and the menus."""

# ruff: noqa: E501  (a sentence of copy stays on one line)

from __future__ import annotations

from comptoir_site.demo.facts import MenuItem, Page, Text

HOME = Page(
    "accueil", "home", Text("Maison Aubelaine", "Maison Aubelaine"),
    Text("Des vêtements pour longtemps, un salon pour le reste. À Nantes, à Lyon, à Saint-Denis et chez vous.", "Clothes for years, and a salon for the rest. In Nantes, Lyon, Saint-Denis and at your door."),
    "rail", Text("Un portant de vêtements de la maison devant un mur à la chaux", "A rail of the house's clothes before a lime-washed wall"),
    (
        ("products", ("mariniere-loire", "veste-gerland", "robe-passerelle", "bottines-halage")),
        ("text", Text("Chaque pièce est dessinée à Nantes, faite en petites séries et réparée tant qu'elle tient. Nous préférons en vendre moins, et les revoir souvent.", "Every piece is designed in Nantes, made in small runs and mended for as long as it holds. We would rather sell fewer, and see them often.")),
        ("picture", "salon"),
        ("text", Text("Au fond de la boutique, il y a trois fauteuils et un miroir rond. On y coupe, on y colore, on y conseille ; on en ressort parfois avec un pull.", "At the back of the shop there are three chairs and a round mirror. We cut, colour and advise there; people sometimes leave with a jumper.")),
        ("products", ("coupe-femme", "couleur-vegetale", "shampoing-vetiver", "huile-camelia")),
    ),
)  # fmt: skip

LANDING = Page(
    "deux-hemispheres", "landing", Text("Deux hémisphères, un vestiaire", "Two hemispheres, one wardrobe"),
    Text("Quand il gèle à Nantes, il fait trente degrés à Saint-Denis. Voici huit pièces pour s'habiller des deux côtés.", "When it freezes in Nantes it is thirty degrees in Saint-Denis. Here are eight pieces to dress for both."),
    "two_hemispheres", Text("À gauche un manteau, un bonnet et une écharpe ; à droite une robe légère et un chapeau de vacoa", "On the left a coat, a beanie and a scarf; on the right a light dress and a vacoa hat"),
    (
        ("text", Text("Cette collection est née d'un coup de téléphone. À un bout, on cherchait des gants ; à l'autre, de l'ombre. Nous avons coupé les deux dans la même palette : rouille, marine, pin.", "This collection began with a telephone call. At one end we were looking for gloves; at the other, for shade. We cut both from the same palette: rust, navy, pine.")),
        ("products", ("manteau-confluence", "pull-briere", "echarpe-saone", "bonnet-estran")),
        ("picture", "reunion"),
        ("products", ("robe-cilaos", "t-shirt-hermitage", "bermuda-boucan", "chapeau-vacoa")),
        ("quote", (Text("Dans ma valise, il y a toujours les deux saisons.", "In my suitcase there are always both seasons."), "Maëva, Saint-Denis")),
        ("faq", (
            (Text("Livrez-vous à La Réunion ?", "Do you deliver to Réunion?"), Text("Oui, depuis la boutique de Saint-Denis quand la pièce s'y trouve, sinon depuis l'entrepôt en cinq à huit jours.", "Yes, from the Saint-Denis shop when the piece is there, otherwise from the warehouse in five to eight days.")),
            (Text("Puis-je échanger dans une autre boutique ?", "May I exchange in another shop?"), Text("Oui : acheté à Nantes, échangé à Saint-Denis, sous trente jours et avec le ticket.", "Yes: bought in Nantes, exchanged in Saint-Denis, within thirty days and with the receipt.")),
        )),
    ),
)  # fmt: skip

WORKSHOP_STORY = Page(
    "une-chemise-en-quarante-gestes", "story", Text("Une chemise en quarante gestes", "A shirt in forty gestures"),
    Text("De la toile au dernier bouton, une matinée à la table de coupe.", "From cloth to last button, a morning at the cutting table."),
    "atelier", Text("Une table de coupe vue de haut : patron, tissus, ciseaux, mètre ruban", "A cutting table seen from above: pattern, cloth, scissors, tape measure"),
    (
        ("text", Text("Il est sept heures, la toile repose depuis la veille. On ne coupe jamais un tissu qui vient de voyager : il se souviendrait du rouleau.", "It is seven o'clock and the cloth has rested since the day before. You never cut fabric that has just travelled: it would remember the roll.")),
        ("text", Text("Onze morceaux, dont deux que personne ne verra. Le col se fait en premier, parce qu'il commande tout le reste ; les boutons en dernier, parce qu'on espère toujours finir plus tôt.", "Eleven pieces, two of which nobody will ever see. The collar comes first, because it rules the rest; the buttons last, because one always hopes to finish early.")),
        ("quote", (Text("Une bonne couture, c'est celle dont on ne parle pas.", "A good seam is one nobody mentions."), "Odile, cheffe d'atelier")),
        ("products", ("chemise-erdre", "chemise-chantenay", "chemise-valmy")),
        ("text", Text("À midi, la chemise est sur un cintre. Il lui manque encore ce que nous ne savons pas faire : vos plis.", "By noon the shirt is on a hanger. It still lacks the one thing we cannot make: your creases.")),
    ),
)  # fmt: skip

SHOP_STORY = Page(
    "la-boutique-de-la-rue-du-vetiver", "story", Text("La boutique de la rue du Vétiver", "The shop in rue du Vétiver"),
    Text("Deux heures de décalage l'été, trois l'hiver, et la même lumière dans la vitrine.", "Two hours ahead in summer, three in winter, and the same light in the window."),
    "shopfront", Text("La devanture verte de la boutique, son store rayé, ses deux vitrines", "The shop's green front, its striped awning, its two windows"),
    (
        ("text", Text("Quand Nantes ouvre, Saint-Denis a déjà fait sa matinée. L'équipe laisse un mot sur l'écran de la caisse : ce qui s'est vendu, ce qui a manqué, le temps qu'il fait.", "When Nantes opens, Saint-Denis has already done its morning. The team leaves a note on the till's screen: what sold, what was missing, what the weather is like.")),
        ("picture", "reunion"),
        ("text", Text("Ici, le lin part avant la laine, et les tresses avant les brushings. C'est dans ce jardin qu'ont été peintes les fleurs de la blouse Ravenala.", "Here linen goes before wool, and braids before blow-dries. The flowers of the Ravenala blouse were painted in this garden.")),
        ("products", ("blouse-ravenala", "robe-cilaos", "masque-vanille", "short-saint-leu")),
    ),
)  # fmt: skip

GUIDE = Page(
    "prendre-soin", "guide", Text("Prendre soin de ses vêtements et de ses cheveux", "Looking after clothes and hair"),
    Text("Moins laver, mieux sécher, réparer tôt : le guide de la maison en cinq minutes.", "Wash less, dry better, mend early: the house guide in five minutes."),
    "care_shelf", Text("Les soins de la maison sur une étagère de pierre", "The house's care range on a stone shelf"),
    (
        ("text", Text("La laine s'aère plus qu'elle ne se lave. Une nuit à la fenêtre vaut un programme court, et ne feutre rien.", "Wool wants air more than washing. A night by the window is worth a short cycle, and felts nothing.")),
        ("text", Text("Le lin se suspend mouillé, le coton s'étend à l'ombre, la maille sèche à plat. Pour les cheveux aussi : essorez sans frotter.", "Hang linen wet, spread cotton in the shade, dry knits flat. The same goes for hair: squeeze, do not rub.")),
        ("products", ("shampoing-vetiver", "apres-shampoing-lin", "shampoing-solide-geranium", "peigne-ecaille")),
        ("picture", "outfit"),
        ("faq", (
            (Text("Mon pull bouloche, est-ce normal ?", "My jumper is pilling: is that normal?"), Text("Oui, le premier mois. Un peigne à laine suffit ; nous le faisons pour vous en boutique.", "Yes, for the first month. A wool comb is enough; we will do it for you in the shop.")),
            (Text("À quelle fréquence se laver les cheveux ?", "How often should I wash my hair?"), Text("Deux fois par semaine convient à la plupart. Demandez à votre coiffeur : il a vu votre cuir chevelu, pas nous.", "Twice a week suits most people. Ask your hairdresser, who has seen your scalp.")),
            (Text("Réparez-vous les pièces anciennes ?", "Do you mend older pieces?"), Text("Toutes celles qui portent notre étiquette, quel que soit leur âge.", "Every one that bears our label, whatever its age.")),
        )),
    ),
)  # fmt: skip

EDITORIAL = (HOME, LANDING, WORKSHOP_STORY, SHOP_STORY, GUIDE)

MAIN_MENU = (
    MenuItem(Text("Femme", "Women"), "category:femme"),
    MenuItem(Text("Homme", "Men"), "category:homme"),
    MenuItem(Text("Enfant", "Children"), "category:enfant"),
    MenuItem(Text("Accessoires", "Accessories"), "category:accessoires"),
    MenuItem(Text("Le salon", "The salon"), "category:salon", (
        MenuItem(Text("Prendre rendez-vous", "Book a time"), "view:booking"),
        MenuItem(Text("Soins", "Hair care"), "category:soins"),
    )),
    MenuItem(Text("Deux hémisphères", "Two hemispheres"), "page:deux-hemispheres"),
)  # fmt: skip

FOOTER_MENU = (
    MenuItem(Text("La maison", "The house"), "page:accueil", (
        MenuItem(Text("L'atelier", "The workshop"), "page:une-chemise-en-quarante-gestes"),
        MenuItem(Text("Rue du Vétiver", "Rue du Vétiver"), "page:la-boutique-de-la-rue-du-vetiver"),
    )),
    MenuItem(Text("Prendre soin", "Looking after things"), "page:prendre-soin", (
        MenuItem(Text("Nos boutiques", "Our shops"), "view:locations"),
        MenuItem(Text("Suivre une commande", "Track an order"), "view:orders"),
    )),
)  # fmt: skip

MENUS = {"main": MAIN_MENU, "footer": FOOTER_MENU}
