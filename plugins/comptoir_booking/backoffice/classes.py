"""Classes: the dates to come with who has a place, and dates put on the calendar week by week."""

from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir_booking.backoffice.class_forms import NewClassForm, rooms_chosen
from comptoir_booking.backoffice.screen import BookScreen, class_url, classes_url
from comptoir_booking.backoffice.taking import people_at, person_id, why_words
from comptoir_booking.class_dates import open_sessions
from comptoir_booking.layout import Visit, Wish
from comptoir_booking.models import Service, Session, WaitEntry
from comptoir_booking.sessions import taken_by

#: Dates of one page of the list.
MOST_SHOWN = 200
#: Who still waits, or has an offer just now.
WAITS = (WaitEntry.State.WAITING, WaitEntry.State.OFFERED)


class ClassesScreen(BookScreen):
    """The classes to come at a location, with how many places are taken and how many wait."""

    page_title = gettext_lazy("Classes")
    template_name = "comptoir_booking/backoffice/classes.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if self.place is None:
            raise Http404
        waits = Count("waiting", filter=Q(waiting__state__in=WAITS))
        rows = Session.objects.filter(location=self.place, is_cancelled=False, ends_at__gt=clock.now())
        found = list(
            rows.select_related("service__product__parent")
            .annotate(waits=waits)
            .order_by("starts_at", "pk")[:MOST_SHOWN]
        )
        given = given_by(found)
        facts = {
            "rows": [(one, given.get(one.visit, ""), class_url(one)) for one in found],
            "zone": self.place.time_zone,
            "has_classes": Service.objects.filter(in_sessions=True, is_active=True).exists(),
            "new_url": f"{reverse('appointments:new_class')}?at={self.place.code}",
            "services_url": reverse("services:index"),
        }
        return super().get_context_data(**{**facts, **kwargs})


class NewClassScreen(BookScreen):
    """Puts dates of a class on the calendar; who gives it and its room are taken as for any appointment."""

    permission_required = "add"
    any_permission_required = None
    page_title = gettext_lazy("Put a class on the calendar")
    template_name = "comptoir_booking/backoffice/new_class.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.place is None:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def trail(self) -> list[dict[str, Any]]:
        return [*super().trail(), {"url": classes_url(self.place), "label": _("Classes")}]

    def form(self, said: Any = None) -> NewClassForm:
        people = [("", _("whoever is free")), *people_at(self.place)]
        begin = {name: self.request.GET[name] for name in ("time", "person") if self.request.GET.get(name)}
        return NewClassForm(said, place=self.place, people=people, initial={"on": str(self.day), **begin})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        try:
            opened, missed = self._open(form)
        except ComptoirError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
            return self.render_to_response(self.get_context_data(form=form), status=error.status)
        gone = ", ".join(self._words(one) for one in missed)
        if not opened:
            form.add_error(None, _("Nobody, or no room, is free for it: %(dates)s.") % {"dates": gone})
            facts = {"form": form, "why": why_words(self._visit(form), form, self.place)}
            return self.render_to_response(self.get_context_data(**facts), status=409)
        words = ngettext("%(n)s date is on the calendar.", "%(n)s dates are on the calendar.", len(opened))
        messages.success(request, words % {"n": len(opened)})
        if missed:
            messages.warning(
                request, _("Left out, as nobody or no room is free: %(dates)s.") % {"dates": gone}
            )
        return redirect(classes_url(self.place))

    def _open(self, form: NewClassForm) -> tuple[list[Session], list[datetime]]:
        said = form.cleaned_data
        [wish] = self._visit(form).wishes
        return open_sessions(
            service=said["service"], location=self.place, start=form.start, places=said["places"],
            times=said["times"], every_weeks=said["every_weeks"], person_id=wish.person_id, rooms=wish.rooms,
            actor_id=self.request.user.pk, overrides=form.overrides,
        )  # fmt: skip

    def _visit(self, form: NewClassForm) -> Visit:
        """What a date of it needs."""
        said = form.cleaned_data
        who, rooms = person_id(said["person"]), rooms_chosen(self.place, said)
        return Visit(self.place.pk, (Wish(said["service"].pk, who, rooms=rooms, seats=said["places"]),))

    def _words(self, moment: Any) -> str:
        return formats.date_format(moment.astimezone(ZoneInfo(self.place.time_zone)), "l j F")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts = {"form": kwargs.get("form") or self.form(), "back_url": classes_url(self.place)}
        return super().get_context_data(**{**facts, **kwargs})


def given_by(sessions: list[Session]) -> dict[UUID, str]:
    """Who gives each class and where, by the visit that takes their time; one statement."""
    return {visit: ", ".join(chain(*names.values())) for visit, names in taken_by(sessions).items()}
