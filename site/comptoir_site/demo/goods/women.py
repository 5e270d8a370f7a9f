"""Clothes for women."""

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
    LETTER_SIZES,
    NAVY,
    OCHRE,
    PINE,
    ROSE,
    RUST,
    SAGE,
    SAND,
    SKY,
    SNOW,
    TOBACCO,
    WASH_30,
    WASH_40,
    WIPE,
    WOMEN_SIZES,
    WOOL,
    product,
)  # fmt: skip

COTTON = Text("100 % coton biologique", "100% organic cotton")
LINEN = Text("100 % lin", "100% linen")
VISCOSE = Text("100 % viscose", "100% viscose")
MERINO = Text("100 % laine mérinos", "100% merino wool")

WOMEN = (
    product(
        101, "mariniere-loire", "clothing", "femme-hauts", Text("Marinière Loire", "Loire Breton top"), "45.00",
        "t_shirt:breton t_shirt:breton@detail", (SNOW, NAVY, RUST), LETTER_SIZES,
        Text("Un jersey dense, des rayures droites et des épaules qui ne bougent pas.", "A dense jersey, straight stripes and shoulders that stay put."),
        Text("Nous l'avons voulue un peu plus lourde que d'habitude : elle tombe bien, ne se tord pas au lavage et garde ses rayures alignées sur les côtés. À porter rentrée dans un jean, ou seule quand le vent d'ouest se calme.", "We made it a little heavier than usual: it hangs well, does not twist in the wash and keeps its stripes aligned at the sides. Wear it tucked into jeans, or on its own when the west wind drops."),
        material=COTTON, care=WASH_30,
    ),
    product(
        102, "chemise-erdre", "clothing", "femme-hauts", Text("Chemise Erdre", "Erdre shirt"), "89.00",
        "shirt:fine_stripes shirt:fine_stripes@detail", (SNOW, SKY), WOMEN_SIZES,
        Text("La chemise rayée d'un dimanche au bord de l'eau, assez longue pour se porter ouverte.", "The striped shirt of a Sunday by the river, long enough to wear open."),
        Text("Popeline fine, boutons de nacre, bas arrondi : rien ne dépasse, tout respire. Les poignets sont taillés pour être retroussés deux fois sans glisser.", "Fine poplin, mother-of-pearl buttons, a curved hem: nothing shouts, everything breathes. The cuffs are cut to be rolled twice and stay there."),
        material=COTTON, care=WASH_40,
    ),
    product(
        103, "blouse-ravenala", "clothing", "femme-hauts", Text("Blouse Ravenala", "Ravenala blouse"), "95.00",
        "blouse:flowers blouse:flowers@detail", (ECRU, ROSE, PINE), WOMEN_SIZES,
        Text("Des manches amples, un lien au col et de petites fleurs dessinées à Saint-Denis.", "Full sleeves, a tie at the neck and small flowers drawn in Saint-Denis."),
        Text("Le motif a été peint à l'aquarelle dans le jardin de la boutique, puis imprimé sur une viscose qui suit le mouvement. Nouez le lien, laissez-le pendre ou retirez-le : il ne tient que par deux passants.", "The motif was painted in watercolour in the shop's garden, then printed on a viscose that follows every move. Tie it, let it hang or take it off: two loops are all that holds it."),
        material=VISCOSE, care=WASH_30,
    ),
    product(
        104, "t-shirt-hermitage", "clothing", "femme-hauts", Text("T-shirt Hermitage", "Hermitage T-shirt"), "49.00",
        "t_shirt:linen t_shirt:linen@detail", (SNOW, SAGE, OCHRE, ROSE), LETTER_SIZES,
        Text("Un t-shirt de lin qui sèche avant la fin du petit déjeuner.", "A linen T-shirt that dries before breakfast is over."),
        Text("Le lin est tricoté, non tissé : il garde sa fraîcheur sans se froisser en chemin. C'est la pièce que notre équipe de La Réunion porte toute l'année.", "The linen is knitted, not woven: it stays cool without creasing on the way. It is what our Réunion team wears all year round."),
        material=LINEN, care=WASH_30,
    ),
    product(
        105, "pull-briere", "clothing", "femme-mailles", Text("Pull Brière", "Brière jumper"), "139.00",
        "jumper:cables jumper:cables@detail", (ECRU, NAVY, SAGE), LETTER_SIZES,
        Text("Des torsades épaisses, une laine douce et la chaleur d'un feu de tourbe.", "Thick cables, a soft wool and the warmth of a peat fire."),
        Text("Tricoté d'une seule pièce jusqu'aux emmanchures, il n'a pas de couture sur les côtés. La laine gratte un peu les trois premiers jours, puis plus jamais.", "Knitted in one piece up to the armholes, it has no side seams. The wool prickles a little for three days, then never again."),
        material=MERINO, care=WOOL,
    ),
    product(
        106, "col-roule-fourviere", "clothing", "femme-mailles", Text("Col roulé Fourvière", "Fourvière roll-neck"), "119.00",
        "roll_neck roll_neck@detail", (INK, ECRU, BURGUNDY, PINE), LETTER_SIZES,
        Text("Une maille fine, un col qui se replie une fois et tient chaud tout un hiver lyonnais.", "A fine knit and a collar that folds once and keeps out a whole Lyon winter."),
        Text("Assez fin pour passer sous une veste, assez chaud pour s'en passer. Le col est tricoté plus serré que le corps : il ne bâille pas.", "Fine enough to go under a jacket, warm enough to go without one. The collar is knitted tighter than the body, so it never gapes."),
        material=MERINO, care=WOOL,
    ),
    product(
        107, "gilet-croix-rousse", "clothing", "femme-mailles", Text("Gilet Croix-Rousse", "Croix-Rousse cardigan"), "145.00",
        "cardigan:cables cardigan:cables@detail", (SAGE, ROSE, TOBACCO), LETTER_SIZES,
        Text("Le gilet à poches qu'on laisse sur une chaise et que tout le monde emprunte.", "The cardigan with pockets that lives on a chair and is borrowed by everyone."),
        Text("Cinq boutons de corne, deux poches où glisser les mains, une longueur qui couvre les reins. Il accepte de vieillir : nous le reprisons gratuitement dans nos trois boutiques.", "Five horn buttons, two pockets for cold hands, a length that covers the back. It is glad to grow old: we darn it free of charge in our three shops."),
        material=Text("80 % laine, 20 % alpaga", "80% wool, 20% alpaca"), care=WOOL,
    ),
    product(
        108, "robe-passerelle", "clothing", "femme-robes", Text("Robe Passerelle", "Passerelle dress"), "129.00",
        "dress:dots dress:dots@detail", (NAVY, RUST, SNOW), WOMEN_SIZES,
        Text("Une robe portefeuille à pois, qui marche vite et danse tard.", "A polka-dot wrap dress that walks fast and dances late."),
        Text("Le croisé est fixé par une pression cachée, la ceinture fait le reste. La jupe est coupée en plein biais : elle tourne sans s'envoler.", "A hidden popper holds the wrap, the belt does the rest. The skirt is cut on the full bias: it turns without taking flight."),
        material=VISCOSE, care=WASH_30,
    ),
    product(
        109, "robe-cilaos", "clothing", "femme-robes", Text("Robe Cilaos", "Cilaos dress"), "149.00",
        "long_dress:flowers long_dress:flowers@detail", (PINE, RUST, OCHRE), WOMEN_SIZES,
        Text("Trois volants de voile de coton pour les journées à trente degrés.", "Three tiers of cotton voile for days at thirty degrees."),
        Text("Des bretelles réglables, un buste boutonné, une jupe qui laisse passer l'air. Elle voyage roulée dans un sac et se défroisse à la vapeur de la douche.", "Adjustable straps, a buttoned bodice, a skirt that lets the air through. It travels rolled up in a bag and loses its creases in the steam of a shower."),
        material=Text("100 % voile de coton", "100% cotton voile"), care=WASH_30,
    ),
    product(
        110, "robe-salazie", "clothing", "femme-robes", Text("Robe Salazie", "Salazie dress"), "135.00",
        "dress:linen dress:linen@detail", (SAGE, SAND), WOMEN_SIZES,
        Text("La robe de lin de l'été dernier, tant demandée qu'il n'en reste plus une seule.", "Last summer's linen dress, so well loved that not one is left."),
        Text("Un lin lavé, une taille nouée, des manches courtes qui couvrent l'épaule. Elle est à nouveau sur le métier : laissez-nous votre adresse, nous vous écrirons à son retour.", "Washed linen, a tied waist, short sleeves that cover the shoulder. It is back on the loom: leave us your address and we will write when it returns."),
        material=LINEN, care=WASH_30, is_sold_out=True,
    ),
    product(
        111, "jupe-canut", "clothing", "femme-bas", Text("Jupe Canut", "Canut skirt"), "99.00",
        "skirt:check skirt:check@detail", (PINE, BURGUNDY, TOBACCO), WOMEN_SIZES,
        Text("Un carreau tissé à Lyon, des plis souples et une vraie poche.", "A check woven in Lyon, soft pleats and a real pocket."),
        Text("La laine est légère et la doublure ne colle pas aux collants. Les carreaux se raccordent sur les coutures, parce que cela se voit.", "The wool is light and the lining does not cling to tights. The checks meet at the seams, because people notice."),
        material=Text("70 % laine, 30 % coton", "70% wool, 30% cotton"), care=DRY_CLEAN,
    ),
    product(
        112, "pantalon-graslin", "clothing", "femme-bas", Text("Pantalon Graslin", "Graslin trousers"), "119.00",
        "trousers:pinstripes trousers:pinstripes@detail", (NAVY, INK, GREY), WOMEN_SIZES,
        Text("Une taille haute, un pli net et de fines rayures : prêt pour l'opéra comme pour le bureau.", "A high waist, a sharp crease and fine stripes: ready for the opera or the office."),
        Text("La coupe est droite, la ceinture ne serre pas assise. L'ourlet est offert : dites-nous seulement avec quelles chaussures vous le porterez.", "The cut is straight and the waistband does not pinch when you sit. Hemming is on us: just tell us which shoes you will wear."),
        material=Text("98 % laine, 2 % élasthanne", "98% wool, 2% elastane"), care=DRY_CLEAN,
    ),
    product(
        113, "jean-trentemoult", "clothing", "femme-bas", Text("Jean Trentemoult", "Trentemoult jeans"), "109.00",
        "jeans jeans@detail", (DENIM, INK, ECRU), WOMEN_SIZES,
        Text("Un jean droit, sans trou ni élasthanne, qui prendra votre pli et pas celui d'une autre.", "Straight jeans with no holes and no stretch, which will learn your shape and nobody else's."),
        Text("Une toile de treize onces, lavée une fois pour qu'elle ne rétrécisse plus. Les premières semaines il résiste ; ensuite on ne porte que lui.", "A thirteen-ounce denim, washed once so that it shrinks no more. It resists for a few weeks; after that you wear nothing else."),
        material=COTTON, care=WASH_30,
    ),
    product(
        114, "short-saint-leu", "clothing", "femme-bas", Text("Short Saint-Leu", "Saint-Leu shorts"), "65.00",
        "shorts:linen shorts:linen@detail", (SAND, SAGE, NAVY), LETTER_SIZES,
        Text("Une ceinture souple, deux poches profondes et le lagon pour horizon.", "A soft waistband, two deep pockets and the lagoon ahead."),
        Text("Assez long pour le marché, assez léger pour la plage. Le cordon est en coton tressé et ne se perd pas au lavage.", "Long enough for the market, light enough for the beach. The drawstring is plaited cotton and does not vanish in the wash."),
        material=LINEN, care=WASH_30,
    ),
    product(
        115, "manteau-confluence", "clothing", "femme-manteaux", Text("Manteau Confluence", "Confluence coat"), "289.00",
        "coat:herringbone coat:herringbone@detail", (TOBACCO, NAVY, GREY), WOMEN_SIZES,
        Text("Un manteau croisé en chevrons, entoilé comme autrefois et léger comme aujourd'hui.", "A double-breasted herringbone coat, canvassed the old way and light the new way."),
        Text("La laine vient d'une filature du Tarn, la doublure glisse sur les pulls épais. Six boutons de corne, et un septième cousu à l'intérieur, car on en perd toujours un.", "The wool comes from a mill in the Tarn and the lining slides over thick jumpers. Six horn buttons, and a seventh sewn inside, because one always gets lost."),
        material=Text("90 % laine, 10 % cachemire", "90% wool, 10% cashmere"), care=DRY_CLEAN,
    ),
    product(
        116, "cire-pen-bron", "clothing", "femme-manteaux", Text("Ciré Pen-Bron", "Pen-Bron raincoat"), "169.00",
        "raincoat raincoat@detail", (OCHRE, NAVY, PINE), LETTER_SIZES,
        Text("Le ciré à capuche que Nantes réclame neuf mois sur douze.", "The hooded raincoat Nantes asks for nine months out of twelve."),
        Text("Coutures soudées, rabats sur les poches, capuche qui tourne avec la tête. Il ne crisse pas et se range dans sa propre poche.", "Welded seams, flaps on the pockets, a hood that turns with your head. It does not squeak, and it folds into its own pocket."),
        material=Text("Coton enduit", "Coated cotton"), care=WIPE,
    ),
)  # fmt: skip
