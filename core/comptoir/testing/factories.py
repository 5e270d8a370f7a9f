"""Things of a shop for tests, made the way the shop makes them: by calling services."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import count
from typing import Any

from wagtail.models import Locale

from comptoir.catalogue.models import Category, Product
from comptoir.catalogue.services import save_attribute, save_product, save_product_class
from comptoir.channels.models import Channel, Location
from comptoir.channels.services import open_channel, open_location
from comptoir.content.models import ProductContent
from comptoir.content.services import write_content
from comptoir.events.services import deliver_events
from comptoir.pricing.services import set_price
from comptoir.publishing.services import due_attention
from comptoir.stock.services import receive_stock


class Shop:
    """Makes channels, locations and products with sensible values; every value can be given."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def channel(self, code: str = "web", **fields: Any) -> Channel:
        plugin = fields.pop("plugin", code)
        return open_channel(
            code=code,
            name=fields.pop("name", code.title()),
            plugin=plugin,
            **{"locales": ["fr", "en"], **fields},
        )

    def location(self, code: str = "nantes", **fields: Any) -> Location:
        return open_location(code=code, name=fields.pop("name", code.title()), **fields)

    def category(self, name: str = "Chemises", parent: Category | None = None, **fields: Any) -> Category:
        row = Category(name=name, **fields)
        return parent.add_child(instance=row) if parent else Category.add_root(instance=row)

    def product(
        self,
        handle: str = "",
        *,
        sizes: Iterable[str] = (),
        price: str | None = "49.90",
        texts: dict[str, str] | None = None,
        stock: dict[Location, int] | None = None,
        publish: bool = True,
        **fields: Any,
    ) -> Product:
        """A shirt: one variant a size (or none), a price, a published text per language, pieces per location."""
        handle = handle or f"shirt-{next(self._numbers)}"
        shirts = save_product_class(name="Vêtements")
        save_attribute(product_class=shirts, code="size", name="Taille", is_option=True)
        variants: list[dict[str, Any]] = [
            {"sku": f"{handle}-{size}".upper(), "options": {"size": size}} for size in sizes
        ] or [{"sku": handle.upper(), "gtin": fields.pop("gtin", None)}]
        product = save_product(handle=handle, title=handle, product_class=shirts, variants=variants, **fields)
        for variant in self.variants(product):
            if price is not None:
                set_price(variant=variant, amount=Decimal(price))
            for location, quantity in (stock or {}).items():
                receive_stock(variant=variant, location=location, quantity=quantity)
        for locale, title in (
            {"fr": handle.title(), "en": handle.title()} if texts is None else texts
        ).items():
            self.text(product, locale, title=title, publish=publish)
        return product

    def text(self, product: Product, locale: str, *, publish: bool = True, **fields: Any) -> ProductContent:
        Locale.objects.get_or_create(language_code=locale)
        return write_content(product=product, locale=locale, publish=publish, **fields)

    def variants(self, product: Product) -> list[Product]:
        return list(product.children.order_by("pk")) or [product]

    def settle(self) -> None:
        """Let everything that waits in the outbox happen, as the worker would."""
        while deliver_events():
            pass
        due_attention()
