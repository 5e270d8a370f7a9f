"""The list of products in the back office: found by title, SKU or barcode, filtered by shelf, class and channel."""

import django_filters
from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from oscar.apps.catalogue.models import ProductClass
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn
from wagtail.admin.views import generic

from comptoir.base import clock
from comptoir.catalogue.backoffice.categories import CategoryChoiceField
from comptoir.catalogue.models import Category, Listing, Product, ProductImage
from comptoir.channels.models import Channel
from comptoir.conf import conf
from comptoir.content.models import ProductContent
from comptoir.content.pictures import picture_url


def thumbnail(product: Product) -> str:
    """The address of the product's first picture in list size; empty without one."""
    first = next(iter(product.images.all()), None)
    return picture_url(first.image, "fill-96x96|format-webp").removeprefix(conf.BASE_URL) if first else ""


def is_listed(listing: Listing | None) -> bool:
    """Whether a listing, or the lack of one, shows the product now."""
    now = clock.now()
    return listing is None or (
        listing.is_shown
        and (listing.starts_at is None or listing.starts_at <= now)
        and (listing.ends_at is None or now < listing.ends_at)
    )


class CategoryFilter(django_filters.ModelChoiceFilter):
    """Products on a shelf, or on one below it."""

    field_class = type("CategoryFilterField", (django_filters.fields.ModelChoiceField,), {
        "label_from_instance": CategoryChoiceField.label_from_instance,
    })  # fmt: skip

    def filter(self, products: QuerySet[Product], category: Category | None) -> QuerySet[Product]:
        if category is None:
            return products
        return products.filter(Exists(Product.categories.through.objects.filter(
            product=OuterRef("pk"), category__path__startswith=category.path
        )))  # fmt: skip


class ProductFilters(WagtailFilterSet):
    """What kind, on which shelf, shown where, written how far."""

    product_class = django_filters.ModelChoiceFilter(
        queryset=ProductClass.objects.all(), label=gettext_lazy("Class")
    )
    category = CategoryFilter(queryset=Category.objects.order_by("path"), label=gettext_lazy("Category"))
    listed = django_filters.ModelChoiceFilter(
        queryset=Channel.objects.all(), label=gettext_lazy("Listed on"), method="on_channel"
    )
    not_listed = django_filters.ModelChoiceFilter(
        queryset=Channel.objects.all(), label=gettext_lazy("Not listed on"), method="off_channel"
    )
    untranslated = django_filters.ChoiceFilter(
        choices=lambda: settings.WAGTAIL_CONTENT_LANGUAGES,
        label=gettext_lazy("Without a live text in"),
        method="without_text",
    )

    class Meta:
        model = Product
        fields = ["product_class", "category", "listed", "not_listed", "untranslated"]

    def on_channel(self, products: QuerySet[Product], name: str, channel: Channel) -> QuerySet[Product]:
        return products.filter(is_public=True).exclude(Exists(hidden_on(channel)))

    def off_channel(self, products: QuerySet[Product], name: str, channel: Channel) -> QuerySet[Product]:
        return products.filter(Q(is_public=False) | Exists(hidden_on(channel)))

    def without_text(self, products: QuerySet[Product], name: str, code: str) -> QuerySet[Product]:
        texts = ProductContent.objects.filter(product=OuterRef("pk"), locale__language_code=code, live=True)
        return products.exclude(Exists(texts))


def hidden_on(channel: Channel) -> QuerySet[Listing]:
    """The listings that keep their product off a channel now."""
    now = clock.now()
    hidden = Q(is_shown=False) | Q(starts_at__gt=now) | Q(ends_at__lte=now)
    return Listing.objects.filter(hidden, product=OuterRef("pk"), channel=channel)


class ThumbnailColumn(Column):
    """The first picture."""

    cell_template_name = "comptoir/content/thumbnail_cell.html"

    def get_value(self, instance: Product) -> str:
        return thumbnail(instance)


class TagsColumn(Column):
    """Several states side by side: (text, whether it is on)."""

    cell_template_name = "comptoir/content/tags_cell.html"


class ProductIndexView(generic.IndexView):
    """All products."""

    filterset_class = ProductFilters
    default_ordering = "-date_updated"
    search_fields = ["title"]
    page_title = gettext_lazy("Products")

    def get_base_queryset(self) -> QuerySet[Product]:
        images = ProductImage.objects.select_related("image").order_by("display_order", "pk")
        texts = ProductContent.objects.select_related("locale").order_by("locale")
        return (
            Product.objects.offered()
            .select_related("product_class")
            .prefetch_related(
                Prefetch("images", images), Prefetch("contents", texts), "listings", Prefetch("children")
            )
        )

    def search_queryset(self, products: QuerySet[Product]) -> QuerySet[Product]:
        words = self.search_query
        if not words:
            return products
        code = Q(sku__icontains=words) | Q(upc__startswith=words)
        variants = Product.objects.filter(code, parent=OuterRef("pk"))
        return products.filter(
            Q(title__icontains=words) | Q(handle__icontains=words) | code | Exists(variants)
        )

    @cached_property
    def columns(self) -> list[Column]:
        return [
            ThumbnailColumn("thumbnail", label=_("Picture"), width="72px"),
            self._get_title_column("title"),
            Column("class", label=_("Class"), accessor="product_class.name", classname="cpt-wide-only"),
            Column("sku", label=_("SKU"), accessor=sold_as),
            TagsColumn("texts", label=_("Texts"), accessor=self._texts),
            TagsColumn("channels", label=_("Channels"), accessor=self._places),
            BooleanColumn("is_public", label=_("Public"), sort_key="is_public"),
            DateColumn(
                "date_updated", label=_("Updated"), sort_key="date_updated", classname="cpt-wide-only"
            ),
        ]

    @cached_property
    def _channels(self) -> list[Channel]:
        return list(Channel.objects.active())

    def _texts(self, product: Product) -> list[tuple[str, bool]]:
        return [
            (f"{text.locale.language_code} · {text_state(text)}", text.live)
            for text in product.contents.all()
        ]

    def _places(self, product: Product) -> list[tuple[str, bool]]:
        listings = {listing.channel_id: listing for listing in product.listings.all()}
        shown = [one for one in self._channels if product.is_public and is_listed(listings.get(one.pk))]
        if shown and len(shown) == len(self._channels):
            return [(_("all channels"), True)]
        return [(channel.name, True) for channel in shown] or [(_("nowhere"), False)]


def text_state(text: ProductContent) -> str:
    """How far a text is; Wagtail's own ``status_string`` asks the database for each row."""
    if text.live:
        return _("live + draft") if text.has_unpublished_changes else _("live")
    is_planned = text.go_live_at is not None and text.go_live_at > clock.now()
    return _("scheduled") if is_planned else _("draft")


def sold_as(product: Product) -> str:
    """The SKU, or how many variants there are."""
    if product.structure == Product.STANDALONE:
        return product.sku or ""
    count = len(product.children.all())
    return ngettext("%(count)s variant", "%(count)s variants", count) % {"count": count}
