"""The tax that is in a price, or comes on top of a net one. Source: docs/algorithms/pricing.md, "Taxes"."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from comptoir.base.errors import ComptoirError
from comptoir.pricing.rounding import rounded


class NoTaxRate(ComptoirError):
    """A country, or a tax class in it, for which nobody entered a rate."""

    code = "no_tax_rate"
    status = 422
    sentence = _("No tax rate is known for {country}.")


@dataclass(frozen=True)
class Rate:
    """A row of the tax table. Units: ``percent``; both days are included."""

    class_code: str
    percent: Decimal
    starts_on: date | None = None
    ends_on: date | None = None

    def counts_on(self, day: date) -> bool:
        return (self.starts_on is None or self.starts_on <= day) and (
            self.ends_on is None or day <= self.ends_on
        )


@dataclass(frozen=True)
class TaxTable:
    """All tax rates, compiled with the offers. ``class_of`` gives the tax class of a class of products."""

    rates: Mapping[tuple[str, int], tuple[Rate, ...]] = field(default_factory=dict)
    class_of: Mapping[int, int] = field(default_factory=dict)
    default_class: int | None = None

    def rate(self, *, country: str, product_class: int | None, day: date) -> Rate:
        """What a product is taxed at in a country on a day.

        Errors: ``NoTaxRate``; a sale is not guessed to be free of tax.
        """
        tax_class = self.class_of.get(product_class or 0, self.default_class)
        for rate in self.rates.get((country, tax_class or 0), ()):
            if rate.counts_on(day):
                return rate
        raise NoTaxRate(country=country, field="country")


def tax_in(gross: Decimal, percent: Decimal, step: Decimal) -> Decimal:
    """The tax that an amount with tax contains, rounded once."""
    return rounded(gross * percent / (100 + percent), step)


def tax_on(net: Decimal, percent: Decimal, step: Decimal) -> Decimal:
    """The tax that comes on top of an amount without tax, rounded once."""
    return rounded(net * percent / 100, step)


def without_tax(gross: Decimal, percent: Decimal, step: Decimal) -> Decimal:
    """The net price of one piece: what business customers see."""
    return rounded(gross * 100 / (100 + percent), step)
