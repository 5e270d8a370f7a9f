"""Booking for who walks in or rings up, and blocking time."""

import uuid
from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from wagtail.admin import messages

from comptoir.base.errors import ComptoirError
from comptoir.channels.models import Channel
from comptoir.customers.models import User
from comptoir_booking.asking import wish_for
from comptoir_booking.backoffice.booking_forms import BlockForm, NewVisitForm, with_time_taken
from comptoir_booking.backoffice.problems import warn_of_conflicts
from comptoir_booking.backoffice.screen import BookScreen, refused, visit_url
from comptoir_booking.claims import Terms, book_visit
from comptoir_booking.clients import Client, find_clients
from comptoir_booking.layout import Visit
from comptoir_booking.models import Booking, Resource, Service
from comptoir_booking.queries import why_not
from comptoir_booking.refusals import StartNotFree
from comptoir_booking.services import close

#: What is taken over from a client who was found.
CONTACT = ("name", "phone", "email")
#: Parts of the address that the form begins with.
GIVEN = ("on", "time", "person", *CONTACT)


class NewVisitScreen(BookScreen):
    """Who comes, for what, when and with whom; somebody who was here before is found by name or telephone."""

    permission_required = "add"
    any_permission_required = None
    page_title = gettext_lazy("Book an appointment")
    template_name = "comptoir_booking/backoffice/new.html"

    @cached_property
    def people(self) -> list[tuple[str, str]]:
        return [("", _("whoever is free")), *people_at(self.place)]

    def form(self, said: Any = None) -> NewVisitForm:
        """What was found or clicked stands in it."""
        given = {name: self.request.GET[name] for name in GIVEN if self.request.GET.get(name)}
        begin = {"on": str(self.day), "locale": get_language(), "key": uuid.uuid4().hex, **given}
        said = said and with_time_taken(said)
        services = Service.objects.filter(is_active=True).select_related("product__parent")
        return NewVisitForm(
            said, place=self.place, people=self.people, services=list(services), initial=begin
        )

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.place is None:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        try:
            made = self._book(form)
        except ComptoirError as error:
            form.add_error(None, str(error))
            facts = {"form": form, "other_times": refused(error, self.place.time_zone)}
            if isinstance(error, StartNotFree):
                facts["why"] = why_words(self._visit(form), form, self.place)
            return self.render_to_response(self.get_context_data(**facts), status=error.status)
        messages.success(request, _("Booked."), buttons=[messages.button(visit_url(made.visit), _("Show"))])
        return redirect(self.day_url(form.cleaned_data["on"]))

    def _visit(self, form: NewVisitForm) -> Visit:
        """Whoever is chosen does all of it, or the first of what goes on side by side."""
        said, person = form.cleaned_data, person_id(form.cleaned_data["person"])
        at_once = said["at_once"]
        wishes = (
            wish_for(
                one,
                person_id=None if at_once and number else person,
                line=number * at_once,
                party=said["party"] or 1,
            )
            for number, one in enumerate(form.services)
        )
        return Visit(self.place.pk, tuple(wishes))

    def _book(self, form: NewVisitForm) -> Booking:
        """The same form sent twice is one visit."""
        said, owner = form.cleaned_data, f"desk:{form.cleaned_data['key']}"
        before = Booking.objects.filter(owner=owner).first()
        if before:
            return before
        known = (
            User.objects.filter(email__iexact=said["email"], is_staff=False).first()
            if said["email"]
            else None
        )
        terms = Terms(
            owner=owner, channel_id=channel_at(self.place), customer_id=known.pk if known else None,
            contact_name=said["name"], contact_phone=said["phone"], contact_email=said["email"],
            locale=said["locale"], note=said["note"], actor_id=self.request.user.pk,
            overrides=form.overrides, reason=said["reason"],
        )  # fmt: skip
        return book_visit(visit=self._visit(form), start=form.start, terms=terms)[0]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sought = self.request.GET.get("q", "")
        facts = {
            "form": kwargs.get("form") or self.form(),
            "sought": sought,
            "clients": [(one, self._with(one)) for one in find_clients(self.request.user, sought)],
            "kept": [
                (name, self.request.GET[name])
                for name in ("on", "time", "person")
                if self.request.GET.get(name)
            ],
            "back_url": self.day_url(),
        }
        return super().get_context_data(**{**facts, **kwargs})

    def _with(self, client: Client) -> str:
        kept = {name: self.request.GET[name] for name in GIVEN if self.request.GET.get(name)}
        found = {name: getattr(client, name) for name in CONTACT}
        return "?" + urlencode({**kept, **found, "at": self.place.code})


class BlockScreen(BookScreen):
    """Time in which somebody, something or a whole location cannot be booked, or can be otherwise than usual."""

    permission_required = "change"
    any_permission_required = None
    page_title = gettext_lazy("Block time")
    template_name = "comptoir_booking/backoffice/block.html"

    def form(self, said: Any = None) -> BlockForm:
        team = Resource.objects.filter(location=self.place, is_active=True)
        begin = {name: self.request.GET.get(name) for name in ("who", "starts", "ends")}
        begin |= {"first_day": str(self.day)}
        return BlockForm(said, place=self.place, team=list(team), initial=begin)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        close(**form.said)
        messages.success(
            request, _("The time is open.") if form.said["is_open"] else _("The time is blocked.")
        )
        if not form.said["is_open"]:
            warn_of_conflicts(request, self.place)
        return redirect(self.day_url(form.cleaned_data["first_day"]))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if self.place is None:
            raise Http404
        facts = {"form": kwargs.get("form") or self.form(), "back_url": self.day_url()}
        return super().get_context_data(**{**facts, **kwargs})


def people_at(place: Any) -> list[tuple[str, str]]:
    """The people who work at a location, by code, with their names."""
    rows = Resource.objects.filter(kind=Resource.Kind.STAFF, is_active=True).order_by("name")
    there = rows.filter(location=place) | rows.filter(weekly_hours__location=place)
    return list(there.distinct().values_list("code", "name"))


def person_id(code: str) -> int | None:
    """The id of somebody by code; ``None`` for whoever is free."""
    return Resource.objects.filter(code=code).values_list("pk", flat=True).first() if code else None


def channel_at(place: Any) -> int | None:
    """The appointment book's own channel at a location: what is booked at the desk counts there."""
    rows = Channel.objects.active().filter(plugin="booking")
    here = rows.filter(locations=place) | rows.filter(locations=None)
    return here.values_list("pk", flat=True).first()


def why_words(visit: Visit, form: Any, place: Any, but_of: Collection[int] = ()) -> list[str]:
    """Why somebody cannot do it then, a sentence for each; ``but_of``: bookings that are looked through."""
    said = why_not(visit, form.start, but_of=but_of)
    names = dict(Resource.objects.filter(location=place).values_list("code", "name"))
    words = {
        "closed": _("%(who)s is not there then."),
        "busy": _("%(who)s is taken then."),
        "free": _("%(who)s would be free."),
    }
    found = [
        words[one["state"]] % {"who": names.get(one["resource"], one["resource"])}
        for role in said["roles"]
        for one in role["candidates"]
    ]
    nobody = [_("Nobody here can do it.") for role in said["roles"] if role["nobody"]]
    return list(dict.fromkeys([*nobody, *found]))
