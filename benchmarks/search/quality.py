"""How good the search is: NDCG@10 over the judged set, ``python -m benchmarks.search.quality``."""

import argparse
import math
from collections import defaultdict
from collections.abc import Iterable

from benchmarks.generate import open_database
from benchmarks.search.judged import JUDGED, Card, Judged

DEPTH = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--below", type=float, default=0.85, help="show what questions below this gave")
    chosen = parser.parse_args()
    open_database("judged")
    prepare()
    from benchmarks.search.shop import shared_files  # noqa: PLC0415 (needs Django)

    report(judge(JUDGED if shared_files() else [one for one in JUDGED if one.channel == "web"]), chosen.below)


def prepare() -> None:
    """Make the judged shops, unless they were made before."""
    from benchmarks.generate import make_tables, step  # noqa: PLC0415
    from benchmarks.search.shop import add_shared, make_demo  # noqa: PLC0415

    try:
        with step("Making the tables"):
            make_tables()
    except SystemExit:
        print("there already", end=" ")
        return
    with step("Making the demo's catalogue"):
        make_demo()
    with step("Reading the shared catalogues"):
        add_shared()


def judge(questions: Iterable[Judged]) -> list[tuple[Judged, float, list[Card]]]:
    """Ask everything; the score of each question with its answer."""
    from comptoir.channels.queries import channel_context  # noqa: PLC0415
    from comptoir.search.queries import search  # noqa: PLC0415

    every: dict[tuple[str, str], list[Card]] = {}
    answers = []
    for one in questions:
        channel = channel_context(one.channel)
        place = one.channel, one.locale
        if place not in every:
            every[place] = search(channel, one.locale, limit=10_000, with_facets=False).items
        found = search(channel, one.locale, one.text, limit=DEPTH).items
        answers.append((one, ndcg(one, found, every[place]), found))
    return answers


def ndcg(one: Judged, found: list[Card], every: list[Card]) -> float:
    """The gain of an answer in proportion to the best there could be; 0 to 1.

    Source: Järvelin and Kekäläinen (2002), with the gain 2^grade - 1 and the discount log2(place + 1).
    """
    best = sorted((one.grade(card) for card in every), reverse=True)[:DEPTH]
    if not best or not best[0]:
        raise ValueError(f"Nothing answers {one.text!r}: the judgement is of another catalogue.")
    return _gain([one.grade(card) for card in found[:DEPTH]]) / _gain(best)


def _gain(grades: list[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))


def report(answers: list[tuple[Judged, float, list[Card]]], below: float) -> None:
    """The figure in all, by catalogue and by kind of question, and the questions that fell short."""
    groups: dict[str, list[float]] = defaultdict(list)
    for one, score, found in sorted(answers, key=lambda answer: answer[1]):
        groups[f"{one.channel} {one.locale}"].append(score)
        groups[one.kind].append(score)
        if score < below:
            titles = ", ".join(f"{card['title']} ({one.grade(card)})" for card in found[:6])
            print(f"{score:.2f}  {one.channel} {one.locale}  {one.text!r}: {titles or 'nothing'}")
    for name, scores in sorted(groups.items()):
        print(f"{name:10} {mean(scores):.3f}  of {len(scores)}")
    print(f"NDCG@{DEPTH}: {mean([score for _one, score, _found in answers]):.3f} of {len(answers)} questions")


def mean(scores: list[float]) -> float:
    return sum(scores) / len(scores)


if __name__ == "__main__":
    main()
