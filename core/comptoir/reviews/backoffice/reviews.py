"""The list where reviews are read before they are shown, and what is done with many at once."""

from typing import Any

import django_filters
from django import forms
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn, Column, DateColumn
from wagtail.admin.views import generic
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.admin.viewsets.base import ViewSet
from wagtail.permissions import policy_registry

from comptoir.base.backoffice import may
from comptoir.reviews.models import Review
from comptoir.reviews.services import decide_reviews


class ReviewFilters(WagtailFilterSet):
    """How far they are, and how they rate."""

    state = django_filters.MultipleChoiceFilter(choices=Review.State.choices, label=gettext_lazy("State"))
    rating = django_filters.MultipleChoiceFilter(
        choices=[(stars, "★" * stars) for stars in range(5, 0, -1)], label=gettext_lazy("Rating")
    )

    class Meta:
        model = Review
        fields = ["state", "rating", "channel"]


class WordsColumn(Column):
    """What a customer wrote, whole: nobody should have to open it to read it."""

    cell_template_name = "comptoir/reviews/words_cell.html"


class ReviewIndexView(generic.IndexView):
    """Reviews, those that wait first."""

    model = Review
    any_permission_required = ["view", "change"]
    template_name = "comptoir/reviews/index.html"
    page_title = gettext_lazy("Reviews")
    header_icon = "comment"
    default_ordering = ("-is_waiting", "-pk")
    paginate_by = 30
    search_fields = ["title", "text", "name", "product__title"]
    filterset_class = ReviewFilters
    columns = [
        BulkActionsCheckboxColumn("bulk_actions", obj_type="review"),
        WordsColumn("title", label=gettext_lazy("Review")),
        Column("product", label=gettext_lazy("Product")),
        Column("name", label=gettext_lazy("By")),
        Column("state", label=gettext_lazy("State"), accessor="get_state_display", sort_key="state"),
        Column("decided_by", label=gettext_lazy("Decided by"), accessor=lambda row: row.decided_by or "–"),
        DateColumn("written_at", label=gettext_lazy("Written"), sort_key="written_at"),
    ]

    def get_base_queryset(self) -> QuerySet[Review]:
        is_waiting = ExpressionWrapper(Q(state=Review.State.PENDING), BooleanField())
        return Review.objects.select_related("product", "decided_by").annotate(is_waiting=is_waiting)

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        nothing = _("No review is here.")
        return {**super().get_context_data(*args, **kwargs), "no_results_message": nothing}


class ReviewBulkAction(BulkAction):
    """Decides about the chosen reviews."""

    models = [Review]
    template_name = "comptoir/reviews/decide.html"
    state = ""

    def check_perm(self, obj: Review) -> bool:
        return may(self.request, "change", Review)

    def get_execution_context(self) -> dict[str, Any]:
        facts = self.cleaned_form.cleaned_data
        return {"actor": self.request.user, "refusal": facts.get("refusal", ""), "state": self.state}

    @classmethod
    def execute_action(cls, objects: list[Review], **kwargs: Any) -> tuple[int, int]:
        return decide_reviews(ids=[one.pk for one in objects], **kwargs), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        return ngettext(
            "%(count)d review was decided.", "%(count)d reviews were decided.", num_parent_objects
        ) % {"count": num_parent_objects}


class ApproveReviews(ReviewBulkAction):
    """Shows the chosen reviews to everybody."""

    display_name = gettext_lazy("Approve")
    aria_label = gettext_lazy("Approve the chosen reviews")
    action_type = "approve"
    action_priority = 10
    state = Review.State.APPROVED


class RefusalForm(forms.Form):
    """Why a review is not shown: its author reads it."""

    refusal = forms.ChoiceField(
        label=gettext_lazy("Why?"),
        choices=Review.Refusal.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("The customer is told this. That somebody did not like it is no reason."),
    )


class RejectReviews(ReviewBulkAction):
    """Keeps the chosen reviews from being shown, and says why."""

    display_name = gettext_lazy("Reject")
    aria_label = gettext_lazy("Reject the chosen reviews")
    action_type = "reject"
    action_priority = 20
    classes = {"serious"}
    form_class = RefusalForm
    state = Review.State.REJECTED


class ReviewsMenuItem(MenuItem):
    """Shown to who may look at reviews."""

    def is_shown(self, request: HttpRequest) -> bool:
        return policy_registry.get_by_type(Review).user_has_any_permission(request.user, ["view", "change"])


class ReviewsViewSet(ViewSet):
    """What customers say of products."""

    name = "reviews"
    icon = "comment"
    menu_label = gettext_lazy("Reviews")
    menu_hook = "register_catalogue_menu_item"
    menu_order = 250
    menu_item_class = ReviewsMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        names = {"index_url_name": "reviews:index", "index_results_url_name": "reviews:index_results"}
        return [
            path("", ReviewIndexView.as_view(**names), name="index"),
            path("results/", ReviewIndexView.as_view(**names, results_only=True), name="index_results"),
        ]
