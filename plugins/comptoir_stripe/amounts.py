"""Stripe counts in the smallest coin of a currency."""

from decimal import Decimal

from comptoir.base.money import Money, minor_digits


def to_coins(money: Money) -> int:
    """12.50 EUR is 1250, 500 JPY is 500."""
    return int(money.rounded().amount.scaleb(minor_digits(money.currency)))


def from_coins(coins: int, currency: str) -> Money:
    """1250 eur is 12.50 EUR."""
    code = currency.upper()
    return Money(Decimal(coins).scaleb(-minor_digits(code)), code)
