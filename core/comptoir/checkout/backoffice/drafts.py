"""Orders taken on the phone: which there are, a new one, and one with its delivery, its link and its end."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import formset_factory
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import formats
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permission_policies import ModelPermissionPolicy

from comptoir.base.backoffice import GrowingFormSet, may
from comptoir.base.errors import ComptoirError, NotFound
from comptoir.base.money import Money, written
from comptoir.baskets.rows import Code
from comptoir.channels.models import Channel
from comptoir.channels.queries import ChannelContext, channel_context
from comptoir.checkout.backoffice.order_forms import DraftForm, WayForm
from comptoir.checkout.backoffice.screen import OrdersScreen, show_refusal
from comptoir.checkout.delivery import Wish, ways_for
from comptoir.checkout.drafts import cancel_draft, draft_order, offer_draft, payment_link
from comptoir.checkout.models import Checkout
from comptoir.checkout.queries import channels_for, draft_of, drafts_for, view_of
from comptoir.checkout.services import ADDRESS, Change, CheckoutView, change_checkout, clean_address
from comptoir.fulfilment.facts import read_locations
from comptoir.fulfilment.methods import Option, methods
from comptoir.fulfilment.options import promise_sentence
from comptoir.fulfilment.slots import free_slots
from comptoir.orders.models import Order
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


GoodsRows = formset_factory(GoodsRow, formset=GoodsRowsBase, extra=1, can_delete=True, max_num=50)


def state_of(draft: Checkout) -> str:
    """How far a draft is, in words."""
    if draft.state == State.ENDED:
        return _("cancelled") if draft.problem == "cancelled" else _("not paid in time")
    if draft.state == State.OPEN:
        return _("link sent") if draft.link_sent_at else _("being taken")
    return draft.get_state_display()


class DraftIndexView(generic.IndexView):
    """Orders taken on the phone, the latest first."""

    model = Checkout
    page_title = gettext_lazy("Phone orders")
    header_icon = "mobile-alt"
    paginate_by = 50
    default_ordering = "-pk"
    search_fields = ["name", "phone", "email"]
    columns = [
        TitleColumn(
            "name",
            label=gettext_lazy("Customer"),
            accessor=lambda row: row.name or row.phone or row.email or "—",
            get_url=lambda row: reverse("drafts:draft", args=[row.uuid]),
        ),
        Column("state", label=gettext_lazy("State"), accessor=state_of),
        Column("channel", label=gettext_lazy("Channel"), accessor="channel.name"),
        Column("staff", label=gettext_lazy("Taken by"), accessor=lambda row: row.staff.get_full_name()),
        DateColumn("link_sent_at", label=gettext_lazy("Link sent")),
        DateColumn("ends_at", label=gettext_lazy("Kept until")),
        Column("order", label=gettext_lazy("Order"), accessor=lambda row: row.order or "—"),
    ]

    permission_policy = ModelPermissionPolicy(Order)
    permission_required = "draft"
    any_permission_required = ["draft"]

    def get_base_queryset(self) -> QuerySet[Checkout]:
        return drafts_for(self.request.user)

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        return [HeaderButton(_("Take an order"), url=reverse("drafts:new"), icon_name="plus")]

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        nothing = _("No order was taken on the phone yet.")
        return {**super().get_context_data(*args, **kwargs), "no_results_message": nothing}


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
        lines = [
            (Code(sku=row.cleaned_data["goods"][0].sku), row.cleaned_data["quantity"])
            for row in rows.kept_forms
        ]
        return draft_order(
            channel=context,
            lines=lines,
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
            "lines": [self._line(line) for line in shown.basket.lines] if shown.basket else [],
            "form": None,
        }
        if draft.state == State.OPEN and "form" not in kwargs:
            facts["form"] = self._way_form()
        return super().get_context_data(**{**facts, **kwargs})

    def _line(self, line: Any) -> dict[str, Any]:
        return {
            "sku": line.row.sku,
            "quantity": line.row.quantity,
            "unit": written(line.price.unit_price) if line.price else "—",
            "total": written(line.price.total) if line.price else "—",
            "problem": line.problem.message if line.problem else "",
        }

    def _way_form(self, said: Any = None) -> WayForm:
        """The ways to the address that was typed, or said before."""
        before = self.draft.delivery.get("wish", {})
        kept = before.get("address") or {"country": self.channel.country, "name": self.draft.name}
        address = {name: (said or kept).get(name, "").strip() for name in ADDRESS}
        view = self.shown.basket
        assert view is not None
        needs_point = {code for code, one in methods().items() if one.needs_point}
        options = [
            one
            for one in ways_for(view=view, address=address, locale=self.draft.locale)
            if one.method.kind not in needs_point and one.is_available
        ]
        places = {one.pk: one for one in read_locations(self.channel.location_ids)}
        ways = [(one.key, _told(one, places)) for one in options]
        slots = [slot for one in options if one.has_slots for slot in _slots(one, places)]
        initial = {**kept, "way": before.get("key"), "slot": before.get("slot")}
        return WayForm(said, ways=ways, slots=slots, initial=initial)

    def _deliver(self, form: WayForm) -> None:
        said = form.cleaned_data
        is_collected = ":" in said["way"]  # the key of an option names its shop, if it has one
        address = {} if is_collected else clean_address("address", {name: said[name] for name in ADDRESS})
        slot = said.get("slot", "") if is_collected else ""
        place, _at, starts_at = slot.partition("@")
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


def _wall(moment: datetime, zone: str) -> str:
    return formats.date_format(moment.astimezone(ZoneInfo(zone)), "D j M H:i")


class DraftsMenuItem(MenuItem):
    """Shown to who may take orders on the phone."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may(request, "draft", Order)


class DraftsViewSet(ViewSet):
    """What customers ordered on the phone."""

    name = "drafts"
    icon = "mobile-alt"
    menu_label = gettext_lazy("Phone orders")
    menu_hook = "register_shop_menu_item"
    menu_order = 120
    menu_item_class = DraftsMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        names = {"index_url_name": "drafts:index", "index_results_url_name": "drafts:index_results"}
        return [
            path("", DraftIndexView.as_view(**names), name="index"),
            path("results/", DraftIndexView.as_view(**names, results_only=True), name="index_results"),
            path("new/", NewDraftScreen.as_view(), name="new"),
            path("<uuid:uuid>/", DraftScreen.as_view(), name="draft"),
        ]
