"""Orders that the staff takes on the phone: goods are kept for a day, and the customer pays by a link sent once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError, InvalidValue, NotFound
from comptoir.baskets.holding import let_go
from comptoir.baskets.models import Basket
from comptoir.baskets.rows import Code, Key, basket_by_id
from comptoir.baskets.services import open_basket, set_lines
from comptoir.channels.models import Channel
from comptoir.channels.queries import ChannelContext
from comptoir.checkout.fitting import choose_again
from comptoir.checkout.models import Checkout
from comptoir.checkout.refusals import CheckoutOver
from comptoir.checkout.services import (
    FILLED_IN,
    CheckoutView,
    begin_checkout,
    end_checkout,
    fill_in_contact,
    lock_checkout,
)
from comptoir.conf import conf
from comptoir.events.services import record_event
from comptoir.stock.rows import in_transaction

LONGEST_HOURS = 14 * 24


class NoPhone(ComptoirError):
    """There is no number a link could be sent to."""

    code = "phone_missing"
    status = 409
    sentence = _("There is no phone number to send the link to.")


@transaction.atomic
def draft_order(
    *,
    channel: ChannelContext,
    lines: Sequence[tuple[Code, int]],
    contact: Mapping[str, str],
    locale: str,
    staff_id: int,
    hours: int = 24,
) -> CheckoutView:
    """Fill a basket for a customer on the phone and keep its goods for them until they have paid, or the time is over.

    Units: ``hours`` from now. Shapes: ``lines`` are (code, pieces). Errors: those of ``baskets.open_basket`` and of a
    contact; ``InvalidValue`` for the hours. Nothing is held then.
    """
    if not 1 <= hours <= LONGEST_HOURS:
        raise InvalidValue(field="hours", value=hours)
    minutes = hours * 60
    patient = patient_channel(channel, minutes)
    _view, token = open_basket(channel=patient, lines=lines)
    begun = begin_checkout(key=Key(patient, token), locale=locale)
    draft = begun.checkout
    fill_in_contact(draft, contact)
    draft.staff_id, draft.ends_at = staff_id, clock.now() + timedelta(minutes=minutes)
    draft.save(update_fields=["name", "email", "phone", "staff", "ends_at"])
    return CheckoutView(draft, channel, begun.basket)


def change_draft(*, channel: ChannelContext, uuid: str, lines: Sequence[tuple[Code, int]]) -> Checkout:
    """Let the goods of a draft be these and no others, kept for as long as it lasts; its delivery is worked out again.

    Shapes: as in ``draft_order``. Errors: ``NotFound`` for what is no draft; ``CheckoutOver`` for one that is being paid,
    or was; those of ``baskets.set_lines`` and of a delivery that is not possible for these goods. Nothing changes then.
    """

    def change() -> Checkout:
        draft = _locked_draft(uuid)
        if draft.state != Checkout.State.OPEN:
            raise CheckoutOver(state=draft.state)
        patient = patient_channel(channel, max(1, (draft.ends_at - clock.now()) // timedelta(minutes=1)))
        view = set_lines(key=Key(patient, basket_id=draft.basket_id), lines=lines)
        if draft.delivery:
            choose_again(draft, view)
            draft.save(update_fields=FILLED_IN)
        return draft

    return in_transaction(change)


@transaction.atomic
def offer_draft(*, uuid: str) -> Checkout:
    """Let the customer have the link by SMS; asked again, nothing more is sent.

    Errors: ``NotFound`` for what is no draft, or over; ``NoPhone``.
    """
    draft = Checkout.objects.filter(uuid=uuid, staff__isnull=False, state__in=Checkout.LIVE).first()
    if draft is None:
        raise NotFound()
    if not draft.phone:
        raise NoPhone(field="phone")
    # Sent once: who moves the date first records the event.
    if Checkout.objects.filter(pk=draft.pk, link_sent_at=None).update(link_sent_at=clock.now()):
        record_event("draft_offered", subject_id=draft.pk, channel=draft.channel.code)
    return draft


def cancel_draft(*, uuid: str) -> Checkout:
    """Give a draft up: its goods are free at once, its link does nothing any more, money under way goes back.

    Errors: ``NotFound`` for what is no draft; ``CheckoutOver`` for one that has an order, or ended before.
    """

    def cancel() -> Checkout:
        draft = _locked_draft(uuid)
        if not draft.is_live:
            raise CheckoutOver(state=draft.state)
        end_checkout(draft, problem="cancelled")
        basket = basket_by_id(draft.basket_id, lock=True)
        Basket.objects.filter(pk=basket.id).update(status=Basket.CLOSED, token_hash=None)
        let_go(basket, basket.lines)
        return draft

    return in_transaction(cancel)


def payment_link(draft: Checkout) -> str:
    """Where the customer pays. The secret stands after ``#``: no server log and no referrer sees it.

    ``?link`` says that it is to be opened, whatever else this browser was about to buy.
    """
    return f"{conf.BASE_URL}/{draft.channel.code}/{draft.locale}/checkout?link#{draft.uuid}"


def patient_channel(channel: ChannelContext, minutes: int) -> ChannelContext:
    """The channel as it is for a draft: goods are kept at once, and longer than others wait."""
    return replace(
        channel, holds_from=Channel.HoldsFrom.ADDING, hold_minutes=minutes, hold_minutes_max=minutes
    )


def _locked_draft(uuid: str) -> Checkout:
    """Errors: ``NotFound`` for what is no draft."""
    locked = lock_checkout(uuid)
    if locked is None or locked[0].staff_id is None:
        raise NotFound()
    return locked[0]
