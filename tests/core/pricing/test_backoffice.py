"""Prices in the back office: where they differ and why, exceptions, the history, who may see what."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from comptoir.base import clock
from comptoir.customers.models import User
from comptoir.pricing import parity
from comptoir.pricing.models import Price, PriceChange, PriceException
from comptoir.pricing.services import add_price_exception, set_price
from tests.core.pricing.rules import make_offer, make_range, make_voucher

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client, shop):
    client.force_login(User.objects.create_superuser("boss@aubelaine.example", "a-long-password"))
    client.cookies["django_language"] = "en"
    return client


def text(response) -> str:
    return " ".join(response.content.decode().split())


def test_every_screen_opens(staff, shop):
    web, nantes = shop.channel("web"), shop.location("nantes")
    shirt = shop.product("shirt", texts={})
    row = add_price_exception(variant=shirt, amount=Decimal("44.90"), reason="App launch", channel=web)
    offer = make_offer(
        "Percentage", "10", of=make_range(), offer_type="Voucher", scope={"locations": [nantes]}
    )
    voucher = make_voucher("WELCOME", offer)
    for name, args in (
        ("price_exceptions:index", []),
        ("price_exceptions:index_results", []),
        ("price_exceptions:add", []),
        ("price_exceptions:edit", [row.pk]),
        ("price_exceptions:delete", [row.pk]),
        ("price_exceptions:history", [row.pk]),
        ("offers:index", []),
        ("offers:add", []),
        ("offers:edit", [offer.pk]),
        ("offers:delete", [offer.pk]),
        ("ranges:index", []),
        ("ranges:add", []),
        ("ranges:edit", [offer.condition.range_id]),
        ("ranges:delete", [offer.condition.range_id]),
        ("vouchers:index", []),
        ("vouchers:add", []),
        ("vouchers:edit", [voucher.pk]),
        ("vouchers:delete", [voucher.pk]),
        ("voucher_sets:index", []),
        ("voucher_sets:add", []),
        ("tax_rates:index", []),
        ("tax_rates:add", []),
        ("tax_classes:add", []),
        ("class_taxes:add", []),
        ("prices:history", []),
        ("prices:try", []),
        ("prices:taxes", []),
        ("prices:suggestions", []),
    ):
        assert staff.get(reverse(name, args=args)).status_code == 200, name


# --- where prices differ ---------------------------------------------------------------------------------------------


def test_a_shop_without_exceptions_says_that_nothing_differs(staff, shop):
    shop.channel("web"), shop.channel("app")
    shop.product("shirt", texts={})

    page = text(staff.get(reverse("price_exceptions:index")))

    assert "No difference: every channel sells at the same price." in page
    assert "2 prices compared: every difference has its reason." in page


def test_a_difference_is_shown_with_its_reason_and_by_how_much(staff, shop):
    app, reunion = shop.channel("app"), shop.location("saint-denis", time_zone="Indian/Reunion")
    shirt = shop.product("shirt", texts={})
    boss = User.objects.get()
    add_price_exception(
        variant=shirt, amount=Decimal("44.91"), reason="App launch", channel=app, entered_by=boss
    )
    add_price_exception(
        variant=shirt, amount=Decimal("54.90"), reason="Air freight", location=reunion,
        starts_at=datetime(2040, 1, 1, 20, tzinfo=UTC),
    )  # fmt: skip

    page = text(staff.get(reverse("price_exceptions:index")))

    assert "44.91 EUR" in page
    assert "−4.99 EUR (−10.0 %)" in page
    assert "App launch" in page
    assert boss.email in page
    assert "+5.00 EUR (+10.0 %)" in page
    assert "from 01/02/2040" in page
    assert "(Indian/Reunion)" in page


def test_differences_are_filtered_by_place_and_time(staff, shop):
    app, web = shop.channel("app"), shop.channel("web")
    shirt = shop.product("shirt", texts={})
    now = clock.now()
    day = timedelta(days=1)
    facts = {"variant": shirt, "amount": Decimal(40)}
    add_price_exception(**facts, reason="For the app", channel=app)
    add_price_exception(
        **facts, reason="Was last week", channel=web, starts_at=now - 9 * day, ends_at=now - 7 * day
    )
    add_price_exception(**facts, reason="Next week", starts_at=now + 7 * day)

    def reasons(**asked):
        rows = staff.get(reverse("price_exceptions:index"), asked).context["object_list"]
        return sorted(row.reason for row in rows)

    assert reasons() == ["For the app", "Next week", "Was last week"]
    assert reasons(channel=app.pk) == ["For the app"]
    assert reasons(state="now") == ["For the app"]
    assert reasons(state="later") == ["Next week"]
    assert reasons(state="over") == ["Was last week"]
    assert reasons(q="SHIRT", channel=web.pk) == ["Was last week"]


def test_an_unexplained_difference_is_an_error_of_the_shop(staff, shop, monkeypatch):
    """There is no way to make one by rows, so the engine's answer is bent."""
    shop.channel("web")
    shirt = shop.product("shirt", texts={})
    real = parity.prices_on
    monkeypatch.setattr(
        parity,
        "prices_on",
        lambda *args, **place: {
            pk: replace(one, amount=Decimal("39.90")) for pk, one in real(*args, **place).items()
        },
    )

    page = text(staff.get(reverse("price_exceptions:index")))

    assert "1 price differs without an exception that says why" in page
    assert shirt.sku in page


