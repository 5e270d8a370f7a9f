"""The screens for counting a shop: drafts, the sheet on the tablet, the differences before they are booked."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.channels.models import Location
from comptoir.customers.queries import workplaces
from comptoir.stock.backoffice.count_lines import figures_of, review_of
from comptoir.stock.backoffice.screen import MovingScreen, scanned_variant
from comptoir.stock.counts import (
    CountBooked,
    add_to_count,
    book_count,
    drop_count,
    fill_count,
    leave_out,
    open_count,
    recount_lines,
    write_figures,
)
from comptoir.stock.models import Count
from comptoir.stock.queries import counts_at

LINES_PER_PAGE = 50


class OpenCountForm(forms.Form):
    """Where to count, and what the movements will be called."""

    location = forms.ModelChoiceField(label=gettext_lazy("Location"), queryset=Location.objects.none())
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["location"]
        field.queryset = workplaces(user)
        choices = list(field.queryset[:2])
        field.initial = choices[0] if len(choices) == 1 else None
        today = date_format(timezone.localtime(clock.now()), "SHORT_DATE_FORMAT")
        self.fields["name"].initial = _("Count of %(day)s") % {"day": today}


class CountsView(MovingScreen):
    """The counts of the own locations, and a new one."""

    page_title = gettext_lazy("Counts")
    template_name = "comptoir/stock/counts.html"
    section = "counts"

    def post(self, request: HttpRequest) -> HttpResponse:
        form = OpenCountForm(request.POST, user=request.user)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        count = open_count(**form.cleaned_data, actor_id=self.actor_id)
        return redirect("stock:count", count.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        drafts, booked = counts_at(self.places, is_booked=False), counts_at(self.places, is_booked=True)
        page = Paginator(booked, 20).get_page(self.request.GET.get("p"))
        kwargs.setdefault("form", OpenCountForm(user=self.request.user))
        return super().get_context_data(drafts=drafts, booked=page, **kwargs)


class OneCountScreen(MovingScreen):
    """What the sheet and the review of one count share."""

    section = "counts"
    above = ("stock:counts", gettext_lazy("Counts"))

    @cached_property
    def count(self) -> Count:
        counts = Count.objects.filter(location__in=workplaces(self.request.user)).select_related("location")
        return get_object_or_404(counts, pk=self.kwargs["pk"])

    def get_page_title(self) -> str:
        return str(self.count)


class CountView(OneCountScreen):
    """The sheet: scan, type figures, see nothing of what is expected."""

    template_name = "comptoir/stock/count.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.places and self.count.booked_at:
            return redirect("stock:count_review", self.count.pk)
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Every button keeps the figures first, so that nothing typed is ever lost."""
        count = self.count
        try:
            wrong = self._keep_figures(count)
            if "quietly" in request.POST:
                return HttpResponse(status=422 if wrong else 204)
            if wrong:
                return self.render_to_response(self.get_context_data(wrong=wrong))
            return self._step(request.POST.get("do", ""))
        except CountBooked as error:
            messages.error(request, str(error))
            return redirect("stock:count_review", pk)

    def _keep_figures(self, count: Count) -> dict[int, str]:
        """Write down what was typed; returns what is no number, by line, and writes nothing then."""
        figures, wrong = figures_of(self.request.POST)
        if figures and not wrong:
            write_figures(count=count, figures=figures)
        return wrong

    def _step(self, step: str) -> HttpResponse:
        if step == "review":
            return redirect("stock:count_review", self.count.pk)
        if step == "fill":
            added = fill_count(count=self.count)
            told = ngettext("%(n)s line came.", "%(n)s lines came.", added)
            messages.success(self.request, told % {"n": added})
        elif step == "drop":
            drop_count(count=self.count)
            messages.success(self.request, _("The count was thrown away; no stock was changed."))
            return redirect("stock:counts")
        elif line := self.request.POST.get("leave_out"):
            leave_out(count=self.count, line_id=int(line) if line.isdigit() else 0)
        elif code := self.request.POST.get("code", "").strip():
            return self._scan(code)
        return self._back()

    def _scan(self, code: str) -> HttpResponse:
        counts_pieces = "by_piece" in self.request.POST
        try:
            line = add_to_count(count=self.count, variant=scanned_variant(code), pieces=int(counts_pieces))
        except forms.ValidationError as error:
            return self.render_to_response(self.get_context_data(problem=error.messages[0], code=code))
        except ComptoirError as error:
            return self.render_to_response(self.get_context_data(problem=str(error), code=code))
        return self._back(f"by_piece=1&line={line.pk}" if counts_pieces else f"line={line.pk}")

    def _back(self, query: str = "") -> HttpResponse:
        if not query and "by_piece" in self.request.POST:
            query = "by_piece=1"
        return redirect(f"{reverse('stock:count', args=[self.count.pk])}?{query}".rstrip("?"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        wrong = kwargs.get("wrong", {})
        lines = self.count.lines.select_related("variant__parent")
        page = Paginator(lines, LINES_PER_PAGE).get_page(self.request.GET.get("p"))
        for line in page:
            line.typed = wrong.get(line.pk, "" if line.counted is None else str(line.counted))
            line.is_wrong = line.pk in wrong
        scanned = self.request.GET.get("line", "")
        by_piece = "by_piece" in self.request.GET or "by_piece" in self.request.POST
        facts = {
            "count": self.count,
            "lines": page,
            "scanned": int(scanned) if scanned.isdigit() else None,
            "by_piece": by_piece,
            "left": lines.filter(counted=None).count(),
        }
        return super().get_context_data(**facts, **kwargs)


class CountReviewView(OneCountScreen):
    """The differences, before and after they are booked."""

    template_name = "comptoir/stock/count_review.html"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        count, step = self.count, request.POST.get("do")
        try:
            if step == "recount":
                return self._recount(count)
            if step == "book":
                self._book(count)
        except ComptoirError as error:
            messages.error(request, str(error))
        return redirect("stock:count_review", pk)

    def _recount(self, count: Count) -> HttpResponse:
        chosen = [int(line) for line in self.request.POST.getlist("line") if line.isdigit()]
        if not chosen:
            messages.error(self.request, _("Choose the lines to count again."))
            return redirect("stock:count_review", count.pk)
        recount_lines(count=count, line_ids=chosen)
        return redirect("stock:count", count.pk)

    def _book(self, count: Count) -> None:
        if count.booked_at:
            messages.info(self.request, _("This was done already; it counts once."))
            return
        moved = len(book_count(count=count, actor_id=self.actor_id))
        told = ngettext(
            "The count is booked: %(n)s level changed.", "The count is booked: %(n)s levels changed.", moved
        )
        messages.success(self.request, told % {"n": moved})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(count=self.count, review=review_of(self.count), **kwargs)
