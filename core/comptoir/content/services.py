"""What writes texts and pages by program; editors use the Wagtail admin."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from wagtail.models import Locale

from comptoir.catalogue.models import Product
from comptoir.content.models import ProductContent

Blocks = Iterable[tuple[str, Any]]


@transaction.atomic
def write_content(
    *,
    product: Product,
    locale: str,
    title: str,
    body: Blocks | None = None,
    publish: bool = False,
    **fields: Any,
) -> ProductContent:
    """Write the text of a product in one language, as a draft or published; the same text again changes nothing.

    ``body`` are (block type, value) pairs. ``fields`` such as ``summary`` or ``slug``.
    """
    values = {"title": title, "slug": fields.pop("slug", "") or free_slug(product, locale, title), **fields}
    content = ProductContent.objects.filter(product=product, locale__language_code=locale).first()
    if content is None:
        content = _new_content(product, locale, publish)
    elif content.live == publish and _is_same(content, values, body):
        return content
    for name, value in values.items():
        setattr(content, name, value)
    if body is not None:
        content.body = [*body]
    content.full_clean(exclude=["translation_key"])
    if content.pk is None:
        content.save()
    revision = content.save_revision()
    if publish:
        revision.publish()
        content.refresh_from_db()
    return content


def free_slug(product: Product, locale: str, title: str) -> str:
    """A slug for a product's text that no other product has in this language."""
    base = slugify(title, allow_unicode=False)[:240] or product.handle or str(product.pk)
    others = ProductContent.objects.filter(locale__language_code=locale).exclude(product=product)
    return base if not others.filter(slug=base).exists() else f"{base}-{product.pk}"


def _new_content(product: Product, locale: str, publish: bool) -> ProductContent:
    """An empty text; translations of one product share their translation key."""
    row = Locale.objects.get(language_code=locale)
    content = ProductContent(product=product, locale=row, live=False)
    if sibling := ProductContent.objects.filter(product=product).first():
        content.translation_key = sibling.translation_key
    return content


def _is_same(content: ProductContent, values: dict[str, Any], body: Blocks | None) -> bool:
    if any(getattr(content, name) != value for name, value in values.items()):
        return False
    return body is None or _plain(content.body) == _plain([*body])


def _plain(body: Any) -> list[Any]:
    """Blocks without their random ids."""
    stream = ProductContent._meta.get_field("body").to_python([*body]) if isinstance(body, list) else body
    return [{"type": one["type"], "value": one["value"]} for one in stream.get_prep_value()]
