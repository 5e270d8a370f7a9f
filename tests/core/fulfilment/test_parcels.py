"""The life of a parcel: picked by scan, packed, handed over, collected with its code, not collected, rejected."""

from datetime import timedelta

import pytest
from django.test import override_settings

from comptoir.base import clock
from comptoir.base.errors import InvalidValue
from comptoir.events.models import Event
from comptoir.fulfilment.codes import CodeBlocked, WrongCode, collection_code
from comptoir.fulfilment.methods import Way
from comptoir.fulfilment.models import Parcel, ParcelLine, RoutingDecision
from comptoir.fulfilment.moves import ParcelMoved
from comptoir.fulfilment.parcels import (
    NotAllPicked,
    NothingPicked,
    OtherWay,
    PickedAlready,
    WrongScan,
    collect_parcel,
    deliver_parcel,
    expire_uncollected,
    hand_over,
    make_ready,
    open_parcels,
    pack_parcel,
    pick_pieces,
    say_here,
    start_picking,
)
from comptoir.fulfilment.refusals import (
    NothingToReject,
    arrive_at_shop,
    cancel_parcel,
    cancel_pieces,
    reject_pieces,
    send_to_shop,
)
from comptoir.stock.models import Level, Movement
from comptoir.stock.services import set_safety

pytestmark = pytest.mark.django_db


def level(variant, location):
    row = Level.objects.get(variant=variant, location=location)
    return {
        "on_hand": row.on_hand,
        "allocated": row.allocated,
        "unsellable": row.unsellable,
        "free": row.loose,
    }


def pick_all(parcel):
    for line in ParcelLine.objects.filter(parcel=parcel).select_related("order_line"):
        pick_pieces(parcel=parcel, scanned=line.order_line.sku, quantity=line.missing)
    return parcel


def packed(parcel):
    pack_parcel(parcel=pick_all(parcel))
    return parcel


def ready(retailer, variant, pieces=1):
    (parcel,) = retailer.collection((variant, pieces), at=[retailer.nantes])
    return make_ready(parcel=packed(parcel))


def told(type):
    return [event.payload for event in Event.objects.filter(type=type).order_by("pk")]


def test_an_order_has_a_parcel_for_each_location_that_promised_goods(retailer):
    here, there = retailer.variant(nantes=2), retailer.variant(lyon=2)
    order = retailer.order((here, 2), (there, 1))
    parcels = open_parcels(order=order, way=Way.SHIP, kind="home")
    assert sorted((one.location.code, one.lines.get().quantity) for one in parcels) == [
        ("lyon", 1),
        ("nantes", 2),
    ]
    assert [one.number for one in parcels] == [f"{order.number}-1", f"{order.number}-2"]
    assert open_parcels(order=order, way=Way.SHIP, kind="home") == parcels
    assert Parcel.objects.count() == 2


def test_a_parcel_is_picked_by_scan_packed_handed_over_and_delivered(retailer, audit):
    shirt = retailer.variant(nantes=5)
    (parcel,) = retailer.parcels((shirt, 2), at=[retailer.nantes], carrier="poste")
    assert pick_pieces(parcel=parcel, scanned=shirt.sku.lower()).missing == 1
    assert pick_pieces(parcel=parcel, scanned=shirt.sku).missing == 0
    pack_parcel(parcel=parcel)
    assert level(shirt, retailer.nantes) == {"on_hand": 5, "allocated": 2, "unsellable": 0, "free": 3}
    hand_over(parcel=parcel, tracking="6A123")
    assert level(shirt, retailer.nantes) == {"on_hand": 3, "allocated": 0, "unsellable": 0, "free": 3}
    deliver_parcel(parcel=parcel)
    parcel.refresh_from_db()
    assert parcel.state == "delivered"
    assert [step.becomes for step in parcel.history.all()] == [
        "waiting",
        "picking",
        "packed",
        "handed_over",
        "delivered",
    ]
    assert told("parcel_handed_over") == [
        {
            "order_id": parcel.order_id,
            "number": parcel.number,
            "kind": "home",
            "carrier": "poste",
            "tracking": "6A123",
        }
    ]
    assert len(told("parcel_delivered")) == 1
    assert Movement.objects.filter(reason="sale", document=f"parcel {parcel.number}").get().quantity == -2
    assert audit() == []


