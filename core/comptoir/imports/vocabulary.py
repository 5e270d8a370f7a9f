"""The words a batch of products uses: types, properties, the values to choose from, categories; made where missing."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.text import slugify
from oscar.apps.catalogue.models import ProductAttributeValue, ProductClass

from comptoir.catalogue.models import AttributeOption, Category, Product, ProductAttribute
from comptoir.catalogue.services import save_attribute, save_product_class
from comptoir.imports.codes import attribute_code, digest
from comptoir.imports.rows import ImportedProduct

#: The type of products whose file names none.
GENERAL = "General"
TAGS = "tags"
#: Lists can be filtered by values that are words, not by those that are paragraphs.
LONGEST_FILTER_VALUE = 60


class Vocabulary:
    """Looks words up in what was read once for the batch, and makes those that are missing."""

    def __init__(self, products: Iterable[ImportedProduct], roots: dict[str, Product]) -> None:
        batch = list(products)
        self._roots = roots
        self._classes = {kind.pk: kind for kind in ProductClass.objects.all()}
        used = {kind.pk for product in batch if (kind := self.class_of(product))}
        self._attributes: dict[int, list[ProductAttribute]] = defaultdict(list)
        for attribute in ProductAttribute.objects.filter(product_class__in=used).select_related(
            "option_group"
        ):
            self._attributes[attribute.product_class_id].append(attribute)
        self._options = _Options(attribute for rows in self._attributes.values() for attribute in rows)
        self._categories = _Categories() if any(product.categories for product in batch) else None

    def product_class(self, product: ImportedProduct) -> ProductClass:
        """The type of a product; a file that names none leaves a known product its own."""
        found = self.class_of(product)
        if found is None:
            name = product.product_class or GENERAL
            found = save_product_class(name=name) if slugify(name) else _unspeakable_class(name)
            self._classes[found.pk] = found
        return found

    def option(self, kind: ProductClass, name: str) -> ProductAttribute:
        """The property that customers choose by, such as the size."""
        found = self.find(kind, name, is_option=True)
        if found is None:
            code = self._free_code(kind, attribute_code(name), "option")
            found = save_attribute(
                product_class=kind, code=code, name=name, is_option=True, position=self._next_position(kind)
            )
            self._attributes[kind.pk].append(found)
        return found

    def attribute(self, kind: ProductClass, key: str, text: str) -> ProductAttribute:
        """A property of the product itself, such as the material."""
        found = self.find(kind, key, is_option=False)
        if found is None:
            found = ProductAttribute.objects.create(
                product_class=kind,
                code=self._free_code(kind, attribute_code(key), "detail"),
                name=key.replace("_", " ").strip().capitalize()[:128] or key[:128],
                type=ProductAttribute.TEXT,
                is_filter=key != TAGS and len(text) <= LONGEST_FILTER_VALUE,
                position=self._next_position(kind),
            )
            self._attributes[kind.pk].append(found)
        return found

    def find(self, kind: ProductClass | None, name: str, *, is_option: bool) -> ProductAttribute | None:
        """A property that is there already: by its name, else by the code its name would get."""
        code = attribute_code(name)
        codes = (code, f"{code}_option" if is_option else f"{code}_detail")
        rows = [row for row in self._attributes[kind.pk] if row.is_option == is_option] if kind else []
        by_code = {row.code: row for row in rows}
        by_name = next((row for row in rows if row.name == name), None) if is_option else None
        return by_name or by_code.get(codes[0]) or by_code.get(codes[1])

    def value(self, attribute: ProductAttribute, text: str) -> dict[str, Any]:
        """The column of a value row, and what stands in it.

        Errors: ``ValueError`` if the text cannot be a value of this property.
        """
        if attribute.type == ProductAttribute.OPTION:
            return {"value_option": self._options.get(attribute, text)}
        return {f"value_{attribute.type}": parsed(attribute.type, text)}

    def save_options(self) -> None:
        """Write the values that were missing; the rows that use them come after."""
        AttributeOption.objects.bulk_create(self._options.new)
        self._options.new.clear()

    def category_ids(self, product: ImportedProduct) -> set[int]:
        """The categories of a product; missing ones are made, with those above them."""
        return {self._categories.get(path).pk for path in product.categories} if self._categories else set()

    def class_of(self, product: ImportedProduct) -> ProductClass | None:
        """The type of a product, if it is there already."""
        root = self._roots.get(product.handle)
        if not product.product_class and root is not None:
            return self._classes.get(root.product_class_id)
        name = product.product_class or GENERAL
        rows = self._classes.values()
        by_name = next((row for row in rows if row.name == name), None)
        return by_name or next((row for row in rows if row.slug == slugify(name)), None)

    def _free_code(self, kind: ProductClass, code: str, suffix: str) -> str:
        return f"{code}_{suffix}" if any(row.code == code for row in self._attributes[kind.pk]) else code

    def _next_position(self, kind: ProductClass) -> int:
        return max((row.position for row in self._attributes[kind.pk]), default=-1) + 1


@dataclass
class _Group:
    """The values of one property."""

    by_label: dict[str, AttributeOption] = field(default_factory=dict)
    slugs: set[str] = field(default_factory=set)
    next_position: int = 0

    def take(self, option: AttributeOption) -> None:
        self.by_label[option.option] = option
        self.slugs.add(option.code_or_slug)
        self.next_position = max(self.next_position, option.position + 1)


class _Options:
    def __init__(self, attributes: Iterable[ProductAttribute]) -> None:
        self._groups: dict[int, _Group] = defaultdict(_Group)
        self.new: list[AttributeOption] = []
        groups = {attribute.option_group_id for attribute in attributes if attribute.option_group_id}
        for option in AttributeOption.objects.filter(group__in=groups):
            self._groups[option.group_id].take(option)

    def get(self, attribute: ProductAttribute, label: str) -> AttributeOption:
        group = self._groups[attribute.option_group_id]
        if label not in group.by_label:
            option = AttributeOption(
                group=attribute.option_group,
                option=label,
                position=group.next_position,
                code=_code(attribute, label, group),
            )
            self.new.append(option)
            group.take(option)
        return group.by_label[label]


def _code(attribute: ProductAttribute, label: str, group: _Group) -> str | None:
    """A code of its own for a value whose slug is empty or another's: addresses could not tell them apart."""
    slug = slugify(label)
    if slug and slug not in group.slugs:
        return None
    return f"{attribute.option_group.code}-{slug[:100] or 'value'}-{digest(label)}"


