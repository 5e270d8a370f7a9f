"""Times at which customers fetch their goods (drive): generated from opening hours, each for a few orders only.

The count of a slot is guarded twice: by a conditional update and by a constraint. A claim that time has ended is free
for the next one at once; nobody has to tidy up first. Source: docs/algorithms/fulfilment.md, rule 7.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.channels.models import Location
from comptoir.conf import conf
from comptoir.fulfilment.facts import place_of, settings_of
from comptoir.fulfilment.models import LocationSettings, Slot, SlotClaim
from comptoir.fulfilment.promises import Place
from comptoir.stock.rows import in_transaction

State = SlotClaim.State


class SlotFull(ComptoirError):
    """Others have taken the last place of a slot."""

    code = "slot_full"
    status = 409
    sentence = _("This time is taken. Please choose another.")


class SlotPast(ComptoirError):
    """A slot is over, or too near for the shop to be ready."""

    code = "slot_past"
    status = 409
    sentence = _("This time is over, or too soon. Please choose a later one.")


class UnknownSlot(ComptoirError):
    """The shop has no slot that begins then."""

    code = "unknown_slot"
    status = 422
    sentence = _("{location} has no such time.")


class NoSlotHeld(ComptoirError):
    """An order should confirm a slot, and its checkout holds none."""

    code = "no_slot_held"
    status = 409
    sentence = _("Choose a time at which you come.")


@dataclass(frozen=True)
class FreeSlot:
    """A slot as customers see it; ``free`` in orders."""

    starts_at: datetime
    ends_at: datetime
    free: int


def free_slots(location: Location, *, since: datetime | None = None) -> list[FreeSlot]:
    """The slots of a shop that begin from a moment on (now, or when the goods are ready), full ones too; one statement.

    The hours, days off and settings of the location are read if they are not yet. None if the shop has no slots.
    """
    now = clock.now()
    begin = max(since or now, now)
    made = list(_slots(place_of(location), settings_of(location), begin))
    if not made:
        return []
    rows = Slot.objects.filter(location=location, starts_at__range=(made[0][0], made[-1][0]))
    ended = Count("claims", filter=Q(claims__state=State.HELD, claims__expires_at__lte=now))
    left = {row.starts_at: row.capacity - row.taken + row.ended for row in rows.annotate(ended=ended)}
    capacity = settings_of(location).slot_capacity
    return [FreeSlot(starts, ends, left.get(starts, capacity)) for starts, ends in made]


def hold_slot(
    *,
    location: Location,
    starts_at: datetime,
    owner: str,
    since: datetime | None = None,
    minutes: int | None = None,
) -> SlotClaim:
    """Keep a place in a slot for a checkout; the one it held before is free again. The same slot again is held longer.

    Units: ``minutes`` from now, ``COMPTOIR_SLOT_HOLD_MINUTES`` by default. ``since``: when the goods are ready.
    Errors: ``UnknownSlot``, ``SlotPast``, ``SlotFull``; the earlier claim stays then.
    """
    now = clock.now()
    if starts_at < max(since or now, now):
        raise SlotPast(field="slot")
    made = {starts: ends for starts, ends in _slots(place_of(location), settings_of(location), starts_at)}
    if starts_at not in made:
        raise UnknownSlot(field="slot", location=location.name)
    until = now + timedelta(minutes=minutes or conf.SLOT_HOLD_MINUTES)

    def hold() -> SlotClaim:
        slot = _slot(location, starts_at, made[starts_at])
        before = _lock(owner, slot)
        if before and before.slot_id == slot.pk:
            SlotClaim.objects.filter(pk=before.pk).update(expires_at=until)
            return SlotClaim.objects.get(pk=before.pk)
        if before:
            _end(before, State.RELEASED)
        _take(slot)
        return SlotClaim.objects.create(slot=slot, owner=owner, expires_at=until)

    return in_transaction(hold)


def confirm_slot(*, owner: str) -> Slot:
    """Let the order have the slot its checkout held; a claim that has run out is renewed if there is still a place.

    Safe to do twice. Errors: ``NoSlotHeld``, ``SlotFull``, ``SlotPast`` for a slot that is over.
    """

    def confirm() -> Slot:
        claim = SlotClaim.objects.filter(owner=owner).order_by("-pk").select_related("slot").first()
        if claim is None or claim.state == State.RELEASED:
            raise NoSlotHeld(field="slot")
        if claim.state == State.CONFIRMED:
            return claim.slot
        if claim.slot.ends_at <= clock.now():
            raise SlotPast(field="slot")
        Slot.objects.select_for_update(no_key=True).get(pk=claim.slot_id)
        if not SlotClaim.objects.filter(pk=claim.pk, state=State.HELD).update(state=State.CONFIRMED):
            _take(claim.slot)
            SlotClaim.objects.create(
                slot=claim.slot, owner=owner, state=State.CONFIRMED, expires_at=claim.slot.ends_at
            )
        return claim.slot

    return in_transaction(confirm)


def release_slot(*, owner: str) -> bool:
    """Give a place back, held or confirmed; returns whether there was one."""

    def release() -> bool:
        claim = _lock(owner)
        return bool(claim) and _end(claim, State.RELEASED)

    return in_transaction(release)


def sweep_slots(*, limit: int = 500) -> int:
    """Tidy up claims that time has ended; nothing depends on it. Returns how many."""
    ended = SlotClaim.objects.filter(state=State.HELD, expires_at__lte=clock.now()).order_by("expires_at")[
        :limit
    ]
    with transaction.atomic():
        slots = Slot.objects.filter(pk__in={claim.slot_id for claim in ended}).order_by("pk")
        return sum(_sweep(slot) for slot in slots.select_for_update(no_key=True, skip_locked=True))


def _slots(place: Place, settings: LocationSettings, since: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The slots that begin from a moment on, as far ahead as the shop lets choose; what is left of a stretch is none."""
    if not settings.slot_minutes:
        return
    step, last = (
        timedelta(minutes=settings.slot_minutes),
        clock.now() + timedelta(days=settings.slot_days_ahead),
    )
    first = since.astimezone(place.tz).date()
    for number in range((last.astimezone(place.tz).date() - first).days + 1):
        for opens, closes in place.stretches_on(first + timedelta(days=number)):
            starts = opens
            while starts + step <= closes:
                if since <= starts <= last:
                    yield starts, starts + step
                starts += step