def test_a_wrong_scan_is_refused_and_puts_nothing_in(retailer):
    shirt, cap = retailer.variant(nantes=5), retailer.variant(nantes=5)
    (parcel,) = retailer.parcels((shirt, 1), at=[retailer.nantes])
    for scanned in (cap.sku, "4006381333931", "", " "):
        with pytest.raises(WrongScan) as refused:
            pick_pieces(parcel=parcel, scanned=scanned)
        assert (refused.value.field, refused.value.status) == ("scanned", 422)
    pick_pieces(parcel=parcel, scanned=shirt.sku)
    with pytest.raises(PickedAlready):
        pick_pieces(parcel=parcel, scanned=shirt.sku)
    with pytest.raises(InvalidValue):
        pick_pieces(parcel=parcel, scanned=shirt.sku, quantity=0)
    assert parcel.lines.get().picked == 1


def test_a_parcel_that_is_not_complete_is_packed_only_in_part(retailer, audit):
    shirt, cap = retailer.variant(nantes=5), retailer.variant(nantes=5)
    (parcel,) = retailer.parcels((shirt, 3), (cap, 1), at=[retailer.nantes])
    start_picking(parcel=parcel)
    with pytest.raises(NothingPicked):
        pack_parcel(parcel=parcel)
    pick_pieces(parcel=parcel, scanned=shirt.sku, quantity=2)
    with pytest.raises(NotAllPicked) as refused:
        pack_parcel(parcel=parcel)
    assert refused.value.missing == 2
    rest = pack_parcel(parcel=parcel, is_partial=True)
    assert [(line.order_line.sku, line.quantity) for line in parcel.lines.all()] == [(shirt.sku, 2)]
    assert sorted((line.order_line.sku, line.quantity) for line in rest.lines.all()) == sorted(
        [(shirt.sku, 1), (cap.sku, 1)]
    )
    assert (rest.state, rest.number) == ("waiting", f"{parcel.order.number}-2")
    hand_over(parcel=parcel)
    hand_over(parcel=packed(rest))
    assert level(shirt, retailer.nantes)["on_hand"] == 2
    assert audit() == []


def test_a_step_that_was_done_already_is_refused(retailer):
    shirt = retailer.variant(nantes=5)
    (parcel,) = retailer.parcels((shirt, 1), at=[retailer.nantes])
    with pytest.raises(ParcelMoved) as refused:
        hand_over(parcel=parcel)
    assert str(refused.value) == f"{parcel.number} is “to prepare” already."
    hand_over(parcel=packed(parcel))
    for step in (hand_over, start_picking, pack_parcel, cancel_parcel, make_ready):
        with pytest.raises(ParcelMoved):
            step(parcel=parcel)
    assert level(shirt, retailer.nantes)["on_hand"] == 4


def test_a_parcel_is_collected_with_its_code(retailer, audit):
    shirt = retailer.variant(nantes=5)
    parcel = ready(retailer, shirt, 2)
    code = collection_code(parcel)
    assert len(code) == 7
    assert parcel.expires_at == clock.now() + timedelta(days=7)
    assert [one["number"] for one in told("parcel_ready")] == [parcel.number]
    collect_parcel(parcel=parcel, code=code.replace("-", " ").lower())
    assert level(shirt, retailer.nantes) == {"on_hand": 3, "allocated": 0, "unsellable": 0, "free": 3}
    assert collect_parcel(parcel=parcel, code=code).state == "collected"  # the same again, the same answer
    assert level(shirt, retailer.nantes)["on_hand"] == 3
    assert len(told("parcel_collected")) == 1
    assert audit() == []


