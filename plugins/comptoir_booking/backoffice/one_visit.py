"""One visit: who comes and for what, what can be done with it, where it moves to; the client's card beside it."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.base.money import written
from comptoir_booking.backoffice.booking_forms import MoveForm, with_time_taken
from comptoir_booking.backoffice.screen import (
    ICONS,
    State,
    VisitScreenBase,
    class_url,
    people_of,
    refused,
    services_of,
)
from comptoir_booking.backoffice.taking import people_at, person_id
from comptoir_booking.changes import move_visit
from comptoir_booking.clients import earlier_orders, earlier_visits
from comptoir_booking.marks import too_early_until
from comptoir_booking.models import Booking, BookingStep
from comptoir_booking.ordered import cancel_booked, mark_booked, order_of, unmark_booked
from comptoir_booking.self_service import CancelTerms, fees_of_cancel, fees_of_move
from comptoir_booking.wording import names_of, services_text

#: What can be done in a state, in the order of its buttons: what it becomes, and what the button says.
MARKS = {
    State.CONFIRMED: [
        (State.ARRIVED, gettext_lazy("Has arrived")),
        (State.MISSED, gettext_lazy("Did not come")),
    ],
    State.ARRIVED: [(State.DONE, gettext_lazy("Done"))],
}
#: What takes the last mark back, and the states that a mark made.
UNDO, MARKED = "undo", (State.ARRIVED, State.DONE, State.MISSED)
CHANGES = {
    "booked": gettext_lazy("booked by the team"),
    "confirmed": gettext_lazy("booked by the customer"),
    "moved": gettext_lazy("moved"),
    "person": gettext_lazy("given by somebody else"),
    "cancelled": gettext_lazy("cancelled"),
    "unmarked": gettext_lazy("mark taken back"),
}


class VisitScreen(VisitScreenBase):
    """One visit with everything known of its customer; arrivals, absences, cancelling."""

    template_name = "comptoir_booking/backoffice/visit.html"

    def post(self, request: HttpRequest, visit: Any) -> HttpResponse:
        if not self.may("change_booking"):
            return HttpResponse(status=403)
        what, by = request.POST.get("do", ""), {"visit": visit, "actor_id": request.user.pk}
        try:
            if what in ("cancel", "cancel_kindly"):
                cancel_booked(**by, keep_fee=what == "cancel")
                messages.success(request, _("Cancelled. The time is free again."))
            elif what in (State.ARRIVED, State.DONE, State.MISSED):
                mark_booked(state=what, **by)
                messages.success(request, _("Written down."))
            elif what == UNDO:
                unmark_booked(**by)
                messages.success(request, _("Taken back."))
        except ComptoirError as error:
            messages.error(request, str(error))
        return redirect(self.day_url() if request.POST.get("then") == "day" else self.visit_url)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        first = self.bookings[0]
        zone = ZoneInfo(self.place.time_zone)
        order = order_of(self.bookings) if self.request.user.has_perm("order.view_order") else None
        visits, terms = earlier_visits(self.request.user, first), fees_of_cancel(self.bookings)
        facts = {
            "first": first,
            "bookings": rows_of(self.bookings),
            "class_url": class_url(first.session) if first.session else "",
            "zone": self.place.time_zone,
            "ends_at": self.bookings[-1].ends_at.astimezone(zone),
            "icon": ICONS[State(first.state)],
            **marks_of(self.bookings),
            "can_undo": first.state in MARKED,
            "can_change": first.state == State.CONFIRMED,
            "policy": policy_words(self.bookings, terms),
            "has_fee": bool(terms.fee and terms.fee.amount),
            "steps": [(step, _told(step)) for step in _steps(first)],
            "visits": visits,
            "visits_missed": sum(one.state == State.MISSED for one in visits),
            "order": order,
            "due_later": written(order.money(order.due_later)) if order and order.due_later else "",
            "orders": earlier_orders(self.request.user, first),
            "services": services_of(self.bookings),
            "move_url": reverse("appointments:move", args=[first.visit]),
        }
        return super().get_context_data(**{**facts, **kwargs})


def rows_of(bookings: Sequence[Booking]) -> list[tuple[Booking, str, str]]:
    """What is booked, in words, and with whom; places of a class are said once, with who gives it."""
    if bookings[0].session_id:
        return [(bookings[0], services_text(bookings, {}), names_of(bookings))]
    return [(one, one.service.product.get_title(), ", ".join(people_of([one]))) for one in bookings]


class MoveScreen(VisitScreenBase):
    """Where a visit moves to; a block that was dragged comes here too."""

    permission_required = "change"
    any_permission_required = None
    template_name = "comptoir_booking/backoffice/move.html"

    def get_page_title(self) -> str:
        return _("Move: %(name)s") % {"name": super().get_page_title()}

    def form(self, said: Any = None) -> MoveForm:
        first = self.bookings[0]
        start = first.starts_at.astimezone(ZoneInfo(self.place.time_zone))
        if said is not None and said.get("take"):
            said = with_time_taken(said)
            said["booking"] = ""
        begin = {"on": f"{start:%Y-%m-%d}", "time": f"{start:%H:%M}", "sequence": first.sequence}
        people = [("", _("the same as now, if possible")), *people_at(self.place)]
        return MoveForm(said, place=self.place, people=people, initial=begin)

    def post(self, request: HttpRequest, visit: Any) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        try:
            moved = self._move(form)
        except ComptoirError as error:
            form.add_error(None, str(error))
            facts = {"form": form, "other_times": refused(error, self.place.time_zone)}
            return self.render_to_response(self.get_context_data(**facts), status=error.status)
        start = moved[0].starts_at.astimezone(ZoneInfo(self.place.time_zone))
        when = formats.date_format(start, "l j F H:i")
        messages.success(request, _("Moved to %(when)s.") % {"when": when})
        return redirect(self.day_url(start.date()))

    def _move(self, form: MoveForm) -> list[Booking]:
        """What was dragged may be a later service of the visit: all of it moves as far."""
        said, first = form.cleaned_data, self.bookings[0]
        dragged = next((one for one in self.bookings if one.uuid == said["booking"]), first)
        return move_visit(
            visit=first.visit,
            start=form.start - (dragged.starts_at - first.starts_at),
            sequence=said["sequence"],
            person_id=person_id(said["person"]),
            actor_id=self.request.user.pk,
            overrides=form.overrides,
            reason=said["reason"],
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts = {
            "form": kwargs.get("form") or self.form(),
            "first": self.bookings[0],
            "zone": self.place.time_zone,
            "services": services_of(self.bookings),
            "people": ", ".join(people_of(self.bookings)),
            "back_url": self.visit_url,
        }
        return super().get_context_data(**{**facts, **kwargs})


def marks_of(bookings: Sequence[Booking]) -> dict[str, list[tuple[str, str]]]:
    """The marks that can be made now, and those whose time is still to come with the time."""
    found: dict[str, list[tuple[str, str]]] = {"marks": [], "marks_later": []}
    for mark, words in MARKS.get(State(bookings[0].state), []):
        if when := too_early_until(bookings, mark):
            found["marks_later"].append((words, when))
        else:
            found["marks"].append((mark, words))
    return found


def policy_words(bookings: Sequence[Booking], cancelling: CancelTerms) -> list[str]:
    """What holds for a visit, as it was when it was made; staff may be kinder."""
    zone, moving = ZoneInfo(bookings[0].time_zone), fees_of_move(bookings)
    until = formats.date_format(cancelling.free_until.astimezone(zone), "D j N H:i")
    found = [_("Free of charge until %(when)s.") % {"when": until}]
    if clock.now() > cancelling.free_until:
        found = [_("It was free of charge until %(when)s.") % {"when": until}]
    if cancelling.why_not:
        found.append(_("The customer cannot cancel it any more without calling."))
    if not moving.is_possible:
        found.append(_("The customer cannot move it any more without calling."))
    if cancelling.paid is not None and cancelling.fee is not None and cancelling.refund is not None:
        sums = {name: written(getattr(cancelling, name)) for name in ("paid", "fee", "refund")}
        found.append(_("Paid: %(paid)s. By the policy %(fee)s is kept and %(refund)s goes back.") % sums)
    return found


def _steps(booking: Booking) -> list[BookingStep]:
    return list(booking.steps.select_related("actor"))


def _told(step: BookingStep) -> str:
    """A step of the story in words."""
    words = str(CHANGES.get(step.change) or dict(State.choices).get(step.change, step.change))
    if state := step.facts.get("was_state"):
        words += f" ({dict(State.choices).get(state, state)})"
    if was := step.facts.get("was"):
        words += " " + _("(was %(when)s)") % {"when": was.replace("T", " ")[:16]}
    if given := step.facts.get("was_given"):
        words += " " + _("(was with %(people)s)") % {"people": given}
    if reason := step.facts.get("reason"):
        words += f" · {reason}"
    return words
