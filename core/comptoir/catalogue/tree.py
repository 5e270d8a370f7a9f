"""What changes the tree of categories: adding, moving and deleting shelves."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from oscar.apps.catalogue.models import ProductCategory

from comptoir.base.errors import ComptoirError
from comptoir.catalogue.models import Assortment, Category
from comptoir.events.services import record_event


class CategoryBelowItself(ComptoirError):
    """A tree has no circles."""

    code = "category_below_itself"
    status = 422
    sentence = _("“{name}” cannot be moved below itself.")


class CategoryInAssortment(ComptoirError):
    """A channel that carries only this category would carry everything without it."""

    code = "category_in_assortment"
    status = 409
    sentence = _("“{name}” is in the assortment of {channels}. Take it out there first.")


@transaction.atomic
def save_category(*, category: Category, parent: Category | None) -> Category:
    """Put a category, new or changed, where it belongs in the tree.

    Errors: ``CategoryBelowItself``; nothing changes then.
    """
    if category.pk is None:
        return parent.add_child(instance=category) if parent else Category.add_root(instance=category)
    category.save()
    move_category(category=category, parent=parent)
    return category


@transaction.atomic
def move_category(*, category: Category, parent: Category | None) -> None:
    """Hang a category, with all below it, last below another one, or make it a shelf of its own.

    Errors: ``CategoryBelowItself``; nothing changes then.
    """
    if is_below(parent, category):
        raise CategoryBelowItself(field="parent", name=category.name)
    if category.get_parent() == parent:
        return
    if parent:
        category.move(parent, "last-child")
    else:
        category.move(Category.get_last_root_node(), "last-sibling")
    _moved(category)


@transaction.atomic
def shift_category(*, category: Category, up: bool) -> None:
    """Move a category one place up or down among its neighbours; at the end of the row it stays."""
    neighbour = category.get_prev_sibling() if up else category.get_next_sibling()
    if neighbour:
        category.move(neighbour, "left" if up else "right")
        _moved(category)


@transaction.atomic
def delete_category(*, category: Category) -> None:
    """Delete a category with all below it; its products stay.

    Errors: ``CategoryInAssortment`` if a channel carries one of them; nothing changes then.
    """
    shelves = list(category.get_descendants_and_self())
    carried = Assortment.objects.filter(category__in=shelves).select_related("channel").distinct()
    if channels := sorted({row.channel.name for row in carried}):
        raise CategoryInAssortment(name=category.name, channels=", ".join(channels))
    products = set(ProductCategory.objects.filter(category__in=shelves).values_list("product_id", flat=True))
    category.delete()
    for pk in sorted(products):
        record_event("product_changed", subject_id=pk)


def is_below(category: Category | None, other: Category) -> bool:
    """Whether a category is another one, or below it."""
    return bool(category and (category.pk == other.pk or category.is_descendant_of(other)))


def _moved(category: Category) -> None:
    """The tree moves rows behind the model's back: bring what hangs on the place up to date, and tell."""
    fresh = Category.objects.get(pk=category.pk)
    fresh.set_ancestors_are_public()
    record_event("category_changed", subject_id=fresh.pk)
