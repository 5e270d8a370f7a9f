"""A basket begun on one channel goes on in another: goods held, prices compared, the old token dead."""

from datetime import timedelta
from decimal import Decimal

import pytest

from comptoir.base import clock
from comptoir.baskets.models import Basket, Handover
from comptoir.catalogue.models import Listing
from comptoir.pricing.services import add_price_exception
from comptoir.stock.audit import differences
from comptoir.stock.models import Hold
from comptoir.testing.calling import Caller

pytestmark = pytest.mark.django_db


def hand_over(giver, path, taker, **body):
    offer = giver.post(f"{path}/handover")
    assert giver.status == 200, offer
    return taker.post("baskets/handover", {"code": offer["code"], **body})


def test_a_basket_begun_on_the_app_is_taken_over_on_the_web_with_its_holds(app, web, counter):
    basket, path = app.open("MARIN-S", "MARIN-M")
    before = {hold.pk: hold.expires_at for hold in Hold.objects.all()}

    taken = hand_over(app, path, web)

    assert (web.status, taken["channel"], taken["came_from"]) == (200, "web", "app")
    assert [line["hold"]["state"] for line in taken["lines"]] == ["held", "held"]
    assert [line["id"] for line in taken["lines"]] == [line["id"] for line in basket["lines"]]
    assert taken["differences"] == []
    assert {hold.pk for hold in Hold.objects.live(clock.now())} == set(before)
    assert {hold.channel_id for hold in Hold.objects.all()} == {counter.web.pk}
    app.get(path)
    assert app.status == 404
    assert web.get(f"baskets/{taken['token']}")["pieces"] == 2
    assert differences() == []


def test_each_price_that_is_another_is_told_with_the_rule_behind_it(app, web, counter):
    add_price_exception(
        variant=counter.small, amount=Decimal("44.90"), channel=counter.app, reason="App launch"
    )
    add_price_exception(
        variant=counter.medium, amount=Decimal("39.90"), channel=counter.web, reason="Web week"
    )
    _basket, path = app.open("MARIN-S", "MARIN-M")

    taken = hand_over(app, path, web)

    told = {one["sku"]: one for one in taken["differences"]}
    assert (told["MARIN-S"]["before"]["price"]["amount"], told["MARIN-S"]["now"]["price"]["amount"]) == (
        "44.90",
        "49.90",
    )
    assert told["MARIN-S"]["sentence"] == "Until now: A price for this channel only: App launch"
    assert told["MARIN-M"]["sentence"] == "A price for this channel only: Web week"
    assert taken["totals"]["total"]["amount"] == "89.80"
    assert web.get(f"baskets/{taken['token']}")["lines"][0]["price_before"] is None


def test_a_line_that_the_new_channel_does_not_sell_is_shown_and_not_lost(app, web, counter):
    cap = counter.shop.product("cap", stock={counter.nantes: 1})
    Listing.objects.create(product=cap, channel=counter.web, is_shown=False)
    counter.shop.settle()
    _basket, path = app.open("MARIN-S", "CAP")

    taken = hand_over(app, path, web)

    line = taken["lines"][1]
    assert (line["sku"], line["problem"]["code"], line["total"]) == ("CAP", "not_on_channel", None)
    assert line["hold"]["state"] == "held"
    [difference] = taken["differences"]
    assert (difference["sku"], difference["now"], difference["sentence"]) == (
        "CAP",
        None,
        "CAP is not sold here.",
    )

    back = hand_over(web, f"baskets/{taken['token']}", app)
    assert [one["total"]["amount"] for one in back["lines"]] == ["49.90", "49.90"]


def test_a_till_takes_a_basket_over_for_its_shop(app, counter):
    counter.shop.channel("store", locations=[counter.nantes, counter.lyon])
    counter.app.locations.add(counter.lyon)
    counter.shop.settle()
    counter.context()
    add_price_exception(
        variant=counter.small, amount=Decimal("29.90"), location=counter.nantes, reason="Opening"
    )
    _basket, path = app.open("MARIN-S")
    till = Caller("store")

    taken = hand_over(app, path, till, location="nantes")

    assert (taken["location"], taken["totals"]["total"]["amount"]) == ("nantes", "29.90")
    assert taken["differences"][0]["sentence"] == "A price for this shop only: Opening"


def test_a_code_is_good_once_for_a_quarter_of_an_hour_and_only_the_last_one(app, web):
    _basket, path = app.open("MARIN-S")
    first = app.post(f"{path}/handover")["code"]
    second = app.post(f"{path}/handover")
    assert len(second["code"].replace("-", "")) == 8
    assert second["qr"] == f"COMPTOIR:{second['code'].replace('-', '')}"

    def refused(code):
        answer = web.post("baskets/handover", {"code": code})
        return (web.status, answer.get("code"), [error["field"] for error in answer.get("errors", [])])

    unknown = (404, "handover_unknown", ["code"])
    assert refused(first) == unknown
    assert refused("7KQM-2XVD") == unknown
    assert refused("") == unknown
    with clock.moved_to(clock.now() + timedelta(minutes=15)):
        assert refused(second["code"]) == unknown
    web.post("baskets/handover", {"code": second["code"]})
    assert web.status == 200
    assert refused(second["code"]) == unknown
    assert Handover.objects.get(basket=Basket.objects.get()).to_channel.code == "web"


@pytest.mark.parametrize("typed", ["{code}", " {code} ", "{lower}", "{plain}", "{qr}", "{scanned}"])
def test_a_code_is_read_however_it_is_typed(app, web, typed):
    _basket, path = app.open("MARIN-S")
    offer = app.post(f"{path}/handover")
    code = offer["code"]

    web.post(
        "baskets/handover",
        {
            "code": typed.format(
                code=code,
                lower=code.lower().replace("0", "o"),
                plain=code.replace("-", ""),
                qr=offer["qr"],
                scanned=offer["qr"].lower(),
            )
        },
    )

    assert web.status == 200


def test_the_code_is_not_in_the_database(app):
    _basket, path = app.open("MARIN-S")
    code = app.post(f"{path}/handover")["code"]
    assert code.replace("-", "") not in Handover.objects.get().code_hash


def test_an_empty_basket_is_not_handed_over(app):
    _basket, path = app.open()
    answer = app.post(f"{path}/handover")
    assert (app.status, answer["code"]) == (409, "basket_empty")


def test_a_basket_that_was_given_up_is_not_taken_over(app, web):
    _basket, path = app.open("MARIN-S")
    code = app.post(f"{path}/handover")["code"]
    app("DELETE", path)

    answer = web.post("baskets/handover", {"code": code})

    assert (web.status, answer["code"]) == (404, "handover_unknown")


def test_nobody_guesses_codes_for_long(app, web, settings):
    settings.COMPTOIR_RATE_CODES = "3/min"
    with clock.moved_to(clock.now().replace(second=5)):
        for _ in range(3):
            web.post("baskets/handover", {"code": "0000-0000"})
            assert web.status == 404
        web.post("baskets/handover", {"code": "0000-0000"})
        assert web.status == 429


def test_the_old_prices_are_gone_with_the_old_channel(app, web, counter):
    """A channel that was closed meanwhile has no prices to compare with."""
    _basket, path = app.open("MARIN-S")
    code = app.post(f"{path}/handover")["code"]
    type(counter.app).objects.filter(pk=counter.app.pk).update(is_active=False)
    counter.context()

    taken = web.post("baskets/handover", {"code": code})

    assert (web.status, taken["differences"], taken["lines"][0]["hold"]["state"]) == (200, [], "held")