def test_the_list_of_differences_costs_the_same_for_1_row_and_for_50(
    staff, shop, django_assert_max_num_queries
):
    app = shop.channel("app")
    variants = shop.variants(shop.product("shirt", sizes=[str(size) for size in range(30, 80)], texts={}))
    url = reverse("price_exceptions:index_results")

    def count() -> int:
        with django_assert_max_num_queries(60) as asked:
            staff.get(url)
        return len(asked)

    add_price_exception(variant=variants[0], amount=Decimal(40), reason="App launch", channel=app)
    staff.get(url)
    one = count()
    for variant in variants[1:]:
        add_price_exception(variant=variant, amount=Decimal(40), reason="App launch", channel=app)
    assert count() == one


# --- exceptions ------------------------------------------------------------------------------------------------------


def sent(**fields) -> dict:
    return {"goods": "SHIRT", "amount": "44,90", "currency": "EUR", "reason": "App launch", **fields}


@pytest.fixture
def shirt(shop):
    return shop.product("shirt", texts={})


def refused(staff, **fields) -> dict:
    response = staff.post(reverse("price_exceptions:add"), sent(**fields))
    assert response.status_code == 200
    return response.context["form"].errors


def test_an_exception_is_added_for_a_channel(staff, shop, shirt):
    app = shop.channel("app")

    response = staff.post(reverse("price_exceptions:add"), sent(channel=app.pk))

    assert response.status_code == 302, response.context["form"].errors
    row = PriceException.objects.get()
    assert (row.amount, row.channel, row.reason, row.rank) == (Decimal("44.9"), app, "App launch", 2)
    assert row.entered_by == User.objects.get()
    assert PriceChange.objects.filter(exception_id=row.pk).count() == 1


def test_the_handle_of_a_product_names_all_its_variants(staff, shop):
    app = shop.channel("app")
    shop.product("coat", sizes=["s", "m", "l"], texts={})

    staff.post(reverse("price_exceptions:add"), sent(goods="coat", channel=app.pk))

    assert sorted(PriceException.objects.values_list("variant__sku", flat=True)) == [
        "COAT-L", "COAT-M", "COAT-S",
    ]  # fmt: skip


def test_times_are_those_of_the_shop_that_is_named(staff, shop, shirt):
    reunion = shop.location("saint-denis", time_zone="Indian/Reunion")
    web = shop.channel("web", time_zone="Europe/Paris")
    day = {"starts_at": "2040-01-02 00:00", "ends_at": "2040-01-03 00:00"}

    staff.post(reverse("price_exceptions:add"), sent(location=reunion.pk, **day))
    staff.post(reverse("price_exceptions:add"), sent(channel=web.pk, **day))

    starts = {row.location_id: row.starts_at for row in PriceException.objects.all()}
    assert starts[reunion.pk] == datetime(2040, 1, 1, 20, tzinfo=UTC)
    assert starts[None] == datetime(2040, 1, 1, 23, tzinfo=UTC)
    edit = staff.get(reverse("price_exceptions:edit", args=[PriceException.objects.get(location=reunion).pk]))
    assert "2040-01-02 00:00" in text(edit)


def test_a_time_the_clock_never_shows_is_refused(staff, shop, shirt):
    shop.channel("web")
    assert "starts_at" in refused(staff, starts_at="2026-03-29 02:30")


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("goods", {"goods": "NOTHING"}),
        ("goods", {"goods": ""}),
        ("amount", {"amount": "-1"}),
        ("amount", {"amount": "44.905"}),
        ("amount", {"amount": "cheap"}),
        ("reason", {"reason": ""}),
        ("reason", {"reason": "x"}),
        ("currency", {"currency": "CHF"}),
        ("channel", {"channel": "999999"}),
        ("channel", {"channel": ""}),
        ("starts_at", {"starts_at": "soon"}),
        ("ends_at", {"starts_at": "2040-01-03 00:00", "ends_at": "2040-01-02 00:00"}),
    ],
)
def test_a_bad_exception_is_refused_beside_its_field(staff, shop, shirt, field, change):
    app = shop.channel("app")
    assert field in refused(staff, **{"channel": app.pk, **change})
    assert not PriceException.objects.exists()


