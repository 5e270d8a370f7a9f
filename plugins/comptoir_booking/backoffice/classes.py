"""Classes: the dates to come with who has a place, dates put on the calendar week by week, one class with who comes."""

from itertools import chain
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import formats
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _
from wagtail.admin import messages

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.channels.models import Location
from comptoir_booking.backoffice.booking_forms import StartForm
from comptoir_booking.backoffice.screen import ICONS, BookScreen, State, name_of, visit_url
from comptoir_booking.backoffice.taking import channel_at, people_at, person_id
from comptoir_booking.claims import Terms
from comptoir_booking.class_dates import MOST_DATES, open_sessions
from comptoir_booking.diary import day_of, name_customers
from comptoir_booking.models import Booking, Service, Session, WaitEntry
from comptoir_booking.sessions import (
    MOST_IN_A_SESSION,
    MOST_PLACES,
    book_seats,
    cancel_session,
    taken_by,
)
from comptoir_booking.wording import when_text

#: Dates of one page of the list.
MOST_SHOWN = 200


class NewClassForm(StartForm):
    """A class, its first date, its places, and for how many weeks."""

    service = forms.ModelChoiceField(
        Service.objects.none(), label=pgettext_lazy("class", "Class"), empty_label="—"
    )
    places = forms.IntegerField(
        label=pgettext_lazy("class", "Places"), initial=8, min_value=1, max_value=MOST_IN_A_SESSION
    )
    times = forms.IntegerField(
        label=gettext_lazy("How many dates"), initial=1, min_value=1, max_value=MOST_DATES,
        help_text=gettext_lazy("At the same time each week, or every few weeks."),
    )  # fmt: skip
    every_weeks = forms.IntegerField(
        label=gettext_lazy("Weeks from one to the next"), initial=1, min_value=1, max_value=8
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Service.objects.filter(in_sessions=True, is_active=True).select_related("product__parent")
        self.fields["service"].queryset = rows
        self.fields["service"].label_from_instance = lambda one: one.product.get_title()
        self.fields["person"].label = _("Who gives it")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if (said.get("times") or 1) * (said.get("every_weeks") or 1) > MOST_DATES:
            self.add_error("times", ValidationError(_("A year ahead is the most.")))
        return said


class SeatsForm(forms.Form):
    """Who rings up for places."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    phone = forms.CharField(
        label=gettext_lazy("Telephone"),
        max_length=40,
        required=False,
        widget=forms.TextInput({"type": "tel"}),
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    party = forms.IntegerField(
        label=pgettext_lazy("class", "Places"), initial=1, min_value=1, max_value=MOST_PLACES
    )


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
        said = form.cleaned_data
        try:
            opened, missed = open_sessions(
                service=said["service"], location=self.place, start=form.start, places=said["places"],
                times=said["times"], every_weeks=said["every_weeks"], person_id=person_id(said["person"]),
                actor_id=request.user.pk, overrides=form.overrides,
            )  # fmt: skip
        except ComptoirError as error:
            form.add_error(None, str(error))
            return self.render_to_response(self.get_context_data(form=form), status=error.status)
        gone = ", ".join(self._words(one) for one in missed)
        if not opened:
            form.add_error(None, _("Nobody, or no room, is free for it: %(dates)s.") % {"dates": gone})
            return self.render_to_response(self.get_context_data(form=form), status=409)
        words = ngettext("%(n)s date is on the calendar.", "%(n)s dates are on the calendar.", len(opened))
        messages.success(request, words % {"n": len(opened)})
        if missed:
            messages.warning(
                request, _("Left out, as nobody or no room is free: %(dates)s.") % {"dates": gone}
            )
        return redirect(classes_url(self.place))

    def _words(self, moment: Any) -> str:
        return formats.date_format(moment.astimezone(ZoneInfo(self.place.time_zone)), "l j F")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts = {"form": kwargs.get("form") or self.form(), "back_url": classes_url(self.place)}
        return super().get_context_data(**{**facts, **kwargs})


class ClassScreen(BookScreen):
    """One date of a class: who comes, who waits, places for who rings up; or it does not take place."""

    template_name = "comptoir_booking/backoffice/class.html"

    @cached_property
    def session(self) -> Session:
        rows = Session.objects.select_related("location", "service__product__parent", "service__policy")
        return get_object_or_404(rows, uuid=self.kwargs["session"], location__in=self.places)

    @cached_property
    def place(self) -> Location:
        return self.session.location

    @cached_property
    def day(self) -> Any:
        return day_of(self.session.starts_at, self.session.time_zone)

    def get_page_title(self) -> str:
        return self.session.service.product.get_title()

    def trail(self) -> list[dict[str, Any]]:
        return [*super().trail(), {"url": classes_url(self.place), "label": _("Classes")}]

    def post(self, request: HttpRequest, session: UUID) -> HttpResponse:
        if request.POST.get("do") == "cancel":
            return self._cancel()
        if not self.may("add_booking"):
            return HttpResponse(status=403)
        form = SeatsForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        try:
            self._book(form.cleaned_data)
        except ComptoirError as error:
            form.add_error("party", str(error))
            return self.render_to_response(self.get_context_data(form=form), status=error.status)
        messages.success(request, _("Booked."))
        return redirect(class_url(self.session))

    def _book(self, said: dict[str, Any]) -> None:
        terms = Terms(
            channel_id=channel_at(self.place), contact_name=said["name"], contact_phone=said["phone"],
            contact_email=said["email"], locale=get_language() or "", actor_id=self.request.user.pk,
        )  # fmt: skip
        book_seats(session=self.session, party=said["party"], terms=terms)

    def _cancel(self) -> HttpResponse:
        if not self.may("change_booking"):
            return HttpResponse(status=403)
        try:
            cancel_session(session=self.session, actor_id=self.request.user.pk)
            messages.success(
                self.request, _("The class does not take place. Everybody is told, and paid back.")
            )
        except ComptoirError as error:
            messages.error(self.request, str(error))
        return redirect(classes_url(self.place))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        one = self.session
        waiting = one.waiting.filter(state__in=WAITS)
        facts = {
            "class_date": one,
            "when": when_text(one.starts_at, one.time_zone),
            "given": given_by([one]).get(one.visit, ""),
            "left": one.places - one.taken,
            "comers": comers(one),
            "waiting": waiting,
            "form": kwargs.get("form") or SeatsForm(),
            "can_book": not one.is_cancelled and one.ends_at > clock.now() and one.taken < one.places,
        }
        return super().get_context_data(**{**facts, **kwargs})


#: Who still waits, or has an offer just now.
WAITS = (WaitEntry.State.WAITING, WaitEntry.State.OFFERED)


def comers(session: Session) -> list[dict[str, Any]]:
    """Who has places in a class, each visit once, by name."""
    live: QuerySet[Booking] = session.bookings.filter(state__in=Booking.LIVE).order_by("pk")
    rows = list(live.select_related("customer"))
    name_customers(rows)
    found: dict[UUID, dict[str, Any]] = {}
    for one in rows:
        said = {
            "booking": one,
            "name": name_of(one),
            "url": visit_url(one.visit),
            "icon": ICONS[State(one.state)],
        }
        found.setdefault(one.visit, {**said, "places": 0})["places"] += 1
    return sorted(found.values(), key=lambda one: one["name"].casefold())


def given_by(sessions: list[Session]) -> dict[UUID, str]:
    """Who gives each class and where, by the visit that takes their time; one statement."""
    return {visit: ", ".join(chain(*names.values())) for visit, names in taken_by(sessions).items()}


def class_url(session: Session) -> str:
    return reverse("appointments:class", args=[session.uuid])


def classes_url(place: Location) -> str:
    return f"{reverse('appointments:classes')}?at={place.code}"
