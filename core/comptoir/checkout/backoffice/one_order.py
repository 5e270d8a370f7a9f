"""The screen of one order: what was bought, how it gets there, what was paid, what happened, what can be done."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin import messages

from comptoir.base.errors import ComptoirError
from comptoir.base.money import Money, written
from comptoir.baskets.claims import ClaimOrdered, claims_of_order
from comptoir.checkout.additions import addition_of, withdraw_goods
from comptoir.checkout.backoffice.order_forms import BalanceForm, CancelForm, NoteForm
from comptoir.checkout.backoffice.screen import OrderScreen, order_title
from comptoir.checkout.cancelling import cancel_with_parcels
from comptoir.checkout.delivery import VISIT
from comptoir.checkout.receiving import take_balance
from comptoir.fulfilment.options import promise_told
from comptoir.fulfilment.queries import parcels_of
from comptoir.orders.models import Order, OrderLine
from comptoir.orders.papers import issue_paper
from comptoir.orders.queries import history_of
from comptoir.orders.services import CANCELLABLE, CUSTOMER_MAY_CANCEL, note_order
from comptoir.payments.models import Payment
from comptoir.payments.providers import registered
from comptoir.payments.queries import order_money

CAPTURE = "payments.capture_payment"
#: A state is told by words and by a sign, never by colour alone.
ICONS = {
    Order.State.UNPAID: "time", Order.State.PLACED: "check", Order.State.PREPARING: "edit",
    Order.State.READY: "home", Order.State.DONE: "success", Order.State.CANCELLED: "cross",
}  # fmt: skip


class OneOrderScreen(OrderScreen):
    """One order with everything that is known of it; each thing to do has its own form, or its own screen."""

    template_name = "comptoir/checkout/order.html"

    def get_page_title(self) -> str:
        return order_title(self.order)

    def trail(self) -> list[dict[str, Any]]:
        return super().trail()[:-1]

    @cached_property
    def lines(self) -> list[OrderLine]:
        return list(self.order.lines.order_by("pk"))

    def may(self, permission: str) -> bool:
        return self.request.user.has_perm(permission)

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """One of the forms was sent; ``verb`` says which. What is refused is said beside it, with what was typed."""
        verb = request.POST.get("verb", "")
        work, form, permission = self._verbs().get(verb, (None, None, ""))
        if work is None or not self.may(permission):
            return HttpResponse(_("You may not do this."), status=403)
        if form is None or form.is_valid():
            try:
                messages.success(request, work(form.cleaned_data if form else {}))
                return redirect(self.order_url)
            except ComptoirError as error:
                if form is None:
                    messages.error(request, str(error))
                    return redirect(self.order_url)
                form.add_error(None, str(error))
        return self.render_to_response(self.get_context_data(**{f"{verb}_form": form}), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        order = self.order
        money = order_money(order)
        can_cancel = self.may("order.cancel_order") and order.state in CANCELLABLE
        facts = {
            "icon": ICONS[Order.State(order.state)],
            "lines": self._lines(),
            "is_visit": order.delivery.get("way") == VISIT,
            "delivery_price": written(order.money(order.delivery_total)),
            "total": written(order.money(order.due_total)),
            "cancelled": written(order.money(order.cancelled_total)) if order.cancelled_total else "",
            "money": {
                name: written(getattr(money, name)) for name in ("authorised", "captured", "refunded", "due")
            },
            "is_due": money.due.amount > 0,
            "kept": written(money.captured - money.refunded),
            "due_later": written(order.money(order.due_later)) if order.due_later else "",
            "balance_form": BalanceForm(order=order) if order.due_later and self.may(CAPTURE) else None,
            "payments": [
                self._told(one) for one in order.payments.order_by("pk").prefetch_related("entries__actor")
            ],
            "parcels": self._parcels(),
            "addition": self._addition(),
            "promised": promise_told(order.delivery),
            "history": history_of(order),
            "notes": order.notes.select_related("user").order_by("pk"),
            "papers": order.papers.order_by("pk"),
            "may_refund": self.may("order.refund_order") and money.refundable.amount > 0,
            "may_edit": self.may("order.change_order") and order.state in CUSTOMER_MAY_CANCEL,
            "cancel_form": CancelForm(lines=self.lines) if can_cancel else None,
            "note_form": NoteForm() if self.may("order.add_ordernote") else None,
        }
        return super().get_context_data(**{**facts, **kwargs})

    def _lines(self) -> list[tuple[OrderLine, str, str, Sequence[ClaimOrdered]]]:
        """Each line with its prices and, of services, when and where they are."""
        order, claims = self.order, {}
        if any(not line.is_counted for line in self.lines):
            claims = claims_of_order(order.number, order.locale)
        return [
            (
                line,
                written(order.money(line.unit_price)),
                written(order.money(line.total)),
                claims.get(line.variant_id, ()),
            )
            for line in self.lines
        ]

    def _addition(self) -> dict[str, Any] | None:
        """The goods that wait for the customer's money, until when, and the link that was sent."""
        waiting = addition_of(self.order)
        if waiting is None:
            return None
        return {
            "lines": [(one, written(one["total"])) for one in waiting.lines],
            "total": written(waiting.total),
            "ends_at": waiting.checkout.ends_at,
            "to": waiting.checkout.email or waiting.checkout.phone,
            "link": waiting.link,
        }

    def _parcels(self) -> list[Any]:
        return list(parcels_of(self.order)) if self.may("fulfilment.view_parcel") else []

    def _told(self, payment: Payment) -> dict[str, Any]:
        """A tender with its entries, and whether somebody can say that its money came."""
        provider, is_by_hand = registered().get(payment.provider, (None, ""))[0], False
        if provider is not None:
            is_by_hand = provider.captures_by_hand and payment.capturable > 0
        return {
            "payment": payment,
            "name": provider.name if provider else payment.provider,
            "is_awaited": is_by_hand and self.may(CAPTURE),
            "entries": [(one, written(Money(one.amount, payment.currency))) for one in payment.entries.all()],
        }

    def _verbs(self) -> dict[str, tuple[Callable[[dict[str, Any]], str], Any, str]]:
        post = self.request.POST
        return {
            "cancel": (self._cancel, CancelForm(post, lines=self.lines), "order.cancel_order"),
            "note": (self._note, NoteForm(post), "order.add_ordernote"),
            "balance": (self._balance, BalanceForm(post, order=self.order), CAPTURE),
            "invoice": (self._invoice, None, "order.view_order"),
            "withdraw": (self._withdraw, None, "order.change_order"),
        }

    def _cancel(self, said: dict[str, Any]) -> str:
        cancel_with_parcels(
            order_id=self.order.pk, lines=said["pieces"], actor_id=self.request.user.pk, reason=said["reason"]
        )
        return _("Cancelled. The goods are free again, and the money goes back.")

    def _note(self, said: dict[str, Any]) -> str:
        note_order(order_id=self.order.pk, message=said["message"], actor_id=self.request.user.pk)
        return _("The note was kept.")

    def _balance(self, said: dict[str, Any]) -> str:
        amount = Money(said["amount"], self.order.currency).rounded()
        take_balance(
            order_id=self.order.pk, amount=amount, key=f"screen:{said['key']}", actor=self.request.user
        )
        return _("%(amount)s were received.") % {"amount": written(amount)}

    def _withdraw(self, said: dict[str, Any]) -> str:
        withdraw_goods(order_id=self.order.pk, actor_id=self.request.user.pk)
        return _("Given up. The goods are free again, and the order stands as before.")

    def _invoice(self, said: dict[str, Any]) -> str:
        return _("%(number)s was issued.") % {"number": issue_paper(order_id=self.order.pk).number}


class PrintView(OneOrderScreen):
    """An order made for paper: one page, without the back office around it."""

    template_name = "comptoir/checkout/print.html"
    http_method_names = ["get"]
