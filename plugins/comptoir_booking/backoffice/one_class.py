"""One date of a class: who comes and who waits, places for who rings up; or it does not take place."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.admin import messages

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.channels.models import Location
from comptoir_booking.backoffice.class_forms import SeatsForm
from comptoir_booking.backoffice.classes import WAITS, given_by
from comptoir_booking.backoffice.screen import (
    ICONS,
    BookScreen,
    State,
    change_class_url,
    class_url,
    classes_url,
    name_of,
    visit_url,
)
from comptoir_booking.backoffice.taking import channel_at
from comptoir_booking.claims import Terms
from comptoir_booking.diary import day_of, name_customers
from comptoir_booking.models import Booking, Session
from comptoir_booking.sessions import book_seats, cancel_session
from comptoir_booking.wording import when_text


class ClassScreenBase(BookScreen):
    """A screen about one date of a class at one of one's own locations; for others it is not there."""

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


class ClassScreen(ClassScreenBase):
    """One date of a class: who comes, who waits, places for who rings up; or it does not take place."""

    template_name = "comptoir_booking/backoffice/class.html"

    def post(self, request: HttpRequest, session: UUID) -> HttpResponse:
        cancels = request.POST.get("do", "") == "cancel"
        if not self.may("change_booking" if cancels else "add_booking"):
            return HttpResponse(status=403)
        return self._cancel() if cancels else self._take()

    def _take(self) -> HttpResponse:
        form = SeatsForm(self.request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        try:
            self._book(form.cleaned_data)
        except ComptoirError as error:
            form.add_error("party", str(error))
            return self.render_to_response(self.get_context_data(form=form), status=error.status)
        messages.success(self.request, _("Booked."))
        return redirect(class_url(self.session))

    def _book(self, said: dict[str, Any]) -> None:
        terms = Terms(
            channel_id=channel_at(self.place), contact_name=said["name"], contact_phone=said["phone"],
            contact_email=said["email"], locale=get_language() or "", actor_id=self.request.user.pk,
        )  # fmt: skip
        book_seats(session=self.session, party=said["party"], terms=terms)

    def _cancel(self) -> HttpResponse:
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
        is_on = not one.is_cancelled and one.ends_at > clock.now()
        waiting = one.waiting.filter(state__in=WAITS)
        facts = {
            "class_date": one,
            "when": when_text(one.starts_at, one.time_zone),
            "given": given_by([one]).get(one.visit, ""),
            "left": one.places - one.taken,
            "comers": comers(one),
            "waiting": waiting,
            "form": kwargs.get("form") or SeatsForm(),
            "change_url": change_class_url(one),
            "can_book": is_on and one.taken < one.places,
            "can_change": is_on,
        }
        return super().get_context_data(**{**facts, **kwargs})


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