def test_the_code_of_another_order_does_not_open(retailer):
    shirt = retailer.variant(nantes=5)
    one, other = ready(retailer, shirt), ready(retailer, shirt)
    with pytest.raises(WrongCode) as refused:
        collect_parcel(parcel=one, code=collection_code(other))
    assert (refused.value.field, refused.value.code) == ("code", "wrong_collection_code")
    one.refresh_from_db()
    assert one.state == "ready"


def test_five_wrong_codes_block_even_the_right_one_for_a_quarter_of_an_hour(retailer):
    parcel = ready(retailer, retailer.variant(nantes=5))
    code = collection_code(parcel)
    for _time in range(5):
        with pytest.raises(WrongCode):
            collect_parcel(parcel=parcel, code="000-000")
    with pytest.raises(CodeBlocked):
        collect_parcel(parcel=parcel, code=code)
    with clock.moved_to(clock.now() + timedelta(minutes=15)):
        assert collect_parcel(parcel=parcel, code=code).state == "collected"


def test_the_database_alone_does_not_know_the_code_and_an_old_secret_still_opens(retailer):
    parcel = ready(retailer, retailer.variant(nantes=5))
    code = collection_code(parcel)
    row = Parcel.objects.filter(pk=parcel.pk).values().get()
    assert not any(code.replace("-", "") in str(value) for value in row.values())
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[]), pytest.raises(WrongCode):
        collect_parcel(parcel=parcel, code=code)
    from django.conf import settings

    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
        assert collect_parcel(parcel=parcel, code=code).state == "collected"


def test_the_customer_says_i_am_here(retailer):
    parcel = ready(retailer, retailer.variant(nantes=5))
    with pytest.raises(WrongCode):
        say_here(parcel=parcel, code="nonsense", where="bay 2")
    say_here(parcel=parcel, code=collection_code(parcel), where="bay 2, blue car")
    parcel.refresh_from_db()
    assert (parcel.here_at, parcel.here_note) == (clock.now(), "bay 2, blue car")


def test_what_nobody_fetches_is_for_sale_again_and_told(retailer, audit):
    shirt = retailer.variant(nantes=5)
    parcel = ready(retailer, shirt, 2)
    with clock.moved_to(clock.now() + timedelta(days=7) - timedelta(seconds=1)):
        assert expire_uncollected() == 0
    with clock.moved_to(clock.now() + timedelta(days=7)):
        assert expire_uncollected() == 1
        assert expire_uncollected() == 0
        with pytest.raises(ParcelMoved):
            collect_parcel(parcel=parcel, code=collection_code(parcel))
    assert level(shirt, retailer.nantes) == {"on_hand": 5, "allocated": 0, "unsellable": 0, "free": 5}
    (event,) = told("parcel_expired")
    assert event["lines"] == [{"order_line_id": parcel.lines.get().order_line_id, "quantity": 2}]
    assert audit() == []


def test_what_is_carried_out_is_collected_at_once(retailer, audit):
    shirt = retailer.variant(nantes=5)
    (parcel,) = retailer.parcels((shirt, 2), at=[retailer.nantes], way=Way.CARRY_OUT, kind="carry_out")
    assert parcel.state == "collected"
    assert level(shirt, retailer.nantes)["on_hand"] == 3
    assert len(told("parcel_collected")) == 1
    assert audit() == []


def test_a_parcel_goes_the_way_it_was_ordered(retailer):
    shirt = retailer.variant(nantes=5)
    (sent,) = retailer.parcels((shirt, 1), at=[retailer.nantes])
    (fetched,) = retailer.collection((shirt, 1), at=[retailer.nantes])
    with pytest.raises(OtherWay):
        make_ready(parcel=packed(sent))
    with pytest.raises(OtherWay):
        hand_over(parcel=packed(fetched))
    with pytest.raises(OtherWay):
        send_to_shop(parcel=fetched)


