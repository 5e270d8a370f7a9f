"""Builds the demo shop by calling services, in one transaction: it is there whole, or not at all."""

from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.core.files.images import ImageFile
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext_noop
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Locale, Page, Site
from wagtail.rich_text import RichText

from comptoir.base import clock
from comptoir.base.progress import progress_bar
from comptoir.catalogue.models import Assortment, Category, Picture, Product
from comptoir.catalogue.services import (
    add_picture,
    save_attribute,
    save_option,
    save_product,
    save_product_class,
    set_pictures,
)
from comptoir.channels.models import Channel, Location
from comptoir.channels.services import open_channel, open_location
from comptoir.content.models import (
    EditorialPage,
    GuidePage,
    HomePage,
    LandingPage,
    Menu,
    ProductContent,
    StoryPage,
)
from comptoir.content.services import write_content
from comptoir.customers.models import User
from comptoir.events.models import Delivery
from comptoir.pricing.services import set_price
from comptoir.publishing.rebuild import rebuild_all
from comptoir.search.services import rebuild_index
from comptoir.stock.deliveries import receive_delivery
from comptoir_site.demo import catalogue, editorial, facts, shop
from comptoir_site.demo.delivery import offer_deliveries
from comptoir_site.demo.goods.shades import SIZE_NAMES
from comptoir_site.demo.motion import set_goods_in_motion
from comptoir_site.demo.offers import make_offers
from comptoir_site.demo.pictures import all_picture_names, scene_file_name, write_all
from comptoir_site.demo.reviews import let_customers_speak
from comptoir_site.demo.salon import DESK, fill_the_book, open_salons, remember_visits, staff_the_desk
from comptoir_site.demo.synonyms import teach_synonyms

PASSWORD = "comptoir-demo"  # noqa: S105 (a demo on this machine only)
ADMIN, EDITOR, SHOP = (f"{name}@aubelaine.example" for name in ("admin", "redaction", "boutique"))
LOGINS = (
    (ADMIN, gettext_noop("everything")),
    (EDITOR, gettext_noop("editor: texts, pages, pictures")),
    (SHOP, gettext_noop("shop staff: products, stock in Nantes")),
    (DESK, gettext_noop("salon staff: appointments in Saint-Denis")),
)
LOCALES = ("fr", "en")
PAGE_KINDS: dict[str, type[EditorialPage]] = {
    "home": HomePage, "landing": LandingPage, "story": StoryPage, "guide": GuidePage,
}  # fmt: skip


def build_demo() -> None:
    """Set the demo shop up, unless it is there already."""
    if Channel.objects.exists():
        _follow_address()
        staff_the_desk(PASSWORD)
        fill_the_book()
        let_customers_speak(staff=User.objects.get(email=SHOP))
        return
    folder = Path(settings.COMPTOIR_HOME) / "drawings"
    connection.close()  # the drawing processes must not share it
    with progress_bar("Drawing pictures", total=len(all_picture_names())) as progress:
        write_all(folder, lambda _name: progress(1))
    with transaction.atomic(), translation.override("fr"):
        Builder(folder).build()
        _index_at_once()
    # Apart, as no payment is made inside a transaction.
    let_customers_speak(staff=User.objects.get(email=SHOP))


def _follow_address() -> None:
    """Documents carry the shop's address: build them again when the demo moved to another port."""
    site = Site.objects.get(is_default_site=True)
    if site.port == settings.PORT:
        return
    with progress_bar("Publishing at the new address", total=len(catalogue.PRODUCTS)) as progress:
        rebuild_all(progress=progress)
    site.port = settings.PORT
    site.save()


def _index_at_once() -> None:
    """Fill the editors' search in one go, in place of the thousand small tasks that the rows have queued."""
    call_command("update_index", verbosity=0)
    call_command("rebuild_references_index", verbosity=0)
    DBTaskResult.objects.filter(status=TaskResultStatus.READY).delete()


