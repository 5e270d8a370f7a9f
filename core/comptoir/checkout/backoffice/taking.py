"""Taking an order on the phone: who calls and what they want; then its delivery, its link, and its end."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.forms import formset_factory
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import formats
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from comptoir.base.backoffice import GrowingFormSet
from comptoir.base.errors import ComptoirError, NotFound
from comptoir.base.money import Money, written
from comptoir.baskets.rows import Code
from comptoir.baskets.shown import BasketView
from comptoir.channels.models import Channel
from comptoir.channels.queries import ChannelContext, channel_context
from comptoir.checkout.backoffice.order_forms import DraftForm, WayForm
from comptoir.checkout.backoffice.screen import OrdersScreen, show_refusal
from comptoir.checkout.delivery import Wish, address_of, ways_for
from comptoir.checkout.drafts import cancel_draft, change_draft, draft_order, offer_draft, payment_link
from comptoir.checkout.freezing import placed_lines
from comptoir.checkout.models import Checkout
from comptoir.checkout.queries import channels_for, draft_of, view_of
from comptoir.checkout.services import ADDRESS, Change, CheckoutView, change_checkout, clean_address
from comptoir.fulfilment.facts import read_locations
from comptoir.fulfilment.methods import Option, methods
from comptoir.fulfilment.options import promise_sentence
from comptoir.fulfilment.slots import free_slots
from comptoir.pricing.backoffice.fields import GoodsField

State = Checkout.State


class GoodsRow(forms.Form):
    """Some pieces of one variant."""

    goods = GoodsField(label=gettext_lazy("SKU or barcode"), only_one=True)
    quantity = forms.IntegerField(
        label=gettext_lazy("Pieces"), min_value=1, max_value=999, initial=1,
        widget=forms.NumberInput({"inputmode": "numeric", "class": "cpt-short"}),
    )  # fmt: skip


class GoodsRowsBase(GrowingFormSet):
    """The goods of a draft."""

    def clean(self) -> None:
        if not any(self.errors) and not self.kept_forms:
            raise ValidationError(_("Say what is ordered."))

    @property
    def wanted(self) -> list[tuple[Code, int]]:
        """What is ordered, as services take it."""
        said = [row.cleaned_data for row in self.kept_forms]
        return [(Code(sku=one["goods"][0].sku), one["quantity"]) for one in said]


GoodsRows = formset_factory(GoodsRow, formset=GoodsRowsBase, extra=1, can_delete=True, max_num=50)


def state_of(draft: Checkout) -> str:
    """How far a draft is, in words."""
    if draft.state == State.ENDED:
        return _("cancelled") if draft.problem == "cancelled" else _("not paid in time")
    if draft.state == State.OPEN:
        return _("link sent") if draft.link_sent_at else _("being taken")
    return draft.get_state_display()


class DraftsScreen(OrdersScreen):
    """A screen below “Phone orders”."""

    permission_required = "draft"
    any_permission_required = None
    header_icon = "mobile-alt"

    def trail(self) -> list[dict[str, Any]]:
        return [{"url": reverse("drafts:index"), "label": _("Phone orders")}]


class NewDraftScreen(DraftsScreen):
    """Who calls and what they want; the goods are kept as soon as it is saved."""

    page_title = gettext_lazy("Take an order")
    template_name = "comptoir/checkout/draft_new.html"

    @cached_property
    def channels(self) -> list[Channel]:
        return list(channels_for(self.request.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = DraftForm(request.POST, channels=channels_for(request.user))
        rows = GoodsRows(request.POST, prefix="goods")
        if form.is_valid() and rows.is_valid():
            try:
                draft = self._draft(form.cleaned_data, rows)
                messages.success(request, _("The goods are kept. Now say how they get there."))
                return redirect("drafts:draft", draft.uuid)
            except ComptoirError as error:
                show_refusal(form, error)
        return self.render_to_response(self.get_context_data(form=form, rows=rows), status=422)

    def _draft(self, said: dict[str, Any], rows: GoodsRowsBase) -> Checkout:
        context = channel_context(said["channel"].code)
        if context is None:
            raise NotFound()
        return draft_order(
            channel=context,
            lines=rows.wanted,
            contact={name: said[name] for name in ("name", "phone", "email")},
            locale=said["locale"] if said["locale"] in context.locales else context.default_locale,
            staff_id=self.request.user.pk,
            hours=said["hours"],
        ).checkout

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if "form" not in kwargs:
            kwargs["form"] = DraftForm(channels=channels_for(self.request.user))
            kwargs["rows"] = GoodsRows(prefix="goods")
        media = kwargs["form"].media + kwargs["rows"].media + GoodsRow().media
        return super().get_context_data(channels=self.channels, media=media, **kwargs)


class DraftScreen(DraftsScreen):
    """One order taken on the phone: its goods, its delivery, the link to pay it."""

    template_name = "comptoir/checkout/draft.html"

    @cached_property
    def draft(self) -> Checkout:
        try:
            return draft_of(self.request.user, str(self.kwargs["uuid"]))
        except NotFound as error:
            raise Http404 from error

    @cached_property
    def channel(self) -> ChannelContext:
        context = channel_context(self.draft.channel.code)
        if context is None:
            raise Http404
        return context

    @cached_property
    def shown(self) -> CheckoutView:
        return view_of(self.channel, self.draft)

    def get_page_title(self) -> str:
        return self.draft.name or self.draft.phone or self.draft.email

    def post(self, request: HttpRequest, uuid: str) -> HttpResponse:
        verb, form = request.POST.get("verb", ""), None
        if verb == "change":
            return self._change(request)
        try:
            if verb == "deliver":
                form = self._way_form(request.POST)
                if form.is_valid():
                    self._deliver(form)
                    messages.success(request, _("The delivery was chosen."))
            elif verb == "send":
                offer_draft(uuid=str(self.draft.uuid))
                messages.success(request, _("The link is on its way by SMS. It is sent once."))
            elif verb == "cancel":
                cancel_draft(uuid=str(self.draft.uuid))
                messages.success(request, _("Cancelled. The goods are free again."))
                return redirect("drafts:index")
            if form is None or form.is_valid():
                return redirect("drafts:draft", self.draft.uuid)
        except ComptoirError as error:
            if form is None:
                messages.error(request, str(error))
                return redirect("drafts:draft", self.draft.uuid)
            show_refusal(form, error, **{"delivery": "way", "delivery.slot": "slot"})
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def _change(self, request: HttpRequest) -> HttpResponse:
        rows, refusal = GoodsRows(request.POST, prefix="goods"), ""
        if rows.is_valid():
            try:
                change_draft(channel=self.channel, uuid=str(self.draft.uuid), lines=rows.wanted)
                messages.success(request, _("The goods are kept as they are now."))
                return redirect("drafts:draft", self.draft.uuid)
            except ComptoirError as error:
                refusal = str(error)
        return self.render_to_response(self.get_context_data(rows=rows, refusal=refusal), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        draft, shown = self.draft, self.shown
        facts: dict[str, Any] = {
            "draft": draft,
            "state": state_of(draft),
            "is_open": draft.state == State.OPEN,
            "is_live": draft.is_live,
            "total": written(shown.total.rounded()),
            "delivery": draft.delivery,
            "delivery_price": written(Money(draft.delivery_total, self.channel.currency)),
            "link": payment_link(draft) if draft.is_live else "",
            "lines": self._lines(shown.basket) if shown.basket else [],
            "form": None,
        }
        if draft.state == State.OPEN and "form" not in kwargs:
            facts["form"] = self._way_form()
        if draft.state == State.OPEN and "rows" not in kwargs:
            facts["rows"] = self._rows()
        if draft.state == State.OPEN:
            facts["media"] = GoodsRow().media + GoodsRows(prefix="goods").media
        return super().get_context_data(**{**facts, **kwargs})

    def _lines(self, view: BasketView) -> list[dict[str, Any]]:
        """The goods as the customer will read them; what is not sold any more has no price, and says why."""
        named = {one.variant_id: one for one in placed_lines(view, self.draft.locale)}
        return [
            {
                "title": ", ".join(filter(None, (named[pk].title, named[pk].options))) if pk in named else "",
                "sku": line.row.sku,
                "quantity": line.row.quantity,
                "unit": written(line.price.unit_price) if line.price else "—",
                "total": written(line.price.total) if line.price else "—",
                "problem": line.problem.message if line.problem else "",
            }
            for line in view.lines
            for pk in (line.row.variant_id,)
        ]

    def _rows(self) -> GoodsRowsBase:
        """The goods as they are, to be changed."""
        assert self.shown.basket is not None
        said = [{"goods": one.row.sku, "quantity": one.row.quantity} for one in self.shown.basket.lines]
        return GoodsRows(prefix="goods", initial=said)

    def _way_form(self, said: Any = None) -> WayForm:
        """The ways to the address that was typed, or said before."""
        before = self.draft.delivery.get("wish", {})
        kept = before.get("address") or {"country": self.channel.country, "name": self.draft.name}
        address = {name: (said or kept).get(name, "").strip() for name in ADDRESS}
        address["country"] = address["country"] or self.channel.country
        view = self.shown.basket
        assert view is not None
        needs_point = {code for code, one in methods().items() if one.needs_point}
        options = [
            one
            for one in ways_for(view=view, near=address_of(address), locale=self.draft.locale)
            if one.method.kind not in needs_point and one.is_available
        ]
        places = {one.pk: one for one in read_locations(self.channel.location_ids)}
        ways = [(one.key, _told(one, places)) for one in options]
        slots = [slot for one in options if one.has_slots for slot in _slots(one, places)]
        initial = {**kept, "way": before.get("key"), "slot": _slot_of(before)}
        return WayForm(said, ways=ways, slots=slots, initial=initial)

    def _deliver(self, form: WayForm) -> None:
        said = form.cleaned_data
        address = clean_address("address", {name: said[name] for name in ADDRESS}) if form.is_needed else {}
        place, _at, starts_at = said.get("slot", "").partition("@")
        wish = Wish(said["way"], address, {}, starts_at if said["way"].endswith(f":{place}") else "")
        change_checkout(channel=self.channel, uuid=str(self.draft.uuid), change=Change(wish=wish))


def _told(option: Option, places: dict[int, Any]) -> str:
    """An option as staff read it out: what, where, for how much, by when."""
    place = places.get(option.destination_id or 0)
    parts = [option.name, place.name if place else "", written(option.price) if option.price else ""]
    if option.promise:
        parts.append(promise_sentence(option.promise))
    return " · ".join(part for part in parts if part)


def _slots(option: Option, places: dict[int, Any]) -> list[tuple[str, str]]:
    """The free times of a shop, by its own clock: ``nantes@2026-11-24T10:00:00+00:00``."""
    place = places[option.destination_id or 0]
    found = free_slots(place, since=option.promise.from_at if option.promise else None)
    return [
        (
            f"{place.code}@{one.starts_at.isoformat()}",
            f"{place.name} · {_wall(one.starts_at, place.time_zone)}",
        )
        for one in found
        if one.free
    ]


def _slot_of(wish: dict[str, Any]) -> str:
    return f"{wish['key'].partition(':')[2]}@{wish['slot']}" if wish.get("slot") else ""


def _wall(moment: datetime, zone: str) -> str:
    return formats.date_format(moment.astimezone(ZoneInfo(zone)), "D j N H:i")
