"""The waiting list: put oneself on it, see one's place or an offer by its link, take the offer, leave the list."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.baskets.storefront import ShopPage, shop_page
from comptoir_booking.models import Booking, Session, WaitEntry
from comptoir_booking.pages.choice import NOT_LIKE_THAT, Choice, choice_of
from comptoir_booking.pages.classes import class_sold
from comptoir_booking.pages.limits import limited
from comptoir_booking.pages.times import day_said
from comptoir_booking.queries import MOST_DAYS
from comptoir_booking.shown import services_shown, titles_of
from comptoir_booking.waiting import (
    accept_offer,
    entry_for,
    join_class_list,
    join_waiting_list,
    leave_waiting_list,
    wait_token,
)
from comptoir_booking.wording import names_of, wait_text, when_text

State = WaitEntry.State


class ContactForm(forms.Form):
    """How somebody is told."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=120, validators=[ProhibitNullCharactersValidator()],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    email = forms.EmailField(
        label=gettext_lazy("E-mail"), max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )  # fmt: skip
    phone = forms.CharField(
        label=gettext_lazy("Phone (optional)"), max_length=40, required=False,
        validators=[ProhibitNullCharactersValidator()], widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if not isinstance(field.widget, forms.DateInput):
                field.widget.attrs.setdefault("class", "input")


class WaitForm(ContactForm):
    """On which days, and how somebody is told."""

    first = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    last = forms.DateField(
        label=gettext_lazy("Last day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for name in ("first", "last"):
            self.fields[name].widget.attrs["min"] = f"{today:%Y-%m-%d}"

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        first, last = said.get("first"), said.get("last")
        if first and last and not max(first, self.today) <= last:
            raise ValidationError({"last": _("Choose a day that is not over, and not before the first one.")})
        if first and last and last - first >= timedelta(days=MOST_DAYS):
            raise ValidationError({"last": _("Two months at once are the most.")})
        return said


@require_http_methods(["GET", "POST"])
@shop_page
@limited("RATE_BASKETS")
def wait(page: ShopPage) -> HttpResponse:
    """Ask to be told when a time becomes free for one service, on some days."""
    said = page.request.POST if page.request.method == "POST" else page.request.GET
    try:
        choice = choice_of(page, said)
    except NOT_LIKE_THAT:
        return redirect(page.url("booking:home"))
    if len(choice.services) != 1:  # an offer is a time of one service
        return redirect(f"{page.url('booking:times')}?{choice.query()}")
    today = clock.now().astimezone(ZoneInfo(choice.place.time_zone)).date()
    if page.request.method == "GET":
        return form_page(page, choice, WaitForm(initial=_initial(page, today), today=today))
    form = WaitForm(said, today=today)
    if not form.is_valid():
        return form_page(page, choice, form, status=422)
    return redirect(page.url("booking:waiting", wait_token(_join(page, choice, form.cleaned_data))))


def form_page(page: ShopPage, choice: Choice, form: WaitForm, status: int = 200) -> HttpResponse:
    shown, who = services_shown(page.channel, page.locale, choice.services), choice.lines[0].who
    context = {
        "choice": choice,
        "heading": _("Tell me when a time is free"),
        "what": "".join(one.title for one in shown),
        "person": who.name if who else "",
        "place": choice.place,
        "form": form,
        "action": page.url("booking:wait"),
        "back_words": _("Back to the times"),
        "back": f"{page.url('booking:times')}?{choice.query()}",
        "translations": {
            code: f"{page.url('booking:wait', locale=code)}?{choice.query()}" for code in page.channel.locales
        },
        "robots": "noindex",
    }
    return page.draw("comptoir_booking/pages/wait.html", context, status=status)


@require_http_methods(["GET", "POST"])
@shop_page
@limited("RATE_BASKETS")
def wait_for_class(page: ShopPage, session: UUID) -> HttpResponse:
    """Ask to be told when a place of a class becomes free."""
    found = class_sold(page, session)
    if not found.is_open:
        return redirect(page.url("booking:classes"))
    if page.request.method == "GET":
        return class_form_page(page, found, ContactForm(initial=_known(page)))
    form = ContactForm(page.request.POST)
    if not form.is_valid():
        return class_form_page(page, found, form, status=422)
    entry = join_class_list(session=found, channel=page.channel, **_who(page, form.cleaned_data))
    return redirect(page.url("booking:waiting", wait_token(entry)))


def class_form_page(page: ShopPage, session: Session, form: ContactForm, status: int = 200) -> HttpResponse:
    [shown] = services_shown(page.channel, page.locale, [session.service]) or [None]
    title = shown.title if shown else session.service.product.get_title()
    context = {
        "heading": _("Tell me when a place is free"),
        "what": f"{title}, {when_text(session.starts_at, session.time_zone)}",
        "place": session.location,
        "form": form,
        "action": page.url("booking:class_wait", session.uuid),
        "back": page.url("booking:classes"),
        "back_words": _("All classes"),
        "translations": {
            code: page.url("booking:class_wait", session.uuid, locale=code) for code in page.channel.locales
        },
        "robots": "noindex",
    }
    return page.draw("comptoir_booking/pages/wait.html", context, status=status)


@require_GET
@shop_page
@limited("RATE_ORDERS")
def waiting(page: ShopPage, token: str) -> HttpResponse:
    """One's place in the list, or the time that is offered."""
    return entry_page(page, token)


@require_POST
@shop_page
@limited("RATE_ORDERS")
def accept(page: ShopPage, token: str) -> HttpResponse:
    """Put the time that is offered into the basket."""
    try:
        return page.put_in(lambda key: accept_offer(token=token, key=key))
    except ComptoirError as error:
        if error.status == 404:
            raise
        return entry_page(page, token, sentence=str(error), status=error.status)


@require_POST
@shop_page
@limited("RATE_ORDERS")
def leave(page: ShopPage, token: str) -> HttpResponse:
    """Wait no more."""
    leave_waiting_list(token=token)
    return redirect(page.url("booking:waiting", token))


def entry_page(page: ShopPage, token: str, *, sentence: str = "", status: int = 200) -> HttpResponse:
    entry = entry_for(token)
    zone, is_offered = entry.location.time_zone, entry.state == State.OFFERED
    held = list(Booking.objects.filter(visit=entry.offered, state=Booking.State.HELD)) if is_offered else []
    title = titles_of(page.channel, page.locale, [entry]).get(entry.service_id)
    context = {
        "entry": entry,
        "place": entry.location,
        "service": title or entry.service.product.get_title(),
        "days": wait_text(entry),
        "is_waiting": entry.state == State.WAITING,
        "when": when_text(held[0].starts_at, zone) if held else "",
        "people": names_of(held),
        "until": when_text(entry.offered_until, zone) if held and entry.offered_until else "",
        "is_taken": entry.state == State.TAKEN,
        "sentence": sentence,
        "accept": page.url("booking:accept", token),
        "leave": page.url("booking:leave", token),
        "again": _again(page, entry),
        "translations": {
            code: page.url("booking:waiting", token, locale=code) for code in page.channel.locales
        },
        "robots": "noindex",
    }
    return page.draw("comptoir_booking/pages/waiting.html", context, status=status)


def _initial(page: ShopPage, today: date) -> dict[str, Any]:
    """The day that was looked at; and who it is, if they are logged in."""
    day = max(day_said(page.request.GET.get("day", "")) or today, today)
    return {"first": day, "last": day, **_known(page)}


def _known(page: ShopPage) -> dict[str, str]:
    user = page.request.user
    if not user.is_authenticated:
        return {}
    return {"name": user.get_full_name(), "email": user.email, "phone": user.phone}


def _who(page: ShopPage, said: dict[str, Any]) -> dict[str, Any]:
    """Who waits, in which language they are told."""
    user = page.request.user
    contact = {name: said[name] for name in ("name", "email", "phone")}
    return {**contact, "locale": page.locale, "customer_id": user.pk if user.is_authenticated else None}


def _again(page: ShopPage, entry: WaitEntry) -> str:
    """Where who is not on the list any more looks for another time."""
    sku = entry.service.product.sku
    if entry.session_id:
        return f"{page.url('booking:classes')}?{urlencode({'service': sku})}"
    return f"{page.url('booking:times')}?{urlencode({'location': entry.location.code, 'service': sku})}"


def _join(page: ShopPage, choice: Choice, said: dict[str, Any]) -> WaitEntry:
    [wish] = choice.visit.wishes
    return join_waiting_list(
        channel=page.channel, location=choice.place, service_id=wish.service_id, person_id=wish.person_id,
        first_day=said["first"], last_day=said["last"], **_who(page, said),
    )  # fmt: skip