def test_goods_from_elsewhere_come_to_the_shop_as_a_transfer_and_stay_promised(retailer, audit):
    shirt = retailer.variant(depot=3)
    (parcel,) = retailer.collection((shirt, 2), at=[retailer.depot], to=retailer.nantes)
    set_safety(variant=shirt, location=retailer.nantes, quantity=5)
    with pytest.raises(OtherWay):
        make_ready(parcel=packed(parcel))
    send_to_shop(parcel=parcel)
    assert level(shirt, retailer.depot) == {"on_hand": 1, "allocated": 0, "unsellable": 0, "free": 1}
    arrived = arrive_at_shop(parcel=parcel)
    assert arrived.state == "ready"
    assert level(shirt, retailer.nantes)["allocated"] == 2
    collect_parcel(parcel=arrived, code=collection_code(arrived))
    assert level(shirt, retailer.nantes)["on_hand"] == 0
    assert audit() == []


def test_what_came_from_elsewhere_and_nobody_fetches_stays_in_that_shop(retailer, audit):
    shirt = retailer.variant(depot=3)
    (parcel,) = retailer.collection((shirt, 2), at=[retailer.depot], to=retailer.nantes)
    arrive_at_shop(parcel=send_to_shop(parcel=packed(parcel)))
    with clock.moved_to(clock.now() + timedelta(days=8)):
        assert expire_uncollected() == 1
    assert level(shirt, retailer.nantes) == {"on_hand": 2, "allocated": 0, "unsellable": 0, "free": 2}
    assert audit() == []


@pytest.mark.parametrize(
    ("reason", "after"),
    [
        ("missing", {"on_hand": 1, "allocated": 0, "unsellable": 0, "free": 1}),
        ("damaged", {"on_hand": 3, "allocated": 0, "unsellable": 2, "free": 1}),
        ("too_busy", {"on_hand": 3, "allocated": 0, "unsellable": 0, "free": 3}),
    ],
)
def test_a_rejection_corrects_the_stock_by_its_reason_and_another_shop_gives_it(
    retailer, audit, reason, after
):
    shirt = retailer.variant(nantes=3, lyon=2)
    (parcel,) = retailer.parcels((shirt, 2), at=[retailer.nantes])
    line = parcel.lines.get().order_line_id
    (opened,) = reject_pieces(parcel=parcel, order_line_id=line, quantity=2, reason=reason)
    assert level(shirt, retailer.nantes) == after
    assert (opened.location, opened.attempt, opened.state) == (retailer.lyon, 2, "waiting")
    assert level(shirt, retailer.lyon)["allocated"] == 2
    parcel.refresh_from_db()
    assert parcel.state == "rejected"
    (event,) = told("parcel_rejected")
    assert (event["reason"], event["rerouted"], event["lines"]) == (reason, True, [])
    decision = RoutingDecision.objects.get(attempt=2)
    assert decision.order == parcel.order
    assert {"code": "rejected_before"} in [
        one["reasons"][0] for one in decision.candidates if "reasons" in one
    ]
    hand_over(parcel=packed(opened))
    assert audit() == []


def test_a_part_of_a_line_can_be_rejected_and_the_rest_goes(retailer, audit):
    shirt = retailer.variant(nantes=3, lyon=2)
    (parcel,) = retailer.parcels((shirt, 3), at=[retailer.nantes])
    pick_pieces(parcel=parcel, scanned=shirt.sku, quantity=2)
    line = parcel.lines.get().order_line_id
    with pytest.raises(NothingToReject) as refused:
        reject_pieces(parcel=parcel, order_line_id=line, quantity=2, reason="missing")
    assert refused.value.left == 1
    (opened,) = reject_pieces(parcel=parcel, order_line_id=line, quantity=1, reason="missing")
    pack_parcel(parcel=parcel)
    hand_over(parcel=parcel)
    hand_over(parcel=packed(opened))
    assert level(shirt, retailer.nantes)["on_hand"] == 0
    assert level(shirt, retailer.lyon)["on_hand"] == 1
    assert audit() == []


