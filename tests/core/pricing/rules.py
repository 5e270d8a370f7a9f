"""Offers and vouchers for tests, as rows of Oscar's models."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from comptoir.catalogue.models import Category, Product
from comptoir.pricing.models import OfferScope
from comptoir.pricing.offer.models import Benefit, Condition, ConditionalOffer, Range
from comptoir.pricing.quote_parts import QuoteContext, QuoteLine
from comptoir.pricing.voucher.models import Voucher

MOMENT = datetime(2026, 11, 25, 12, tzinfo=UTC)
_numbers = count(1)


def make_range(
    *products: Product,
    categories: list[Category] | None = None,
    excluded: list[Product] | None = None,
    **fields: Any,
) -> Range:
    """A range of some products; of everything, if none and no category are named."""
    number = next(_numbers)
    every = not (products or categories or fields.get("classes"))
    classes = fields.pop("classes", [])
    excluded_categories = fields.pop("excluded_categories", [])
    made = Range.objects.create(
        name=fields.pop("name", f"Range {number}"), includes_all_products=fields.pop("includes_all", every)
    )
    for product in products:
        made.add_product(product)
    made.included_categories.set(categories or [])
    made.excluded_categories.set(excluded_categories)
    made.excluded_products.set(excluded or [])
    made.classes.set(classes)
    return made


def make_offer(
    benefit: str,
    value: str | None,
    *,
    of: Range,
    when: tuple[str, str] = ("Count", "1"),
    when_of: Range | None = None,
    max_affected: int | None = None,
    scope: dict[str, Any] | None = None,
    **fields: Any,
) -> ConditionalOffer:
    """``make_offer("Percentage", "20", of=shirts, when=("Count", "3"))``: 20 % off shirts from three pieces."""
    condition = Condition.objects.create(type=when[0], value=Decimal(when[1]), range=when_of or of)
    no_range = benefit.startswith("Shipping") or benefit == "Fixed price"
    reward = Benefit.objects.create(
        type=benefit,
        value=None if value is None else Decimal(value),
        range=None if no_range else of,
        max_affected_items=max_affected,
    )
    name = fields.pop("name", f"Offer {next(_numbers)}")
    partners = fields.pop("combinations", [])
    offer = ConditionalOffer.objects.create(name=name, condition=condition, benefit=reward, **fields)
    offer.combinations.set(partners)
    if scope is not None:
        set_scope(offer, **scope)
    return offer


def set_scope(
    offer: ConditionalOffer, *, channels: Any = (), locations: Any = (), **fields: Any
) -> OfferScope:
    scope, _created = OfferScope.objects.update_or_create(offer=offer, defaults=fields)
    scope.channels.set(channels)
    scope.locations.set(locations)
    return scope


def make_voucher(code: str, *offers: ConditionalOffer, **fields: Any) -> Voucher:
    voucher = Voucher.objects.create(
        name=code.title(),
        code=code,
        **{
            "start_datetime": MOMENT - timedelta(days=30),
            "end_datetime": MOMENT + timedelta(days=36_500),
            **fields,
        },
    )
    voucher.offers.set(offers)
    return voucher


def basket(*wanted: tuple[Product, int]) -> list[QuoteLine]:
    """``basket((shirt, 2), (sock, 1))``: lines with the keys "1", "2", …"""
    return [
        QuoteLine(str(place), product.pk, quantity)
        for place, (product, quantity) in enumerate(wanted, start=1)
    ]


def at(channel: Any, **fields: Any) -> QuoteContext:
    return QuoteContext(channel_id=channel.pk, **{"moment": MOMENT, **fields})
