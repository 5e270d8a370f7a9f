"""The screens of ranges: the goods that offers are about."""

from typing import Any

from django import forms
from django.db.models import Count
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from oscar.apps.catalogue.models import ProductClass
from wagtail.admin.ui.tables import BooleanColumn, NumberColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import log

from comptoir.base.backoffice import CarefulDeleteView
from comptoir.catalogue.models import Category
from comptoir.pricing.backoffice.fields import ProductsField
from comptoir.pricing.backoffice.screen import SavesByService
from comptoir.pricing.campaigns import remove_range, save_range
from comptoir.pricing.offer.models import Range


class CategoryChoices(forms.ModelMultipleChoiceField):
    """Categories with the shelves they stand on."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, category: Category) -> str:
        return "— " * (category.depth - 1) + category.name


class RangeForm(forms.Form):
    """Which goods a range has."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=128)
    includes_all_products = forms.BooleanField(
        label=gettext_lazy("Everything"),
        required=False,
        help_text=gettext_lazy(
            "All goods but those left out below; what is chosen besides has no effect then."
        ),
    )
    products = ProductsField(label=gettext_lazy("These goods"))
    categories = CategoryChoices(
        Category.objects.order_by("path"), label=gettext_lazy("Categories"), required=False
    )
    classes = forms.ModelMultipleChoiceField(
        ProductClass.objects.order_by("name"),
        label=gettext_lazy("Product classes"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    excluded_products = ProductsField(label=gettext_lazy("But not these goods"))
    excluded_categories = CategoryChoices(
        Category.objects.order_by("path"),
        label=gettext_lazy("But not these categories"),
        required=False,
        help_text=gettext_lazy("Counts for ranges of everything."),
    )

    def __init__(self, *args: Any, instance: Range | None = None, **kwargs: Any) -> None:
        self.instance = instance or Range()
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self._show(self.instance)

    def _show(self, row: Range) -> None:
        shown = {
            "name": row.name,
            "includes_all_products": row.includes_all_products,
            "products": _codes(row.included_products),
            "excluded_products": _codes(row.excluded_products),
            "categories": row.included_categories.all(),
            "excluded_categories": row.excluded_categories.all(),
            "classes": row.classes.all(),
        }
        self.initial = {**shown, **self.initial}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        name = cleaned.get("name")
        if name and Range.objects.exclude(pk=self.instance.pk).filter(name=name).exists():
            self.add_error("name", _("Another range has this name."))
        chosen = any(
            cleaned.get(field) for field in ("includes_all_products", "products", "categories", "classes")
        )
        if not chosen and not self.errors:
            self.add_error("products", _("Choose some goods, a category, a class or everything."))
        return cleaned


def _codes(relation: Any) -> str:
    """Goods as one types them, one a line."""
    rows = relation.order_by("sku", "handle").values_list("sku", "handle")
    return "\n".join(sku or handle for sku, handle in rows)


class RangeIndexView(generic.IndexView):
    """All ranges, with the number of offers that are about each."""

    page_title = gettext_lazy("Ranges")
    add_item_label = gettext_lazy("Add a range")
    default_ordering = "name"

    def get_base_queryset(self) -> Any:
        offers = Count("condition__offers", distinct=True) + Count("benefit__offers", distinct=True)
        return Range.objects.annotate(
            named=Count("included_products", distinct=True),
            shelves=Count("included_categories", distinct=True),
            is_used=offers,
        )

    @cached_property
    def columns(self) -> list[Any]:
        return [
            self._get_title_column("name"),
            BooleanColumn("includes_all_products", label=gettext_lazy("Everything")),
            NumberColumn("named", label=gettext_lazy("Goods named"), classname="cpt-number"),
            NumberColumn("shelves", label=gettext_lazy("Categories"), classname="cpt-number"),
            BooleanColumn(
                "is_used", label=gettext_lazy("Used by offers"), accessor=lambda row: bool(row.is_used)
            ),
        ]


class RangeFormView(SavesByService):
    """A range in one form."""

    list_name = gettext_lazy("Ranges")
    template_name = "comptoir/pricing/form.html"

    @cached_property
    def sections(self) -> tuple[tuple[str, Any, tuple[str, ...]], ...]:
        return (
            ("range", _("The range"), ("name", "includes_all_products")),
            ("goods", _("What is in it"), ("products", "categories", "classes")),
            ("left-out", _("What is left out"), ("excluded_products", "excluded_categories")),
        )

    def store(self, form: RangeForm) -> Range:
        said, row = form.cleaned_data, form.instance
        row.name, row.includes_all_products = said["name"], said["includes_all_products"]
        names = ("products", "excluded_products", "classes", "categories", "excluded_categories")
        return save_range(row=row, **{name: said[name] for name in names})


class RangeCreateView(RangeFormView, generic.CreateView):
    """A new range."""

    page_subtitle = gettext_lazy("Range")
    log_action = "wagtail.create"


class RangeEditView(RangeFormView, generic.EditView):
    """One range."""


class RangeDeleteView(CarefulDeleteView):
    """Deletes a range that no offer is about."""

    def delete_action(self) -> None:
        log(instance=self.object, action="wagtail.delete", user=self.request.user, deleted=True)
        remove_range(row=self.object)


class RangeViewSet(ModelViewSet):
    """Goods that offers are about."""

    model = Range
    name = "ranges"
    icon = "list-ul"
    menu_hook = "register_prices_menu_item"
    menu_label = gettext_lazy("Ranges")
    menu_order = 400
    copy_view_enabled = False
    add_to_reference_index = False
    index_view_class = RangeIndexView
    add_view_class = RangeCreateView
    edit_view_class = RangeEditView
    delete_view_class = RangeDeleteView
    search_fields = ["name"]
    create_template_name = edit_template_name = RangeFormView.template_name

    def get_form_class(self, for_update: bool = False) -> type[forms.Form]:
        return RangeForm