def test_what_nobody_can_give_is_told_so_that_its_money_goes_back(retailer, audit):
    shirt = retailer.variant(nantes=1)
    (parcel,) = retailer.parcels((shirt, 1), at=[retailer.nantes])
    line = parcel.lines.get().order_line_id
    assert reject_pieces(parcel=parcel, order_line_id=line, quantity=1, reason="missing") == []
    (event,) = told("parcel_rejected")
    assert (event["rerouted"], event["lines"]) == (False, [{"order_line_id": line, "quantity": 1}])
    assert RoutingDecision.objects.get().chosen is None
    assert audit() == []


def test_a_rejection_is_tried_elsewhere_only_so_often(retailer, settings):
    settings.COMPTOIR_ROUTING_ATTEMPTS = 2
    shirt = retailer.variant(nantes=1, lyon=1, depot=1)
    (parcel,) = retailer.parcels((shirt, 1), at=[retailer.nantes])
    line = parcel.lines.get().order_line_id
    (second,) = reject_pieces(parcel=parcel, order_line_id=line, quantity=1, reason="missing")
    assert reject_pieces(parcel=second, order_line_id=line, quantity=1, reason="missing") == []
    assert [one["rerouted"] for one in told("parcel_rejected")] == [True, False]


@pytest.mark.parametrize(("reason", "quantity"), [("mice", 1), ("missing", 0), ("missing", 9)])
def test_a_rejection_that_makes_no_sense_changes_nothing(retailer, reason, quantity):
    shirt = retailer.variant(nantes=3)
    (parcel,) = retailer.parcels((shirt, 2), at=[retailer.nantes])
    with pytest.raises((InvalidValue, NothingToReject)):
        reject_pieces(
            parcel=parcel, order_line_id=parcel.lines.get().order_line_id, quantity=quantity, reason=reason
        )
    assert level(shirt, retailer.nantes)["on_hand"] == 3
    assert Parcel.objects.get().state == "waiting"
    assert told("parcel_rejected") == []


def test_a_cancelled_parcel_gives_its_goods_back(retailer, audit):
    shirt = retailer.variant(nantes=3)
    (parcel,) = retailer.parcels((shirt, 2), at=[retailer.nantes])
    cancel_parcel(parcel=packed(parcel), note="changed her mind")
    assert level(shirt, retailer.nantes)["free"] == 3
    assert parcel.history.last().note == "changed her mind"
    assert audit() == []


def test_pieces_are_cancelled_from_parcels_nobody_has_begun_with(retailer, audit):
    shirt = retailer.variant(nantes=3, lyon=3)
    order = retailer.order((shirt, 5))
    open_parcels(order=order, way=Way.SHIP, kind="home")
    (line,) = order.lines.all()
    assert cancel_pieces(order_line=line, quantity=4) == 4
    assert sum(one.quantity for one in ParcelLine.objects.all()) == 1
    assert sorted(Parcel.objects.values_list("state", flat=True)) == ["cancelled", "waiting"]
    start_picking(parcel=Parcel.objects.get(state="waiting"))
    with pytest.raises(NothingToReject):
        cancel_pieces(order_line=line, quantity=1)
    assert audit() == []


# --- the events, as plugins get them ---------------------------------------------------------------------------------


@pytest.fixture
def seen(retailer, plug):
    """What a plugin is told of parcels, by hook."""
    told = []
    names = ("ready", "handed_over", "delivered", "collected", "expired", "rejected")

    def listener(name):
        return lambda events: told.extend((name, event.subject_id) for event in events)

    plug("listener", **{f"on_parcel_{name}": listener(name) for name in names})
    return lambda: (retailer.shop.settle(), told)[1]


