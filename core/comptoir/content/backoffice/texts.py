"""The screens for product texts and menus: Wagtail's own for snippets, begun from the product."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import ObjectList
from wagtail.admin.ui.tables import Column, LiveStatusTagColumn, LocaleColumn, UpdatedAtColumn
from wagtail.admin.views.generic.chooser import ChooseResultsView, ChooseView
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.widgets.button import HeaderButton
from wagtail.snippets.views import snippets
from wagtail.snippets.views.snippets import SnippetViewSet

from comptoir.base.backoffice import may
from comptoir.catalogue.models import Product
from comptoir.content.models import Menu, ProductContent
from comptoir.content.services import free_slug


class OfferedProducts:
    """Choosers show what customers see as one product, not each of its variants."""

    def get_object_list(self) -> QuerySet[Product]:
        return Product.objects.offered().order_by("title")


class ChooseProductView(OfferedProducts, ChooseView):
    """The chooser of products."""


class ChooseProductResultsView(OfferedProducts, ChooseResultsView):
    """The list in the chooser of products."""


class ProductChooserViewSet(ChooserViewSet):
    """Lets an editor choose a product; used wherever a form has one."""

    model = Product
    icon = "tag"
    choose_one_text = gettext_lazy("Choose a product")
    choose_another_text = gettext_lazy("Choose another product")
    edit_item_text = gettext_lazy("Edit this product")
    choose_view_class = ChooseProductView
    choose_results_view_class = ChooseProductResultsView


class TextForm(WagtailAdminModelForm):
    """The text of a product. Which product it is of does not change any more once it is written."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields.pop("product", None)

    def clean(self) -> dict[str, Any]:
        """Texts of one product are translations of each other."""
        cleaned = super().clean()
        product = cleaned.get("product")
        if product and not self.instance.pk:
            sibling = ProductContent.objects.filter(product=product).first()
            if ProductContent.objects.filter(product=product, locale=self.instance.locale_id).exists():
                self.add_error("product", _("This product already has a text in this language."))
            elif sibling:
                self.instance.translation_key = sibling.translation_key
        return cleaned


class TextCreateView(snippets.CreateView):
    """A new text, begun with what is known of its product."""

    def get_initial_form_instance(self) -> ProductContent:
        text = super().get_initial_form_instance() or ProductContent()
        asked = self.request.GET.get("product", "")
        product = Product.objects.offered().filter(pk=asked if asked.isdigit() else 0).first()
        if product and self.request.method == "GET":
            text.product = product
            text.title = product.title
            text.slug = free_slug(product, self.locale.language_code, product.title)
        return text


class TextEditView(snippets.EditView):
    """One text, with the way back to its product."""

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        buttons = list(super().header_buttons)
        if may(self.request, "change", Product):
            url = reverse("products:edit", args=[self.object.product_id])
            buttons.append(HeaderButton(_("Product"), url=url, icon_name="tag"))
        return buttons


class TextViewSet(SnippetViewSet):
    """What customers read of products."""

    model = ProductContent
    icon = "pilcrow"
    menu_hook = "register_catalogue_menu_item"
    menu_label = gettext_lazy("Product texts")
    menu_order = 200
    base_url_path = "texts"
    copy_view_enabled = False
    list_per_page = 30
    list_display = [
        "title",
        Column("product", label=gettext_lazy("Product"), accessor="product.title"),
        LocaleColumn(label=gettext_lazy("Language")),
        LiveStatusTagColumn(label=gettext_lazy("State")),
        UpdatedAtColumn(label=gettext_lazy("Updated")),
    ]
    list_filter = ["live"]
    add_view_class = TextCreateView
    edit_view_class = TextEditView

    def get_queryset(self, request: Any) -> QuerySet[ProductContent]:
        return ProductContent.objects.select_related("product", "locale")

    def get_edit_handler(self) -> ObjectList:
        return ObjectList(ProductContent.panels, base_form_class=TextForm).bind_to_model(self.model)


class MenuViewSet(SnippetViewSet):
    """The lists of links of each language."""

    model = Menu
    icon = "bars"
    menu_hook = "register_shop_menu_item"
    menu_label = gettext_lazy("Menus")
    menu_order = 400
    base_url_path = "menus"
    copy_view_enabled = False
    list_display = [
        "code",
        LocaleColumn(label=gettext_lazy("Language")),
        UpdatedAtColumn(label=gettext_lazy("Updated")),
    ]
