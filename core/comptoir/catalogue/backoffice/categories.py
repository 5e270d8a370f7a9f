"""The screens for categories: the tree, one shelf, and moving it."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.menus import MenuItem
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views import generic
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.log_actions import log
from wagtail.snippets.views import snippets
from wagtail.snippets.views.snippets import SnippetViewSet

from comptoir.base.backoffice import CarefulDeleteView, may
from comptoir.catalogue.backoffice.translated import field_names, other_languages, translated_form
from comptoir.catalogue.models import Category
from comptoir.catalogue.tree import (
    CategoryBelowItself,
    delete_category,
    is_below,
    save_category,
    shift_category,
)

INDENT = mark_safe("&nbsp;&nbsp;&nbsp;&nbsp;")


class CategoryChoiceField(forms.ModelChoiceField):
    """One category of the tree, indented by its depth; asks the database once, not once a row."""

    def label_from_instance(self, category: Category) -> SafeString:
        return mark_safe(INDENT * (category.depth - 1) + conditional_escape(category.name))  # noqa: S308 (escaped)


class CategoriesField(CategoryChoiceField, forms.ModelMultipleChoiceField):
    """Several categories of the tree, as checkboxes."""

    widget = forms.CheckboxSelectMultiple


class BaseCategoryForm(WagtailAdminModelForm):
    """A category with its place in the tree."""

    parent = CategoryChoiceField(
        queryset=Category.objects.order_by("path"),
        required=False,
        label=gettext_lazy("Below"),
        empty_label=gettext_lazy("— nothing: a shelf of its own —"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slug"].required = False
        self.fields["slug"].help_text = _("Part of addresses. Left empty, it is made from the name.")
        if self.instance.pk:
            self.initial["parent"] = self.instance.get_parent()

    def clean_slug(self) -> str:
        return self.cleaned_data["slug"] or slugify(self.cleaned_data.get("name", ""))

    def clean_parent(self) -> Category | None:
        parent = self.cleaned_data["parent"]
        if self.instance.pk and is_below(parent, self.instance):
            raise forms.ValidationError(str(CategoryBelowItself(name=self.instance.name)))
        return parent

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for code, _language in other_languages():
            slug = cleaned.get(f"slug__{code}")
            others = Category.objects.exclude(pk=self.instance.pk).filter(
                **{f"translations__{code}__slug": slug}
            )
            if slug and others.exists():
                self.add_error(f"slug__{code}", _("Another category already has this slug in this language."))
        return cleaned

    def save(self, commit: bool = True) -> Category:
        """Categories go into the tree by their service."""
        return save_category(category=self.instance, parent=self.cleaned_data["parent"])


CategoryForm = translated_form(BaseCategoryForm, Category, ("name", "slug", "description"))


class ShiftColumn(Column):
    """Two buttons that move a shelf among its neighbours, without a mouse too."""

    cell_template_name = "comptoir/catalogue/shift_cell.html"

    def get_cell_context_data(self, instance: Category, parent_context: dict[str, Any]) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        request = parent_context["request"]
        url = reverse(Category.snippet_viewset.get_url_name("shift"), args=[instance.pk])
        return {**context, "url": url, "token": get_token(request), "may": may(request, "change", Category)}


class CategoryIndexView(snippets.IndexView):
    """The tree."""

    default_ordering = "path"
    list_display = [
        "name",
        Column("slug", label=gettext_lazy("Slug")),
        Column(
            "languages",
            label=gettext_lazy("Also in"),
            accessor=lambda row: ", ".join(sorted(row.translations)),
        ),
        BooleanColumn("is_public", label=gettext_lazy("Public")),
        ShiftColumn("shift", label=gettext_lazy("Order"), accessor="pk"),
    ]

    @property
    def columns(self) -> list[Column]:
        """Without the bulk checkboxes: a category is deleted with care, one at a time."""
        return generic.IndexView.columns.func(self)

    def get_valid_orderings(self) -> list[str]:
        return ["path"]

    def _get_title_column(self, field_name: str, *args: Any, **kwargs: Any) -> Column:
        column = super()._get_title_column(field_name, *args, **kwargs)
        column.accessor = CategoryChoiceField(Category.objects.none()).label_from_instance
        column.sort_key = None
        return column

    def get_list_more_buttons(self, instance: Category) -> list[MenuItem]:
        buttons = super().get_list_more_buttons(instance)
        if self.add_url:
            url = f"{reverse(self.add_url_name)}?parent={instance.pk}"
            buttons.append(MenuItem(_("Add a category below"), url=url, icon_name="plus", priority=5))
        return buttons


class CategoryCreateView(snippets.CreateView):
    """A new category, below the one it was asked for at."""

    def get_initial(self) -> dict[str, Any]:
        return {"parent": self.request.GET.get("parent")}


class CategoryDeleteView(CarefulDeleteView, snippets.DeleteView):
    """Says what becomes of the products, and deletes by the service."""

    @property
    def confirmation_message(self) -> str:
        return _("Delete “%(name)s” with all categories below it? Its products stay.") % {
            "name": self.object.name
        }

    def delete_action(self) -> None:
        log(instance=self.object, action="wagtail.delete", user=self.request.user, deleted=True)
        delete_category(category=self.object)


class ShiftCategoryView(PermissionCheckedMixin, View):
    """Moves a category one place up or down."""

    model = Category
    permission_required = "change"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        category = get_object_or_404(Category, pk=pk)
        shift_category(category=category, up=request.POST.get("to") == "up")
        return redirect(Category.snippet_viewset.get_url_name("list"))


class CategoryViewSet(SnippetViewSet):
    """The shelves of the shop. A snippet, so that menus and pages can choose one."""

    model = Category
    icon = "folder-open-inverse"
    menu_hook = "register_catalogue_menu_item"
    menu_label = gettext_lazy("Categories")
    menu_order = 300
    base_url_path = "categories"
    copy_view_enabled = False
    list_per_page = 500
    search_fields = ["name", "slug", "code"]
    index_view_class = CategoryIndexView
    add_view_class = CategoryCreateView
    delete_view_class = CategoryDeleteView
    panels = [
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel(name) for name in field_names("name")]),
                FieldRowPanel([FieldPanel(name) for name in field_names("slug")]),
                FieldPanel("parent"),
            ],
            heading=gettext_lazy("Name and place"),
        ),
        MultiFieldPanel(
            [*(FieldPanel(name) for name in field_names("description")), FieldPanel("picture")],
            heading=gettext_lazy("What customers see"),
        ),
        MultiFieldPanel(
            [FieldPanel("is_public"), FieldPanel("exclude_from_menu")], heading=gettext_lazy("Where it shows")
        ),
    ]

    def get_edit_handler(self) -> ObjectList:
        return ObjectList(self.panels, base_form_class=CategoryForm).bind_to_model(self.model)

    def get_urlpatterns(self) -> list[URLPattern]:
        shift = self.construct_view(ShiftCategoryView)
        return [*super().get_urlpatterns(), path("shift/<int:pk>/", shift, name="shift")]
