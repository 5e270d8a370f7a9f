"""Times of collection: made from opening hours, for a few orders each, held, confirmed, full, past."""

from datetime import UTC, datetime, timedelta

import pytest

from comptoir.base import clock
from comptoir.fulfilment.models import Slot, SlotClaim
from comptoir.fulfilment.services import set_up_location
from comptoir.fulfilment.slots import (
    NoSlotHeld,
    SlotFull,
    SlotPast,
    UnknownSlot,
    confirm_slot,
    free_slots,
    hold_slot,
    release_slot,
    sweep_slots,
)

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)  # 13:00 in Nantes


@pytest.fixture
def drive(retailer):
    set_up_location(location=retailer.nantes, slot_minutes=30, slot_capacity=2, slot_days_ahead=2)
    return retailer.nantes


def begins(slots):
    return [slot.starts_at.strftime("%d %H:%M") for slot in slots]


def test_slots_come_from_the_opening_hours(drive):
    slots = free_slots(drive, since=NOON)
    assert begins(slots)[:3] == ["03 12:00", "03 12:30", "03 13:00"]
    assert slots[0].ends_at - slots[0].starts_at == timedelta(minutes=30)
    assert begins(slots)[11:14] == ["03 17:30", "04 09:00", "04 09:30"]  # it closes at 19:00 in Nantes
    assert begins(slots)[-1] == "05 09:00"  # two days ahead of ten o'clock
    assert {slot.free for slot in slots} == {2}


def test_a_slot_that_would_end_after_closing_is_none(drive):
    set_up_location(location=drive, slot_minutes=120, slot_days_ahead=1)
    drive.refresh_from_db()
    assert begins(free_slots(drive))[:5] == ["03 09:00", "03 11:00", "03 13:00", "03 15:00", "04 09:00"]


def test_a_shop_without_slots_has_none(retailer):
    assert free_slots(retailer.lyon) == []
    with pytest.raises(UnknownSlot):
        hold_slot(location=retailer.lyon, starts_at=NOON, owner="checkout:1")


def test_slots_are_an_hour_apart_over_the_clock_change(shop):
    night = shop.location("night", hours=[(6, "00:00", "05:00")])
    set_up_location(location=night, slot_minutes=60, slot_days_ahead=1, opens_on_holidays=True)
    with clock.moved_to(datetime(2026, 3, 28, 20, 0, tzinfo=UTC)):
        assert begins(free_slots(night)) == ["28 23:00", "29 00:00", "29 01:00", "29 02:00"]
    with clock.moved_to(datetime(2026, 10, 24, 20, 0, tzinfo=UTC)):
        assert len(free_slots(night)) == 6


def test_a_held_slot_counts_until_time_ends_it(drive):
    hold_slot(location=drive, starts_at=NOON, owner="checkout:1", minutes=20)
    hold_slot(location=drive, starts_at=NOON, owner="checkout:2", minutes=30)
    with pytest.raises(SlotFull) as refused:
        hold_slot(location=drive, starts_at=NOON, owner="checkout:3")
    assert (refused.value.field, refused.value.status) == ("slot", 409)
    assert free_slots(drive, since=NOON)[0].free == 0
    with clock.moved_to(clock.now() + timedelta(minutes=20)):
        assert free_slots(drive, since=NOON)[0].free == 1
        hold_slot(location=drive, starts_at=NOON, owner="checkout:3")
        assert free_slots(drive, since=NOON)[0].free == 0
    assert Slot.objects.get().taken == 2


def test_another_slot_gives_the_first_back_and_the_same_is_held_longer(drive):
    later = NOON + timedelta(hours=1)
    hold_slot(location=drive, starts_at=NOON, owner="checkout:1")
    with clock.moved_to(clock.now() + timedelta(minutes=5)):
        hold_slot(location=drive, starts_at=later, owner="checkout:1")
        claim = hold_slot(location=drive, starts_at=later, owner="checkout:1", minutes=60)
        assert claim.expires_at == clock.now() + timedelta(minutes=60)
    assert dict(Slot.objects.values_list("starts_at", "taken")) == {NOON: 0, later: 1}


def test_a_full_slot_leaves_the_one_that_was_held(drive):
    later = NOON + timedelta(hours=1)
    for number in (1, 2):
        hold_slot(location=drive, starts_at=later, owner=f"checkout:{number}")
    hold_slot(location=drive, starts_at=NOON, owner="checkout:3")
    with pytest.raises(SlotFull):
        hold_slot(location=drive, starts_at=later, owner="checkout:3")
    assert confirm_slot(owner="checkout:3").starts_at == NOON


@pytest.mark.parametrize(
    ("starts_at", "since", "error"),
    [
        (datetime(2026, 3, 3, 8, 30, tzinfo=UTC), None, SlotPast),
        (NOON, NOON + timedelta(seconds=1), SlotPast),
        (NOON + timedelta(minutes=1), None, UnknownSlot),
        (datetime(2026, 3, 3, 18, 0, tzinfo=UTC), None, UnknownSlot),
        (datetime(2026, 3, 8, 12, 0, tzinfo=UTC), None, UnknownSlot),
        (datetime(2026, 3, 10, 12, 0, tzinfo=UTC), None, UnknownSlot),
    ],
)
def test_a_slot_that_is_past_too_soon_or_not_there_is_refused(drive, starts_at, since, error):
    with pytest.raises(error) as refused:
        hold_slot(location=drive, starts_at=starts_at, owner="checkout:1", since=since)
    assert refused.value.field == "slot"
    assert not SlotClaim.objects.exists()


def test_an_order_confirms_its_slot_once_and_time_does_not_end_it(drive):
    hold_slot(location=drive, starts_at=NOON, owner="checkout:1", minutes=5)
    assert confirm_slot(owner="checkout:1") == confirm_slot(owner="checkout:1")
    with clock.moved_to(clock.now() + timedelta(hours=1)):
        assert sweep_slots() == 0
        assert free_slots(drive, since=NOON)[0].free == 1


def test_a_claim_that_ran_out_is_confirmed_if_there_is_still_a_place(drive):
    hold_slot(location=drive, starts_at=NOON, owner="checkout:1", minutes=5)
    with clock.moved_to(clock.now() + timedelta(minutes=6)):
        assert sweep_slots() == 1
        assert confirm_slot(owner="checkout:1").taken == 0
        assert Slot.objects.get().taken == 1


def test_a_claim_that_ran_out_is_lost_if_others_came(drive):
    hold_slot(location=drive, starts_at=NOON, owner="checkout:1", minutes=5)
    with clock.moved_to(clock.now() + timedelta(minutes=6)):
        for number in (2, 3):
            hold_slot(location=drive, starts_at=NOON, owner=f"checkout:{number}")
        with pytest.raises(SlotFull):
            confirm_slot(owner="checkout:1")
    with pytest.raises(NoSlotHeld):
        confirm_slot(owner="checkout:9")


def test_a_slot_that_is_over_is_not_confirmed(drive):
    hold_slot(location=drive, starts_at=NOON, owner="checkout:1", minutes=600)
    with clock.moved_to(NOON + timedelta(minutes=30)), pytest.raises(SlotPast):
        confirm_slot(owner="checkout:1")


def test_a_slot_is_given_back_once(drive):
    hold_slot(location=drive, starts_at=NOON, owner="checkout:1")
    confirm_slot(owner="checkout:1")
    assert release_slot(owner="checkout:1") is True
    assert release_slot(owner="checkout:1") is False
    assert Slot.objects.get().taken == 0
    with pytest.raises(NoSlotHeld):
        confirm_slot(owner="checkout:1")