def test_an_overlap_is_refused_beside_the_field_and_names_what_is_in_the_way(staff, shop, shirt):
    app = shop.channel("app")
    dates = {"starts_at": "2040-01-02 00:00", "ends_at": "2040-01-09 00:00"}
    staff.post(reverse("price_exceptions:add"), sent(channel=app.pk, reason="First week", **dates))
    staff.post(reverse("price_exceptions:add"), sent(channel=app.pk, reason="For good"))

    overlapping = refused(staff, channel=app.pk, starts_at="2040-01-08 00:00")
    assert "“First week”" in overlapping["starts_at"][0]
    assert "“For good”" in refused(staff, channel=app.pk)["channel"][0]
    staff.post(reverse("price_exceptions:add"), sent(channel=app.pk, starts_at="2040-01-09 00:00"))
    assert PriceException.objects.count() == 3


def test_a_preview_shows_what_will_hold_where_and_saves_nothing(staff, shop, shirt):
    app, nantes = shop.channel("app"), shop.location("nantes")
    shop.channel("web")
    add_price_exception(variant=shirt, amount=Decimal("39.90"), reason="Shop window", location=nantes)
    before = PriceChange.objects.count()

    response = staff.post(reverse("price_exceptions:add"), sent(channel=app.pk, do="preview"))

    rows = {row["channel"].code: row for row in response.context["preview"]["rows"]}
    assert (rows["app"]["amount"], rows["app"]["reason"]) == ("44.90 EUR", "App launch")
    assert (rows["web"]["amount"], rows["web"]["differs"]) == ("49.90 EUR", False)
    assert [shop["amount"] for shop in rows["app"]["shops"]] == ["39.90 EUR"]
    assert PriceException.objects.count() == 1
    assert PriceChange.objects.count() == before


def test_an_exception_is_changed_and_keeps_its_goods(staff, shop, shirt):
    app = shop.channel("app")
    row = add_price_exception(variant=shirt, amount=Decimal("44.90"), reason="App launch", channel=app)
    shop.product("coat", texts={})

    response = staff.post(
        reverse("price_exceptions:edit", args=[row.pk]), sent(goods="COAT", amount="43.90", channel=app.pk)
    )

    assert response.status_code == 302, response.context["form"].errors
    row.refresh_from_db()
    assert (row.amount, row.variant_id) == (Decimal("43.9"), shirt.pk)
    assert PriceChange.objects.filter(exception_id=row.pk).count() == 2


def test_an_exception_ends_early_and_is_then_part_of_the_past(staff, shop, shirt):
    app = shop.channel("app")
    row = add_price_exception(variant=shirt, amount=Decimal("44.90"), reason="App launch", channel=app)
    url = reverse("price_exceptions:end", args=[row.pk])

    assert staff.get(url).status_code == 405
    staff.post(url)

    row.refresh_from_db()
    assert row.ends_at <= clock.now()
    assert "is over" in text(staff.post(url, follow=True))
    edit = reverse("price_exceptions:edit", args=[row.pk])
    answer = staff.post(edit, sent(amount="1.00", channel=app.pk))
    assert "This price exception is over" in text(answer)
    row.refresh_from_db()
    assert row.amount == Decimal("44.9")


def test_a_standing_exception_ends_also_beside_a_dated_one(staff, shop, shirt):
    app = shop.channel("app")
    row = add_price_exception(variant=shirt, amount=Decimal("44.90"), reason="For good", channel=app)
    starts_at = clock.now() - timedelta(days=1)
    add_price_exception(
        variant=shirt, amount=Decimal("43.90"), reason="App week", channel=app, starts_at=starts_at
    )

    staff.post(reverse("price_exceptions:end", args=[row.pk]))

    assert [one.reason for one in PriceException.objects.all()] == ["App week"]
    assert PriceChange.objects.filter(exception_id=row.pk).first().amount is None


def test_what_has_not_begun_is_deleted_not_ended(staff, shop, shirt):
    starts_at = clock.now() + timedelta(days=1)
    row = add_price_exception(variant=shirt, amount=Decimal(40), reason="Tomorrow", starts_at=starts_at)

    answer = staff.post(reverse("price_exceptions:end", args=[row.pk]), follow=True)
    assert "has not begun yet" in text(answer)
    staff.post(reverse("price_exceptions:delete", args=[row.pk]))
    assert not PriceException.objects.exists()
    assert PriceChange.objects.filter(exception_id=row.pk).count() == 2