class _Categories:
    def __init__(self) -> None:
        rows = list(Category.objects.order_by("path"))
        by_path = {row.path: row for row in rows}
        step = Category.steplen
        self._slugs = {row.slug for row in rows}
        self._by_names: dict[tuple[str, ...], Category] = {}
        for row in rows:
            above = [by_path[row.path[:end]] for end in range(step, len(row.path) + 1, step)]
            self._by_names.setdefault(tuple(one.name for one in above), row)

    def get(self, path: tuple[str, ...]) -> Category:
        if path not in self._by_names:
            parent = self.get(path[:-1]) if path[1:] else None
            row = Category(name=path[-1], slug=self._free_slug(path))
            self._by_names[path] = (
                parent.add_child(instance=row) if parent else Category.add_root(instance=row)
            )
            self._slugs.add(row.slug)
        return self._by_names[path]

    def _free_slug(self, path: tuple[str, ...]) -> str:
        """The name, else the name with those above it, else with a digest of them."""
        own = slugify(path[-1]) or f"category-{digest('/'.join(path))}"
        choices = (own, slugify(" ".join(path)), f"{own[:240]}-{digest('/'.join(path))}")
        return next(slug[:255] for slug in choices if slug and slug[:255] not in self._slugs)


def label_of(value: ProductAttributeValue) -> str | None:
    """The text of a value as files write it; ``None`` if a file cannot say it."""
    kind = value.attribute.type
    if kind == ProductAttribute.OPTION:
        return value.value_option.option if value.value_option else None
    if kind not in _PARSERS:
        return None
    found = getattr(value, f"value_{kind}")
    if found is None:
        return None
    return str(found).lower() if isinstance(found, bool) else str(found)


def parsed(kind: str, text: str) -> Any:
    """What a text means for a property of some type.

    Errors: ``ValueError`` if it is none, or if files cannot give this type.
    """
    if kind not in _PARSERS:
        raise ValueError(kind)
    return _PARSERS[kind](text)


def _flag(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def _day(text: str) -> date:
    found = parse_date(text)
    if found is None:
        raise ValueError(text)
    return found


def _whole(text: str) -> int:
    number = int(text)
    if abs(number) >= 2**31:
        raise ValueError(text)
    return number


_PARSERS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "richtext": str,
    "integer": _whole,
    "float": float,
    "boolean": _flag,
    "date": _day,
}


def _unspeakable_class(name: str) -> ProductClass:
    """A type whose name has no Latin letter still needs a slug."""
    return ProductClass.objects.create(name=name, slug=f"class-{digest(name)}")
