"""A payment provider for tests, as a bank would be: it keeps its own books in a file that outlives any process."""

import json
import os
import signal
import sqlite3
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from comptoir.base.money import Money
from comptoir.payments.providers import (
    Answer,
    Asked,
    Fact,
    NoticeForged,
    NoticeUnreadable,
    Provider,
    ProviderRefused,
    ProviderSilent,
    Step,
    Told,
)

BOOKS = """
CREATE TABLE IF NOT EXISTS deal (payment TEXT PRIMARY KEY, amount TEXT, currency TEXT);
CREATE TABLE IF NOT EXISTS deed (number INTEGER PRIMARY KEY, payment TEXT, kind TEXT, amount TEXT, key TEXT UNIQUE);
"""
PASSWORD = "the bank's own"


class Bank(Provider):
    """Does everything once for each key. ``mood`` says how it behaves; a list of moods is used up call by call.

    ``pays``; ``redirects`` (to a page of its own, another for each call); ``refuses``; ``silent`` (does nothing, answers
    nothing); ``deaf`` (does it, answers nothing); ``killed_before`` and ``killed_after``: the calling process dies there.
    """

    code = "bank"
    name = "Bank"

    def __init__(self, books: Path, *moods: str) -> None:
        self.books, self.moods, self.calls = books, list(moods), 0
        with self._open() as books_:
            books_.executescript(BOOKS)

    # --- what the shop asks ---

    def start(self, asked: Asked) -> Answer:
        return self._do("authorised", asked)

    def capture(self, asked: Asked) -> Answer:
        return self._do("captured", asked)

    def refund(self, asked: Asked) -> Answer:
        return self._do("refunded", asked)

    def void(self, asked: Asked) -> Answer:
        return self._do("voided", asked)

    def fetch(self, asked: Asked) -> Answer:
        self.calls += 1
        if self._mood() == "silent":
            raise ProviderSilent
        return Answer(reference=asked.payment, facts=self.facts(asked.payment))

    def read_notice(self, headers, body) -> Told | None:
        if headers.get("x-password") != PASSWORD:
            raise NoticeForged
        try:
            said = json.loads(body)
            facts = [
                Fact(
                    one["kind"],
                    Money(Decimal(one["amount"]), one["currency"]),
                    one["reference"],
                    one.get("key", ""),
                )
                for one in said["facts"]
            ]
        except (ValueError, KeyError) as error:
            raise NoticeUnreadable from error
        return Told(said["id"], payment=said["payment"], facts=facts)

    # --- what happens there ---

    def _do(self, kind: str, asked: Asked) -> Answer:
        self.calls += 1
        mood = self._mood()
        if mood == "silent":
            raise ProviderSilent
        if mood == "refuses":
            raise ProviderRefused("no_funds")
        if mood == "killed_before":
            os.kill(os.getpid(), signal.SIGKILL)
        with self._open() as books:
            books.execute(
                "INSERT OR IGNORE INTO deal VALUES (?, ?, ?)",
                [asked.payment, str(asked.amount.amount), asked.amount.currency],
            )
        if mood != "redirects" and asked.amount.amount:
            self.deed(asked.payment, kind, asked.amount.amount, asked.key)
        if mood == "killed_after":
            os.kill(os.getpid(), signal.SIGKILL)
        if mood == "deaf":
            raise ProviderSilent
        step = (
            Step("redirect", url=f"https://bank.example/pay?call={self.calls}")
            if mood == "redirects"
            else Step()
        )
        facts = [one for one in self.facts(asked.payment) if one.key == asked.key]
        return Answer(
            reference=asked.payment,
            facts=facts,
            step=step if kind == "authorised" else None,
            is_over=kind == "voided",
        )

    def deed(self, payment: str, kind: str, amount: Decimal, key: str) -> None:
        """Money moves; the same key moves it once."""
        with self._open() as books:
            books.execute(
                "INSERT OR IGNORE INTO deed (payment, kind, amount, key) VALUES (?, ?, ?, ?)",
                [payment, kind, str(amount), key],
            )

    def facts(self, payment: str) -> list[Fact]:
        with self._open() as books:
            rows = books.execute(
                "SELECT number, kind, deed.amount, key, currency FROM deed JOIN deal ON deal.payment = deed.payment"
                " WHERE deed.payment = ? ORDER BY number",
                [payment],
            )
            return [
                Fact(kind, Money(Decimal(amount), currency), str(number), key)
                for number, kind, amount, key, currency in rows
            ]

    def total(self, kind: str) -> Decimal:
        """What the bank has done in all: the truth that the shop must agree with."""
        with self._open() as books:
            return sum(
                (
                    Decimal(amount)
                    for [amount] in books.execute("SELECT amount FROM deed WHERE kind = ?", [kind])
                ),
                Decimal(0),
            )

    def notice(self, payment, message="msg-1", facts=None, **changes) -> bytes:
        """What it sends to the shop: all that happened with a payment."""
        told = self.facts(str(payment.uuid)) if facts is None else facts
        body = {
            "id": message,
            "payment": str(payment.uuid),
            "facts": [one.as_json() for one in told],
            **changes,
        }
        return json.dumps(body).encode()

    def _mood(self) -> str:
        return (self.moods.pop(0) if len(self.moods) > 1 else self.moods[0]) if self.moods else "pays"

    @contextmanager
    def _open(self):
        books = sqlite3.connect(self.books, timeout=30)
        try:
            with books:
                yield books
        finally:
            books.close()
