"""The order to be, frozen when the money is asked for: whatever changes afterwards, the customer gets what they saw."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce, JSONObject
from oscar.apps.catalogue.models import ProductAttributeValue

from comptoir.base.money import Money
from comptoir.baskets.shown import BasketView, ShownLine
from comptoir.catalogue.models import AttributeOption, Product
from comptoir.checkout.delivery import claimed_place
from comptoir.checkout.models import Checkout
from comptoir.content.models import ProductContent
from comptoir.orders.placing import Contact, PlacedLine, Placing
from comptoir.pricing.quote_parts import DeliveryBenefit, OfferDiscount, Quote


@dataclass(frozen=True)
class FrozenOffers:
    """What of a quote counts the uses of offers."""

    discounts: tuple[OfferDiscount, ...]
    delivery_benefits: tuple[DeliveryBenefit, ...]


def freeze(
    checkout: Checkout,
    view: BasketView,
    *,
    is_unpaid: bool = False,
    later: Mapping[int, Decimal] | None = None,
) -> dict[str, Any]:
    """The order to be as JSON, with the offers it uses. One statement: titles and options.

    Shapes: ``later`` says by variant what of a line is paid at arrival.
    """
    placing = _placing(checkout, view, is_unpaid, later or {})
    return {
        "placing": {
            **{one.name: getattr(placing, one.name) for one in fields(placing)},
            "lines": [asdict(line) for line in placing.lines],
            "contact": asdict(placing.contact),
        },
        "offers": [_offer(one) for one in view.quote.discounts],
        "delivery_offers": [asdict(one) for one in view.quote.delivery_benefits],
    }


def thaw(frozen: Mapping[str, Any]) -> tuple[Placing, FrozenOffers]:
    """The order to be and its offers, out of JSON."""
    said = dict(frozen["placing"])
    placing = Placing(
        **{
            **said,
            **_amounts(said, "tax", "total", "due_later", "delivery_total", "delivery_tax"),
            "lines": [_line(one) for one in said["lines"]],
            "contact": Contact(**said["contact"]),
        }
    )
    discounts = tuple(
        OfferDiscount(**{**one, "amount": Money(Decimal(one["amount"]), placing.currency)})
        for one in frozen["offers"]
    )
    benefits = tuple(
        DeliveryBenefit(**{**one, "value": Decimal(one["value"])}) for one in frozen["delivery_offers"]
    )
    return placing, FrozenOffers(discounts, benefits)


def _placing(checkout: Checkout, view: BasketView, is_unpaid: bool, later: Mapping[int, Decimal]) -> Placing:
    quote, basket = view.quote, view.basket
    till = basket.location.pk if basket.location else None
    location_id = checkout.delivery.get("location_id") or till or claimed_place(view)
    return Placing(
        reference=checkout.reference,
        channel_id=view.channel.id,
        channel_code=view.channel.code,
        locale=checkout.locale,
        currency=quote.currency,
        lines=placed_lines(view, checkout.locale, later=later),
        tax=quote.tax.amount + checkout.delivery_tax,
        total=quote.total.amount + checkout.delivery_total,
        due_later=sum(later.values(), Decimal(0)),
        basket_id=basket.id,
        location_id=location_id,
        customer_id=basket.owner_id,
        contact=Contact(checkout.name, checkout.email, checkout.phone),
        delivery=checkout.delivery,
        delivery_total=checkout.delivery_total,
        delivery_tax=checkout.delivery_tax,
        billing=checkout.billing,
        quote=_explained(quote),
        prices_include_tax=quote.prices_include_tax,
        note=basket.note,
        payment_method=checkout.provider,
        is_unpaid=is_unpaid,
    )


def placed_lines(
    view: BasketView, locale: str, *, later: Mapping[int, Decimal] | None = None
) -> list[PlacedLine]:
    """The lines of a basket as an order keeps them, in the customer's language; one statement."""
    texts = _texts([line.row.variant_id for line in view.lines], locale)
    return [
        _frozen_line(
            line,
            *texts.get(line.row.variant_id, ("", "")),
            (later or {}).get(line.row.variant_id, Decimal(0)),
        )
        for line in view.lines
        if line.price
    ]


def _frozen_line(line: ShownLine, title: str, options: str, due_later: Decimal) -> PlacedLine:
    row, price = line.row, line.price
    assert price is not None
    return PlacedLine(
        variant_id=row.variant_id,
        sku=row.sku,
        gtin=row.gtin or "",
        title=(title or row.sku)[:255],
        options=options[:255],
        quantity=row.quantity,
        unit_price=price.unit_price.amount,
        discount=sum((one.amount.amount for one in price.discounts), Decimal(0)),
        tax_percent=price.tax_percent,
        tax=price.tax.amount,
        total=price.total.amount,
        is_counted=row.is_counted,
        stock_owner=row.owner,
        due_later=due_later,
    )


def _texts(variant_ids: list[int], locale: str) -> dict[int, tuple[str, str]]:
    """What customers read of each variant in a language: its title, and what was chosen of it, such as ``M, blue``.

    Where there is no text, the name of the back office. One statement.
    """
    product_id = Coalesce(OuterRef("parent_id"), OuterRef("pk"))
    texts = ProductContent.objects.filter(product=product_id, live=True, locale__language_code=locale)
    chosen = ProductAttributeValue.objects.filter(
        product=OuterRef("pk"), attribute__is_option=True, value_option__isnull=False
    ).order_by("attribute__position", "attribute_id")
    option = JSONObject(option="value_option__option", translations="value_option__translations")
    rows = Product.objects.filter(pk__in=variant_ids).values_list(
        "pk",
        Coalesce(Subquery(texts.values("title")[:1]), "parent__title", "title"),
        ArraySubquery(chosen.values_list(option)),
    )
    return {
        pk: (title, ", ".join(AttributeOption(**said).text("option", locale) for said in options))
        for pk, title, options in rows
    }


def _explained(quote: Quote) -> dict[str, Any]:
    totals = {
        name: getattr(quote, name).as_json() for name in ("subtotal", "discount", "net", "tax", "total")
    }
    return {**quote.explain(), "totals": totals}


def _offer(one: OfferDiscount) -> dict[str, Any]:
    return {**asdict(one), "amount": one.amount.amount}


def _line(said: Mapping[str, Any]) -> PlacedLine:
    return PlacedLine(
        **{**said, **_amounts(said, "unit_price", "discount", "tax_percent", "tax", "total", "due_later")}
    )


def _amounts(said: Mapping[str, Any], *names: str) -> dict[str, Decimal]:
    """What was frozen before a sum was thought of does not have it."""
    return {name: Decimal(said[name]) for name in names if name in said}