def test_on_parcel_handed_over_and_delivered_tell_of_a_parcel_that_is_sent(retailer, seen):
    (parcel,) = retailer.parcels((retailer.variant(nantes=1), 1), at=[retailer.nantes])
    hand_over(parcel=packed(parcel))
    deliver_parcel(parcel=parcel)
    assert seen() == [("handed_over", parcel.pk), ("delivered", parcel.pk)]


def test_on_parcel_delivered_is_not_told_of_a_parcel_that_is_collected(retailer, seen):
    parcel = ready(retailer, retailer.variant(nantes=1))
    collect_parcel(parcel=parcel, code=collection_code(parcel))
    assert seen() == [("ready", parcel.pk), ("collected", parcel.pk)]


def test_on_parcel_expired_follows_on_parcel_ready(retailer, seen):
    parcel = ready(retailer, retailer.variant(nantes=1))
    with clock.moved_to(clock.now() + timedelta(days=7)):
        expire_uncollected()
        assert seen() == [("ready", parcel.pk), ("expired", parcel.pk)]


def test_on_parcel_ready_is_told_when_a_parcel_arrives_in_the_shop(retailer, seen):
    (parcel,) = retailer.collection((retailer.variant(depot=1), 1), at=[retailer.depot])
    arrive_at_shop(parcel=send_to_shop(parcel=packed(parcel)))
    assert seen() == [("ready", parcel.pk)]


def test_on_parcel_collected_is_told_of_what_is_carried_out(retailer, seen):
    shirt = retailer.variant(nantes=1)
    (parcel,) = retailer.parcels((shirt, 1), at=[retailer.nantes], way=Way.CARRY_OUT, kind="carry_out")
    assert seen() == [("collected", parcel.pk)]


def test_on_parcel_expired_and_on_parcel_collected_never_both(retailer, seen):
    parcel = ready(retailer, retailer.variant(nantes=1))
    collect_parcel(parcel=parcel, code=collection_code(parcel))
    with clock.moved_to(clock.now() + timedelta(days=7)):
        assert expire_uncollected() == 0
    assert ("expired", parcel.pk) not in seen()


def test_on_parcel_rejected_tells_what_is_lost(retailer, seen):
    (parcel,) = retailer.parcels((retailer.variant(nantes=1), 1), at=[retailer.nantes])
    reject_pieces(parcel=parcel, order_line_id=parcel.lines.get().order_line_id, quantity=1, reason="missing")
    assert seen() == [("rejected", parcel.pk)]


def test_on_parcel_started_is_told_with_the_first_scan_and_on_parcel_cancelled_when_it_is_not_wanted(
    retailer, plug
):
    told = []
    plug(
        "listener",
        on_parcel_started=lambda events: told.extend(("started", one.subject_id) for one in events),
        on_parcel_cancelled=lambda events: told.extend(("cancelled", one.subject_id) for one in events),
    )
    (parcel,) = retailer.parcels((retailer.variant(nantes=2), 2), at=[retailer.nantes])
    sku = parcel.lines.get().order_line.sku
    pick_pieces(parcel=parcel, scanned=sku)
    pick_pieces(parcel=parcel, scanned=sku)
    cancel_parcel(parcel=parcel)
    retailer.shop.settle()
    assert told == [("started", parcel.pk), ("cancelled", parcel.pk)]


def test_on_parcel_cancelled_is_not_told_of_a_part(retailer, plug):
    told = []
    plug("listener", on_parcel_cancelled=lambda events: told.append(len(events)))
    (parcel,) = retailer.parcels((retailer.variant(nantes=2), 2), at=[retailer.nantes])
    cancel_pieces(order_line=parcel.lines.get().order_line, quantity=1)
    retailer.shop.settle()
    assert told == []
