"""Clothes for men."""

# ruff: noqa: E501  (a sentence of copy stays on one line)

from __future__ import annotations

from comptoir_site.demo.facts import Text
from comptoir_site.demo.goods.shades import (
    BURGUNDY,
    DENIM,
    DRY_CLEAN,
    ECRU,
    GREY,
    INK,
    MEN_SIZES,
    NAVY,
    OCHRE,
    PINE,
    RUST,
    SAGE,
    SAND,
    SKY,
    SNOW,
    TOBACCO,
    WAIST_SIZES,
    WASH_30,
    WASH_40,
    WOOL,
    product,
)  # fmt: skip

COTTON = Text("100 % coton biologique", "100% organic cotton")

MEN = (
    product(
        201, "chemise-chantenay", "clothing", "homme-hauts", Text("Chemise Chantenay", "Chantenay shirt"), "85.00",
        "shirt shirt@detail", (SNOW, SKY, PINE), MEN_SIZES,
        Text("Un oxford qui se repasse à peine et se bonifie à chaque lavage.", "An Oxford that hardly needs ironing and improves with every wash."),
        Text("Col boutonné, poche poitrine, bas assez long pour rester rentré. Nous l'avons dessinée pour les jours où l'on ne sait pas encore qui l'on va rencontrer.", "A neat collar, a chest pocket, a hem long enough to stay tucked in. We drew it for days when you do not yet know whom you will meet."),
        material=COTTON, care=WASH_40,
    ),
    product(
        202, "chemise-valmy", "clothing", "homme-hauts", Text("Chemise Valmy", "Valmy shirt"), "89.00",
        "shirt:gingham shirt:gingham@detail", (NAVY, RUST, PINE), MEN_SIZES,
        Text("Un vichy net, pour les marchés du samedi et les bureaux du vendredi.", "A crisp gingham for Saturday markets and Friday offices."),
        Text("Les carreaux sont tissés et non imprimés : l'envers est aussi beau que l'endroit. La poche est raccordée au motif, à un fil près.", "The checks are woven, not printed: the inside is as handsome as the outside. The pocket matches the pattern to within a thread."),
        material=COTTON, care=WASH_40,
    ),
    product(
        203, "t-shirt-docks", "clothing", "homme-hauts", Text("T-shirt Docks", "Docks T-shirt"), "39.00",
        "t_shirt t_shirt@detail", (SNOW, INK, SAGE, OCHRE), MEN_SIZES,
        Text("Deux cent vingt grammes de coton au mètre carré, et pas un mot dessus.", "Two hundred and twenty grams of cotton to the square metre, and not a word on it."),
        Text("Le col est en côtes serrées, les épaules sont renforcées d'un ruban. Lavé cent fois dans notre atelier, il a perdu un centimètre.", "The neck is tightly ribbed and the shoulders are taped. Washed a hundred times in our workshop, it lost one centimetre."),
        material=COTTON, care=WASH_30,
    ),
    product(
        204, "mariniere-talensac", "clothing", "homme-mailles", Text("Marinière Talensac", "Talensac jumper"), "115.00",
        "jumper:breton jumper:breton@detail", (SNOW, NAVY), MEN_SIZES,
        Text("La marinière d'hiver : des rayures, mais en laine.", "The winter Breton: stripes, but in wool."),
        Text("Tricotée serrée pour arrêter le vent, douce au cou pour qu'on oublie l'écharpe. Les rayures s'arrêtent où commencent les côtes, comme sur les modèles de marins.", "Knitted tight to stop the wind, soft at the neck so that you forget your scarf. The stripes end where the ribbing begins, as on a sailor's own."),
        material=Text("100 % laine vierge", "100% pure new wool"), care=WOOL,
    ),
    product(
        205, "pull-monts-d-or", "clothing", "homme-mailles", Text("Pull Monts-d'Or", "Monts-d'Or jumper"), "125.00",
        "jumper:stitches jumper:stitches@detail", (RUST, NAVY, GREY), MEN_SIZES,
        Text("Un jersey de laine à grosses mailles, pour le bois à rentrer et les longs déjeuners.", "A chunky wool knit for bringing in the logs and staying late at lunch."),
        Text("La laine est lavée sans chlore et garde un peu de son gras : il repousse la bruine. Poignets et bas en côtes deux fils, faits pour durer.", "The wool is washed without chlorine and keeps a little of its lanolin, so drizzle rolls off. Cuffs and hem are two-ply ribs, made to last."),
        material=Text("100 % laine de pays", "100% local wool"), care=WOOL,
    ),
    product(
        206, "gilet-ampere", "clothing", "homme-mailles", Text("Gilet Ampère", "Ampère cardigan"), "135.00",
        "cardigan:stitches cardigan:stitches@detail", (NAVY, BURGUNDY, TOBACCO), MEN_SIZES,
        Text("Un gilet boutonné qui remplace la veste quand personne ne regarde.", "A buttoned cardigan that stands in for a jacket when nobody is looking."),
        Text("L'encolure en V laisse paraître le col de chemise, les poches tiennent un carnet. On le dit de grand-père ; nous prenons cela pour un compliment.", "The V neck shows a shirt collar and the pockets hold a notebook. People say it is a grandfather's; we take that as a compliment."),
        material=Text("100 % laine mérinos", "100% merino wool"), care=WOOL,
    ),
    product(
        207, "veste-gerland", "clothing", "homme-vestes", Text("Veste Gerland", "Gerland work jacket"), "159.00",
        "jacket jacket@detail", (NAVY, PINE, ECRU), MEN_SIZES,
        Text("La veste de travail à trois poches, en moleskine qui se patine.", "The three-pocket work jacket, in moleskin that earns its patina."),
        Text("Coupée d'après une veste d'atelier de 1950 trouvée à Lyon, avec dix centimètres de moins. La toile est raide au début : c'est bon signe.", "Cut after a 1950 workshop jacket found in Lyon, ten centimetres shorter. The cloth is stiff at first: that is a good sign."),
        material=Text("100 % moleskine de coton", "100% cotton moleskin"), care=WASH_40,
    ),
    product(
        208, "veste-vaise", "clothing", "homme-vestes", Text("Veste Vaise", "Vaise corduroy jacket"), "175.00",
        "jacket:velvet_ribs jacket:velvet_ribs@detail", (TOBACCO, BURGUNDY, SAGE), MEN_SIZES,
        Text("Un velours à grosses côtes, souple dès le premier jour.", "A wide-wale corduroy, soft from the first day."),
        Text("Les coudes sont doublés de l'intérieur, là où ils s'usent. Elle va sur une chemise comme sur un pull, et mieux encore un lundi.", "The elbows are lined on the inside, where they wear. It goes over a shirt or a jumper, and best of all on a Monday."),
        material=Text("100 % velours de coton", "100% cotton corduroy"), care=WASH_30,
    ),
    product(
        209, "manteau-bellevue", "clothing", "homme-vestes", Text("Manteau Bellevue", "Bellevue coat"), "319.00",
        "coat:tweed coat:tweed@detail", (TOBACCO, INK, PINE), MEN_SIZES,
        Text("Un tweed moucheté, croisé, pour descendre la colline par grand froid.", "A flecked double-breasted tweed for walking down the hill in the cold."),
        Text("Chaque mètre est différent : les boutons de laine colorée sont filés dans la masse. La doublure cache une poche à la taille d'un livre.", "No two metres are alike: the coloured knots are spun into the yarn. The lining hides a pocket the size of a book."),
        material=Text("100 % laine", "100% wool"), care=DRY_CLEAN,
    ),
    product(
        210, "jean-chantiers", "clothing", "homme-bas", Text("Jean Chantiers", "Chantiers jeans"), "115.00",
        "jeans jeans@detail", (DENIM, INK), WAIST_SIZES,
        Text("Une toile brute, une jambe droite et des rivets de laiton.", "Raw denim, a straight leg and brass rivets."),
        Text("À garder trois mois avant le premier lavage, si vous en avez la patience. Nous réparons les entrejambes à vie, c'est écrit sur la poche.", "Wear it three months before the first wash, if you have the patience. We mend the crotch for life: it says so on the pocket."),
        material=COTTON, care=WASH_30,
    ),
    product(
        211, "chino-feydeau", "clothing", "homme-bas", Text("Chino Feydeau", "Feydeau chinos"), "95.00",
        "trousers trousers@detail", (SAND, NAVY, SAGE), WAIST_SIZES,
        Text("Le pantalon entre deux : plus droit qu'un jean, moins sérieux qu'un costume.", "The in-between trousers: smarter than jeans, easier than a suit."),
        Text("Un sergé de coton peigné, une fourche confortable, un ourlet qui supporte d'être roulé. Il ne brille pas aux genoux.", "Combed cotton twill, a comfortable rise, a hem that does not mind being rolled. The knees never go shiny."),
        material=Text("100 % coton", "100% cotton"), care=WASH_40,
    ),
    product(
        212, "bermuda-boucan", "clothing", "homme-bas", Text("Bermuda Boucan", "Boucan shorts"), "69.00",
        "shorts shorts@detail", (NAVY, OCHRE, SAGE), MEN_SIZES,
        Text("Au-dessus du genou, sous la chemise, prêt pour la baignade de cinq heures.", "Above the knee, under the shirt, ready for the five o'clock swim."),
        Text("La toile sèche en une heure et ne colle pas. Un cordon, deux poches, une troisième fermée pour les clés.", "The cloth dries in an hour and does not cling. A drawstring, two pockets, and a third that closes, for keys."),
        material=Text("70 % coton, 30 % lin", "70% cotton, 30% linen"), care=WASH_30,
    ),
)  # fmt: skip
