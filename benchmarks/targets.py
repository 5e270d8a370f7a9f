"""What is asked of one shop: each question with two hundred different products, pages of lists or categories."""

import random
from dataclasses import dataclass, field

import psycopg

from benchmarks.urls import STORED_ANSWERS
from comptoir.publishing.queries import encode_cursor

#: So many different addresses a question, so that no answer is measured because it is the only one.
VARIETY = 200
LANGUAGE = "fr"
#: The kinds of channels that are asked: their documents are alike in shops of any number of channels.
KINDS = ["web", "app"]


@dataclass
class Question:
    """A kind of request, its addresses with their header lines, and the limit it is measured against."""

    name: str
    targets: list[list[str]] = field(default_factory=list)
    limit: str = ""
    statuses: tuple[int, ...] = (200,)


def questions(shop: psycopg.Connection, server) -> list[Question]:
    """Everything that is measured in one shop; the answers that lists are compared with are stored on the way."""
    lists = [
        Question("list", _first_and_later_pages(shop, "featured", "rank"), "answer"),
        Question("list by price", _first_and_later_pages(shop, "price", "price_key"), "answer"),
        Question("list of a category", _categories(shop), "answer"),
    ]
    details = [
        Question("detail by slug", _products(shop, "products/", "slug"), "document"),
        Question("detail by SKU", _products(shop, "codes/", "codes[1]"), "document"),
    ]
    known = [[path, f"If-None-Match: {server.get(path)[1]['ETag']}\r\n"] for path, _ in details[0].targets]
    return [
        Question("empty", [["/api/v1/limits/empty", ""]] * 2),
        Question("document", _stored_documents(shop)),
        Question("answer", _stored_answers(shop, [server.get(path)[0] for path, _ in lists[0].targets])),
        *lists,
        *details,
        Question("detail, not modified", known, "document", (304,)),
    ]


def _sample(shop: psycopg.Connection, columns: str) -> list[tuple]:
    """Products anywhere in the shop, on any of the channels asked; the same ones at every run."""
    channels = [pk for (pk,) in shop.execute(
        "SELECT id FROM channels_channel WHERE plugin = ANY(%s) ORDER BY id", [KINDS]
    )]  # fmt: skip
    products = [pk for (pk,) in shop.execute(
        "SELECT item_id FROM publishing_document WHERE channel_id = %s AND locale = %s AND kind = 'product' ORDER BY 1",
        [channels[0], LANGUAGE],
    )]  # fmt: skip
    dice = random.Random(len(products) * 1000 + len(channels))  # noqa: S311 (to be the same again)
    pairs = {(dice.choice(channels), dice.choice(products)) for _ in range(VARIETY)}
    rows = [
        shop.execute(
            f"SELECT c.code, {columns} FROM publishing_document d JOIN channels_channel c ON c.id = d.channel_id "  # noqa: S608
            "WHERE d.channel_id = %s AND d.locale = %s AND d.kind = 'product' AND d.item_id = %s",
            [channel, LANGUAGE, product],
        ).fetchone()
        for channel, product in sorted(pairs)
    ]
    found = [row for row in rows if row]
    dice.shuffle(found)
    return found


def _first_and_later_pages(shop: psycopg.Connection, sort: str, key: str) -> list[list[str]]:
    """Half of them first pages, half pages from anywhere in the list."""
    rows = _sample(shop, f"d.{key}, d.item_id")
    later = [
        encode_cursor(sort, place, product) if turn % 2 else ""
        for turn, (_, place, product) in enumerate(rows)
    ]
    return [
        [f"/api/v1/{row[0]}/products?locale={LANGUAGE}&sort={sort}&cursor={cursor}", ""]
        for row, cursor in zip(rows, later, strict=True)
    ]


def _categories(shop: psycopg.Connection) -> list[list[str]]:
    rows = _sample(shop, "d.categories[cardinality(d.categories)]")
    return [[f"/api/v1/{code}/products?locale={LANGUAGE}&category={slug}", ""] for code, slug in rows]


def _products(shop: psycopg.Connection, prefix: str, column: str) -> list[list[str]]:
    return [
        [f"/api/v1/{code}/{prefix}{key}?locale={LANGUAGE}", ""] for code, key in _sample(shop, f"d.{column}")
    ]


def _stored_documents(shop: psycopg.Connection) -> list[list[str]]:
    return [[f"/api/v1/limits/document/{pk}", ""] for _, pk in _sample(shop, "d.id")]


def _stored_answers(shop: psycopg.Connection, answers: list[bytes]) -> list[list[str]]:
    """Real answers of the list, kept whole in a table with one key."""
    shop.execute(f"DROP TABLE IF EXISTS {STORED_ANSWERS}")
    shop.execute(f"CREATE TABLE {STORED_ANSWERS} (id bigint PRIMARY KEY, body text NOT NULL)")
    for pk, answer in enumerate(answers, start=1):
        shop.execute(f"INSERT INTO {STORED_ANSWERS} VALUES (%s, %s)", [pk, answer.decode()])  # noqa: S608
    shop.execute(f"VACUUM ANALYZE {STORED_ANSWERS}")
    return [[f"/api/v1/limits/answer/{pk}", ""] for pk in range(1, len(answers) + 1)]
