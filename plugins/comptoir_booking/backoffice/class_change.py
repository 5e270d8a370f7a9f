"""What changes of a class: its time, places, teacher, room. Who would be told is said before anything is changed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from wagtail.admin import messages

from comptoir.base.errors import ComptoirError
from comptoir_booking.backoffice.booking_forms import with_time_taken
from comptoir_booking.backoffice.class_forms import ChangeForm, rooms_at, rooms_chosen
from comptoir_booking.backoffice.one_class import ClassScreenBase
from comptoir_booking.backoffice.screen import class_url, name_of, refused
from comptoir_booking.backoffice.taking import people_at, person_id, why_words
from comptoir_booking.changes import visit_again
from comptoir_booking.class_changes import change_session, rooms_of, whom_to_tell
from comptoir_booking.diary import name_customers
from comptoir_booking.models import Allocation, Booking, Resource
from comptoir_booking.refusals import TeamNotFree
from comptoir_booking.sessions import taken_by
from comptoir_booking.telling import can_be_told
from comptoir_booking.wording import names_of, when_text


class ChangeClassScreen(ClassScreenBase):
    """Another time, more or fewer places, another teacher or room; asks first where customers are told of it."""

    permission_required = "change"
    any_permission_required = None
    page_title = gettext_lazy("Change the class")
    template_name = "comptoir_booking/backoffice/change_class.html"

    def trail(self) -> list[dict[str, Any]]:
        return [*super().trail(), {"url": class_url(self.session), "label": super().get_page_title()}]

    def get_page_title(self) -> str:
        return str(self.page_title)

    @cached_property
    def own(self) -> Booking:
        """What takes the time of who gives it."""
        return Booking.objects.get(visit=self.session.visit)

    def form(self, said: Any = None) -> ChangeForm:
        """What it is now comes first, and stays if nothing else is chosen."""
        now, none = taken_by([self.session]).get(self.session.visit, {}), _("nobody")
        people, rooms = now.get(Resource.Kind.STAFF, []), now.get(Resource.Kind.ROOM, [])
        as_now = _("%(what)s (unchanged)")
        return ChangeForm(
            said and with_time_taken(said), session=self.session, initial={"sequence": self.own.sequence},
            people=[("", as_now % {"what": ", ".join(people) or none}), *people_at(self.place)],
            rooms=[("", as_now % {"what": ", ".join(rooms) or pgettext("room", "none")}), *rooms_at(self.place)],
        )  # fmt: skip

    def post(self, request: HttpRequest, session: UUID) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        wanted = self._wanted(form)
        try:
            told = whom_to_tell(session=self.session, **wanted)
            prefetch_related_objects(told, "customer")
            name_customers(told)
            if told and "tell" not in request.POST:
                return self.render_to_response(self.get_context_data(form=form, **self._asked(form, told)))
            change_session(session=self.session, **wanted)
        except ComptoirError as error:
            return self._refused(form, error)
        messages.success(request, _done(sum(map(can_be_told, told))))
        return redirect(class_url(self.session))

    def _wanted(self, form: ChangeForm) -> dict[str, Any]:
        said = form.cleaned_data
        return {
            "start": form.start, "places": said["places"], "person_id": person_id(said.get("person", "")),
            "rooms": rooms_chosen(self.place, said), "sequence": said["sequence"],
            "actor_id": self.request.user.pk, "overrides": form.overrides, "reason": said["reason"],
        }  # fmt: skip

    def _asked(self, form: ChangeForm, told: Sequence[Booking]) -> dict[str, Any]:
        """What is to be confirmed: what changes, and who is told of it."""
        zone, given = self.session.time_zone, names_of([self.own])
        rows = [(_("Time"), when_text(self.session.starts_at, zone), when_text(form.start, zone))]
        if code := form.cleaned_data.get("person"):
            rows.append((_("Who gives it"), given, dict(form.fields["person"].choices)[code]))
        away = [(name_of(one), one.customer_phone) for one in told if not can_be_told(one)]
        return {
            "asks": True,
            "changes": [row for row in rows if row[1] != row[2]],
            "is_moved": form.start != self.session.starts_at,
            "told": len(told) - len(away),
            "not_told": away,
        }

    def _refused(self, form: ChangeForm, error: ComptoirError) -> HttpResponse:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        facts = {"form": form, "other_times": refused(error, self.place.time_zone)}
        if isinstance(error, TeamNotFree):
            facts["why"] = self._why(form)
        return self.render_to_response(self.get_context_data(**facts), status=error.status)

    def _why(self, form: ChangeForm) -> list[str]:
        wanted = self._wanted(form)
        taken = Allocation.objects.filter(booking=self.own, is_active=True).select_related("resource")
        kept = tuple(one.pk for one in rooms_of(self.session))
        rooms = kept if wanted["rooms"] is None else wanted["rooms"]
        visit = visit_again([self.own], list(taken), wanted["person_id"], rooms)
        return why_words(visit, form, self.place, but_of=[self.own.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        one = self.session
        facts = {
            "class_date": one,
            "form": kwargs.get("form") or self.form(),
            "title": super().get_page_title(),
            "when": when_text(one.starts_at, one.time_zone),
            "back_url": class_url(one),
        }
        return super().get_context_data(**{**facts, **kwargs})


def _done(told: int) -> str:
    if not told:
        return _("The class is changed.")
    words = ngettext(
        "The class is changed, and %(n)s customer is told.",
        "The class is changed, and %(n)s customers are told.",
        told,
    )
    return words % {"n": told}
