"""Clothes for children, cut with room to grow."""

# ruff: noqa: E501  (a sentence of copy stays on one line)

from __future__ import annotations

from comptoir_site.demo.facts import Text
from comptoir_site.demo.goods.shades import (
    CHILD_SIZES,
    DENIM,
    ECRU,
    NAVY,
    OCHRE,
    PINE,
    ROSE,
    RUST,
    SAGE,
    SKY,
    WASH_30,
    WASH_40,
    WIPE,
    WOOL,
    product,
)  # fmt: skip

COTTON = Text("100 % coton biologique", "100% organic cotton")

CHILDREN = (
    product(
        301, "t-shirt-marelle", "clothing", "enfant", Text("T-shirt Marelle", "Hopscotch T-shirt"), "25.00",
        "t_shirt:stripes t_shirt:stripes@detail", (OCHRE, SKY, ROSE), CHILD_SIZES,
        Text("De larges rayures et un col qui laisse passer la tête sans larmes.", "Broad stripes and a neck that lets heads through without tears."),
        Text("Le coton est épais, les taches partent à quarante degrés. Une étiquette attend le prénom de chaque enfant qui le portera.", "The cotton is thick and stains come out at forty degrees. A label waits for the name of every child who will wear it."),
        material=COTTON, care=WASH_40,
    ),
    product(
        302, "salopette-cabane", "clothing", "enfant", Text("Salopette Cabane", "Treehouse dungarees"), "59.00",
        "dungarees:denim dungarees:denim@detail", (DENIM, RUST, SAGE), CHILD_SIZES,
        Text("Des genoux doublés, un revers à dérouler : elle tient deux rentrées.", "Lined knees, turn-ups to let down: it lasts two school years."),
        Text("Les bretelles ont trois boutonnières, la poche de poitrine garde les trésors. Se déboutonne seul, dès quatre ans.", "The straps have three buttonholes and the bib pocket keeps treasures. Children of four undo it by themselves."),
        material=Text("100 % toile de coton", "100% cotton canvas"), care=WASH_40,
    ),
    product(
        303, "pull-chataigne", "clothing", "enfant", Text("Pull Châtaigne", "Chestnut jumper"), "55.00",
        "jumper:stripes jumper:stripes@detail", (RUST, PINE, NAVY), CHILD_SIZES,
        Text("Une laine qui ne gratte pas, à rayures faciles à reconnaître au portemanteau.", "A wool that does not itch, with stripes easy to spot on the peg."),
        Text("Mérinos lavable en machine, coudes renforcés. Il se passe du grand au petit sans perdre sa forme.", "Machine-washable merino with strong elbows. It goes from big to small without losing its shape."),
        material=Text("100 % laine mérinos", "100% merino wool"), care=WOOL,
    ),
    product(
        304, "cire-flaque", "clothing", "enfant", Text("Ciré Flaque", "Puddle raincoat"), "69.00",
        "raincoat raincoat@detail", (OCHRE, SKY, ROSE), CHILD_SIZES,
        Text("Fait pour sauter dedans : la flaque, pas le ciré.", "Made for jumping in: the puddle, not the coat."),
        Text("Des pressions que les petits doigts savent fermer, une bande qui brille dans les phares. L'eau glisse, la boue se rince au jet.", "Poppers that small fingers can close, a strip that shines in headlights. Water rolls off and mud comes away under the hose."),
        material=Text("Coton enduit", "Coated cotton"), care=WIPE,
    ),
    product(
        305, "jupe-ronde", "clothing", "enfant", Text("Jupe Ronde", "Roundabout skirt"), "39.00",
        "skirt:gingham skirt:gingham@detail", (ROSE, NAVY, PINE), CHILD_SIZES,
        Text("Un vichy qui tourne, avec une taille élastique au dos.", "A gingham that twirls, with an elastic back."),
        Text("Assez courte pour courir, assez ample pour s'asseoir par terre. La ceinture s'ajuste à l'intérieur par un bouton.", "Short enough to run in, full enough to sit on the ground in. The waistband adjusts inside with a button."),
        material=COTTON, care=WASH_40,
    ),
    product(
        306, "short-coquillage", "clothing", "enfant", Text("Short Coquillage", "Seashell shorts"), "32.00",
        "shorts shorts@detail", (SAGE, RUST, NAVY), CHILD_SIZES,
        Text("Deux poches à coquillages, avec un fond de filet pour laisser filer le sable.", "Two pockets for shells, with a net bottom that lets the sand out."),
        Text("La ceinture est douce et le cordon cousu : pas moyen de le perdre. Sec avant le goûter.", "The waistband is soft and the cord is sewn in: it cannot be lost. Dry before tea."),
        material=COTTON, care=WASH_30,
    ),
    product(
        307, "gilet-mouton", "clothing", "enfant", Text("Gilet Mouton", "Little lamb cardigan"), "59.00",
        "cardigan cardigan@detail", (ECRU, ROSE, SKY), CHILD_SIZES,
        Text("Le premier gilet à boutons, pour apprendre à les fermer tout seul.", "A first cardigan with buttons, to learn to do them up."),
        Text("Les boutonnières sont un peu larges, exprès. Tricoté dans les fins de bobine de la collection des grands.", "The buttonholes are a little wide, on purpose. Knitted from the ends of the cones of the grown-ups' collection."),
        material=Text("100 % laine mérinos", "100% merino wool"), care=WOOL,
    ),
)  # fmt: skip
