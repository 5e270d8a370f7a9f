"""How fast the search is, facets and cards included: ``python -m benchmarks.search.speed 10000x1``."""

import argparse
import random
import statistics
import time

import orjson

from benchmarks.generate import open_database
from benchmarks.machine import cpu_ms, machine
from benchmarks.measure import RESULTS, keep

#: Words of titles, so that thousands of products do not all have the same.
KINDS = (
    "Chemise",
    "Robe",
    "Pull",
    "Veste",
    "Manteau",
    "Jupe",
    "Pantalon",
    "Écharpe",
    "Bonnet",
    "Sac",
    "Ceinture",
    "Bottines",
)
STUFFS = ("lin", "laine", "coton", "soie", "velours", "cuir", "flanelle", "cachemire", "denim", "popeline")
STYLES = (
    "rayée",
    "fleurie",
    "unie",
    "longue",
    "courte",
    "ample",
    "cintrée",
    "brodée",
    "plissée",
    "matelassée",
    "légère",
    "chaude",
)
PLACES = (
    "Loire",
    "Erdre",
    "Salazie",
    "Cilaos",
    "Brière",
    "Fourvière",
    "Vaise",
    "Gerland",
    "Halage",
    "Passerelle",
    "Nuage",
    "Estran",
)

DICE = random.Random(11)  # noqa: S311 (the same questions each time)

#: What is asked: a word, two, a typo, a name, words that no product has all of; every fourth time only what is in stock.
ASKED = (
    ("one word", lambda: DICE.choice(KINDS)),
    ("two words", lambda: f"{DICE.choice(KINDS)} {DICE.choice(STUFFS)}"),
    ("three words", lambda: f"{DICE.choice(KINDS)}s {DICE.choice(STYLES)} en {DICE.choice(STUFFS)}"),
    ("typo", lambda: _misspelt(DICE.choice(KINDS))),
    ("typo and word", lambda: f"{_misspelt(DICE.choice(KINDS))} {DICE.choice(STUFFS)}"),
    ("name", lambda: f"{DICE.choice(KINDS)} {DICE.choice(PLACES)}"),
    ("relaxed", lambda: f"{DICE.choice(KINDS)} {DICE.choice(STYLES)} zxqvw"),
    ("nothing", lambda: "zxqvw"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", help="such as 10000x1: made by benchmarks.generate before")
    parser.add_argument("--rounds", type=int, default=40)
    chosen = parser.parse_args()
    open_database(chosen.size)
    before = machine()
    measured = {**measure(chosen.rounds), "before": before, "after": machine()}
    keep(RESULTS, "search", measured)
    for name, figures in measured["asked"].items():
        times = "  ".join(f"{what} {figures[what]:6.1f}" for what in ("p50_ms", "p95_ms", "cpu_ms"))
        print(f"{name:14} {times}  found {figures['found']}")
    print(f"all: p95 {measured['p95_ms']:.1f} ms over {measured['entries']} entries")


def name_products() -> None:
    """Give the products of the benchmark titles of many words, and index them; once."""
    from django.db import connection  # noqa: PLC0415 (needs Django)

    from comptoir.publishing.models import Document  # noqa: PLC0415
    from comptoir.search.models import PostgresEntry  # noqa: PLC0415
    from comptoir.search.services import rebuild_index  # noqa: PLC0415

    if PostgresEntry.objects.count() == Document.objects.filter(kind="product").count():
        return
    names = random.Random(7)  # noqa: S311 (the same names each time)
    rows = list(Document.objects.filter(kind="product").only("body"))
    for row in rows:
        words = (names.choice(KINDS), names.choice(STYLES), "en", names.choice(STUFFS), names.choice(PLACES))
        row.body = _titled(row.body, " ".join(words))
    Document.objects.bulk_update(rows, ["body"], batch_size=500)
    rebuild_index()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def measure(rounds: int) -> dict:
    """Ask every kind of question in turn; times are of the whole query, from the text to the cards."""
    from django.db import connection  # noqa: PLC0415 (needs Django)

    from comptoir.channels.models import Channel  # noqa: PLC0415
    from comptoir.channels.queries import channel_context  # noqa: PLC0415
    from comptoir.search.models import PostgresEntry  # noqa: PLC0415
    from comptoir.search.queries import search  # noqa: PLC0415
    from comptoir.search.questions import Filters  # noqa: PLC0415

    name_products()
    channel = channel_context(Channel.objects.order_by("pk").first().code)
    search(channel, channel.locales[0], "chemise")
    took: dict[str, list[float]] = {name: [] for name, _text in ASKED}
    cpu = dict.fromkeys(took, 0.0)
    found = dict.fromkeys(took, 0)
    for place in range(rounds):
        for name, text in ASKED:
            wanted = Filters(in_stock=True) if place % 4 == 3 else Filters()
            asked, spent, started = text(), cpu_ms(connection), time.perf_counter()
            result = search(channel, channel.locales[0], asked, filters=wanted)
            took[name].append((time.perf_counter() - started) * 1000)
            cpu[name] += cpu_ms(connection) - spent
            found[name] = max(found[name], result.total)
    every = [one for times in took.values() for one in times]
    return {
        "entries": PostgresEntry.objects.filter(channel_id=channel.id, locale=channel.locales[0]).count(),
        "p95_ms": _p95(every),
        "asked": {
            name: {
                "p50_ms": round(statistics.median(times), 1),
                "p95_ms": _p95(times),
                "cpu_ms": round(cpu[name] / rounds, 1),
                "found": found[name],
            }
            for name, times in took.items()
        },
    }


def _p95(times: list[float]) -> float:
    return round(sorted(times)[int(len(times) * 0.95)], 1)


def _misspelt(word: str) -> str:
    """Two letters in the middle change places."""
    return word[:2] + word[3] + word[2] + word[4:] if len(word) > 3 else word[::-1]


def _titled(body: str, title: str) -> str:
    return orjson.dumps({**orjson.loads(body), "title": title}, option=orjson.OPT_SORT_KEYS).decode()


if __name__ == "__main__":
    main()
