"""How a parcel goes from one state to the next: by a conditional update, with its story and its event."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.events.services import record_event
from comptoir.fulfilment.models import Parcel, ParcelLine, ParcelStep
from comptoir.stock.plans import Wanted

State = Parcel.State


class ParcelMoved(ComptoirError):
    """A parcel is not in the state that a step begins with; somebody may just have done it."""

    code = "parcel_moved"
    status = 409
    sentence = _("{number} is “{state}” already.")


def move_parcel(
    parcel: Parcel, becomes: str, *, actor_id: int | None = None, note: str = "", **fields: Any
) -> None:
    """Let a parcel go on to a state; the caller has a transaction.

    The arrows are those of ``Parcel.MOVES``. Errors: ``ParcelMoved`` if it is not where the arrow begins.
    """
    was = [state for state, following in Parcel.MOVES.items() if becomes in following]
    now = clock.now()
    if becomes not in Parcel.OPEN:
        fields["closed_at"] = now
    rows = Parcel.objects.select_for_update(no_key=True).filter(pk=parcel.pk)
    before = rows.values_list("state", flat=True).get()
    if before not in was:
        raise ParcelMoved(number=parcel.number, state=State(before).label)
    rows.filter(state=before).update(state=becomes, **fields)
    for name, value in {"state": becomes, **fields}.items():
        setattr(parcel, name, value)
    ParcelStep.objects.create(
        parcel=parcel, was=before, becomes=becomes, note=note, actor_id=actor_id, at=now
    )


def lock_parcel(parcel: Parcel, *states: str) -> Parcel:
    """The parcel as it is now, locked. Errors: ``ParcelMoved`` if it is in none of the states."""
    row = (
        Parcel.objects.select_for_update(no_key=True, of=("self",))
        .select_related("order", "location")
        .get(pk=parcel.pk)
    )
    if row.state not in states:
        raise ParcelMoved(number=row.number, state=State(row.state).label)
    return row


def tell(parcel: Parcel, type: str, **facts: object) -> None:
    """Write the event of a parcel down, with what every event of parcels says."""
    record_event(
        type,
        subject_id=parcel.pk,
        order_id=parcel.order_id,
        number=parcel.number,
        kind=parcel.kind,
        **facts,
    )


def lines_of(parcel: Parcel) -> list[ParcelLine]:
    """The lines of a parcel, locked, with what was ordered."""
    rows = ParcelLine.objects.filter(parcel=parcel).select_related("order_line__variant").order_by("pk")
    return list(rows.select_for_update(no_key=True, of=("self",)))


def wanted_of(lines: list[ParcelLine]) -> list[Wanted]:
    """What the lines of a parcel are in stock."""
    return [
        Wanted(line.order_line.stock_owner, line.order_line.variant_id, line.quantity)
        for line in lines
        if line.quantity
    ]