def _slot(location: Location, starts_at: datetime, ends_at: datetime) -> Slot:
    facts = {"ends_at": ends_at, "zone": location.time_zone, "capacity": settings_of(location).slot_capacity}
    return Slot.objects.get_or_create(location=location, starts_at=starts_at, defaults=facts)[0]


def _lock(owner: str, *slots: Slot) -> SlotClaim | None:
    """Lock the slot an owner has, and others, in the order of their ids; returns the owner's claim as it is then."""
    claims = SlotClaim.objects.filter(owner=owner, state__in=[State.HELD, State.CONFIRMED])
    ids = {*claims.values_list("slot_id", flat=True), *(slot.pk for slot in slots)}
    list(Slot.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True))
    for slot in slots:
        _sweep(slot, besides=owner)
    return claims.first()


def _take(slot: Slot) -> None:
    """One place more is taken, if there is one. Errors: ``SlotFull``."""
    _sweep(slot)
    room = Slot.objects.filter(pk=slot.pk, taken__lt=F("capacity"))
    if not room.update(taken=F("taken") + 1):
        raise SlotFull(field="slot")


def _end(claim: SlotClaim, becomes: str) -> bool:
    """A claim ends once; its place is free again."""
    live = SlotClaim.objects.filter(pk=claim.pk, state__in=[State.HELD, State.CONFIRMED])
    if not live.update(state=becomes):
        return False
    Slot.objects.filter(pk=claim.slot_id).update(taken=F("taken") - 1)
    return True


def _sweep(slot: Slot, besides: str = "") -> int:
    """End the claims of a locked slot that time has ended; returns how many."""
    ended = SlotClaim.objects.filter(slot=slot, state=State.HELD, expires_at__lte=clock.now())
    count = ended.exclude(owner=besides).update(state=State.EXPIRED)
    if count:
        Slot.objects.filter(pk=slot.pk).update(taken=F("taken") - count)
    return count
