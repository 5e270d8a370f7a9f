"""Money: an exact amount with its currency. Two currencies never add up."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import format_currency
from django.utils import translation

#: ISO 4217 currencies whose smallest unit is not a hundredth.
MINOR_DIGITS = {"JPY": 0, "KRW": 0, "XPF": 0, "XOF": 0, "XAF": 0, "TND": 3, "KWD": 3, "BHD": 3}


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies were combined."""


def minor_digits(currency: str) -> int:
    """How many digits the smallest coin of a currency has after the point."""
    return MINOR_DIGITS.get(currency, 2)


@dataclass(frozen=True, order=False)
class Money:
    """An amount as the customer pays it.

    Units: ``amount`` in whole currency units (12.50 is twelve euros fifty).
    """

    amount: Decimal
    currency: str

    def __add__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.amount - other.amount, self.currency)

    def __mul__(self, quantity: int | Decimal) -> "Money":
        return Money(self.amount * quantity, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same_currency(other)
        return self.amount < other.amount

    def rounded(self) -> "Money":
        """The amount on the smallest coin, half away from zero (the commercial rule)."""
        step = Decimal(1).scaleb(-minor_digits(self.currency))
        return Money(self.amount.quantize(step, rounding=ROUND_HALF_UP), self.currency)

    def as_json(self) -> dict[str, str]:
        """``{"amount": "12.50", "currency": "EUR"}``: how money is written everywhere outside."""
        return {"amount": str(self.rounded().amount), "currency": self.currency}

    def _same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not add up.")


def written(money: Money) -> str:
    """A sum as people write it, in the language that is on: 49,90 € or €49.90."""
    language = translation.to_locale(translation.get_language() or "en")
    return format_currency(money.rounded().amount, money.currency, locale=language)