class Builder:
    """Knows what it has made so far: pictures, categories and products by name."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.pictures: dict[str, Picture] = {}
        self.categories: dict[str, Category] = {}
        self.locations: dict[str, Location] = {}
        self.products: dict[str, Product] = {}
        self.opening: dict[str, dict[Product, int]] = defaultdict(dict)

    def build_catalogue(self) -> None:
        """Channels, locations, log-ins and all products; these without pictures where there is no folder of them."""
        for code in LOCALES:
            Locale.objects.get_or_create(language_code=code)
        self._logins()
        self._places()
        self._shelves()
        with progress_bar("Filling the shelves", total=len(catalogue.PRODUCTS)) as progress:
            for product in catalogue.PRODUCTS:
                self._product(product)
                progress(1)
        for code, lines in self.opening.items():
            receive_delivery(location=self.locations[code], lines=lines, document="Ouverture")
        teach_synonyms()

    def build(self) -> None:
        self.build_catalogue()
        set_goods_in_motion(self.locations, *(User.objects.get(email=one) for one in (ADMIN, SHOP)))
        make_offers(self.products)
        offer_deliveries(self.locations)
        open_salons(self.locations, self.products)
        staff_the_desk(PASSWORD)
        remember_visits()
        fill_the_book()
        self._pages()
        with progress_bar("Publishing", total=len(catalogue.PRODUCTS)) as progress:
            rebuild_all(progress=progress)
        rebuild_index()
        Delivery.objects.all().delete()  # what they tell of is published and found already

    # --- the house ---------------------------------------------------------------------------------------------------

    def _logins(self) -> None:
        User.objects.create_superuser(ADMIN, PASSWORD, first_name="Agathe", last_name="Aubelaine")
        for email, name, models in (
            (EDITOR, "Rédaction", ("productcontent", "menu", "picture")),
            (
                SHOP,
                "Boutique",
                (
                    "product",
                    "price",
                    "listing",
                    "level",
                    "movement",
                    "channelreserve",
                    "productimage",
                    "basket",
                ),
            ),
        ):
            group, _created = Group.objects.get_or_create(name=name)
            group.permissions.set(Permission.objects.filter(content_type__model__in=models))
            group.permissions.add(Permission.objects.get(codename="access_admin"))
            User.objects.create_user(email, PASSWORD, first_name=name, is_staff=True).groups.add(group)
        writers = Group.objects.get(name="Rédaction")
        root = Page.objects.get(depth=1)
        for codename in ("add_page", "change_page", "publish_page"):
            permission = Permission.objects.get(content_type__model="page", codename=codename)
            GroupPagePermission.objects.create(group=writers, page=root, permission=permission)
        for codename in ("add_picture", "change_picture", "choose_picture"):
            permission = Permission.objects.get(codename=codename)
            GroupCollectionPermission.objects.create(
                group=writers, collection=Collection.get_first_root_node(), permission=permission
            )

    def _places(self) -> None:
        for place in shop.LOCATIONS:
            self.locations[place.code] = open_location(
                code=place.code, name=place.name.fr, kind=place.kind, time_zone=place.time_zone,
                street=place.address_line, postcode=place.postcode, city=place.city, country=place.country_code,
                latitude=place.latitude, longitude=place.longitude,
                hours=[(day.weekday - 1, *span) for day in place.opening_days for span in day.spans],
                days_off=_next_days_off(place),
            )  # fmt: skip
        for position, channel in enumerate(shop.CHANNELS):
            open_channel(
                code=channel.code, name=channel.name.fr, plugin=channel.plugin, currency=channel.currency,
                locales=list(channel.locales), time_zone=channel.time_zone, is_public=channel.is_public,
                locations=[self.locations[code] for code in channel.location_codes], position=position,
            )  # fmt: skip
        User.objects.get(email=SHOP).locations.set([self.locations["nantes"]])

    # --- the catalogue -----------------------------------------------------------------------------------------------

    def _shelves(self) -> None:
        for category, parent in catalogue.categories_in_order():
            row = Category(
                name=category.name.fr, slug=category.slug, description=category.description.fr,
                translations={"en": {"name": category.name.en, "description": category.description.en}},
            )  # fmt: skip
            above = self.categories.get(parent.slug) if parent else None
            self.categories[category.slug] = (
                Category.objects.get(pk=above.pk).add_child(instance=row)
                if above
                else Category.add_root(instance=row)
            )
        Assortment.objects.create(
            channel=Channel.objects.get(code="booking"), category=self.categories["salon"]
        )
        for kind in catalogue.PRODUCT_CLASSES:
            row = save_product_class(
                name=kind.slug, requires_shipping=kind.requires_shipping, track_stock=kind.tracks_stock
            )
            type(row).objects.filter(pk=row.pk).update(name=kind.name.fr)
            for position, attribute in enumerate(kind.attributes):
                save_attribute(
                    product_class=row, code=attribute.code, name=attribute.name.fr, position=position,
                    is_option=attribute.varies, is_filter=attribute.varies,
                    translations={"en": {"name": attribute.name.en}},
                )  # fmt: skip

    def _product(self, product: facts.Product) -> None:
        kind = save_product_class(name=product.product_class)
        self._options(product, kind)
        row = save_product(
            handle=product.handle, title=product.title.fr, product_class=kind, vendor=shop.HOUSE.name,
            categories=[self.categories[slug] for slug in product.categories],
            attributes=_labels(product), variants=[_variant(product, variant) for variant in product.variants()],
        )  # fmt: skip
        self.products[product.handle] = row
        if self.folder:
            pictures = [self._picture(one.file_name, one.alt) for one in product.pictures()]
            set_pictures(product=row, pictures=pictures)
        self._variants(product, row)
        for locale in LOCALES:
            self._text(product, row, locale)

    def _options(self, product: facts.Product, kind: Any) -> None:
        """The labels of a product's attributes in both languages, with the colours of its shades."""
        attributes = {attribute.code: attribute for attribute in kind.attributes.all()}
        for text, code in ((product.material, "material"), (product.care, "care")):
            if text.fr and code in attributes:
                save_option(
                    attribute=attributes[code],
                    label=text.fr[:255],
                    translations=_english(option=text.en[:255]),
                )
        for position, shade in enumerate(product.shades if "colour" in attributes else ()):
            save_option(
                attribute=attributes["colour"], label=shade.name.fr, code=None, swatch=shade.hex, position=position,
                translations=_english(option=shade.name.en),
            )  # fmt: skip
        for size in product.sizes if "size" in attributes else ():
            if size:
                name = SIZE_NAMES.get(size)
                save_option(
                    attribute=attributes["size"], label=name.fr if name else size,
                    translations=_english(option=name.en if name else size),
                )  # fmt: skip

    def _variants(self, product: facts.Product, row: Product) -> None:
        rows = {one.sku: one for one in (row.children.all() if row.structure == Product.PARENT else [row])}
        for variant in product.variants():
            own = rows[variant.sku]
            set_price(variant=own, amount=variant.price_eur)
            for code, quantity in variant.stock:
                if quantity:
                    self.opening[code][own] = quantity

    def _text(self, product: facts.Product, row: Product, locale: str) -> None:
        title = product.title.in_locale(locale)
        if title:
            html = "".join(f"<p>{text.in_locale(locale)}</p>" for text in product.description)
            write_content(
                product=row, locale=locale, title=title, slug=product.handle, publish=True,
                summary=product.summary.in_locale(locale), body=[("text", {"text": RichText(html), "channels": []})],
            )  # fmt: skip

    def _picture(self, file_name: str, alt: facts.Text) -> Picture:
        if file_name not in self.pictures:
            with (self.folder / file_name).open("rb") as file:
                self.pictures[file_name] = add_picture(
                    file=ImageFile(file, name=file_name), title=alt.fr[:255], alt=alt.fr[:255],
                    translations=_english(description=alt.en),
                )  # fmt: skip
        return self.pictures[file_name]

    # --- pages -------------------------------------------------------------------------------------------------------

    def _pages(self) -> None:
        root = Page.objects.get(depth=1)
        root.get_children().delete()
        pages: dict[tuple[str, str], EditorialPage] = {}
        for page in editorial.EDITORIAL:
            for locale in LOCALES:
                parent = pages.get(("home", locale)) or Page.objects.get(pk=root.pk)
                pages[page.kind if page.kind == "home" else page.slug, locale] = self._page(
                    page, locale, parent, pages
                )
        Site.objects.all().delete()
        Site.objects.create(
            hostname="localhost", port=settings.PORT, is_default_site=True, site_name=shop.HOUSE.name,
            root_page=pages["home", "fr"],
        )  # fmt: skip
        for code, items in editorial.MENUS.items():
            self._menu(code, [entry for item in items for entry in (item, *item.children)], pages)

    def _page(
        self, page: facts.Page, locale: str, parent: Page, pages: dict[tuple[str, str], EditorialPage]
    ) -> EditorialPage:
        row = PAGE_KINDS[page.kind](
            title=page.title.in_locale(locale), slug=page.slug if page.kind != "home" else f"{page.slug}-{locale}",
            intro=page.intro.in_locale(locale), locale=Locale.objects.get(language_code=locale), show_in_menus=True,
            picture=self._picture(scene_file_name(page.picture), page.picture_alt),
            body=[self._block(kind, value, locale) for kind, value in page.blocks],
        )  # fmt: skip
        sibling = pages.get((page.kind if page.kind == "home" else page.slug, LOCALES[0]))
        if sibling:
            row.translation_key = sibling.translation_key
        Page.objects.get(pk=parent.pk).add_child(instance=row)
        row.save_revision().publish()
        return row

    def _block(self, kind: str, value: Any, locale: str) -> tuple[str, dict[str, Any]]:
        if kind == "text":
            own: dict[str, Any] = {"text": RichText(f"<p>{value.in_locale(locale)}</p>")}
        elif kind == "quote":
            own = {"quote": value[0].in_locale(locale), "source": value[1]}
        elif kind == "products":
            own = {"title": "", "products": self._contents(value, locale)}
        elif kind == "picture":
            own = {"picture": self._scene(value), "caption": ""}
        else:
            pairs = [(question.in_locale(locale), answer.in_locale(locale)) for question, answer in value]
            own = {"questions": [{"question": question, "answer": answer} for question, answer in pairs]}
        return kind, {**own, "channels": []}

    def _contents(self, handles: tuple[str, ...], locale: str) -> list[ProductContent]:
        rows = ProductContent.objects.filter(product__handle__in=handles, locale__language_code=locale)
        by_handle = {row.product.handle: row for row in rows.select_related("product")}
        return [by_handle[handle] for handle in handles if handle in by_handle]

    def _scene(self, name: str) -> Picture:
        alt = next(
            (page.picture_alt for page in editorial.EDITORIAL if page.picture == name), facts.Text(name)
        )
        return self._picture(scene_file_name(name), alt)

    def _menu(self, code: str, items: Any, pages: dict[tuple[str, str], EditorialPage]) -> None:
        key = None
        for locale in LOCALES:
            menu = Menu(code=code, locale=Locale.objects.get(language_code=locale))
            menu.translation_key = key or menu.translation_key
            menu.items = [block for item in items if (block := self._menu_item(item, locale, pages))]
            menu.save()
            key = menu.translation_key

    def _menu_item(
        self, item: facts.MenuItem, locale: str, pages: dict[tuple[str, str], EditorialPage]
    ) -> Any:
        kind, _, name = item.target.partition(":")
        own = {"label": item.label.in_locale(locale), "channels": []}
        if kind == "category":
            return "category", {**own, "category": self.categories[name]}
        if kind == "page" and (page := pages.get((name, locale)) or pages.get(("home", locale))):
            return "page", {**own, "page": page}
        return None


