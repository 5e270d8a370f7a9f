"""The products of the back office: the list, the screen for a new one, and which view does what."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.viewsets.model import ModelViewSet

from comptoir.base.backoffice import CarefulDeleteView
from comptoir.catalogue.models import Product
from comptoir.content.backoffice.product import ProductEditScreen, ProductScreen
from comptoir.content.backoffice.product_forms import NewProductForm
from comptoir.content.backoffice.products import ProductIndexView


class NewProductScreen(ProductScreen):
    """A new product, with the first thing to sell."""

    permission_required = "add"
    template_name = "comptoir/content/product_new.html"
    page_title = gettext_lazy("New product")

    def get_page_subtitle(self) -> str:
        return _("New product")

    @cached_property
    def form(self) -> NewProductForm:
        return NewProductForm(self.request.POST or None, currency=settings.OSCAR_DEFAULT_CURRENCY)

    def post(self, request: HttpRequest) -> HttpResponse:
        if not self.form.is_valid():
            return self.refused()
        facts = self.form.cleaned_data
        prices = (
            {settings.OSCAR_DEFAULT_CURRENCY: (facts["price"], None)} if facts["price"] is not None else {}
        )
        row = {"sku": facts["sku"], "gtin": facts["gtin"] or None, "options": {}, "prices": prices}
        names = ("title", "handle", "product_class", "vendor", "is_public")
        details = {name: facts[name] for name in names}
        saved = self.save(self.form, details=details, categories=facts["categories"], variants=[row])
        if saved is None:
            return self.refused()
        messages.success(
            request, _("“%(product)s” was created. Texts and pictures come next.") % {"product": saved}
        )
        return redirect("products:edit", saved.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        labels = {"submit_button_label": _("Create"), "submit_button_active_label": _("Creating…")}
        return super().get_context_data(
            form=self.form, action_url=reverse("products:add"), media=self.form.media, **labels, **kwargs
        )


class ProductViewSet(ModelViewSet):
    """What is sold."""

    model = Product
    name = "products"
    icon = "tag"
    menu_label = gettext_lazy("Products")
    menu_hook = "register_catalogue_menu_item"
    menu_order = 100
    copy_view_enabled = False
    add_to_reference_index = False
    form_fields = ["title"]
    list_per_page = 30
    index_view_class = ProductIndexView
    add_view_class = NewProductScreen
    edit_view_class = ProductEditScreen
    delete_view_class = type(
        "ProductDeleteView",
        (CarefulDeleteView,),
        {
            "refusal": gettext_lazy(
                "“%(object)s” has stock movements and cannot be deleted. You can make it not public."
            )
        },
    )
