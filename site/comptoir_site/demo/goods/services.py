"""What is booked rather than bought: the salon's hours and the dressing room's."""

# ruff: noqa: E501  (a sentence of copy stays on one line)

from __future__ import annotations

from decimal import Decimal

from comptoir_site.demo.facts import Product, Shade, Text
from comptoir_site.demo.goods.shades import BURGUNDY, INK, NAVY, OCHRE, PINE, ROSE, RUST, SAGE


def service(
    number: int, handle: str, categories: str, title: Text, price: str, minutes: int, drawing: str, shade: Shade,
    summary: Text, *description: Text, people: int = 1, places: int = 1, location_codes: tuple[str, ...] = (),
) -> Product:  # fmt: skip
    """Write a service down: how long it takes, how many of the team, how many customers together."""
    return Product(
        number=number, handle=handle, product_class="service", categories=tuple(categories.split()), title=title,
        summary=summary, description=description, price_eur=Decimal(price), drawings=(drawing,), shades=(shade,),
        duration_minutes=minutes, people=people, places=places, location_codes=location_codes,
    )  # fmt: skip


SERVICES = (
    service(
        601, "coupe-femme", "coupes", Text("Coupe et coiffage femme", "Women's cut and finish"), "58.00", 60, "scissors", INK,
        Text("Un diagnostic, un shampoing, une coupe qui tient entre deux rendez-vous.", "A consultation, a wash and a cut that holds until next time."),
        Text("On regarde d'abord comment vos cheveux tombent quand personne ne s'en occupe. Le coiffage est compris, et le conseil pour le refaire chez vous.", "We first look at how your hair falls when nobody interferes. Styling is included, and so is learning to do it at home."),
    ),
    service(
        602, "coupe-homme", "coupes", Text("Coupe homme", "Men's cut"), "34.00", 30, "scissors", NAVY,
        Text("Aux ciseaux ou à la tondeuse, nuque nette, en une demi-heure.", "Scissors or clippers, a clean neck, in half an hour."),
        Text("Le shampoing est compris, la conversation facultative. Retouche offerte sous dix jours si un épi se rebelle.", "The wash is included, conversation is optional. A touch-up is free within ten days if a tuft rebels."),
    ),
    service(
        603, "coupe-enfant", "coupes", Text("Coupe enfant", "Children's cut"), "24.00", 30, "hairbrush", RUST,
        Text("Jusqu'à douze ans, sur le fauteuil qui monte le plus haut.", "Up to twelve, in the chair that goes up highest."),
        Text("On explique chaque outil avant de s'en servir. La première mèche part dans une enveloppe, pour les parents.", "We explain each tool before we use it. The first lock goes into an envelope, for the parents."),
    ),
    service(
        604, "brushing", "coupes", Text("Brushing", "Blow-dry"), "32.00", 45, "hair_dryer", ROSE,
        Text("Lisse, souple ou bouclé : sortez coiffée, sans avoir rien coupé.", "Sleek, soft or curled: leave styled, with nothing cut."),
        Text("Shampoing, soin léger et séchage à la brosse ronde. Prévoyez dix minutes de plus pour les cheveux très longs.", "Wash, light treatment and round-brush drying. Allow ten minutes more for very long hair."),
    ),
    service(
        605, "couleur-vegetale", "couleur", Text("Couleur végétale", "Plant-based colour"), "89.00", 120, "colour_bowl", BURGUNDY,
        Text("Henné, indigo et garance, pour une couleur qui s'efface au lieu de faire une barre.", "Henna, indigo and madder, for a colour that fades instead of growing out in a line."),
        Text("Le temps de pose est long : il y a du thé et de la lecture. Une touche d'essai quarante-huit heures avant est nécessaire la première fois.", "It takes its time: there is tea and something to read. A patch test forty-eight hours ahead is needed the first time."),
    ),
    service(
        606, "taille-de-barbe", "coupes", Text("Taille de barbe", "Beard trim"), "22.00", 30, "beard", PINE,
        Text("Serviette chaude, contours au rasoir, huile de camélia.", "Hot towel, razor-sharp edges, camellia oil."),
        Text("On dessine la ligne avec vous devant le miroir avant de la tracer. À renouveler toutes les trois semaines.", "We agree the line with you in the mirror before drawing it. Best renewed every three weeks."),
    ),
    service(
        607, "conseil-en-style", "conseil", Text("Conseil en style à deux", "Styling advice for two"), "75.00", 90, "mirror", OCHRE,
        Text("Une styliste et un coiffeur, une heure et demie, vous et la personne de votre choix.", "A stylist and a hairdresser, an hour and a half, you and someone you choose."),
        Text("Venez avec trois vêtements que vous aimez et un que vous ne mettez jamais. Le montant est déduit de tout achat de plus de deux cents euros le jour même.", "Bring three garments you love and one you never wear. The price comes off any purchase over two hundred euros made the same day."),
        people=2, places=2,
    ),
    service(
        608, "retouches", "conseil", Text("Essayage et retouches", "Fitting and alterations"), "18.00", 30, "tape", OCHRE,
        Text("Un ourlet, une taille, une manche : on épingle sur vous, on coud derrière.", "A hem, a waist, a sleeve: we pin it on you and sew it in the back."),
        Text("Le prix comprend l'essayage et un ourlet simple ; le reste est annoncé avant le premier point. Prêt sous quatre jours.", "The price covers the fitting and a plain hem; anything else is quoted before the first stitch. Ready within four days."),
    ),
    service(
        609, "atelier-se-coiffer", "conseil", Text("Atelier : se coiffer en dix minutes", "Workshop: your hair in ten minutes"), "35.00", 90, "hairbrush", SAGE,
        Text("Six personnes, deux coiffeurs, trois coiffures à refaire chez soi.", "Six people, two hairdressers, three styles to do at home."),
        Text("Chacun travaille sur sa propre tête, devant son miroir. Brosses prêtées, biscuits fournis, photos interdites jusqu'à la fin.", "Everyone works on their own head, at their own mirror. Brushes lent, biscuits provided, no photographs until the end."),
        people=2, places=6,
    ),
    service(
        610, "tresses-et-vanille", "coupes", Text("Tresses et vanille"), "64.00", 90, "comb", RUST,
        Text("Le rituel de Saint-Denis : un bain d'huile à la vanille, puis des tresses serrées comme il faut."),
        Text("On commence par masser, on finit par tresser, et l'on repart coiffée pour une semaine. Ce rendez-vous n'existe qu'à La Réunion ; sa traduction attend que quelqu'un trouve les mots."),
        location_codes=("saint-denis",),
    ),
)  # fmt: skip
