"""Stock in the back office: found, received, counted, with every movement behind the figure."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from django.utils import translation

from comptoir.customers.models import User
from comptoir.stock.models import Level, Movement

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client, shop):
    client.force_login(User.objects.create_superuser("boss@aubelaine.example", "a-long-password"))
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        yield client


@pytest.fixture
def shelf(shop):
    nantes = shop.location("nantes")
    product = shop.product("marin", stock={nantes: 3}, gtin="96385074")
    return reverse("stock:level", args=[product.pk, nantes.pk])


def test_levels_are_found_by_place_and_code(staff, shop, shelf):
    lyon = shop.location("lyon")
    shop.product("cap", stock={lyon: 1})

    def found(**query):
        page = staff.get(reverse("stock:index"), query)
        assert page.status_code == 200
        return [level.variant.sku for level in page.context["object_list"]]

    assert found() == ["CAP", "MARIN"]
    assert found(location=lyon.pk) == ["CAP"]
    assert found(q="96385") == ["MARIN"]
    assert found(state="none") == []


def test_the_list_asks_the_database_as_often_for_thirty_levels_as_for_one(
    staff, shop, shelf, django_assert_max_num_queries
):
    def queries():
        with django_assert_max_num_queries(60) as counted:
            staff.get(reverse("stock:index"))
        return len(counted)

    queries()
    one = queries()
    paris = shop.location("paris")
    for number in range(29):
        shop.product(f"cap-{number}", stock={paris: 1}, texts={})
    assert queries() == one


def test_goods_are_received_with_their_document(staff, shelf):
    response = staff.post(shelf, {"do": "receive", "receive-quantity": "4", "receive-document": "BL 17"})

    assert response.status_code == 302
    assert Level.objects.get().on_hand == 7
    page = staff.get(shelf).content.decode()
    assert "BL 17" in page
    assert "+4" in page


def test_a_count_sets_the_level_and_leaves_the_difference(staff, shelf):
    assert staff.post(shelf, {"do": "count", "count-counted": "1"}).status_code == 302

    assert Level.objects.get().on_hand == 1
    assert Movement.objects.latest("pk").quantity == -2


@pytest.mark.parametrize(
    "sent",
    [
        {"do": "receive", "receive-quantity": "0"},
        {"do": "receive", "receive-quantity": "-3"},
        {"do": "receive", "receive-quantity": "99999999999"},
        {"do": "count", "count-counted": "-1"},
        {"do": "count", "count-counted": "x"},
        {},
    ],
)
def test_a_bad_number_is_refused_and_moves_nothing(staff, shelf, sent):
    response = staff.post(shelf, sent)

    assert response.status_code == 200
    assert "error-message" in response.content.decode()
    assert Level.objects.get().on_hand == 3
    assert Movement.objects.count() == 1


def test_goods_are_received_by_scanning(staff, shop, shelf):
    lyon = shop.location("lyon")
    url = reverse("stock:receive")

    response = staff.post(url, {"code": "96385074", "location": lyon.pk, "quantity": "2"}, follow=True)
    unknown = staff.post(url, {"code": "nothing", "location": lyon.pk, "quantity": "2"})

    assert "MARIN at Lyon: 2 pieces now." in response.content.decode()
    assert "No variant has this SKU or barcode." in unknown.content.decode()
    assert Level.objects.get(location=lyon).on_hand == 2


def test_who_may_only_look_moves_nothing(client, shelf):
    group = Group.objects.create(name="lookers")
    group.permissions.set(Permission.objects.filter(codename__in=["access_admin", "view_level"]))
    user = User.objects.create_user("looker@aubelaine.example", "a-long-password")
    user.groups.add(group)
    client.force_login(user)

    assert client.get(shelf).status_code == 200
    assert client.get(reverse("stock:receive")).status_code == 302
    assert client.post(shelf, {"do": "receive", "receive-quantity": "4"}).status_code == 403
    assert Level.objects.get().on_hand == 3
