"""Levels, movements and transfers in pages, for programs of the staff; each page in a constant number of statements."""

from collections.abc import Collection, Sequence

from django.db.models import Q

from comptoir.catalogue.models import Product
from comptoir.channels.models import Location
from comptoir.stock.models import Level, Movement, Transfer
from comptoir.stock.queries import Availability, availability


def levels_at(
    location: Location, *, skus: Sequence[str] = (), after: int = 0, limit: int
) -> list[tuple[Product, Availability]]:
    """Variants that have a level at a location, by their ids, with what their figure is made of; three statements."""
    levels = Level.objects.filter(location=location, variant_id__gt=after).select_related("variant")
    if skus:
        levels = levels.filter(variant__sku__in=skus)
    variants = [level.variant for level in levels.order_by("variant_id")[:limit]]
    found = availability([one.pk for one in variants], location_ids=[location.pk])
    return [(variant, found[variant.pk]) for variant in variants]


def movements_at(
    location: Location, *, skus: Sequence[str] = (), before: int = 0, limit: int
) -> list[Movement]:
    """Movements at a location, the latest first; with SKUs only theirs."""
    rows = Movement.objects.filter(location=location).select_related("variant", "actor")
    if skus:
        rows = rows.filter(variant__sku__in=skus)
    if before:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[:limit])


def transfers_between(locations: Collection[Location], *, is_open: bool, limit: int) -> list[Transfer]:
    """Transfers from or to some locations with their lines, the latest first; with ``is_open`` those on their way."""
    rows = Transfer.objects.filter(Q(source__in=locations) | Q(destination__in=locations))
    if is_open:
        rows = rows.filter(received_at=None)
    related = rows.select_related("source", "destination").prefetch_related("lines__variant")
    return list(related.order_by("-sent_at", "-pk")[:limit])


def variants_by_code(codes: Collection[str]) -> dict[str, Product]:
    """Variants by the SKUs or GTINs that somebody wrote; codes of nothing are not in it. One statement."""
    wanted = [code for code in codes if code and "\0" not in code]
    rows = Product.objects.variants().filter(Q(sku__in=wanted) | Q(upc__in=wanted))
    return {code: row for row in rows for code in (row.upc, row.sku) if code in wanted}