# --- the history -----------------------------------------------------------------------------------------------------


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"2026-{day}T12:00+00:00")


def test_the_history_draws_the_steps_and_names_the_lowest_price(staff, shop):
    shop.channel("web")
    with clock.moved_to(at("09-01")):
        coat = shop.product("coat", texts={}, price="50")
    for day, amount in (("10-01", 40), ("10-10", 60), ("11-05", 45)):
        with clock.moved_to(at(day)):
            set_price(variant=coat, amount=Decimal(amount))
    with clock.moved_to(at("11-09")):
        assert staff.get(reverse("prices:history"), {"goods": "COAT"}).context["lowest"] == "45.00 EUR"
    with clock.moved_to(at("11-08")):
        response = staff.get(reverse("prices:history"), {"goods": "COAT"})

    assert response.context["lowest"] == "40.00 EUR"
    assert [step["amount"] for step in response.context["steps"]] == [
        "45.00 EUR", "60.00 EUR", "40.00 EUR", "50.00 EUR",
    ]  # fmt: skip
    page = text(response)
    assert '<svg class="cpt-chart"' in page
    assert 'role="img"' in page
    assert "<path" in page


def test_the_history_has_nothing_to_edit(staff, shop, shirt):
    page = text(staff.get(reverse("prices:history"), {"goods": "SHIRT"}))
    assert 'method="post"' not in page
    assert staff.post(reverse("prices:history"), {"goods": "SHIRT"}).status_code == 405


def test_goods_are_proposed_while_somebody_types(staff, shop, shirt):
    def found(text):
        return [one["code"] for one in staff.get(reverse("prices:suggestions"), {"q": text}).json()["found"]]

    assert found("shi") == ["SHIRT"]
    assert found("s") == []
    assert found("nothing") == []


# --- who may see it --------------------------------------------------------------------------------------------------

SCREENS = [
    "price_exceptions:index", "price_exceptions:index_results", "price_exceptions:add", "offers:index", "offers:add",
    "ranges:index", "ranges:add", "vouchers:index", "vouchers:add", "voucher_sets:index", "voucher_sets:add",
    "tax_rates:index", "tax_classes:index", "class_taxes:index", "prices:history", "prices:try", "prices:taxes",
    "prices:suggestions",
]  # fmt: skip


def log_in(client, *codenames: str) -> None:
    user = User.objects.create_user("merchandiser@aubelaine.example", "a-long-password", is_staff=True)
    group = Group.objects.create(name="Merchandising")
    group.permissions.set(Permission.objects.filter(codename__in=["access_admin", *codenames]))
    user.groups.add(group)
    client.force_login(user)
    client.cookies["django_language"] = "en"


@pytest.mark.parametrize("name", SCREENS)
def test_nobody_without_a_permission_reaches_a_screen(client, shop, name):
    log_in(client)
    assert client.get(reverse(name)).status_code in (302, 403)
    assert "Where prices differ" not in text(client.get(reverse("wagtailadmin_home")))


def test_a_merchandiser_has_the_price_screens_and_nothing_else(client, shop):
    models = ("priceexception", "conditionaloffer", "range", "voucher", "voucherset", "taxrate", "taxclass",
              "productclasstax")  # fmt: skip
    log_in(client, *(f"{action}_{model}" for model in models for action in ("add", "change", "delete")))

    for name in SCREENS:
        assert client.get(reverse(name)).status_code == 200, name
    home = text(client.get(reverse("wagtailadmin_home")))
    assert "Where prices differ" in home
    assert "/admin/channels/" not in home
    assert client.get(reverse("channels:index")).status_code in (302, 403)


def test_somebody_who_may_only_look_changes_nothing(client, shop, shirt):
    app = shop.channel("app")
    row = add_price_exception(variant=shirt, amount=Decimal(40), reason="App launch", channel=app)
    log_in(client, "view_priceexception")

    page = text(client.get(reverse("price_exceptions:index")))

    assert "App launch" in page
    assert "End now" not in page
    for name, args in (("add", []), ("edit", [row.pk]), ("delete", [row.pk]), ("end", [row.pk])):
        client.post(reverse(f"price_exceptions:{name}", args=args), sent(channel=app.pk))
    row.refresh_from_db()
    assert row.ends_at is None
    assert PriceException.objects.count() == 1


def test_a_price_permission_shows_the_history_only(client, shop):
    log_in(client, "change_price")
    assert client.get(reverse("prices:history")).status_code == 200
    assert client.get(reverse("price_exceptions:index")).status_code in (302, 403)
    assert Price.objects.count() == 0
