"""Baskets over HTTP, as customers and tills have them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.dateparse import parse_datetime

from comptoir.base import clock
from comptoir.baskets.checks import LineProblem
from comptoir.baskets.models import Basket, Line
from comptoir.channels.models import Channel
from comptoir.pricing.services import set_price
from comptoir.stock.audit import differences
from comptoir.stock.holds import hold_stock
from comptoir.stock.models import Hold
from comptoir.stock.plans import Wanted
from comptoir.stock.services import receive_stock
from comptoir.testing.calling import Caller

pytestmark = pytest.mark.django_db


def held():
    """Pieces by owner that are held at this moment."""
    pieces = {}
    for hold in Hold.objects.live(clock.now()):
        pieces[hold.owner] = pieces.get(hold.owner, 0) + hold.quantity
    return pieces


def take(counter, variant, quantity, place=None):
    """Somebody else is quicker."""
    hold_stock(
        requests=[Wanted("somebody-else", variant.pk, quantity)],
        location_ids=[(place or counter.nantes).pk],
        minutes=600,
        max_minutes=600,
    )


def later(minutes):
    return clock.moved_to(clock.now() + timedelta(minutes=minutes))


# --- filling one -----------------------------------------------------------------------------------------------------


def test_a_basket_is_opened_filled_and_read(web):
    opened, path = web.open("MARIN-S")
    added = web.post(f"{path}/lines", {"sku": "MARIN-S", "quantity": 2})
    basket = web.get(path)

    [line] = basket["lines"]
    assert basket["version"] == added["version"] > opened["version"]
    assert (line["sku"], line["quantity"], line["hold"]["state"]) == ("MARIN-S", 3, "held")
    assert (line["price"], line["total"]) == (
        {"amount": "49.90", "currency": "EUR"},
        {"amount": "149.70", "currency": "EUR"},
    )
    assert line["card"]["title"] == "Marin"
    assert line["card"]["options"] == [{"code": "size", "name": "Taille", "label": "S"}]
    assert (basket["pieces"], basket["totals"]["total"]["amount"]) == (3, "149.70")
    assert [one["id"] for one in added["lines"]] == [line["id"]]
    assert held() == {f"basket-line:{line['id']}": 3}
    assert web.response["Cache-Control"] == "private, no-store"


def test_only_a_hash_of_the_token_is_kept_and_no_answer_repeats_it(web):
    basket, path = web.open()
    token = basket["token"]

    assert len(token) >= 32
    assert Basket.objects.get().token_hash != token
    assert token.encode() not in (web.get(path), web.response.content)[1]


def test_a_line_is_added_by_the_barcode_of_its_variant(web, counter):
    counter.shop.product("cap", gtin="96385074", stock={counter.nantes: 1})
    counter.shop.settle()
    _basket, path = web.open()

    basket = web.post(f"{path}/lines", {"gtin": "96385074"})

    assert [(line["sku"], line["gtin"]) for line in basket["lines"]] == [("CAP", "96385074")]


def test_lines_are_changed_and_taken_out_and_their_goods_follow(web):
    basket, path = web.open("MARIN-S", "MARIN-M")
    first, second = (line["id"] for line in basket["lines"])

    web("PATCH", f"{path}/lines/{first}", {"quantity": 5})
    assert held() == {f"basket-line:{first}": 5, f"basket-line:{second}": 1}
    web("PATCH", f"{path}/lines/{first}", {"quantity": 2})
    assert held() == {f"basket-line:{first}": 2, f"basket-line:{second}": 1}
    basket = web("DELETE", f"{path}/lines/{second}")

    assert [line["id"] for line in basket["lines"]] == [first]
    assert held() == {f"basket-line:{first}": 2}
    assert differences() == []


def test_a_note_stays_with_the_basket(web):
    _basket, path = web.open()
    assert web("PATCH", path, {"note": "Sonnez deux fois."})["note"] == "Sonnez deux fois."
    assert web.get(path)["note"] == "Sonnez deux fois."


def test_a_basket_that_is_given_up_frees_its_goods_and_does_not_open_any_more(web):
    _basket, path = web.open("MARIN-S")

    web("DELETE", path)

    assert (web.status, held()) == (204, {})
    web.get(path)
    assert web.status == 404


def test_services_are_not_held(web, counter):
    product = counter.shop.product("haircut")
    product.product_class = type(product.product_class).objects.create(name="Salon", track_stock=False)
    product.save()
    counter.shop.settle()

    basket, _path = web.open("HAIRCUT")

    nothing = {"state": "not_counted", "until": None, "available": None, "words": []}
    assert basket["lines"][0]["hold"] == nothing
    assert held() == {}


def test_a_till_takes_goods_of_its_own_shop_first(counter):
    counter.shop.channel("store", locations=[counter.nantes, counter.lyon])
    receive_stock(variant=counter.small, location=counter.lyon, quantity=4)
    counter.shop.settle()
    till = Caller("store")

    till.post("baskets", {"location": "lyon", "lines": [{"sku": "MARIN-S", "quantity": 2}]})

    assert till.status == 201
    assert Hold.objects.get().level.location == counter.lyon


# --- holds by policy -------------------------------------------------------------------------------------------------


def test_a_channel_may_hold_from_the_checkout_on(web, counter):
    Channel.objects.update(holds_from="checkout")
    counter.context()
    basket, path = web.open("MARIN-S")
    assert (basket["lines"][0]["hold"]["state"], held()) == ("not_held", {})

    basket = web.post(f"{path}/checkout")
    assert (basket["lines"][0]["hold"]["state"], basket["in_checkout"]) == ("held", True)

    basket = web.post(f"{path}/lines", {"sku": "MARIN-M"})
    assert [line["hold"]["state"] for line in basket["lines"]] == ["held", "held"]


def test_holds_live_on_while_the_basket_is_used_but_not_for_ever(web):
    basket, path = web.open("MARIN-S")
    opened = parse_datetime(basket["held_until"])

    with later(10):
        basket = web.post(f"{path}/lines", {"sku": "MARIN-M"})
        assert parse_datetime(basket["lines"][0]["hold"]["until"]) - opened == timedelta(minutes=10)
    start = clock.now()
    for minutes in range(20, 120, 10):
        with clock.moved_to(start + timedelta(minutes=minutes)):
            basket = web("PATCH", path, {"note": str(minutes)})
            ends = basket["lines"][0]["hold"]["until"]
    assert abs(parse_datetime(ends) - opened - timedelta(minutes=105)) < timedelta(seconds=5)


def test_a_hold_that_ended_is_taken_again_by_one_call(web):
    _basket, path = web.open("MARIN-S")

    with later(16):
        hold = web.get(path)["lines"][0]["hold"]
        assert hold == {"state": "ended", "until": None, "available": 1, "words": []}
        basket = web.post(f"{path}/hold")

        assert basket["lines"][0]["hold"]["state"] == "held"
        assert len(held()) == 1


def test_a_basket_tells_early_that_somebody_else_took_the_last_ones(web, counter):
    basket, path = web.open("MARIN-S", "MARIN-M")
    small = basket["lines"][0]["id"]
    web("PATCH", f"{path}/lines/{small}", {"quantity": 4})

    with later(16):
        take(counter, counter.small, 8)
        take(counter, counter.medium, 10)
        holds = [line["hold"] for line in web.get(path)["lines"]]
        assert [(hold["state"], hold["available"]) for hold in holds] == [("short", 2), ("gone", 0)]

        problem = web.post(f"{path}/checkout")
        assert (web.status, problem["code"]) == (409, "out_of_stock")


def test_whoever_comes_too_late_is_told_what_else_there_is(web, counter):
    receive_stock(variant=counter.small, location=counter.lyon, quantity=3)
    take(counter, counter.small, 9)
    _basket, path = web.open()

    problem = web.post(f"{path}/lines", {"sku": "MARIN-S", "quantity": 2})

    assert (web.status, problem["code"]) == (409, "out_of_stock")
    assert problem["errors"][0]["field"] == "quantity"
    assert problem["lines"] == [
        {
            "sku": "MARIN-S",
            "wanted": 2,
            "free": 1,
            "elsewhere": [{"location": "lyon", "name": "Lyon", "free": 3}],
            "alternatives": [{"sku": "MARIN-M", "free": 10}],
        }
    ]
    assert web.get(path)["lines"] == []
    assert not Line.objects.exists()


# --- prices ----------------------------------------------------------------------------------------------------------


def test_a_price_that_changed_since_it_was_seen_is_told(web, counter):
    _basket, path = web.open("MARIN-S")
    set_price(variant=counter.small, amount=Decimal("44.90"))

    assert web.get(path)["lines"][0]["price_before"] == {"amount": "49.90", "currency": "EUR"}
    changed = web.post(f"{path}/lines", {"sku": "MARIN-M"})["lines"][0]

    assert (changed["price"]["amount"], changed["price_before"]["amount"]) == ("44.90", "49.90")
    assert web.get(path)["lines"][0]["price_before"] is None


def test_a_quote_explains_itself_when_asked(web):
    basket, path = web.open("MARIN-S")

    assert web.get(f"{path}/quote")["explain"] is None
    quote = web.get(f"{path}/quote?explain=1")

    [line] = quote["explain"]["lines"]
    assert line["line"] == basket["lines"][0]["id"]
    assert line["price"]["sentence"] == "The price for all channels."
    assert quote["totals"] == basket["totals"]


def test_a_product_withdrawn_from_the_channel_stays_in_the_basket_and_says_so(web, counter):
    _basket, path = web.open("MARIN-S")
    counter.shirt.contents.all().delete()
    for channel in (counter.web,):
        channel.documents.all().delete()

    basket = web.get(path)

    [line] = basket["lines"]
    assert (line["problem"]["code"], line["price"], line["card"]) == ("not_on_channel", None, None)
    assert basket["totals"]["total"]["amount"] == "0.00"
    problem = web.post(f"{path}/checkout")
    assert (web.status, problem["code"]) == (409, "not_on_channel")


def test_a_line_that_lost_its_price_stays_and_says_so(web, counter):
    _basket, path = web.open("MARIN-S", "MARIN-M")
    counter.small.prices.all().delete()

    basket = web.get(path)

    assert [(line["problem"] or {}).get("code") for line in basket["lines"]] == ["no_price", None]
    assert basket["totals"]["total"]["amount"] == "49.90"


# --- what plugins say ------------------------------------------------------------------------------------------------


def two_each(channel, lines):
    return [
        LineProblem(one.variant_id, "two_each", "Two each.", is_sellable=True)
        for one in lines
        if one.quantity > 2
    ]


def test_a_plugin_may_limit_what_its_channels_sell(counter, plug):
    plug("kiosk", check_basket_lines=two_each)
    counter.shop.channel("kiosk")
    counter.shop.settle()
    kiosk = Caller("kiosk")
    _basket, path = kiosk.open("MARIN-S")
    kiosk.post(f"{path}/lines", {"sku": "MARIN-S"})

    problem = kiosk.post(f"{path}/lines", {"sku": "MARIN-S"})

    assert (kiosk.status, problem["code"], problem["title"]) == (409, "two_each", "Two each.")
    assert kiosk.get(path)["pieces"] == 2


def test_while_a_plugin_is_broken_its_channels_take_nothing_more_in_but_show_what_is_there(counter, plug):
    def broken(lines):
        raise RuntimeError("out of order")

    counter.shop.channel("kiosk", plugin="web", extensions=[])
    counter.shop.settle()
    kiosk = Caller("kiosk")
    _basket, path = kiosk.open("MARIN-S")
    plug("kiosk", check_basket_lines=broken)
    Channel.objects.filter(code="kiosk").update(extensions=["kiosk"])
    counter.context()

    problem = kiosk.post(f"{path}/lines", {"sku": "MARIN-M"})

    assert (kiosk.status, problem["code"]) == (409, "cannot_be_checked")
    basket = kiosk.get(path)
    assert basket["lines"][0]["problem"]["code"] == "cannot_be_checked"
    assert basket["totals"]["total"]["amount"] == "49.90"


# --- what it costs ---------------------------------------------------------------------------------------------------


def test_adding_a_line_with_a_key_costs_twelve_statements(web):
    _basket, path = web.open("MARIN-M")
    web.post(f"{path}/lines", {"sku": "MARIN-S"})

    with CaptureQueriesContext(connection) as first:
        web.post(f"{path}/lines", {"sku": "MARIN-S"})

    assert web.status == 200
    assert len(first) <= 12, [one["sql"] for one in first]


def test_reading_a_basket_costs_as_many_statements_for_thirty_lines_as_for_one(web, counter):
    def statements():
        web.get(path)
        with CaptureQueriesContext(connection) as counted:
            web.get(path)
        return len(counted)

    _basket, path = web.open("MARIN-S")
    with later(16):  # what is free is asked, too
        one = statements()
    for number in range(29):
        counter.shop.product(f"cap-{number}", stock={counter.nantes: 5}, texts={"fr": "Cap"})
    counter.shop.settle()
    for number in range(29):
        web.post(f"{path}/lines", {"sku": f"CAP-{number}"})
        assert web.status == 200

    with later(16):
        assert statements() == one <= 7


# --- who may -----------------------------------------------------------------------------------------------------------


def test_an_unknown_token_and_one_of_another_channel_are_answered_alike(web, app):
    _basket, path = web.open("MARIN-S")

    answers = [(web.get("baskets/nobody-knows-this"), web.status), (app.get(path), app.status)]
    answers.append((app.post(f"{path}/lines", {"sku": "MARIN-S"}), app.status))
    answers.append((app.post(f"{path}/handover"), app.status))

    assert {(answer["code"], status) for answer, status in answers} == {("not_found", 404)}
    assert held() == {f"basket-line:{Line.objects.get().pk}": 1}


def test_a_line_of_somebody_else_is_not_found(web):
    other, _path = web.open("MARIN-S")
    _basket, path = web.open("MARIN-M")
    line = other["lines"][0]["id"]

    web("PATCH", f"{path}/lines/{line}", {"quantity": 5})
    assert web.status == 404
    web("DELETE", f"{path}/lines/{line}")
    assert web.status == 404
    assert Line.objects.get(pk=line).quantity == 1


# --- bad input -------------------------------------------------------------------------------------------------------


def assert_refused(caller, path, answer, status, code, field):
    assert (caller.status, answer["code"]) == (status, code)
    assert [error["field"] for error in answer["errors"]] == [field]
    assert [line["quantity"] for line in caller.get(path)["lines"]] == [1]
    assert sum(held().values()) == 1
    assert differences() == []


@pytest.mark.parametrize("quantity", [0, -1, 1.5, "2", None, True, 10**30])
def test_a_quantity_that_is_none_is_refused(web, quantity):
    basket, path = web.open("MARIN-S")
    line = basket["lines"][0]["id"]
    expected = (422, "invalid_request")

    assert_refused(
        web, path, web.post(f"{path}/lines", {"sku": "MARIN-S", "quantity": quantity}), *expected, "quantity"
    )
    assert_refused(
        web, path, web("PATCH", f"{path}/lines/{line}", {"quantity": quantity}), *expected, "quantity"
    )


def test_a_thousand_million_pieces_are_refused_with_the_most_there_may_be(web):
    _basket, path = web.open("MARIN-S")

    answer = web.post(f"{path}/lines", {"sku": "MARIN-S", "quantity": 10**9})

    assert answer["most"] == 999
    assert_refused(web, path, answer, 422, "too_many", "quantity")


def test_an_unknown_sku_is_refused(web):
    _basket, path = web.open("MARIN-S")
    for code in ("NOTHING", "", "a\0b", "MARIN"):
        answer = web.post(f"{path}/lines", {"sku": code})
        expected = "invalid_value" if "\0" in code else "unknown_code"
        assert_refused(web, path, answer, 422, expected, "sku")


def test_a_product_not_listed_on_the_channel_is_refused(web, counter):
    counter.shop.product("hidden", stock={counter.nantes: 3}, publish=False)
    counter.shop.settle()
    _basket, path = web.open("MARIN-S")

    answer = web.post(f"{path}/lines", {"sku": "HIDDEN"})

    assert_refused(web, path, answer, 409, "not_on_channel", "sku")


def test_a_first_line_that_is_refused_opens_no_basket(web):
    answer = web.post("baskets", {"lines": [{"sku": "MARIN-S"}, {"sku": "NOTHING"}]})

    assert (web.status, answer["code"]) == (422, "unknown_code")
    assert (Basket.objects.count(), held()) == (0, {})


def test_a_shop_that_the_channel_does_not_offer_is_refused(web):
    for code in ("lyon", "nowhere"):
        answer = web.post("baskets", {"location": code})
        assert (web.status, answer["errors"][0]["field"]) == (422, "location")


def test_a_long_note_is_refused(web):
    _basket, path = web.open("MARIN-S")
    assert_refused(web, path, web("PATCH", path, {"note": "x" * 501}), 422, "invalid_request", "note")


# --- limits ----------------------------------------------------------------------------------------------------------


def test_one_address_opens_only_so_many_baskets_a_minute(web, settings):
    settings.COMPTOIR_RATE_BASKETS = "2/min"
    moment = clock.now().replace(second=5)
    with clock.moved_to(moment):
        web.open()
        web.open()
        answer = web.post("baskets", {})
        assert (web.status, answer["code"]) == (429, "too_many_requests")
        assert web.response["Retry-After"] == "55"
    with clock.moved_to(moment + timedelta(minutes=1)):
        web.open()


def test_a_program_with_a_key_of_the_channel_is_not_limited(web, counter, settings):
    from comptoir.channels.services import issue_channel_key

    settings.COMPTOIR_RATE_BASKETS = "1/min"
    _key, secret = issue_channel_key(channel=counter.web, name="shop front")
    counter.context()
    for _ in range(3):
        web.post("baskets", {}, **{"X-Channel-Key": secret})
        assert web.status == 201


def test_the_same_key_gives_the_same_basket(web):
    first = web.post("baskets", {}, **{"Idempotency-Key": "the-same-key-twice"})
    again = web.post("baskets", {}, **{"Idempotency-Key": "the-same-key-twice"})

    assert first == again
    assert web.response["Idempotency-Replayed"] == "true"
    assert Basket.objects.count() == 1
