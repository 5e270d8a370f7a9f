"""One of each thing that changes what a basket costs: a price exception, an offer, a voucher."""

from datetime import timedelta
from decimal import Decimal

from comptoir.base import clock
from comptoir.catalogue.models import Product
from comptoir.channels.models import Channel, Location
from comptoir.pricing.campaigns import save_offer, save_range, save_voucher
from comptoir.pricing.models import OfferScope
from comptoir.pricing.offer.models import Benefit, Condition, ConditionalOffer, Range
from comptoir.pricing.services import add_price_exceptions
from comptoir.pricing.voucher.models import Voucher

VOUCHER_DAYS = 365


def make_offers(products: dict[str, Product]) -> None:
    """Socks at three for two everywhere, a welcome voucher on web and app, and scarves dearer to ship to Réunion."""
    scarf, socks = products["echarpe-saone"], products["chaussettes-ponton"]
    add_price_exceptions(
        variants=list(scarf.children.order_by("pk")),
        amount=Decimal("74.00"),
        location=Location.objects.get(code="saint-denis"),
        reason="Fret aérien et octroi de mer à La Réunion",
    )
    _offer(
        ConditionalOffer(name="Trois paires de chaussettes pour deux", priority=10, exclusive=False),
        _range("Chaussettes", socks),
        Condition(type=Condition.COUNT, value=Decimal(3)),
        Benefit(type=Benefit.MULTIBUY),
    )
    welcome = _offer(
        ConditionalOffer(
            name="Bienvenue : 10 % sur la première commande",
            offer_type=ConditionalOffer.VOUCHER,
            exclusive=False,
            max_basket_applications=1,
        ),
        _range("Toute la maison"),
        Condition(type=Condition.VALUE, value=Decimal(50)),
        Benefit(type=Benefit.PERCENTAGE, value=Decimal(10)),
        channels=list(Channel.objects.filter(code__in=("web", "app"))),
    )
    now = clock.now()
    voucher = Voucher(
        name="Bienvenue",
        code="BIENVENUE",
        usage=Voucher.MULTI_USE,
        start_datetime=now,
        end_datetime=now + timedelta(days=VOUCHER_DAYS),
    )
    save_voucher(voucher=voucher, offers=[welcome])


def _range(name: str, *products: Product) -> Range:
    """Some goods; everything, if none is named."""
    return save_range(row=Range(name=name, includes_all_products=not products), products=products)


def _offer(
    offer: ConditionalOffer,
    goods: Range,
    condition: Condition,
    benefit: Benefit,
    *,
    channels: list[Channel] | None = None,
) -> ConditionalOffer:
    condition.range = benefit.range = goods
    return save_offer(
        offer=offer, condition=condition, benefit=benefit, scope=OfferScope(), channels=channels or []
    )
