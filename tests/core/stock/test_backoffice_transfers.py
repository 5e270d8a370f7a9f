"""Transfers in the back office: sent by scanning, received with differences, a slip in the parcel."""

import pytest
from django.urls import reverse

from comptoir.stock.models import Level, Movement, Transfer
from comptoir.stock.transfers import receive_transfer, send_transfer

pytestmark = pytest.mark.django_db


@pytest.fixture
def nantes(shop):
    return shop.location("nantes", street="12 rue de la Navette")


@pytest.fixture
def lyon(shop):
    return shop.location("lyon")


@pytest.fixture
def marin(shop, nantes):
    return shop.product("marin", stock={nantes: 5}, gtin="96385074")


@pytest.fixture
def cap(shop, nantes):
    return shop.product("cap", stock={nantes: 5})


@pytest.fixture
def sender(people, nantes):
    return people("view_level", "add_movement", at=[nantes], name="nina")


@pytest.fixture
def receiver(people, lyon):
    return people("view_level", "add_movement", at=[lyon], name="lou")


def on_hand():
    return {(level.location.code, level.variant.sku): level.on_hand for level in Level.objects.all()}


def form(nantes, lyon, **pieces):
    return {"do": "send", "source": nantes.pk, "destination": lyon.pk, "once": "t", **pieces}


def test_goods_are_sent_and_received_with_a_difference(sender, receiver, nantes, lyon, marin, cap):
    lines = {f"pieces-{marin.pk}": "2", f"pieces-{cap.pk}": "4"}
    sent = sender.post(reverse("stock:transfer_send"), {**form(nantes, lyon), **lines}, follow=True)
    transfer = Transfer.objects.get()
    url = reverse("stock:transfer", args=[transfer.pk])
    assert "The goods are on their way." in sent.content.decode()
    assert on_hand() == {("nantes", "MARIN"): 3, ("nantes", "CAP"): 1}
    assert "The people of Lyon take it in." in sent.content.decode()
    assert sender.post(url, {}).status_code == 403

    first, second = transfer.lines.order_by("pk")
    typed = {f"received-{first.pk}": "1", f"received-{second.pk}": "4"}
    asked = receiver.post(url, typed)
    assert "1 missing" in asked.content.decode()
    assert ("lyon", "MARIN") not in on_hand()
    done = receiver.post(url, {**typed, "sure": "1"}, follow=True)
    again = receiver.post(url, {**typed, "sure": "1"}, follow=True)

    assert "The goods are in stock." in done.content.decode()
    assert "This transfer was received already." in again.content.decode()
    assert on_hand()["lyon", "MARIN"] == 1
    assert on_hand()["lyon", "CAP"] == 4
    assert {one.actor for one in Movement.objects.filter(reason="transfer_out")} == {sender.user}
    assert {one.actor for one in Movement.objects.filter(reason="transfer_in")} == {receiver.user}


def test_what_came_as_it_was_sent_needs_no_confirming(receiver, nantes, lyon, marin):
    transfer = send_transfer(source=nantes, destination=lyon, lines={marin: 2})
    line = transfer.lines.get()

    receiver.post(reverse("stock:transfer", args=[transfer.pk]), {f"received-{line.pk}": "2"})

    assert on_hand()["lyon", "MARIN"] == 2


@pytest.mark.parametrize("typed", ["", "-1", "1.5", "x"])
def test_a_bad_number_of_received_pieces_is_shown_and_nothing_comes_in(receiver, nantes, lyon, marin, typed):
    transfer = send_transfer(source=nantes, destination=lyon, lines={marin: 2})
    line = transfer.lines.get()
    url = reverse("stock:transfer", args=[transfer.pk])

    page = receiver.post(url, {f"received-{line.pk}": typed, "sure": "1"})

    assert "Enter a whole number, 0 or more." in page.content.decode()
    assert not Transfer.objects.exclude(received_at=None).exists()


def test_a_double_click_sends_once(sender, nantes, lyon, marin):
    sent = form(nantes, lyon, **{f"pieces-{marin.pk}": "4"})

    first = sender.post(reverse("stock:transfer_send"), sent)
    second = sender.post(reverse("stock:transfer_send"), sent)

    assert first.url == second.url
    assert on_hand() == {("nantes", "MARIN"): 1}


def test_more_than_there_is_and_a_transfer_to_itself_are_refused(sender, nantes, lyon, marin, cap):
    url = reverse("stock:transfer_send")
    lines = {f"pieces-{marin.pk}": "6", f"pieces-{cap.pk}": "1"}

    short = sender.post(url, form(nantes, lyon, **lines))
    itself = sender.post(url, form(nantes, nantes, **{f"pieces-{cap.pk}": "1"}))

    page = short.content.decode()
    assert "Not everything is free to go. Nothing was sent." in page
    assert page.count("5 are free to go.") == 1
    assert "The goods are there already: choose another location." in itself.content.decode()
    assert not Transfer.objects.exists()


def test_lines_are_taken_off_again(sender, nantes, lyon, marin, cap):
    sent = form(nantes, lyon, **{f"pieces-{marin.pk}": "2", f"pieces-{cap.pk}": "4"})

    page = sender.post(reverse("stock:transfer_send"), {**sent, "do": "", "remove": cap.pk})

    assert [line.variant for line in page.context["sheet"].lines] == [marin]
    assert f'<option value="{lyon.pk}" selected>' in page.content.decode()


def test_transfers_are_listed_for_both_ends_by_state(sender, receiver, shop, nantes, lyon, marin):
    paris = shop.location("paris")
    here = send_transfer(source=nantes, destination=lyon, lines={marin: 2})
    there = send_transfer(source=nantes, destination=paris, lines={marin: 1})
    receive_transfer(transfer=there)

    def found(person, **query):
        return [one.pk for one in person.get(reverse("stock:transfers"), query).context["object_list"]]

    assert found(sender) == [there.pk, here.pk]
    assert found(sender, state="open") == [here.pk]
    assert found(sender, state="received") == [there.pk]
    assert found(receiver) == [here.pk]


def test_the_slip_has_what_the_parcel_needs(sender, nantes, lyon, marin):
    transfer = send_transfer(source=nantes, destination=lyon, lines={marin: 2}, document="NAV 1")

    page = sender.get(reverse("stock:slip", args=[transfer.pk])).content.decode()

    for told in ("NAV 1", "MARIN", "96385074", "12 rue de la Navette", "Lyon", "Packed by"):
        assert told in page


def test_the_movement_of_a_transfer_leads_to_it(sender, nantes, lyon, marin):
    transfer = send_transfer(source=nantes, destination=lyon, lines={marin: 2})

    page = sender.get(reverse("stock:level", args=[marin.pk, nantes.pk])).content.decode()

    assert reverse("stock:transfer", args=[transfer.pk]) in page
