"""Accessories: what goes round a neck, on a head, in a hand, on a foot."""

# ruff: noqa: E501  (a sentence of copy stays on one line)

from __future__ import annotations

from comptoir_site.demo.facts import Text
from comptoir_site.demo.goods.shades import (
    BURGUNDY,
    COGNAC,
    ECRU,
    GREY,
    INK,
    LEATHER,
    NAVY,
    OCHRE,
    ONE_SIZE,
    PINE,
    RUST,
    SAGE,
    SHOE_SIZES,
    SNOW,
    TOBACCO,
    WASH_30,
    WIPE,
    WOOL,
    product,
)  # fmt: skip

CALF = Text("Cuir de vachette à tannage végétal", "Vegetable-tanned calf leather")

ACCESSORIES = (
    product(
        401, "echarpe-saone", "accessory", "accessoires", Text("Écharpe Saône", "Saône scarf"), "69.00",
        "scarf:check scarf:check@detail", (RUST, NAVY, PINE), ONE_SIZE,
        Text("Deux mètres de carreaux, assez pour faire deux tours et cacher le nez.", "Two metres of checks, enough to go round twice and hide your nose."),
        Text("Tissée sur un métier étroit, ses lisières sont nettes et ses franges nouées à la main. Elle sert aussi de couverture dans le train.", "Woven on a narrow loom, with clean selvedges and hand-knotted fringes. It doubles as a blanket on the train."),
        material=Text("100 % laine d'agneau", "100% lambswool"), care=WOOL,
    ),
    product(
        402, "echarpe-nuage", "accessory", "accessoires", Text("Écharpe Nuage", "Cloud scarf"), "89.00",
        "scarf:herringbone scarf:herringbone@detail", (GREY, ECRU, BURGUNDY), ONE_SIZE,
        Text("Un chevron si léger qu'on vérifie deux fois qu'elle est là.", "A herringbone so light that you check twice it is there."),
        Text("L'alpaga tient chaud sans peser, même mouillé. Choisissez-la pour offrir : elle va à tout le monde.", "Alpaca is warm without weight, even when wet. Choose it as a present: it suits everyone."),
        material=Text("70 % alpaga, 30 % laine", "70% alpaca, 30% wool"), care=WOOL,
    ),
    product(
        403, "bonnet-estran", "accessory", "accessoires", Text("Bonnet Estran", "Foreshore beanie"), "35.00",
        "beanie", (OCHRE, NAVY, RUST, PINE), ONE_SIZE,
        Text("Un bonnet à côtes, un seul revers, toutes les têtes.", "A ribbed beanie, one turn-up, every head."),
        Text("Il ne décoiffe pas, notre salon l'a vérifié. Le revers se règle selon les oreilles que l'on veut couvrir.", "It does not spoil your hair: our salon checked. Turn it up according to the ears you want to cover."),
        material=Text("100 % laine mérinos", "100% merino wool"), care=WOOL,
    ),
    product(
        404, "chapeau-vacoa", "accessory", "accessoires", Text("Chapeau Vacoa", "Vacoa hat"), "75.00",
        "straw_hat straw_hat@detail", (NAVY, RUST), ONE_SIZE,
        Text("Un large bord tressé à Saint-Philippe, un ruban de gros-grain et de l'ombre jusqu'aux épaules.", "A wide brim plaited in Saint-Philippe, a grosgrain ribbon and shade down to the shoulders."),
        Text("Le vacoa est une fibre souple qui reprend sa forme après la valise. Un lien intérieur ajuste le tour de tête ; la taille est unique.", "Vacoa is a supple fibre that springs back after the suitcase. A cord inside adjusts the fit; there is a single size."),
        material=Text("Fibre de vacoa tressée", "Plaited vacoa fibre"), care=WIPE,
    ),
    product(
        405, "cabas-atelier", "accessory", "accessoires", Text("Cabas Atelier", "Workshop tote"), "29.00",
        "tote tote@detail", (ECRU,), ONE_SIZE,
        Text("Cousu dans nos chutes de toile, numéroté à la main, jamais deux fois le même.", "Sewn from our canvas offcuts, numbered by hand, never twice the same."),
        Text("Il porte douze kilos de légumes ou un pull et trois livres. Comme il sort directement de l'atelier, il n'a pas d'étiquette : on le reconnaît à son monogramme.", "It carries twelve kilos of vegetables, or a jumper and three books. As it comes straight from the workshop it has no label: you know it by its monogram."),
        material=Text("Chutes de toile de coton", "Cotton canvas offcuts"), care=WASH_30, has_barcode=False,
    ),
    product(
        406, "sac-passage", "accessory", "accessoires", Text("Sac Passage", "Passage bag"), "219.00",
        "handbag handbag@detail", (COGNAC, INK, PINE), ONE_SIZE,
        Text("Une besace à rabat et un fermoir de laiton qui claque juste comme il faut.", "A saddle bag with a brass clasp that clicks just as it should."),
        Text("Le cuir est épais, les tranches sont teintes à la main. Dedans : une poche pour le téléphone, une pour les clés, et de la place pour un roman.", "The leather is thick and the edges are dyed by hand. Inside: a pocket for the phone, one for the keys, and room for a novel."),
        material=CALF, care=LEATHER,
    ),
    product(
        407, "ceinture-licol", "accessory", "accessoires", Text("Ceinture Licol", "Bridle belt"), "65.00",
        "belt belt@detail", (COGNAC, INK), ("80", "90", "100", "110"),
        Text("Une seule épaisseur de cuir, une boucle pleine, dix ans devant elle.", "A single thickness of leather, a solid buckle, ten years ahead of it."),
        Text("Cinq trous espacés de deux centimètres et demi ; nous en perçons un sixième sur demande. La boucle se démonte et survit à la ceinture.", "Five holes an inch apart; we punch a sixth on request. The buckle comes off and outlives the belt."),
        material=CALF, care=LEATHER,
    ),
    product(
        408, "chaussettes-ponton", "accessory", "accessoires", Text("Chaussettes Ponton", "Jetty socks"), "14.00",
        "socks:breton", (NAVY, RUST, PINE), ("36-38", "39-41", "42-45"),
        Text("Des rayures qu'on ne montre qu'en croisant les jambes.", "Stripes you only show when you cross your legs."),
        Text("Talon et pointe renforcés, bord-côte qui tient sans marquer. Remmaillées à la main : pas de couture sur les orteils.", "Strong heel and toe, a cuff that holds without leaving a mark. Hand-linked: no seam across the toes."),
        material=Text("80 % coton, 20 % polyamide recyclé", "80% cotton, 20% recycled polyamide"), care=WASH_30,
    ),
    product(
        409, "gants-brume", "accessory", "accessoires", Text("Gants Brume", "Mist gloves"), "39.00",
        "gloves", (SAGE, NAVY, BURGUNDY), ("S", "M", "L"),
        Text("Cinq doigts de laine, dont deux qui parlent au téléphone.", "Five woollen fingers, two of which can talk to a phone."),
        Text("Un fil conducteur est tricoté au pouce et à l'index, on ne le voit pas. Le poignet monte sous la manche.", "A conductive yarn is knitted into thumb and forefinger, out of sight. The cuff goes up under the sleeve."),
        material=Text("90 % laine, 10 % fil conducteur", "90% wool, 10% conductive yarn"), care=WOOL,
    ),
    product(
        410, "bottines-halage", "accessory", "chaussures", Text("Bottines Halage", "Towpath boots"), "195.00",
        "boots boots@detail", (TOBACCO, INK), SHOE_SIZES,
        Text("Des élastiques de chaque côté, une semelle qui se change, des kilomètres de berge.", "Elastic on each side, a sole that can be replaced, miles of riverbank."),
        Text("Le cuir est ciré à la main avant de partir. Cousues et non collées : notre cordonnier de Nantes les ressemelle en huit jours.", "The leather is waxed by hand before it leaves. Stitched, not glued: our cobbler in Nantes resoles them within eight days."),
        material=CALF, care=LEATHER,
    ),
    product(
        411, "tennis-preau", "accessory", "chaussures", Text("Tennis Préau", "Playground trainers"), "98.00",
        "trainers trainers@detail", (SNOW, NAVY, SAGE), SHOE_SIZES,
        Text("Une tennis de toile et de gomme, qui ne court après aucune mode.", "A canvas and rubber trainer that chases no fashion."),
        Text("Le bout est renforcé, la semelle intérieure se retire pour être lavée. Elles jaunissent un peu la deuxième année : c'est là qu'on les aime.", "The toe is reinforced and the insole comes out to be washed. They yellow a little in the second year: that is when you love them."),
        material=Text("Toile de coton, gomme naturelle", "Cotton canvas, natural rubber"), care=WIPE,
    ),
)  # fmt: skip
