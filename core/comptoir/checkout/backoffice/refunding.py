"""Giving money back, in two steps: what for, and a summary that says how much goes where before it is gone."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from comptoir.base.errors import ComptoirError
from comptoir.base.money import written
from comptoir.checkout.backoffice.order_forms import RefundForm
from comptoir.checkout.backoffice.screen import OrderScreen, show_refusal
from comptoir.orders.models import OrderLine
from comptoir.orders.refunds import RefundLeft, refund_left, refund_worth, refuse_above
from comptoir.orders.services import request_refund
from comptoir.payments.providers import registered
from comptoir.payments.queries import order_money, refund_shares


class RefundScreen(OrderScreen):
    """Money back for pieces, for the delivery, or as a gesture; goods and states stay as they are."""

    permission_required = "refund"
    page_title = gettext_lazy("Give money back")
    header_icon = "rotate"
    template_name = "comptoir/checkout/refund.html"

    @cached_property
    def lines(self) -> list[OrderLine]:
        return list(self.order.lines.order_by("pk"))

    @cached_property
    def left(self) -> RefundLeft:
        return refund_left(self.order)

    def form(self, *args: Any) -> RefundForm:
        return RefundForm(*args, order=self.order, lines=self.lines, left=self.left)

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """The first time the summary is shown; only what it said is given back."""
        form = self.form(request.POST)
        step, summary = request.POST.get("step"), None
        if form.is_valid() and step != "change":
            try:
                summary = self._summary(form)
                if step == "confirm" and request.POST.get("seen") == summary["seen"]:
                    return self._give_back(form)
            except ComptoirError as error:
                summary = None
                show_refusal(form, error)
        status = 422 if form.errors else 200
        return self.render_to_response(self.get_context_data(form=form, summary=summary), status=status)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        order, money = self.order, order_money(self.order)
        facts = {
            "form": kwargs.pop("form", None) or self.form(),
            "left": written(order.money(self.left.total)),
            "captured": written(money.captured),
            "refunded": written(money.refunded),
            "can_refund": money.refundable.amount > 0,
        }
        return super().get_context_data(**{**facts, **kwargs})

    def _summary(self, form: RefundForm) -> dict[str, Any]:
        """What will happen. Errors: as ``request_refund``, of which this asks the same questions."""
        order, asked = self.order, form.asked
        worth = refund_worth(order, asked["lines"], with_delivery=asked["with_delivery"])
        amount = asked["amount"] or order.money(worth.amount)
        refuse_above(order, amount.amount)
        by_pk = {line.pk: line for line in self.lines}
        known = registered()
        return {
            "amount": written(amount),
            "seen": str(amount.rounded().amount),
            "parts": [self._part(one, by_pk) for one in worth.shown],
            "is_gesture": not worth.shown,
            "tenders": [
                (known[one.provider][0].name if one.provider in known else one.provider, written(share))
                for one, share in refund_shares(order, amount)
            ],
        }

    def _part(self, one: dict[str, Any], lines: dict[int, OrderLine]) -> tuple[str, str]:
        what = f"{one['quantity']} × {lines[one['line']].description}" if "line" in one else _("Delivery")
        return what, written(self.order.money(Decimal(one["amount"])))

    def _give_back(self, form: RefundForm) -> HttpResponse:
        request_refund(
            order_id=self.order.pk,
            key=f"screen:{form.cleaned_data['key']}",
            actor_id=self.request.user.pk,
            reason=form.cleaned_data["reason"],
            **form.asked,
        )
        messages.success(self.request, _("The money goes back to where it came from."))
        return redirect(self.order_url)
