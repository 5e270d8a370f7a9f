"""Changing an order before anybody prepares it: who and where it is for, and more goods."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from comptoir.base.errors import ComptoirError
from comptoir.base.money import Money, written
from comptoir.baskets.rows import Code
from comptoir.channels.queries import channel_context
from comptoir.checkout.additions import BY_LINK, may_pay_by_link, offer_goods
from comptoir.checkout.backoffice.order_forms import AddressForm, ContactForm
from comptoir.checkout.backoffice.screen import OnceForm, OrderScreen, show_refusal
from comptoir.checkout.editing import add_goods, correct_order, ways_to_pay_more
from comptoir.pricing.backoffice.fields import GoodsField
from comptoir.pricing.queries import context_at, quote
from comptoir.pricing.quote_parts import QuoteLine


class EditScreen(OrderScreen):
    """Corrects who an order is for and where it goes."""

    permission_required = "change"
    page_title = gettext_lazy("Correct the order")
    header_icon = "edit"
    template_name = "comptoir/checkout/edit.html"

    @cached_property
    def has_address(self) -> bool:
        """A relay point is the carrier's, and who collects has none."""
        return bool(self.order.delivery.get("address")) and not self.order.delivery.get("point")

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        contact = ContactForm(request.POST, prefix="contact")
        address = AddressForm(request.POST, prefix="address") if self.has_address else None
        if contact.is_valid() and (address is None or address.is_valid()):
            try:
                correct_order(
                    order_id=self.order.pk,
                    contact=contact.cleaned_data,
                    address=address.cleaned_data if address else None,
                    actor_id=request.user.pk,
                )
                messages.success(request, _("The order was corrected, and its parcels with it."))
                return redirect(self.order_url)
            except ComptoirError as error:
                is_there = address is not None and error.field.startswith("address.")
                show_refusal(address if is_there else contact, error)
        return self.render_to_response(self.get_context_data(contact=contact, address=address), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        order = self.order
        said = {"name": order.name, "email": order.email, "phone": order.phone}
        facts = {"contact": ContactForm(initial=said, prefix="contact"), "address": None}
        if self.has_address:
            facts["address"] = AddressForm(initial=order.delivery["address"], prefix="address")
        return super().get_context_data(**{**facts, **kwargs})


class AddForm(OnceForm):
    """Some pieces of one variant."""

    goods = GoodsField(
        label=gettext_lazy("SKU or barcode"),
        only_one=True,
        help_text=gettext_lazy("Or type what it is called."),
    )
    quantity = forms.IntegerField(
        label=gettext_lazy("Pieces"), min_value=1, max_value=999, initial=1,
        widget=forms.NumberInput({"inputmode": "numeric", "class": "cpt-short"}),
    )  # fmt: skip


class AddGoodsScreen(OrderScreen):
    """Puts more goods into an order, in two steps: what they cost, and how that is paid."""

    permission_required = "change"
    page_title = gettext_lazy("Add goods")
    header_icon = "plus-inverse"
    template_name = "comptoir/checkout/add.html"

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """The first time the price is shown; the goods are added at that price and no other."""
        form, summary = AddForm(request.POST), None
        step = request.POST.get("step")
        if form.is_valid() and step != "change":
            try:
                summary = self._summary(form)
                if step == "confirm" and request.POST.get("seen") == summary["seen"]:
                    return self._add(form, summary["total"])
            except ComptoirError as error:
                summary = None
                show_refusal(form, error, sku="goods", variant="goods")
        status = 422 if form.errors else 200
        return self.render_to_response(self.get_context_data(form=form, summary=summary), status=status)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.pop("form", None) or AddForm()
        return super().get_context_data(form=form, media=form.media, **kwargs)

    def _summary(self, form: AddForm) -> dict[str, Any]:
        """What the goods cost on the order's channel now. Errors: those of ``quote``."""
        [variant], pieces = form.cleaned_data["goods"], form.cleaned_data["quantity"]
        channel = channel_context(self.order.channel.code)
        context = context_at(channel, self.order.location, customer_id=self.order.user_id)
        total = quote(context, [QuoteLine("1", variant.pk, pieces)]).total
        ways = ways_to_pay_more(self.order, total)
        return {
            "total": total,
            "seen": str(total.rounded().amount),
            "written": written(total),
            "sku": variant.sku,
            "pieces": pieces,
            "becomes": written(self.order.money(self.order.due_total + total.amount)),
            "by_link": self._about_link(total),
            "ways": [
                *(
                    [(BY_LINK, _("By a link that the customer gets now"))]
                    if may_pay_by_link(self.order, total)
                    else []
                ),
                *((one.code, one.name) for one in ways),
            ],
        }

    def _about_link(self, total: Money) -> str:
        """What a link does, and where it goes; empty where there is none."""
        if not may_pay_by_link(self.order, total):
            return ""
        to = self.order.email_to or self.order.phone
        said = _(
            "Paid by a link, the goods are kept for a day; nothing is prepared until they are paid, or the day is over."
        )
        return f"{said} {_('The link goes to %(to)s.') % {'to': to}}" if to else said

    def _add(self, form: AddForm, total: Money) -> HttpResponse:
        [variant], pieces = form.cleaned_data["goods"], form.cleaned_data["quantity"]
        provider = self.request.POST.get("provider", "")
        said = {
            "order_id": self.order.pk,
            "lines": [(Code(sku=variant.sku), pieces)],
            "total": total,
            "key": form.cleaned_data["key"],
            "actor_id": self.request.user.pk,
        }
        if provider == BY_LINK:
            offer_goods(**said)
            sentence = _("The goods are kept for a day, and the customer gets the link to pay.")
        else:
            add_goods(**said, provider=provider)
            sentence = _("Added. The goods are kept for the order.")
        messages.success(self.request, sentence)
        return redirect(self.order_url)
