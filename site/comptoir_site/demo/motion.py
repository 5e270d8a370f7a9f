"""What a shop looks like in the middle of a week: goods on their way, some that cannot be sold, some in the window."""

from collections.abc import Mapping

from comptoir.catalogue.models import Product
from comptoir.channels.models import Channel, Location
from comptoir.customers.models import User
from comptoir.stock.models import ChannelReserve, Level
from comptoir.stock.services import mark_unsellable, set_reserve
from comptoir.stock.transfers import receive_transfer, send_transfer


def set_goods_in_motion(locations: Mapping[str, Location], admin: User, staff: User) -> None:
    """Send goods to Nantes and on to Lyon, where one piece is missing; put pieces aside in Nantes."""
    nantes, lyon, warehouse = (locations[code] for code in ("nantes", "lyon", "entrepot"))
    here = _levels(nantes, least=4)
    send_transfer(
        source=warehouse, destination=nantes, lines=dict.fromkeys(_variants(_levels(warehouse, least=6)), 4),
        document="NAV-0117", actor_id=admin.pk,
    )  # fmt: skip
    sent = send_transfer(
        source=nantes, destination=lyon, lines=dict.fromkeys(_variants(here[:3]), 2), actor_id=staff.pk
    )
    receive_transfer(transfer=sent, received={here[0].variant_id: 1}, actor_id=admin.pk)
    for level, reason in zip(here[3:5], ("Couture défaite", "Tache sur la manche"), strict=True):
        mark_unsellable(variant=level.variant, location=nantes, quantity=1, reason=reason, actor_id=staff.pk)
    for code in ("web", "app"):
        set_reserve(
            channel=Channel.objects.get(code=code), location=nantes, kind=ChannelReserve.Kind.BUFFER,
            variant=here[3].variant, quantity=1, purpose="la vitrine",
        )  # fmt: skip


def _levels(location: Location, *, least: int) -> list[Level]:
    levels = Level.objects.filter(location=location, on_hand__gte=least).select_related("variant")
    return list(levels.order_by("variant__sku")[:5])


def _variants(levels: list[Level]) -> list[Product]:
    return [level.variant for level in levels]
