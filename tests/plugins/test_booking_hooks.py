"""The hooks by which others take part in the appointment book."""

from datetime import timedelta

import pytest

from comptoir.base import clock
from comptoir.channels.queries import channel_context
from comptoir_booking.changes import cancel_visit, confirm_holds
from comptoir_booking.claims import Terms, book_visit, hold_visit
from comptoir_booking.models import Allocation, WaitEntry
from comptoir_booking.tests.salon import TODAY, TUESDAY, Salon, at, today
from comptoir_booking.waiting import join_waiting_list, offer_free_times


class Ear:
    """A plugin that hears of bookings, and chooses people as the test says."""

    def __init__(self):
        self.heard, self.asked, self.answers = [], [], []

    def hear(self, kind):
        def listen(events):
            self.heard += [(kind, one.subject_id, one.payload) for one in events]

        return listen

    def choose_person(self, skus, start, candidates):
        self.asked.append((skus, start, [one.code for one in candidates]))
        return self.answers.pop(0) if self.answers else None


@pytest.fixture
def ear(plug):
    ear = Ear()

    def choose_person(skus, start, candidates):
        return ear.choose_person(skus, start, candidates)

    kinds = ("on_booking_changed", "on_booking_offered")
    plug("ear", choose_person=choose_person, **{kind: ear.hear(kind) for kind in kinds})
    return ear


@pytest.fixture
def salon(shop, ear):
    with today():
        salon = Salon(shop)
        for name in ("anna", "bela", "cleo"):
            salon.person(name)
        salon.cut = salon.service(minutes=60, step=60)
        salon.channel = shop.channel("booking", extensions=["ear"])
        yield salon


def people():
    return dict(Allocation.objects.order_by("pk").values_list("resource__code", "reason"))


def test_on_booking_changed(salon, ear):
    [held] = hold_visit(visit=salon.visit(salon.cut), start=at(10), terms=Terms(owner="basket:1"))
    confirm_holds(owners=["basket:1"])
    [booked] = book_visit(visit=salon.visit(salon.cut), start=at(14), terms=Terms())
    cancel_visit(visit=booked.visit)
    salon.shop.settle()

    told = sorted((pk, said["change"]) for _kind, pk, said in ear.heard)
    assert told == [(held.pk, "confirmed"), (booked.pk, "booked"), (booked.pk, "cancelled")]


def test_on_booking_offered(salon, ear):
    entry = join_waiting_list(
        channel=channel_context("booking"), location=salon.place, service_id=salon.cut.pk,
        first_day=TUESDAY, last_day=TUESDAY, name="Camille", email="camille@example.org",
    )  # fmt: skip
    with clock.moved_to(TODAY + timedelta(hours=1)):
        offer_free_times()
        salon.shop.settle()

    offered = str(WaitEntry.objects.get().offered)
    assert [(pk, said["visit"]) for _kind, pk, said in ear.heard] == [(entry.pk, offered)]


def test_choose_person_decides_who_does_it_and_an_odd_answer_counts_as_none(salon, ear):
    ear.answers = [2, 99]
    terms = Terms(channel_id=salon.channel.pk)

    hold_visit(visit=salon.visit(salon.cut), start=at(10), terms=terms)
    last = ear.asked[0][2][2]
    hold_visit(visit=salon.visit(salon.cut), start=at(14), terms=terms)

    assert ear.asked[0][:2] == (["CUT"], at(10))
    assert people()[last] == "plugin"
    assert "least_booked" in people().values()


def test_who_does_it_is_chosen_fairly_and_then_without_gaps(salon):
    """Anna has two hours, Bela and Cleo one each; Cleo's ends when the new one begins."""
    for name, hour in (("anna", 9), ("anna", 10), ("bela", 13), ("cleo", 15)):
        book_visit(visit=salon.visit(salon.cut, person=salon.staff[name]), start=at(hour), terms=Terms())

    [made] = book_visit(visit=salon.visit(salon.cut), start=at(16), terms=Terms())

    [row] = made.allocations.all()
    assert (row.resource.code, row.reason) == ("cleo", "compact")
