"""What people ask shops, and which products answer it: the judged set. Grades: 3 meant, 2 good, 1 could do.

Products are named by rules over what a card says (``Card``), never by their numbers, so that the set outlives a change
of the catalogue. Each line is a question, its language and channel, and rules from the best to the weakest: the first
that fits is the grade.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Card = dict[str, Any]
Rule = Callable[[Card], bool]


@dataclass(frozen=True)
class Judged:
    """One question with its rules by grade."""

    text: str
    locale: str
    channel: str
    kind: str
    grades: tuple[tuple[int, Rule], ...]

    def grade(self, card: Card) -> int:
        """How well a product answers, 0 to 3."""
        return next((grade for grade, fits in self.grades if fits(card)), 0)


def title(pattern: str) -> Rule:
    """Products whose title has this, as a regular expression."""
    wanted = re.compile(pattern, re.IGNORECASE)
    return lambda card: bool(wanted.search(card["title"]))


def handle(*names: str) -> Rule:
    return lambda card: card["handle"] in names


def shelf(*slugs: str) -> Rule:
    return lambda card: bool({*slugs} & {*card["categories"]})


def option(code: str, pattern: str) -> Rule:
    """Products that can be chosen so: a colour, a size."""
    wanted = re.compile(pattern, re.IGNORECASE)
    return lambda card: any(
        wanted.search(value["label"])
        for one in card["options"] if one["code"] == code
        for value in one["values"]
    )  # fmt: skip


def both(*rules: Rule) -> Rule:
    return lambda card: all(rule(card) for rule in rules)


def either(*rules: Rule) -> Rule:
    return lambda card: any(rule(card) for rule in rules)


def fr(kind: str, text: str, best: Rule, good: Rule | None = None, weak: Rule | None = None) -> Judged:
    return _judged(text, "fr", "web", kind, best, good, weak)


def en(kind: str, text: str, best: Rule, good: Rule | None = None, weak: Rule | None = None) -> Judged:
    return _judged(text, "en", "web", kind, best, good, weak)


def us(kind: str, text: str, best: Rule, good: Rule | None = None, weak: Rule | None = None) -> Judged:
    return _judged(text, "en", "us", kind, best, good, weak)


def _judged(text: str, locale: str, channel: str, kind: str, *rules: Rule | None) -> Judged:
    grades = tuple((3 - place, rule) for place, rule in enumerate(rules) if rule)
    return Judged(text, locale, channel, kind, grades)


def colour(pattern: str) -> Rule:
    return option("colour", pattern)


def size(pattern: str) -> Rule:
    return option("size", f"^(?:{pattern})$")


FRENCH = (
    fr("word", "chemise", title(r"\bchemise\b"), title("blouse")),
    fr("plural", "chemises", title(r"\bchemise\b"), title("blouse")),
    fr("plural", "robes", title(r"^robe\b")),
    fr("word", "pull", title(r"^pull\b"), title("col roulé|marinière talensac|gilet")),
    fr("accent", "ecru", colour("écru")),
    fr("accent", "echarpe", title("^écharpe")),
    fr("accent", "CIRÉ", title(r"^ciré\b")),
    fr("accent", "creme a boucles", handle("creme-boucles")),
    fr("accent", "shampoing vetiver", handle("shampoing-vetiver"), title("^shampoing")),
    fr("typo", "chemsie", title(r"\bchemise\b"), title("blouse")),
    fr("typo", "robbe", title(r"^robe\b")),
    fr("typo", "pantallon", title("pantalon"), title("^(jean|chino)")),
    fr("typo", "mariniére", title("marinière")),
    fr("typo", "manteu", title("^manteau")),
    fr("typo", "ceintrue", title("^ceinture")),
    fr("typo", "shampoin", title("^shampoing"), title("après-shampoing")),
    fr("typo", "bonet", title("^bonnet")),
    fr("typo", "salopete", title("^salopette")),
    fr("typo", "robe silaos", handle("robe-cilaos"), title("^robe")),
    fr("synonym", "chandail", title(r"^pull\b"), title("col roulé|talensac|gilet")),
    fr("synonym", "baskets", handle("tennis-preau")),
    fr("synonym", "imperméable", title(r"^ciré\b")),
    fr("synonym", "k-way", title(r"^ciré\b")),
    fr("synonym", "foulard", title("^écharpe")),
    fr("synonym", "bottes", title("^bottines")),
    fr("synonym", "tote bag", handle("cabas-atelier"), title("^sac")),
    fr("synonym", "cardigan", title("^gilet")),
    fr("synonym", "shampooing", title("^shampoing"), title("après-shampoing")),
    fr("colour", "robe rouille", both(title("^robe"), colour("rouille")), title("^robe")),
    fr(
        "colour",
        "chemise bleue",
        both(title(r"\bchemise\b"), colour("ciel|marine|bleu")),
        title(r"\bchemise\b"),
    ),
    fr(
        "colour",
        "pull vert",
        both(title(r"^pull\b"), colour("sauge|pin")),
        title(r"^pull\b"),
        both(title("gilet|col roulé"), colour("sauge|pin")),
    ),
    fr("colour", "jupe bordeaux", both(title("^jupe"), colour("bordeaux")), title("^jupe")),
    fr("colour", "manteau marine", both(title("^manteau"), colour("marine")), title("^manteau")),
    fr("colour", "t-shirt ocre", both(title("^t-shirt"), colour("ocre")), title("^t-shirt")),
    fr("size", "robe 42", both(title("^robe"), size("42")), title("^robe")),
    fr("size", "bottines 38", handle("bottines-halage")),
    fr("size", "jean taille 46", both(title("^jean"), size("46")), title("^jean")),
    fr("size", "gilet XXL", both(title("^gilet"), size("XXL")), title("^gilet")),
    fr("size", "shampoing 500 ml", both(title("^shampoing"), size("500 ml")), title("shampoing")),
    fr(
        "shelf",
        "pull enfant",
        both(title(r"^pull\b"), shelf("enfant")),
        either(title(r"^pull\b"), both(title("gilet"), shelf("enfant"))),
    ),
    fr(
        "shelf",
        "pantalon femme",
        both(title("pantalon"), shelf("femme-bas")),
        both(title("jean"), shelf("femme-bas")),
        shelf("femme-bas"),
    ),
    fr("shelf", "chaussures", shelf("chaussures")),
    fr("shelf", "manteaux homme", both(title("manteau"), shelf("homme-vestes")), shelf("homme-vestes")),
    fr("shelf", "accessoires", shelf("accessoires")),
    fr(
        "material",
        "laine mérinos",
        handle(
            "pull-briere",
            "col-roule-fourviere",
            "gilet-ampere",
            "pull-chataigne",
            "gilet-mouton",
            "bonnet-estran",
        ),
        title("pull|gilet|écharpe|bonnet|col roulé"),
    ),
    fr(
        "material",
        "chemise coton biologique",
        handle("chemise-erdre", "chemise-chantenay", "chemise-valmy"),
        title("chemise"),
    ),
    fr(
        "material",
        "lin",
        handle("t-shirt-hermitage", "robe-salazie", "short-saint-leu", "apres-shampoing-lin"),
        handle("bermuda-boucan"),
    ),
    fr("compound", "tshirt", title("^t-shirt")),
    fr("compound", "tee shirt", title("^t-shirt")),
    fr("compound", "col roule", handle("col-roule-fourviere")),
    fr("compound", "apres shampoing", handle("apres-shampoing-lin"), title("^shampoing")),
    fr("name", "Croix-Rousse", handle("gilet-croix-rousse")),
    fr("name", "marinière loire", handle("mariniere-loire"), title("marinière")),
    fr("service", "coupe femme", handle("coupe-femme"), title("^coupe")),
    fr("service", "coiffeur", title("^coupe"), shelf("coupes"), shelf("conseil")),
    fr("code", "AUB-115-TAB-34", handle("manteau-confluence")),
    fr("code", "aub115tab34", handle("manteau-confluence")),
    fr("code", "2000101000013", handle("mariniere-loire")),
    fr("code", "aub-203", handle("t-shirt-docks")),
    fr("sentence", "une robe pour l'été en lin", handle("robe-salazie"), title("^robe")),
)

ENGLISH = (
    en("word", "dress", title(r"\bdress$")),
    en("plural", "dresses", title(r"\bdress$")),
    en("plural", "scarves", title(r"scarf")),
    en("plural", "shirts", title(r"(?<!T-)\bshirt$"), title("T-shirt|blouse")),
    en("typo", "jaket", title("jacket"), title("coat")),
    en("typo", "cardgan", title("cardigan")),
    en("typo", "trouserss", title("trousers"), title("chinos|jeans")),
    en("typo", "shampo", title("shampoo"), title("conditioner")),
    en("synonym", "sweater", title("jumper"), title("cardigan|roll-neck")),
    en("synonym", "sneakers", title("trainers")),
    en("synonym", "waterproof", title("raincoat")),
    en("synonym", "haircut", title(r"\bcut\b"), title("workshop|styling|blow-dry")),
    en("colour", "green dress", both(title("dress"), colour("sage|pine")), title("dress")),
    en("colour", "navy coat", both(title("coat$"), colour("navy")), title("coat")),
    en("colour", "black jeans", both(title("jeans"), colour("ink")), title("jeans")),
    en("size", "dress 44", both(title("dress"), size("44")), title("dress")),
    en("size", "socks 42-45", handle("chaussettes-ponton")),
    en("shelf", "children's raincoat", both(title("raincoat"), shelf("enfant")), title("raincoat")),
    en("shelf", "mens shirt", both(title(r"\bshirt$"), shelf("homme-hauts")), title("shirt")),
    en("compound", "roll neck", handle("col-roule-fourviere")),
    en("compound", "tshirt", title("T-shirt")),
    en("material", "leather bag", handle("sac-passage"), title("bag|tote|belt|boots")),
    en("code", "AUB-408-MAR-36-38", handle("chaussettes-ponton")),
)

SHARED = (
    us("word", "espresso machine", title("espresso machine"), title("coffee")),
    us("plural", "toasters", title("toaster$")),
    us("typo", "blendr", title("blender"), title("food processor")),
    us("typo", "humidifer", title("humidifier")),
    us("typo", "vaccum", title("vacuum")),
    us("synonym", "hoover", title("vacuum")),
    us("synonym", "vacuum cleaner", title("vacuum")),
    us("word", "air fryer", title("air fryer")),
    us("word", "robot vacuum", title("^robot vacuum"), title("vacuum")),
    us("word", "kettle", title("kettle")),
    us("colour", "black kettle", both(title("kettle"), option("color", "black")), title("kettle")),
    us("word", "hair dryer", title("hair dryer"), title("hair straightener")),
    us("word", "steam iron", title("^steam iron"), title("iron$|iron\\b"), title("steamer")),
    us("word", "leather jacket", title("leather jacket"), title("jacket|leather")),
    us("plural", "silk tops", title("silk.*top"), title("silk|top\\b")),
    us("word", "denim", title("denim")),
    us("synonym", "red tee", title("red.*tee"), title("red.*shirt|tee")),
    us("word", "striped blouse", title("striped.*blouse"), title("striped|blouse")),
    us("word", "hitchhiker guide galaxy", title("hitchhiker")),
    us("typo", "neuromancr", title("neuromancer")),
    us("typo", "cryptonomicom", title("cryptonomicon")),
    us("word", "robots", title("robot|r\\.u\\.r")),
    us("word", "foucaults pendulum", title("foucault")),
    us("name", "little brother", title("little brother")),
    us("code", "9780553380958", title("snow crash")),
    us("code", "AIR-PURIFIER-PRO", title("air purifier pro"), title("air purifier")),
    us("size", "kettle 1.7L", title("kettle 1.7L"), title("kettle")),
)

JUDGED = (*FRENCH, *ENGLISH, *SHARED)
