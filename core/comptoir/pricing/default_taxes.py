"""The taxes a new shop starts with; a merchant changes them as rows."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

#: French VAT since 1 January 2014 by code of the tax class. Source: CGI art. 278 (20 %), 278 bis (10 %),
#: 278-0 bis (5.5 %) and 281 quater ff. (2.1 %); in Guadeloupe, Martinique and Réunion 8.5 and 2.1 % by art. 296.
CLASSES = {
    "standard": _("Standard"),
    "intermediate": _("Intermediate"),
    "reduced": _("Reduced"),
    "super-reduced": _("Super-reduced"),
}
_MAINLAND = {"standard": "20", "intermediate": "10", "reduced": "5.5", "super-reduced": "2.1"}
_OVERSEAS = {"standard": "8.5", "intermediate": "2.1", "reduced": "2.1", "super-reduced": "2.1"}
RATES = {
    "FR": _MAINLAND,
    "MC": _MAINLAND,
    "GP": _OVERSEAS,
    "MQ": _OVERSEAS,
    "RE": _OVERSEAS,
}


def write_default_taxes(apps: Any) -> None:
    """Give a shop without any tax class the French rates; ``apps`` is that of a migration, or Django's own."""
    tax_class, tax_rate = apps.get_model("pricing", "TaxClass"), apps.get_model("pricing", "TaxRate")
    if tax_class.objects.exists():
        return
    classes = {
        code: tax_class.objects.create(code=code, name=gettext(name), is_default=code == "standard")
        for code, name in CLASSES.items()
    }
    tax_rate.objects.bulk_create(
        tax_rate(tax_class=classes[code], country=country, rate=Decimal(rate))
        for country, rates in RATES.items()
        for code, rate in rates.items()
    )
