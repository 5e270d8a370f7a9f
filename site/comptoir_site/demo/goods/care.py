"""The salon's own care range."""

# ruff: noqa: E501  (a sentence of copy stays on one line)

from __future__ import annotations

from comptoir_site.demo.facts import Text
from comptoir_site.demo.goods.shades import ECRU, OCHRE, PINE, ROSE, RUST, SAGE, SKY, TORTOISE, product

CARE = (
    product(
        501, "shampoing-vetiver", "care_product", "soins", Text("Shampoing Vétiver", "Vetiver shampoo"), "19.00", "bottle", (SAGE,), ("250 ml", "500 ml"),
        Text("Un lavage doux pour tous les jours, au vétiver de La Réunion.", "A gentle everyday wash, with vetiver from Réunion."),
        Text("Il mousse peu, il lave bien : c'est normal, il n'y a pas de sulfates. Une noisette suffit pour des cheveux mi-longs.", "It lathers little and cleans well, as it should: there are no sulphates. A hazelnut is enough for mid-length hair."),
        material=Text("Base lavante de coco, huile essentielle de vétiver", "Coconut cleansing base, vetiver essential oil"),
    ),
    product(
        502, "apres-shampoing-lin", "care_product", "soins", Text("Après-shampoing Lin", "Flax conditioner"), "21.00", "bottle", (ECRU,), ("250 ml", "500 ml"),
        Text("Le mucilage du lin démêle sans alourdir.", "Flax mucilage untangles without weighing hair down."),
        Text("À poser des longueurs aux pointes, le temps d'une chanson, puis à rincer. Les cheveux fins l'apprécient autant que les frisés.", "Leave it on lengths and ends for the time of a song, then rinse. Fine hair likes it as much as curls do."),
        material=Text("Gel de graines de lin, beurre de karité", "Flaxseed gel, shea butter"),
    ),
    product(
        503, "masque-vanille", "care_product", "soins", Text("Masque Vanille", "Vanilla mask"), "29.00", "jar jar@detail", (ECRU,), ("200 ml",),
        Text("Dix minutes par semaine pour les longueurs qui ont vu trop de soleil.", "Ten minutes a week for lengths that have seen too much sun."),
        Text("Une crème épaisse, qui fond sur cheveux essorés. La vanille vient de Sainte-Rose et ne reste qu'un souvenir au séchage.", "A thick cream that melts into towel-dried hair. The vanilla comes from Sainte-Rose and is only a memory once dry."),
        material=Text("Beurre de karité, huile de coco, extrait de vanille", "Shea butter, coconut oil, vanilla extract"),
    ),
    product(
        504, "creme-boucles", "care_product", "soins", Text("Crème à boucles", "Curl cream"), "24.00", "tube tube@detail", (RUST,), ("150 ml",),
        Text("Elle dessine les boucles et les laisse bouger.", "It shapes curls and lets them move."),
        Text("Sur cheveux mouillés, section par section, puis on ne touche plus à rien. Ni carton, ni colle : de la tenue, c'est tout.", "On wet hair, section by section, then hands off. No crunch, no glue: hold, and nothing else."),
        material=Text("Gel d'aloès, huile de moringa", "Aloe gel, moringa oil"),
    ),
    product(
        505, "huile-camelia", "care_product", "soins", Text("Huile Camélia", "Camellia oil"), "32.00", "oil oil@detail", (OCHRE,), ("50 ml",),
        Text("Trois gouttes sur les pointes, et la lumière revient.", "Three drops on the ends, and the light comes back."),
        Text("Le camélia fleurit à Nantes dès janvier ; son huile pénètre sans graisser. Elle sert aussi aux barbes et aux ongles.", "Camellias bloom in Nantes from January; their oil sinks in without grease. It is good for beards and nails too."),
        material=Text("Huile de camélia pressée à froid", "Cold-pressed camellia oil"),
    ),
    product(
        506, "brume-de-sel", "care_product", "soins", Text("Brume de sel", "Sea-salt mist"), "18.00", "spray", (SKY,), ("150 ml",),
        Text("Le retour de plage, sans la plage.", "Back from the beach, without the beach."),
        Text("Le sel de Guérande donne du volume, la glycérine empêche le cheveu de sécher. À vaporiser racines en bas, en secouant la tête.", "Guérande salt gives volume and glycerine keeps hair from drying out. Spray upside down, shaking your head."),
        material=Text("Eau, sel de Guérande, glycérine végétale", "Water, Guérande salt, vegetable glycerine"),
    ),
    product(
        507, "shampoing-solide-geranium", "care_product", "soins", Text("Shampoing solide Géranium", "Geranium shampoo bar"), "12.00", "soap soap@detail", (ROSE, PINE), ("85 g",),
        Text("Un galet qui dure soixante lavages et passe les contrôles d'aéroport.", "A pebble that lasts sixty washes and goes through airport security."),
        Text("Frottez-le dans les mains plutôt que sur la tête. Laissez-le sécher entre deux douches : il vous le rendra.", "Rub it in your hands rather than on your head. Let it dry between showers and it will repay you."),
        material=Text("Tensioactif de coco, huile essentielle de géranium", "Coconut surfactant, geranium essential oil"),
    ),
    product(
        508, "peigne-ecaille", "care_product", "soins", Text("Peigne Écaille", "Tortoiseshell comb"), "16.00", "comb", (TORTOISE,), ("TU",),
        Text("Des dents sciées puis polies, qui ne tirent pas.", "Teeth sawn and then polished, so that they do not pull."),
        Text("En acétate de coton, pas en tortue. Nos coiffeurs ont le même, en plus usé.", "Made of cotton acetate, not of turtle. Our hairdressers have the same one, only older."),
        material=Text("Acétate de cellulose", "Cellulose acetate"),
    ),
)  # fmt: skip