def _english(**texts: str) -> dict[str, dict[str, str]]:
    given = {name: text for name, text in texts.items() if text}
    return {"en": given} if given else {}


def _labels(product: facts.Product) -> dict[str, str]:
    """The product's own attributes, by code."""
    if product.is_service:
        figures = {
            "duration_minutes": product.duration_minutes,
            "people": product.people,
            "places": product.places,
        }
        # That one person serves one customer is what everybody expects.
        return {code: str(figure) for code, figure in figures.items() if figure > 1}
    texts = {"material": product.material.fr[:255], "care": product.care.fr[:255]}
    return {code: text for code, text in texts.items() if text}


def _variant(product: facts.Product, variant: facts.Variant) -> dict[str, Any]:
    options: dict[str, str] = {}
    if not product.is_service:
        name = SIZE_NAMES.get(variant.size)
        options["colour"] = variant.shade.name.fr
        if variant.size:
            options["size"] = name.fr if name else variant.size
    return {"sku": variant.sku, "gtin": variant.barcode or None, "options": options}


def _next_days_off(place: facts.Location) -> list[tuple[str, str]]:
    """Days off come back every year: this year's and next year's."""
    this_year = clock.now().year
    return [
        (date(year, *map(int, day.month_day.split("-"))).isoformat(), day.reason.fr)
        for year in (this_year, this_year + 1)
        for day in place.days_off
    ]
