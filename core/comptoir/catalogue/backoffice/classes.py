"""The screens for classes of products: their attributes, and the values to choose from."""

from typing import Any

from django import forms
from django.db import transaction
from django.forms import BaseInlineFormSet, inlineformset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from oscar.apps.catalogue.models import AttributeOptionGroup, ProductClass
from wagtail.admin import messages
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views import generic
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.viewsets.model import ModelViewSet

from comptoir.base.backoffice import CarefulDeleteView, GrowingFormSet
from comptoir.base.errors import ComptoirError
from comptoir.catalogue.attributes import save_attributes, save_options
from comptoir.catalogue.backoffice.translated import field_names, translated_form
from comptoir.catalogue.models import AttributeOption, ProductAttribute

#: Kinds of values that the product screen has a field for.
TYPES = ("option", "text", "integer", "float", "boolean", "date")


class AttributeRow(forms.ModelForm):
    """One attribute; its code and kind stay as they are once it exists, since values depend on them."""

    class Meta:
        model = ProductAttribute
        fields = ["name", "code", "type", "is_option", "is_filter", "required"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(ProductAttribute.TYPE_CHOICES)
        self.fields["type"].choices = [
            (kind, labels[kind]) for kind in (*TYPES, self.instance.type) if kind in labels
        ]
        self.fields["type"].initial = "option"
        for name in ("code", "type"):
            self.fields[name].disabled = bool(self.instance.pk)
        self.order_fields([*field_names("name"), "code", "type"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("is_option") and cleaned.get("type") != "option":
            self.add_error("is_option", _("Customers can only choose from a list: take the kind “Option”."))
        return cleaned

    @property
    def link(self) -> tuple[str, str] | None:
        """Where the values of a list are edited."""
        if not self.instance.pk or self.instance.type != "option":
            return None
        return reverse("product_classes:values", args=[self.instance.pk]), _("Values")


class OptionRow(forms.ModelForm):
    """One value to choose, such as a size or a colour."""

    class Meta:
        model = AttributeOption
        fields = ["option", "code", "swatch"]
        widgets = {"swatch": forms.TextInput(attrs={"placeholder": "#1c3d5a", "class": "cpt-short"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([*field_names("option"), "code", "swatch"])


class InlineRows(GrowingFormSet, BaseInlineFormSet):
    """Rows of the database that can be added, removed and moved."""

    @property
    def kept(self) -> list[Any]:
        return [form.instance for form in self.ordered_forms]

    @property
    def removed(self) -> list[Any]:
        return [form.instance for form in self.deleted_forms if form.instance.pk]


AttributeRows = inlineformset_factory(
    ProductClass,
    ProductAttribute,
    form=translated_form(AttributeRow, ProductAttribute, ("name",)),
    formset=InlineRows,
    extra=0,
    can_order=True,
)
OptionRows = inlineformset_factory(
    AttributeOptionGroup,
    AttributeOption,
    form=translated_form(OptionRow, AttributeOption, ("option",)),
    formset=InlineRows,
    extra=0,
    can_order=True,
)


class WithAttributes:
    """A product class is saved with its attributes, or not at all."""

    template_name = "comptoir/catalogue/product_class.html"

    @cached_property
    def rows(self) -> Any:
        return AttributeRows(
            self.request.POST or None, instance=getattr(self, "object", None), prefix="attributes"
        )

    def is_valid(self, form: forms.BaseModelForm) -> bool:
        rows_are_valid = self.rows.is_valid()
        valid = super().is_valid(form) and rows_are_valid
        if not valid:
            self.produced_error_message = self.get_error_message()
        return valid

    def form_valid(self, form: forms.BaseModelForm) -> HttpResponse:
        try:
            with transaction.atomic():
                return super().form_valid(form)
        except ComptoirError as error:
            form.add_error(None, str(error))
            self.produced_error_message = str(error)
            return self.form_invalid(form)

    def save_instance(self) -> ProductClass:
        saved = super().save_instance()
        self.rows.instance = saved
        save_attributes(product_class=saved, attributes=self.rows.kept, removed=self.rows.removed)
        return saved

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(rows=self.rows, **kwargs)


class ClassCreateView(WithAttributes, generic.CreateView):
    """A new class of products."""

    def get_success_url(self) -> str:
        return self.get_edit_url()


class ClassEditView(WithAttributes, generic.EditView):
    """One class of products."""

    def get_success_url(self) -> str:
        return self.get_edit_url()


class ValuesView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """The values of one attribute. Attributes that share a list share its values."""

    model = ProductClass
    permission_required = "change"
    template_name = "comptoir/catalogue/values.html"
    header_icon = "list-ul"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        lists = ProductAttribute.objects.exclude(option_group=None).select_related(
            "product_class", "option_group"
        )
        self.attribute = get_object_or_404(lists, pk=kwargs["pk"])
        self.rows = OptionRows(request.POST or None, instance=self.attribute.option_group, prefix="options")

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if self.rows.is_valid():
            try:
                save_options(attribute=self.attribute, options=self.rows.kept, removed=self.rows.removed)
            except ComptoirError as error:
                messages.error(request, str(error))
            else:
                messages.success(request, _("The values were saved."))
                return redirect("product_classes:edit", self.attribute.product_class_id)
        return self.render_to_response(self.get_context_data())

    def get_page_title(self) -> str:
        return _("Values of %(attribute)s") % {"attribute": self.attribute}

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        kind = self.attribute.product_class
        return [
            *self.breadcrumbs_items,
            {"url": reverse("product_classes:index"), "label": _("Product classes")},
            {"url": reverse("product_classes:edit", args=[kind.pk]), "label": str(kind)},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            rows=self.rows, attribute=self.attribute, media=self.rows.media, **kwargs
        )


class ProductClassViewSet(ModelViewSet):
    """Kinds of products: clothing, books, services."""

    model = ProductClass
    name = "product_classes"
    icon = "form"
    menu_hook = "register_catalogue_menu_item"
    menu_label = gettext_lazy("Product classes")
    menu_order = 400
    copy_view_enabled = False
    add_to_reference_index = False
    form_fields = ["name", "requires_shipping", "track_stock"]
    add_view_class = ClassCreateView
    edit_view_class = ClassEditView
    delete_view_class = CarefulDeleteView
    list_display = [
        "name",
        Column("slug", label=gettext_lazy("Code")),
        BooleanColumn("requires_shipping", label=gettext_lazy("Shipped")),
        BooleanColumn("track_stock", label=gettext_lazy("Counted")),
    ]

    def get_urlpatterns(self) -> list[URLPattern]:
        values = self.construct_view(ValuesView)
        return [*super().get_urlpatterns(), path("values/<int:pk>/", values, name="values")]
