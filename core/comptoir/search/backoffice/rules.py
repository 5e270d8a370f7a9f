"""The screens where merchandisers say what means the same, what counts more, and see what nobody found."""

from typing import Any
from urllib.parse import urlencode

import django_filters
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import policy_registry

from comptoir.search.models import Boost, Miss, Synonym


def language_choices() -> list[tuple[str, str]]:
    """The languages of the shop's texts."""
    return list(settings.WAGTAIL_CONTENT_LANGUAGES)


def direction(row: Synonym) -> str:
    """Which way a synonym works: neither is wrong, so no cross says so."""
    return _("both ways") if row.is_two_way else _("one way")


class SynonymForm(WagtailAdminModelForm):
    """Words that mean the same, in a language of the shop."""

    locale = forms.ChoiceField(label=gettext_lazy("Language"), choices=language_choices)


class SynonymCreateView(generic.CreateView):
    """A new synonym, perhaps of a word that the address names: what nobody found is one click away from it."""

    def get_initial(self) -> dict[str, Any]:
        named = {name: self.request.GET[name] for name in ("locale", "word") if name in self.request.GET}
        return {**super().get_initial(), **named}


class SynonymViewSet(ModelViewSet):
    """Words that mean the same to customers."""

    model = Synonym
    add_view_class = SynonymCreateView
    name = "synonyms"
    url_prefix = "search/synonyms"
    icon = "copy"
    menu_label = gettext_lazy("Synonyms")
    copy_view_enabled = False
    add_to_reference_index = False
    list_display = [
        "word",
        Column("is_two_way", label=gettext_lazy("Direction"), accessor=direction),
        "synonyms",
        "locale",
    ]
    list_filter = ["locale"]
    search_fields = ["word", "synonyms"]
    search_backend_name = None
    panels = [
        FieldPanel("locale"),
        FieldPanel("word"),
        FieldPanel("synonyms"),
        FieldPanel("is_two_way"),
    ]

    def get_edit_handler(self) -> ObjectList:
        return ObjectList(self.panels, base_form_class=SynonymForm).bind_to_model(self.model)


class BoostViewSet(ModelViewSet):
    """What counts more, or less."""

    model = Boost
    name = "boosts"
    url_prefix = "search/boosts"
    icon = "arrow-up"
    menu_label = gettext_lazy("Boosts")
    copy_view_enabled = False
    add_to_reference_index = False
    list_display = [
        Column("field", accessor="get_field_display", label=gettext_lazy("What")),
        "value",
        "factor",
    ]
    panels = [FieldPanel("field"), FieldPanel("value"), FieldPanel("factor")]


class MissFilters(WagtailFilterSet):
    """Where it was searched, and in which language."""

    locale = django_filters.ChoiceFilter(choices=language_choices, label=gettext_lazy("Language"))

    class Meta:
        model = Miss
        fields = ["channel", "locale"]


def synonym_address(miss: Miss) -> str:
    """The form of a new synonym with what was searched for filled in."""
    return f"{reverse('synonyms:add')}?{urlencode({'locale': miss.locale, 'word': miss.text})}"


class MissIndexView(generic.IndexView):
    """What was searched for without result, the most frequent first. A synonym often helps."""

    model = Miss
    any_permission_required = ["view"]
    page_title = gettext_lazy("Searches without result")
    header_icon = "search"
    default_ordering = "-times"
    paginate_by = 50
    search_fields = ["text"]
    filterset_class = MissFilters
    text_columns = [
        Column("text", label=gettext_lazy("Searched for"), sort_key="text"),
        Column("channel", label=gettext_lazy("Channel")),
        Column("locale", label=gettext_lazy("Language")),
        Column("times", label=gettext_lazy("Times"), sort_key="times", classname="cpt-number"),
        DateColumn("last_at", label=gettext_lazy("Last time"), sort_key="last_at"),
    ]
    synonym_column = TitleColumn(
        "synonym",
        label=gettext_lazy("Synonym"),
        accessor=lambda miss: _("Write a synonym for “%(text)s”") % {"text": miss.text},
        get_url=synonym_address,
    )

    @cached_property
    def columns(self) -> list[Column]:
        """The report, and for who may write synonyms a way to the form with the word in it."""
        policy = policy_registry.get_by_type(Synonym)
        may_add = policy.user_has_permission(self.request.user, "add")
        return [*self.text_columns, self.synonym_column] if may_add else self.text_columns

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        nothing = _("Every search found something so far.")
        return {**super().get_context_data(*args, **kwargs), "no_results_message": nothing}


class MissMenuItem(MenuItem):
    """Shown to who may see the report."""

    def is_shown(self, request: HttpRequest) -> bool:
        return policy_registry.get_by_type(Miss).user_has_any_permission(request.user, ["view"])


class MissViewSet(ViewSet):
    """What customers did not find."""

    name = "search_misses"
    url_prefix = "reports/search"
    icon = "search"
    menu_label = gettext_lazy("Searches without result")
    menu_hook = "register_reports_menu_item"
    menu_order = 880
    menu_item_class = MissMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        names = {
            "index_url_name": "search_misses:index",
            "index_results_url_name": "search_misses:index_results",
        }
        return [
            path("", MissIndexView.as_view(**names), name="index"),
            path("results/", MissIndexView.as_view(**names, results_only=True), name="index_results"),
        ]
