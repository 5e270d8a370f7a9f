"""The one screen of a product: texts, details, variants with prices, pictures, channels, stock, readiness."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.widgets import Button
from wagtail.log_actions import log
from wagtail.models import Locale

from comptoir.base.backoffice import may, show_errors
from comptoir.base.errors import ComptoirError
from comptoir.base.money import Money
from comptoir.catalogue.models import Listing, Product
from comptoir.channels.models import Channel
from comptoir.content.backoffice.product_fields import attributes_of
from comptoir.content.backoffice.product_forms import DetailsForm, ListingForm, PictureRows, Place
from comptoir.content.backoffice.products import is_listed
from comptoir.content.backoffice.variant_forms import SingleVariantRows, VariantRows
from comptoir.content.models import ProductContent
from comptoir.content.sheet import save_sheet
from comptoir.customers.queries import workplaces
from comptoir.pricing.models import Price
from comptoir.stock.backoffice.screen import level_url
from comptoir.stock.models import Level
from comptoir.stock.queries import levels_by_place

#: Hook with which higher contexts add panels to the right of the product: ``fn(request, product) -> SafeString``.
PANELS = "comptoir_product_panels"


@dataclass(frozen=True)
class TextState:
    """The text of a product in one language, or the lack of one."""

    locale: Locale
    text: ProductContent | None
    url: str

    @property
    def state(self) -> str:
        return str(self.text.status_string) if self.text else _("none")


class ProductScreen(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """What the screens for a new and for an existing product share."""

    model = Product
    header_icon = "tag"
    product: Product | None = None

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        own = [
            {"url": reverse("products:index"), "label": _("Products")},
            {"url": "", "label": self.get_page_subtitle()},
        ]
        return [*self.breadcrumbs_items, *own]

    def save(self, form: forms.Form, **sheet: Any) -> Product | None:
        """Save all of it; a refusal is shown where it belongs, and nothing was saved."""
        action = "wagtail.edit" if self.product else "wagtail.create"
        try:
            with transaction.atomic():
                saved = save_sheet(product=self.product, **sheet)
                log(instance=saved, action=action, user=self.request.user)
                return saved
        except (ValidationError, ComptoirError) as error:
            show_errors(form, error)
        except IntegrityError:
            form.add_error(None, _("Somebody else has just taken this SKU, barcode or handle."))
        return None

    def refused(self, **context: Any) -> HttpResponse:
        messages.error(self.request, _("Nothing was saved: see the errors below."))
        return self.render_to_response(self.get_context_data(has_unsaved_changes=True, **context))


class ProductEditScreen(ProductScreen):
    """An existing product."""

    permission_required = "change"
    template_name = "comptoir/content/product.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.product = get_object_or_404(
            Product.objects.offered().select_related("product_class"), pk=kwargs["pk"]
        )

    def get_page_title(self) -> str:
        return self.product.title

    get_page_subtitle = get_page_title

    @cached_property
    def variants(self) -> list[Product]:
        """What is sold: the product itself, or what is below it."""
        if self.product.structure == Product.STANDALONE:
            return [self.product]
        return list(self.product.children.order_by("pk"))

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        history = reverse("products:history", args=[self.product.pk])
        buttons = [Button(_("History"), url=history, icon_name="history", priority=10)]
        if may(self.request, "delete", Product):
            url = reverse("products:delete", args=[self.product.pk])
            buttons.append(Button(_("Delete"), url=url, icon_name="bin", priority=20))
        return buttons

    # the forms

    @cached_property
    def details(self) -> DetailsForm:
        return DetailsForm(self.request.POST or None, product=self.product, prefix="product")

    @cached_property
    def rows(self) -> Any:
        options = attributes_of(self.product, is_option=True)
        prices = Price.objects.filter(variant__in=self.variants)
        sold_in = Channel.objects.active().values_list("currency", flat=True)
        currencies = {*sold_in, *(price.currency for price in prices)}
        kinds = VariantRows if options or self.product.structure == Product.PARENT else SingleVariantRows
        rows = kinds(
            self.request.POST or None,
            prefix="variants",
            initial=variant_values(self.variants, prices),
            form_kwargs={
                "options": options,
                "currencies": sorted(
                    currencies, key=lambda one: (one != settings.OSCAR_DEFAULT_CURRENCY, one)
                ),
                "may_price": may(self.request, "change", Price),
            },
        )
        rows.may_be_empty = self.product.structure == Product.PARENT
        return rows

    @cached_property
    def pictures(self) -> Any:
        there = self.product.images.order_by("display_order", "pk").values_list("image_id", flat=True)
        initial = [{"picture": pk} for pk in there]
        return PictureRows(self.request.POST or None, prefix="pictures", initial=initial)

    @cached_property
    def places(self) -> list[Place]:
        listings = {row.channel_id: row for row in Listing.objects.filter(product=self.product)}
        return [self._place(channel, listings.get(channel.pk)) for channel in Channel.objects.active()]

    def _place(self, channel: Channel, listing: Listing | None) -> Place:
        names = ("is_shown", "starts_at", "ends_at")
        initial = {name: getattr(listing, name) for name in names} if listing else {}
        form = ListingForm(self.request.POST or None, channel=channel, initial=initial)
        is_on = self.product.is_public and is_listed(listing)
        return Place(channel, form, _("listed now") if is_on else _("not listed now"), is_on)

    # saving

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        checks = [self.details, self.rows, self.pictures, *(place.form for place in self.places)]
        if not all([form.is_valid() for form in checks]):  # every form, so that all errors are shown
            return self.refused()
        saved = self.save(
            self.details,
            details=self._details(),
            categories=self.details.cleaned_data["categories"],
            variants=[self._variant(row) for row in self.rows.kept_forms],
            removed=self._removed(),
            pictures=[row.cleaned_data["picture"] for row in self.pictures.kept_forms],
            listings=[{"channel": place.channel, **place.form.cleaned_data} for place in self.places],
        )
        if saved is None:
            return self.refused()
        messages.success(request, _("“%(product)s” was saved.") % {"product": saved})
        return redirect("products:edit", saved.pk)

    def _details(self) -> dict[str, Any]:
        names = ("title", "handle", "product_class", "vendor", "is_public")
        facts = {name: self.details.cleaned_data[name] for name in names}
        return {**facts, "attributes": self.details.changed_attributes()}

    def _variant(self, row: Any) -> dict[str, Any]:
        own = {variant.pk: variant for variant in self.variants}
        chosen, facts = row.chosen(), row.cleaned_data
        standalone = self.product.structure == Product.STANDALONE
        converts = standalone and (len(self.rows.kept_forms) > 1 or any(chosen.values()))
        shown = {} if standalone and not converts else {"is_public": facts["is_public"]}
        return {
            "variant": own.get(facts["variant"]),
            "sku": facts["sku"],
            "gtin": facts["gtin"] or None,
            "weight_g": facts["weight_g"],
            "options": chosen if not standalone or converts else {},
            "prices": row.prices(all_of_them=converts),
            **shown,
        }

    def _removed(self) -> list[Product]:
        """The variants whose rows were taken out; the product itself is never one of them."""
        kept = {row.cleaned_data["variant"] for row in self.rows.kept_forms}
        return [
            variant for variant in self.variants if variant.pk not in kept and variant.pk != self.product.pk
        ]

    # showing

    def texts(self) -> list[TextState]:
        there = {text.locale_id: text for text in ProductContent.objects.filter(product=self.product)}
        return [
            TextState(locale, there.get(locale.pk), self._text_url(locale, there))
            for locale in Locale.objects.all()
        ]

    def _text_url(self, locale: Locale, there: dict[int, ProductContent]) -> str:
        screens = ProductContent.snippet_viewset
        text = there.get(locale.pk)
        if not may(self.request, "change" if text else "add", ProductContent):
            return ""
        if text:
            return reverse(screens.get_url_name("edit"), args=[text.pk])
        return (
            f"{reverse(screens.get_url_name('add'))}?locale={locale.language_code}&product={self.product.pk}"
        )

    def stock(self) -> dict[str, Any] | None:
        """Pieces by variant and own location, each with the link to its movements."""
        counted = self.product.product_class and self.product.product_class.track_stock
        if not counted or not (may(self.request, "view", Level) or may(self.request, "change", Level)):
            return None
        locations = list(workplaces(self.request.user))
        if not locations:
            return None
        levels = levels_by_place(self.variants)
        rows = [
            (
                variant,
                [(levels.get((variant.pk, one.pk), 0), level_url(variant, one), one) for one in locations],
            )
            for variant in self.variants
        ]
        return {"locations": locations, "rows": rows}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        parts = [self.details, self.rows, self.pictures, *(place.form for place in self.places)]
        media = sum((part.media for part in parts), forms.Media()) + self.rows.empty_form.media
        return super().get_context_data(
            product=self.product,
            form=self.details,
            rows=self.rows,
            options=attributes_of(self.product, is_option=True),
            pictures=self.pictures,
            places=self.places,
            texts=self.texts(),
            stock=self.stock(),
            panels=[panel(self.request, self.product) for panel in hooks.get_hooks(PANELS)],
            media=media + self.pictures.empty_form.media,
            action_url=reverse("products:edit", args=[self.product.pk]),
            submit_button_label=_("Save"),
            submit_button_active_label=_("Saving…"),
            **kwargs,
        )


def variant_values(variants: list[Product], prices: Any) -> list[dict[str, Any]]:
    """What the rows of the variants table show at first."""
    values = [
        {
            "variant": one.pk,
            "sku": one.sku,
            "gtin": one.upc,
            "weight_g": one.weight_g,
            "is_public": one.is_public,
        }
        for one in variants
    ]
    by_id = {row["variant"]: row for row in values}
    for price in prices:
        row = by_id[price.variant_id]
        row[f"price_{price.currency}"] = price.money.rounded().amount
        if price.compare_at is not None:
            row[f"compare_{price.currency}"] = Money(price.compare_at, price.currency).rounded().amount
    links = Product.attributes.through.objects.filter(product__in=variants, attribute__is_option=True)
    for link in links.select_related("attribute", "value_option"):
        if link.value_option:
            by_id[link.product_id][f"option_{link.attribute.code}"] = link.value_option.option
    return values
