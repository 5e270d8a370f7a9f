"""What becomes of an order when its appointments took place, or did not."""

from contextlib import suppress
from decimal import Decimal

import pytest
from django.urls import reverse

from comptoir.base import clock
from comptoir.checkout.cancelling import cancel_with_parcels
from comptoir.checkout.erasing import OrdersOpen, erase_customer
from comptoir.checkout.plugin import on_parcel_collected
from comptoir.checkout.receiving import receive_money
from comptoir.customers.models import User
from comptoir.events.models import Event
from comptoir.fulfilment.codes import collection_code
from comptoir.fulfilment.models import Parcel
from comptoir.fulfilment.parcels import collect_parcel, make_ready, pack_parcel, pick_pieces
from comptoir.orders.links import follow_token
from comptoir.orders.models import Order
from comptoir.payments.models import Payment
from comptoir.testing.calling import CONTACT, Customer
from comptoir.testing.racing import STRESS, committed_shop, run_together
from comptoir.testing.staff import people
from comptoir_booking.models import Booking
from comptoir_booking.ordered import mark_booked, unmark_booked
from comptoir_booking.refusals import MarkStays, NotPossible
from comptoir_booking.tests.salon import TODAY, SalonWithShop, at
from comptoir_booking.tests.test_basket import check_out, hold
from comptoir_booking.tests.test_races import at_the_time

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

__all__ = ["people"]

HOURS = (9, 10, 11, 14)


def buy(web, *hours, goods=(), payment="shop"):
    """An order of a cut at each of these hours, and of goods to be collected."""
    basket, _path = web.open(*goods)
    for hour in hours:
        hold(web, basket["token"], hour)
    if goods:
        path, total = check_out(web, basket, payment)
    else:
        path = f"checkouts/{web.post('checkouts', {'basket': basket['token']})['id']}"
        total = web("PATCH", path, {"contact": CONTACT, "payment": payment})["total"]
    paid = web.post(f"{path}/pay", {"total": total})
    assert web.status == 200, paid
    return Order.objects.get(number=paid["order"]["number"])


def visit(hour):
    return Booking.objects.get(starts_at=at(hour)).visit


def mark(hour, state, **by):
    """What staff write down when it is time."""
    with clock.moved_to(at(hour)):
        mark_booked(visit=visit(hour), state=state, **by)


def serve(hour, **by):
    for state in ("arrived", "done"):
        mark(hour, state, **by)


def collect(order):
    """The goods of an order are prepared and collected."""
    [parcel] = Parcel.objects.filter(order=order)
    pick_pieces(parcel=parcel, scanned="SHAMPOO")
    pack_parcel(parcel=parcel)
    row = make_ready(parcel=parcel)
    return collect_parcel(parcel=row, code=collection_code(row))


def state(order):
    order.refresh_from_db()
    return order.state


def story(order):
    """How its states went, and why."""
    return [(one.becomes, one.reason) for one in order.history.filter(what="moved")]


def told(order):
    """What was told to plugins and webhooks of its states."""
    rows = Event.objects.filter(type="order_changed", subject_id=order.pk).order_by("pk")
    return [one.payload["state"] for one in rows]


def test_an_order_is_completed_with_the_last_visit_that_was_served(salon, web):
    order, lea = buy(web, 10, 14), User.objects.create_user("lea@example.org")

    serve(10, actor_id=lea.pk)
    assert (state(order), story(order)) == ("placed", [])
    mark(14, "arrived", actor_id=lea.pk)
    assert state(order) == "placed"
    for _twice in range(2):
        mark(14, "done", actor_id=lea.pk)

    assert (state(order), story(order), told(order)) == ("done", [("done", "came")], ["done"])
    assert order.history.get(what="moved").actor == lea
    assert not Parcel.objects.exists()


def test_the_event_of_a_completed_order_is_delivered(salon, web, plug):
    heard = []
    plug("ear", on_order_changed=lambda events: heard.extend(one.payload["state"] for one in events))
    buy(web, 10)
    serve(10)
    with clock.moved_to(at(10)):
        salon.shop.settle()

    assert heard == ["done"]


def test_goods_and_a_visit_are_completed_when_the_customer_has_had_both(salon, web):
    order = buy(web, 10, goods=["SHAMPOO"])

    collect(order)
    salon.shop.settle()
    assert (state(order), story(order)[-1]) == ("ready", ("ready", "part_handed_over"))
    serve(10)

    assert (state(order), story(order)[-1]) == ("done", ("done", ""))


def test_who_was_served_before_the_goods_are_there_completes_it_by_collecting_them(salon, web):
    order = buy(web, 10, goods=["SHAMPOO"])

    serve(10)
    assert (state(order), story(order)) == ("placed", [])
    collect(order)
    salon.shop.settle()
    on_parcel_collected(list(Event.objects.filter(type="parcel_collected")))

    assert (state(order), told(order)[-1], told(order).count("done")) == ("done", "done", 1)


def test_who_does_not_come_ends_that_line_and_the_order_with_it(salon, web):
    salon.policy.no_show_percent = 50
    salon.policy.save()
    order = buy(web, 10, 14)

    serve(10)
    mark(14, "missed")

    assert (state(order), order.lines.get().open_quantity) == ("done", 1)
    # 99.80 for both; of the second a half is kept.
    assert order.cancelled_total == Decimal("24.95")
    with pytest.raises(MarkStays):
        unmark_booked(visit=visit(14))
    assert state(order) == "done"


