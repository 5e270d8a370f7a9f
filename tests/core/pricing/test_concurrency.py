"""Many at once, and changes that are undone, on a real PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connections, transaction

from comptoir.channels.queries import channel_context
from comptoir.pricing.models import OfferUse
from comptoir.pricing.offer.models import Benefit, ConditionalOffer
from comptoir.pricing.queries import context_at, quote
from comptoir.pricing.services import OfferExhausted, use_offers
from comptoir.testing.factories import Shop
from tests.core.pricing.rules import at, basket, make_offer, make_range


@pytest.mark.django_db(transaction=True)
def test_the_last_uses_of_an_offer_are_given_once(shop: Shop) -> None:
    web, shirt = shop.channel("web"), shop.product("shirt", price="50", texts={})
    offer = make_offer(
        "Absolute", "10", of=make_range(), max_basket_applications=1, max_global_applications=3
    )
    priced = quote(at(web), basket((shirt, 1)))

    def place(number: int) -> bool:
        try:
            use_offers(quote=priced, document=f"order {number}")
        except OfferExhausted:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(place, range(12))) == 3
    offer.refresh_from_db()
    assert (offer.num_applications, OfferUse.objects.count()) == (3, 3)


def test_a_change_that_is_undone_leaves_nothing_behind(shop: Shop) -> None:
    web, shirt = shop.channel("web"), shop.product("shirt", price="50", texts={})
    make_offer("Absolute", "10", of=make_range(), max_basket_applications=1)

    def off() -> Decimal:
        return quote(at(web), basket((shirt, 1))).discount.amount

    assert off() == 10
    with pytest.raises(RuntimeError), transaction.atomic():
        Benefit.objects.update(value=20)
        assert off() == 20
        raise RuntimeError
    assert off() == 10
    ConditionalOffer.objects.update(status=ConditionalOffer.SUSPENDED)
    assert off() == 0


def test_a_basket_is_priced_where_it_is(shop: Shop) -> None:
    shop.channel("web", currency="CHF")
    saint_denis = shop.location("saint-denis", time_zone="Indian/Reunion", country="RE")
    channel = channel_context("web")
    assert channel is not None
    anywhere, there = context_at(channel), context_at(channel, saint_denis, net_prices=True)
    assert (anywhere.currency, anywhere.country, anywhere.time_zone) == ("CHF", "FR", "Europe/Paris")
    assert (there.country, there.time_zone, there.location_id) == ("RE", "Indian/Reunion", saint_denis.pk)
    assert there.net_prices
