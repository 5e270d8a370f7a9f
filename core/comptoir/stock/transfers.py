"""Goods sent from one location to another. Between sending and receiving they are at neither (rule 9)."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError, InvalidValue
from comptoir.catalogue.models import Product
from comptoir.channels.models import Location
from comptoir.stock.models import Movement, Transfer, TransferLine
from comptoir.stock.movements import Change, make_level, write_movements
from comptoir.stock.pieces import whole_pieces
from comptoir.stock.rows import in_transaction, lock_levels


class TransferToItself(ComptoirError):
    """Goods cannot be sent to where they are."""

    code = "transfer_to_itself"
    status = 422
    sentence = _("The goods are there already: choose another location.")


class TransferReceived(ComptoirError):
    """What came was already counted."""

    code = "transfer_received"
    status = 409
    sentence = _("This transfer was received already.")


def send_transfer(
    *,
    source: Location,
    destination: Location,
    lines: Mapping[Product, int],
    document: str = "",
    actor_id: int | None = None,
    idempotency_key: str | None = None,
) -> Transfer:
    """Send free pieces to another location: they leave this one now, and come when somebody receives them there.

    Shapes: ``lines`` is pieces by variant. What baskets hold or orders were promised is not sent.
    Errors: ``TransferToItself``, ``InvalidValue``, ``StockWouldBeNegative``, ``StockIsPromised``; nothing changes then.
    """
    if source == destination:
        raise TransferToItself(field="destination")
    if not lines:
        raise InvalidValue(field="lines", value="")
    for pieces in lines.values():
        whole_pieces(pieces)

    def send() -> Transfer:
        transfer, created = _transfer(source, destination, document, idempotency_key)
        if created:
            TransferLine.objects.bulk_create(
                TransferLine(transfer=transfer, variant=variant, sent=pieces)
                for variant, pieces in lines.items()
            )
            gone = {variant: -pieces for variant, pieces in lines.items()}
            _move_all(transfer, source, gone, Movement.Reason.TRANSFER_OUT, actor_id)
        return transfer

    return in_transaction(send)


def receive_transfer(
    *, transfer: Transfer, received: Mapping[int, int] | None = None, actor_id: int | None = None
) -> Transfer:
    """Take in what came. A line that is not counted came as it was sent; a difference stays visible on the line.

    Shapes: ``received`` is pieces by variant id, 0 if nothing of it came.
    Errors: ``TransferReceived`` the second time, ``InvalidValue`` for a variant that was not sent.
    """
    counted = dict(received or {})
    for pieces in counted.values():
        whole_pieces(pieces, least=0)

    def receive() -> Transfer:
        locked = Transfer.objects.select_for_update(no_key=True).get(pk=transfer.pk)
        if locked.received_at:
            raise TransferReceived
        lines = list(locked.lines.select_related("variant").order_by("pk"))
        if unknown := counted.keys() - {line.variant_id for line in lines}:
            raise InvalidValue(field="received", value=min(unknown))
        for line in lines:
            line.received = counted.get(line.variant_id, line.sent)
        TransferLine.objects.bulk_update(lines, ["received"])
        locked.received_at = clock.now()
        locked.save(update_fields=["received_at"])
        came = {line.variant: line.received for line in lines if line.received}
        _move_all(locked, locked.destination, came, Movement.Reason.TRANSFER_IN, actor_id)
        return locked

    return in_transaction(receive)


def _transfer(
    source: Location, destination: Location, document: str, idempotency_key: str | None
) -> tuple[Transfer, bool]:
    facts = {"source": source, "destination": destination, "document": document, "sent_at": clock.now()}
    if not idempotency_key:
        return Transfer.objects.create(**facts), True
    return Transfer.objects.get_or_create(idempotency_key=idempotency_key, defaults=facts)


def _move_all(
    transfer: Transfer, location: Location, pieces: Mapping[Product, int], reason: str, actor_id: int | None
) -> None:
    by_level = {make_level(variant, location): quantity for variant, quantity in pieces.items()}
    levels = lock_levels(by_level)
    write_movements(
        {
            level: Change(reason, quantity=by_level[pk], document=transfer.reference, actor_id=actor_id)
            for pk, level in levels.items()
        }
    )
