from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from oscar.apps.catalogue.abstract_models import (
    AbstractAttributeOption,
    AbstractCategory,
    AbstractProduct,
    AbstractProductAttribute,
    AbstractProductImage,
)
from oscar.apps.catalogue.managers import ProductQuerySet as OscarProductQuerySet
from wagtail.images.models import AbstractImage, AbstractRendition, Image

from comptoir.catalogue.gtin import is_gtin
from comptoir.channels.models import Channel
from comptoir.events.records import RecordsChanges

__all__ = ["Assortment", "Category", "Listing", "Picture", "Product", "ProductImage"]


class Translated(models.Model):
    """A row whose plain fields are in the shop's own language, with other languages beside them.

    Shape of ``translations``: ``{"en": {"name": "Shirts"}}``.
    """

    translations = models.JSONField(_("translations"), default=dict, blank=True)

    class Meta:
        abstract = True

    def text(self, field: str, locale: str) -> str:
        """A field in one language, else in the shop's own."""
        return self.translations.get(locale, {}).get(field) or getattr(self, field) or ""


class Picture(Translated, RecordsChanges, AbstractImage):
    """A picture of the library. ``description`` is its alternative text; other languages have ``{"description": …}``."""

    changed_event = "image_changed"

    admin_form_fields = Image.admin_form_fields

    class Meta(AbstractImage.Meta):
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        permissions = [("choose_picture", "Can choose picture")]


class PictureRendition(AbstractRendition):
    """A picture in one size and format."""

    image = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        unique_together = (("image", "filter_spec", "focal_point_key"),)


class Category(Translated, RecordsChanges, AbstractCategory):
    """A shelf of the shop; ``translations`` may have ``name``, ``slug`` and ``description``."""

    changed_event = "category_changed"

    image = None
    picture = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("picture"),
    )

    class Meta(AbstractCategory.Meta):
        constraints = [models.UniqueConstraint(fields=["slug"], name="one_category_per_slug")]


class Assortment(RecordsChanges):
    """A category that a channel carries. A channel without any carries all of them."""

    changed_event = "channel_changed"

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="assortment")
    category = models.ForeignKey(
        Category, on_delete=models.CASCADE, related_name="+", verbose_name=_("category")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "category"], name="category_once_per_channel")
        ]
        verbose_name = _("assortment")
        verbose_name_plural = _("assortment")

    def __str__(self) -> str:
        return f"{self.channel}: {self.category}"

    def changed_subject_id(self) -> int:
        return self.channel_id


class ProductAttribute(Translated, AbstractProductAttribute):
    """A property of a class of products.

    ``is_option``: the customer chooses by it and variants differ in it. ``is_filter``: lists can be filtered by it.
    """

    is_option = models.BooleanField(_("customers choose by it"), default=False)
    is_filter = models.BooleanField(_("lists can be filtered by it"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta(AbstractProductAttribute.Meta):
        ordering = ["position", "code"]


class AttributeOption(Translated, AbstractAttributeOption):
    """One value to choose from, such as a size; ``translations`` may have ``option``."""

    swatch = models.CharField(
        _("colour"),
        max_length=7,
        blank=True,
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Such as #1c3d5a."))],
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta(AbstractAttributeOption.Meta):
        ordering = ["position", "id"]

    @property
    def code_or_slug(self) -> str:
        """How the value is named in addresses and filters, the same in every language."""
        return self.code or slugify(self.option) or str(self.pk)


class ProductQuerySet(OscarProductQuerySet):
    """Named filters; nobody else filters products."""

    def offered(self) -> "ProductQuerySet":
        """What a customer sees as one product: not the variants below a parent."""
        return self.exclude(structure=Product.CHILD)

    def variants(self) -> "ProductQuerySet":
        """What is sold and counted."""
        return self.exclude(structure=Product.PARENT)


def gtin_validator(value: str) -> None:
    if not is_gtin(value):
        raise ValidationError(
            _("“%(value)s” is not a GTIN: 8, 12, 13 or 14 digits, the last one a check digit."),
            params={"value": value},
        )


class Product(RecordsChanges, AbstractProduct):
    """A product, or one of its variants.

    Oscar's ``upc`` holds the GTIN (EAN, UPC, ISBN-13). ``handle`` names a product across imports; variants have none.
    ``title`` is the name in the back office; what customers read is in ``content``.
    """

    handle = models.SlugField(
        _("handle"), max_length=255, unique=True, null=True, blank=True, allow_unicode=True
    )
    sku = models.CharField(_("SKU"), max_length=64, unique=True, null=True, blank=True)
    vendor = models.CharField(_("brand"), max_length=120, blank=True)
    weight_g = models.PositiveIntegerField(_("weight in grams"), null=True, blank=True)

    objects = ProductQuerySet.as_manager()

    changed_event = "product_changed"

    class Meta(AbstractProduct.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(structure="parent") | Q(sku__isnull=False),
                name="what_is_sold_has_a_sku",
                violation_error_message=_("What is sold needs a SKU."),
            ),
            models.CheckConstraint(
                condition=Q(structure="child") | Q(handle__isnull=False),
                name="a_product_has_a_handle",
                violation_error_message=_("A product needs a handle."),
            ),
        ]

    @property
    def gtin(self) -> str | None:
        return self.upc

    @property
    def root_id(self) -> int:
        """The product a customer sees: the parent of a variant, else the product itself."""
        return self.parent_id or self.pk

    def changed_subject_id(self) -> int:
        return self.root_id

    def clean(self) -> None:
        """Oscar would check the attributes here too, but they are rows of their own, written after the product."""
        getattr(self, f"_clean_{self.structure}")()

    def clean_fields(self, exclude: object = None) -> None:
        super().clean_fields(exclude=exclude)
        if self.upc:
            try:
                gtin_validator(self.upc)
            except ValidationError as error:
                raise ValidationError({"upc": error}) from error


class ProductImage(RecordsChanges, AbstractProductImage):
    """A picture of a product or of one variant, in its order."""

    changed_event = "product_changed"

    original = None
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="images", verbose_name=_("product")
    )
    image = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("picture"),
    )

    def changed_subject_id(self) -> int:
        return self.product.root_id


class ListingQuerySet(models.QuerySet["Listing"]):
    """Named filters; nobody else filters listings."""

    def of(self, product_ids: list[int], channel_ids: list[int]) -> "ListingQuerySet":
        return self.filter(product__in=product_ids, channel__in=channel_ids)


class Listing(RecordsChanges):
    """A product on a channel: shown or not, from when to when. Without a listing a product is shown."""

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="listings", verbose_name=_("product")
    )
    channel = models.ForeignKey(
        Channel, on_delete=models.CASCADE, related_name="listings", verbose_name=_("channel")
    )
    is_shown = models.BooleanField(_("shown"), default=True)
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = ListingQuerySet.as_manager()

    changed_event = "product_changed"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "channel"],
                name="one_listing_per_channel",
                violation_error_message=_("This product already has a listing on that channel."),
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(starts_at__lt=models.F("ends_at")),
                name="listing_starts_before_it_ends",
                violation_error_message=_("The listing has to start before it ends."),
            ),
        ]
        verbose_name = _("listing")
        verbose_name_plural = _("listings")

    def __str__(self) -> str:
        return f"{self.product} @ {self.channel}"

    def changed_subject_id(self) -> int:
        return self.product_id


from oscar.apps.catalogue.models import *  # noqa: E402, F403
