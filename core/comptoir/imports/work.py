"""The rows of one batch that are new or changed: gathered first, then written in a constant number of statements."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from oscar.apps.catalogue.models import ProductAttributeValue, ProductCategory

from comptoir.base import clock
from comptoir.catalogue.models import Product
from comptoir.imports.models import ImportedPicture
from comptoir.pricing.models import Price

#: A row comes after the rows it points to.
ORDER: tuple[type[models.Model], ...] = (ProductAttributeValue, ProductCategory, Price, ImportedPicture)


class Work:
    """What a batch changes. ``touched`` are the products that it changes; one that is not there costs no write."""

    def __init__(self) -> None:
        self.touched: dict[str, Product] = {}
        self._new: dict[type[models.Model], list[Any]] = {}
        self._changed: dict[type[models.Model], dict[int, Any]] = {}
        self._fields: dict[type[models.Model], set[str]] = {}
        self._gone: dict[type[models.Model], list[int]] = {}
        self._given_up_gtins: list[int] = []

    def add(self, row: models.Model, root: Product) -> None:
        """Have a new row written."""
        self._new.setdefault(type(row), []).append(row)
        self.touch(root)

    def put(self, row: models.Model, root: Product, **values: Any) -> None:
        """Give a row these values; one that has them already stays untouched."""
        differing = {name: value for name, value in values.items() if getattr(row, name) != value}
        if not differing:
            return
        if row.pk is not None:
            if isinstance(row, Product) and row.upc and "upc" in differing:
                self._given_up_gtins.append(row.pk)
            self._changed.setdefault(type(row), {})[row.pk] = row
            self._fields.setdefault(type(row), set()).update(differing)
            self.touch(root)
        for name, value in differing.items():
            setattr(row, name, value)

    def remove(self, rows: Iterable[models.Model], root: Product) -> None:
        """Have rows deleted."""
        for row in rows:
            self._gone.setdefault(type(row), []).append(row.pk)
            self.touch(root)

    def touch(self, root: Product) -> None:
        """Note that a product changes."""
        self.touched[root.handle or ""] = root

    def write(self) -> None:
        """Write it all: what goes, what changes, what comes."""
        for model, ids in self._gone.items():
            model._default_manager.filter(pk__in=ids).delete()
        # Two variants may exchange their bar codes; a unique column is checked row by row.
        Product.objects.filter(pk__in=self._given_up_gtins).update(upc=None)
        now = clock.now()
        for product in self._changed.get(Product, {}).values():
            product.date_updated = now
            self._fields[Product].add("date_updated")
        for model, rows in self._changed.items():
            model._default_manager.bulk_update(rows.values(), sorted(self._fields[model]))
        products = self._new.get(Product, [])
        Product.objects.bulk_create([row for row in products if row.structure != Product.CHILD])
        Product.objects.bulk_create([row for row in products if row.structure == Product.CHILD])
        for model in ORDER:
            model._default_manager.bulk_create(self._new.get(model, []))
