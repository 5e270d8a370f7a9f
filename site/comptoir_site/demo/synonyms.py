"""Words that customers of the demo shop use for what it calls otherwise; editors change them in the back office."""

from comptoir.search.services import save_synonym

#: Language, word, what else it is found as, whether both ways.
SYNONYMS = (
    ("fr", "pull", "chandail, tricot, pullover", True),
    ("fr", "t-shirt", "tee-shirt", True),
    ("fr", "cardigan", "gilet", True),
    ("fr", "baskets", "tennis, sneakers", True),
    ("fr", "imperméable", "ciré, k-way, manteau de pluie", True),
    ("fr", "bottes", "bottines", True),
    ("fr", "écharpe", "foulard, cache-nez", True),
    ("fr", "shampooing", "shampoing", True),
    ("fr", "tote bag", "cabas", True),
    ("fr", "pantalon", "chino, jean", False),
    ("fr", "sac", "cabas", False),
    ("fr", "bleu", "marine, ciel", False),
    ("fr", "bleue", "bleu, marine, ciel", False),
    ("fr", "vert", "sauge, pin", False),
    ("fr", "verte", "sauge, pin", False),
    ("fr", "rouge", "bordeaux, rouille", False),
    ("fr", "blanc", "neige, écru", False),
    ("fr", "blanche", "blanc, neige, écru", False),
    ("fr", "noir", "encre", False),
    ("fr", "noire", "noir, encre", False),
    ("fr", "marron", "tabac, cognac", False),
    ("fr", "jaune", "ocre", False),
    ("fr", "rose", "vieux rose", False),
    ("fr", "coiffeur", "coupe, coiffage", False),
    ("en", "jumper", "sweater, pullover", True),
    ("en", "trainers", "sneakers", True),
    ("en", "raincoat", "waterproof, mac", True),
    ("en", "trousers", "pants, chinos", False),
    ("en", "pants", "trousers, chinos, jeans", False),
    ("en", "bag", "tote", False),
    ("en", "blue", "navy, sky, denim blue", False),
    ("en", "green", "sage, pine", False),
    ("en", "red", "burgundy, rust", False),
    ("en", "white", "snow, ecru", False),
    ("en", "black", "ink", False),
    ("en", "brown", "tobacco, cognac", False),
    ("en", "yellow", "ochre", False),
    ("en", "scarf", "scarves", True),
    ("en", "haircut", "cut", False),
    ("en", "tee", "t-shirt", True),
    ("en", "vacuum cleaner", "vacuum", False),
    ("en", "hoover", "vacuum", False),
)


def teach_synonyms() -> None:
    """Make the demo shop know them."""
    for locale, word, synonyms, is_two_way in SYNONYMS:
        save_synonym(locale=locale, word=word, synonyms=synonyms, is_two_way=is_two_way)
