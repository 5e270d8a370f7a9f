"""Finds what somebody types at a price screen: a SKU, a barcode or the handle of a product."""

from django.db.models import Q

from comptoir.catalogue.models import Product

MOST_SUGGESTIONS = 12


def variants_named(code: str) -> list[Product]:
    """What is sold under a SKU or a barcode; under the handle of a product, all its variants. Empty if nothing is."""
    wanted = code.strip()
    if not wanted:
        return []
    variants = Product.objects.variants().select_related("parent")
    own = Q(sku__iexact=wanted) | Q(upc=wanted)
    found = list(variants.filter(own).order_by("pk")[:1])
    return found or list(
        variants.filter(Q(handle__iexact=wanted) | Q(parent__handle__iexact=wanted)).order_by("pk")
    )


def products_named(codes: list[str]) -> tuple[list[Product], list[str]]:
    """Products and variants by SKU, barcode or handle, in one statement; and the codes nothing has.

    Unlike ``variants_named`` a handle names the product itself: a range takes its variants along.
    """
    rows = Product.objects.filter(Q(sku__in=codes) | Q(upc__in=codes) | Q(handle__in=codes)).order_by("pk")
    found = list(rows)
    known = {name for row in found for name in (row.sku, row.upc, row.handle) if name}
    return found, [code for code in codes if code not in known]


def suggestions(text: str) -> list[tuple[str, str]]:
    """What somebody who types may mean, as (what to enter, what it is): a dozen at most, in one statement."""
    wanted = text.strip()
    if len(wanted) < 2:
        return []
    own = Q(title__icontains=wanted) | Q(handle__istartswith=wanted) | Q(upc=wanted)
    rows = Product.objects.filter(Q(sku__icontains=wanted) | own | Q(parent__title__icontains=wanted))
    found = rows.select_related("parent").order_by("sku", "handle")[:MOST_SUGGESTIONS]
    return [(row.sku or row.handle or "", title_of(row)) for row in found]


def title_of(product: Product) -> str:
    """What a variant is called in the back office: it may have no title of its own."""
    return product.title or (product.parent.title if product.parent else "") or product.sku or ""
