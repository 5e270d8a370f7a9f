"""Staff see and change the stock of the locations they work at, and of no other."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from wagtail.users.forms import GroupForm

from comptoir.customers.models import User
from comptoir.stock.counts import open_count
from comptoir.stock.models import Count, Level, Movement, Transfer
from comptoir.stock.transfers import send_transfer

pytestmark = pytest.mark.django_db

RIGHTS = ("view_level", "change_level", "add_movement", "change_channelreserve")
SCREENS = ("index", "receive", "counts", "transfers", "transfer_send", "movements")


@pytest.fixture
def nantes(shop):
    return shop.location("nantes")


@pytest.fixture
def lyon(shop):
    return shop.location("lyon")


@pytest.fixture
def marin(shop, nantes, lyon):
    return shop.product("marin", stock={nantes: 3, lyon: 5})


@pytest.mark.parametrize("name", SCREENS)
def test_who_works_nowhere_is_told_so(people, marin, name):
    page = people(*RIGHTS).get(reverse(f"stock:{name}"))

    assert page.status_code == 200
    assert "You work at no location yet" in page.content.decode()
    assert "MARIN" not in page.content.decode()


@pytest.mark.parametrize("name", SCREENS)
def test_who_may_nothing_sees_nothing(people, marin, nantes, name):
    assert people(at=[nantes]).get(reverse(f"stock:{name}")).status_code == 302


def test_lists_show_the_own_locations_only(people, marin, nantes, lyon):
    staff = people(*RIGHTS, at=[nantes])

    levels = staff.get(reverse("stock:index")).context["object_list"]
    moved = staff.get(reverse("stock:movements")).context["object_list"]
    asked = staff.get(reverse("stock:index"), {"location": lyon.pk})

    assert [level.location for level in levels] == [nantes]
    assert [movement.location for movement in moved] == [nantes]
    assert lyon not in [level.location for level in asked.context["object_list"]]


def test_the_address_of_another_shop_is_not_found(people, marin, nantes, lyon, shop):
    staff = people(*RIGHTS, at=[nantes])
    paris = shop.location("paris")
    foreign = send_transfer(source=lyon, destination=paris, lines={marin: 1})
    count = open_count(location=lyon, name="count")
    addresses = [
        reverse("stock:level", args=[marin.pk, lyon.pk]),
        reverse("stock:count", args=[count.pk]),
        reverse("stock:count_review", args=[count.pk]),
        reverse("stock:transfer", args=[foreign.pk]),
    ]
    before = Movement.objects.count()

    for url in [*addresses, reverse("stock:slip", args=[foreign.pk])]:
        assert staff.get(url).status_code == 404
    for url in addresses:
        sent = {"do": "receive", "receive-quantity": "4", "sure": "1", "code": "MARIN"}
        assert staff.post(url, sent).status_code == 404
    assert staff.post(addresses[1], {"do": "drop"}).status_code == 404
    assert Movement.objects.count() == before
    assert Count.objects.count() == 1


def test_goods_are_received_sent_and_counted_at_own_locations_only(people, marin, nantes, lyon):
    staff = people(*RIGHTS, at=[nantes])
    line = {f"pieces-{marin.pk}": "1", "do": "send"}
    before = Movement.objects.count()

    answers = [
        staff.post(reverse("stock:receive"), {**line, "location": lyon.pk}),
        staff.post(reverse("stock:transfer_send"), {**line, "source": lyon.pk, "destination": nantes.pk}),
        staff.post(reverse("stock:counts"), {"location": lyon.pk, "name": "count"}),
    ]

    assert all("error-message" in answer.content.decode() for answer in answers)
    assert Movement.objects.count() == before
    assert not Count.objects.exists()
    assert not Transfer.objects.exists()


def test_who_may_only_look_moves_nothing(people, marin, nantes, lyon):
    staff = people("view_level", at=[nantes])
    shelf = reverse("stock:level", args=[marin.pk, nantes.pk])
    coming = send_transfer(source=lyon, destination=nantes, lines={marin: 1})

    assert staff.get(shelf).status_code == 200
    assert "cpt-level-actions" not in staff.get(shelf).content.decode()
    for do in ("receive", "count", "adjust", "unsellable", "sellable", "safety", "backorder", "reserve"):
        assert staff.post(shelf, {"do": do, f"{do}-quantity": "1"}).status_code == 403
    for name in ("receive", "counts", "transfer_send"):
        assert staff.get(reverse(f"stock:{name}")).status_code == 302
    assert staff.post(reverse("stock:transfer", args=[coming.pk]), {"sure": "1"}).status_code == 403
    assert Level.objects.get(location=nantes).on_hand == 3


def test_who_may_work_everywhere_does(people, marin, nantes, lyon):
    staff = people("view_level", "work_everywhere")

    levels = staff.get(reverse("stock:index")).context["object_list"]

    assert {level.location for level in levels} == {nantes, lyon}


def test_the_product_screen_shows_the_own_locations_only(people, marin, nantes, lyon):
    staff = people("view_level", "change_product", at=[nantes])

    page = staff.get(reverse("products:edit", args=[marin.pk])).content.decode()

    assert reverse("stock:level", args=[marin.pk, nantes.pk]) in page
    assert reverse("stock:level", args=[marin.pk, lyon.pk]) not in page


def test_an_account_says_where_somebody_works(admin_client, nantes, lyon):
    told = {"email": "nina@aubelaine.example", "first_name": "Nina", "last_name": "Noé", "is_staff": "on"}
    password = {"password1": "a-long-password", "password2": "a-long-password"}
    admin_client.post(reverse("wagtailusers_users:add"), {**told, **password, "locations": [nantes.pk]})
    nina = User.objects.get(email="nina@aubelaine.example")
    assert (nina.is_staff, list(nina.locations.all())) == (True, [nantes])

    edit = reverse("wagtailusers_users:edit", args=[nina.pk])
    page = admin_client.get(edit).content.decode()
    admin_client.post(edit, {**told, "is_active": "on", "locations": [lyon.pk]})

    assert 'name="locations"' in page
    assert list(nina.locations.all()) == [lyon]


def test_groups_can_be_given_every_right_on_stock(db):
    offered = GroupForm().fields["permissions"].queryset

    for codename in (*RIGHTS, "work_everywhere"):
        assert Permission.objects.get(codename=codename) in offered
