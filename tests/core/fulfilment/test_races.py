"""Many at once, on committed rows: slots, codes, choices of delivery."""

import pytest

from comptoir.fulfilment.models import Slot, SlotClaim
from comptoir.fulfilment.services import set_up_location
from comptoir.fulfilment.slots import SlotFull, free_slots, hold_slot
from comptoir.testing.racing import open_shop, run_together

__all__ = ["open_shop"]


@pytest.fixture(autouse=True)
def now():
    """Threads have a clock of their own: this day and hour."""


def test_fifty_customers_at_once_get_the_places_there_are(open_shop):
    nantes = open_shop.location("nantes", hours=[(day, "00:00", "23:59") for day in range(7)])
    set_up_location(location=nantes, slot_minutes=30, slot_capacity=7, opens_on_holidays=True)
    starts_at = free_slots(nantes)[2].starts_at

    def come(number):
        return lambda: hold_slot(location=nantes, starts_at=starts_at, owner=f"checkout:{number}")

    answers = run_together([come(number) for number in range(50)], workers=16)
    assert sum(isinstance(one, SlotClaim) for one in answers) == 7
    assert sum(isinstance(one, SlotFull) for one in answers) == 43
    assert Slot.objects.get().taken == SlotClaim.objects.filter(state="held").count() == 7
