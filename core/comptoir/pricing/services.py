from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from comptoir.catalogue.models import Product
from comptoir.pricing.models import Price


@transaction.atomic
def set_price(*, variant: Product, amount: Decimal, currency: str = "EUR", compare_at: Decimal | None = None) -> Price:
    """Give a variant its price in one currency, for every channel at once.

    Units: ``amount`` in whole currency units, tax included.
    Errors: ``ValidationError`` for a negative amount or a bad currency; the old price stays then.
    """
    price = Price(variant=variant, currency=currency, amount=amount, compare_at=compare_at)
    price.clean_fields()
    if compare_at is not None and compare_at < 0:
        raise ValidationError({"compare_at": "An earlier price cannot be negative."})
    price, _created = Price.objects.update_or_create(
        variant=variant, currency=currency, defaults={"amount": amount, "compare_at": compare_at}
    )
    return price