def test_an_order_of_which_nobody_came_is_cancelled(salon, web):
    order = buy(web, 10)
    mark(10, "missed")
    assert (state(order), told(order)) == ("cancelled", [])


def test_what_is_left_of_an_order_completes_it_when_the_rest_is_cancelled(salon, web):
    order = buy(web, 10, 14)
    serve(10)

    cancel_with_parcels(order_id=order.pk, lines={order.lines.get().pk: 1})
    salon.shop.settle()

    assert state(order) == "done"
    assert sorted(Booking.objects.values_list("state", flat=True)) == ["cancelled", "done"]


def test_a_visit_to_come_that_is_cancelled_completes_nothing(salon, web):
    order = buy(web, 10, 14)
    cancel_with_parcels(order_id=order.pk, lines={order.lines.get().pk: 1})
    assert (state(order), story(order)) == ("placed", [])


def test_a_mark_that_is_taken_back_takes_the_order_back(salon, web):
    order = buy(web, 10, 14)
    serve(10)
    serve(14)

    unmark_booked(visit=visit(14))
    assert (state(order), story(order)[-1]) == ("placed", ("placed", "taken_back"))
    unmark_booked(visit=visit(14))
    with pytest.raises(NotPossible):
        unmark_booked(visit=visit(14))
    serve(14)

    assert state(order) == "done"
    assert story(order) == [("done", "came"), ("placed", "taken_back"), ("done", "came")]


def test_goods_that_were_handed_over_stay_so_when_a_mark_is_taken_back(salon, web):
    order = buy(web, 10, goods=["SHAMPOO"])
    collect(order)
    salon.shop.settle()
    serve(10)

    unmark_booked(visit=visit(10))
    salon.shop.settle()

    assert state(order) == "ready"
    assert Parcel.objects.get().state == "collected"


def test_who_still_owes_a_transfer_completes_it_by_paying(salon, web, settings):
    settings.COMPTOIR_BANK_IBAN = "FR7630006000011234567890189"
    order, lea = buy(web, 10, payment="transfer"), User.objects.create_user("lea@example.org")

    serve(10)
    assert state(order) == "unpaid"
    amount, day = order.money(order.total), TODAY.date()
    receive_money(payment=Payment.objects.get(), amount=amount, received_on=day, key="bank", actor=lea)
    salon.shop.settle()

    assert (state(order), story(order)) == ("done", [("placed", "paid"), ("done", "came")])


def test_it_keeps_no_account_that_a_visit_was_never_marked(salon, web):
    order = buy(web, 10, goods=["SHAMPOO"])
    marie = User.objects.create_user("marie@example.org", "a-long-password")
    Order.objects.update(user=marie)

    with clock.moved_to(at(12)), pytest.raises(OrdersOpen):
        erase_customer(user_id=marie.pk)
    collect(order)
    salon.shop.settle()
    with clock.moved_to(at(12)):
        erase_customer(user_id=marie.pk)

    assert (state(order), order.user) == ("ready", None)


def test_staff_and_customer_read_that_it_is_completed(salon, web, people):
    order = buy(web, 10)
    nina = people("view_order", "change_booking", "view_booking", at=[salon.place])
    with clock.moved_to(at(10)):
        for state in ("arrived", "done"):
            nina.post(reverse("appointments:visit", args=[visit(10)]), {"do": state})

    screen = nina.get(reverse("orders:order", args=[order.number])).content.decode()
    assert "completed" in screen and "the customer was there" in screen and "Nina" in screen
    seen = web("GET", f"orders/{order.number}", **{"X-Order-Token": follow_token(order)})
    assert (web.status, seen["state"]) == (200, "done")


@pytest.fixture
def open_salon(cluster, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), committed_shop(cluster) as shop, clock.moved_to(TODAY):
        yield SalonWithShop(shop)


def test_marks_of_all_visits_at_once_complete_the_order_once(open_salon):
    order = buy(Customer("booking"), *HOURS)
    visits = [visit(hour) for hour in HOURS]
    done = [lambda one=one: mark_booked(visit=one, state="done") for one in visits * 2 * STRESS]

    with clock.moved_to(at(14)):
        for one in visits:
            mark_booked(visit=one, state="arrived")
        results = run_together([at_the_time(step) for step in done], workers=8)

    assert [one for one in results if isinstance(one, Exception)] == []
    assert (state(order), told(order), story(order)) == ("done", ["done"], [("done", "came")])


def test_marks_made_and_taken_back_at_once_leave_the_order_as_its_visits_are(open_salon):
    order = buy(Customer("booking"), *HOURS)
    visits = [visit(hour) for hour in HOURS]

    def waver(one):
        for _turn in range(3 * STRESS):
            with suppress(NotPossible):
                mark_booked(visit=one, state="done")
                unmark_booked(visit=one)
        mark_booked(visit=one, state="done")

    with clock.moved_to(at(14)):
        for one in visits:
            mark_booked(visit=one, state="arrived")
        steps = [at_the_time(lambda one=one: waver(one)) for one in visits]
        results = run_together(steps, workers=len(HOURS))

    assert [one for one in results if isinstance(one, Exception)] == []
    assert state(order) == "done"
    assert told(order)[::2] == ["done"] * (len(told(order)) // 2 + 1)
    assert set(told(order)[1::2]) <= {"placed"}
