"""Open baskets in the back office: seen by who may, with their holds, never with a token or a name."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from django.utils import translation

from comptoir.base import clock
from comptoir.baskets.models import Basket
from comptoir.baskets.queries import open_baskets
from comptoir.customers.models import User
from comptoir.stock.audit import differences
from comptoir.stock.models import Hold

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(counter):
    client = Client()
    client.force_login(User.objects.create_superuser("boss@aubelaine.example", "a-long-password"))
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        yield client


def somebody(*codenames, places=()):
    group, _created = Group.objects.get_or_create(name="-".join(codenames))
    group.permissions.set(Permission.objects.filter(codename__in=["access_admin", *codenames]))
    number = User.objects.count()
    user = User.objects.create_user(f"staff{number}@aubelaine.example", "a-long-password", is_staff=True)
    user.groups.add(group)
    user.locations.set(places)
    client = Client()
    client.force_login(user)
    return client


def test_open_baskets_are_listed_with_their_holds_and_without_tokens(boss, web, app):
    basket, _path = web.open("MARIN-S", "MARIN-M")
    app.open()

    page = boss.get(reverse("baskets:index"))

    rows = list(page.context["object_list"])
    assert [(row.channel.code, row.line_count, row.pieces) for row in rows] == [("app", 0, 0), ("web", 2, 2)]
    text = page.content.decode()
    assert "nothing held" in text
    assert basket["token"] not in text
    assert Basket.objects.get(pk=rows[1].pk).token_hash not in text
    assert [
        row.pk for row in boss.get(reverse("baskets:index"), {"holds": "some"}).context["object_list"]
    ] == [rows[1].pk]


def test_one_basket_shows_its_lines_its_holds_and_where_it_has_been(boss, web, app, counter):
    _basket, path = app.open("MARIN-S")
    code = app.post(f"{path}/handover")["code"]
    web.post("baskets/handover", {"code": code})

    text = boss.get(reverse("baskets:basket", args=[Basket.objects.get().pk])).content.decode()

    assert "MARIN-S" in text
    assert "1 in Nantes until" in text
    assert "From App to Web" in text


def test_staff_may_release_the_goods_and_the_basket_says_so(boss, web):
    _basket, path = web.open("MARIN-S")

    response = boss.post(reverse("baskets:basket", args=[Basket.objects.get().pk]), follow=True)

    assert "are free again" in response.content.decode()
    assert not Hold.objects.live(clock.now()).exists()
    assert web.get(path)["lines"][0]["hold"] == {"state": "ended", "until": None, "available": 1, "words": []}
    assert differences() == []


def test_staff_of_another_shop_see_and_release_nothing(web, counter):
    web.open("MARIN-S")
    address = reverse("baskets:basket", args=[Basket.objects.get().pk])
    nantes = somebody("view_basket", "change_basket", places=[counter.nantes])
    lyon = somebody("view_basket", "change_basket", places=[counter.lyon])

    assert [len(one.get(reverse("baskets:index")).context["object_list"]) for one in (nantes, lyon)] == [1, 0]
    assert (lyon.get(address).status_code, lyon.post(address).status_code) == (404, 404)
    assert Hold.objects.live(clock.now()).count() == 1
    assert nantes.post(address).status_code == 302
    assert not Hold.objects.live(clock.now()).exists()


def test_who_may_only_look_releases_nothing(web, counter):
    web.open("MARIN-S")
    address = reverse("baskets:basket", args=[Basket.objects.get().pk])
    looker = somebody("view_basket", places=[counter.nantes])

    assert "button-secondary" not in looker.get(address).content.decode()
    assert looker.post(address).status_code == 403
    assert Hold.objects.live(clock.now()).count() == 1


def test_nobody_else_sees_the_screens(web, counter):
    web.open("MARIN-S")
    address = reverse("baskets:basket", args=[Basket.objects.get().pk])
    other = somebody("view_level")

    assert [other.get(url).status_code for url in (address, reverse("baskets:index"))] == [302, 302]
    assert other.post(address).status_code == 302
    assert Client().get(address).status_code == 302


def test_the_list_asks_the_database_as_often_for_thirty_baskets_as_for_one(
    boss, web, django_assert_max_num_queries, settings
):
    def statements():
        with django_assert_max_num_queries(60) as counted:
            boss.get(reverse("baskets:index"))
        return len(counted)

    web.open("MARIN-S")
    statements()
    one = statements()
    for _ in range(9):
        web.open("MARIN-S")
        web.open()
    assert open_baskets(User.objects.get(is_superuser=True)).count() == 19
    assert statements() == one
