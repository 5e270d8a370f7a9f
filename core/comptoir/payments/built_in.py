"""The two means of payment that need nobody else: money over the counter, and money by the bank."""

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.base.money import written
from comptoir.conf import conf
from comptoir.payments.providers import Answer, Asked, Fact, Offer, Provider, Step


class ByHand(Provider):
    """Staff say that money came or went; nobody is asked, so every answer is there at once."""

    captures_by_hand = True

    def capture(self, asked: Asked) -> Answer:
        return Answer(facts=[Fact("captured", asked.amount, asked.key, asked.key)])

    def refund(self, asked: Asked) -> Answer:
        return Answer(facts=[Fact("refunded", asked.amount, asked.key, asked.key)])

    def void(self, asked: Asked) -> Answer:
        facts = [Fact("voided", asked.amount, asked.key, asked.key)] if asked.amount.amount else []
        return Answer(facts=facts, is_over=True)

    def fetch(self, asked: Asked) -> Answer:
        return Answer()


class PayInShop(ByHand):
    """Paid when the customer comes: goods stay in the shop until then."""

    code = "shop"
    name = gettext_lazy("Pay in the shop")

    def is_offered(self, offer: Offer) -> bool:
        comes = offer.way in ("collection", "visit")
        return offer.way == "carried_out" or (comes and not offer.is_deposit)

    def start(self, asked: Asked) -> Answer:
        with translation.override(asked.locale or None):
            step = Step("instructions", text=_("Please pay at the counter when you come."))
        return Answer(facts=[Fact("authorised", asked.amount, asked.payment)], step=step)


class BankTransfer(ByHand):
    """Paid by the customer's bank; staff confirm what came in. Offered where the shop's account is set up."""

    code = "transfer"
    name = gettext_lazy("Bank transfer")
    is_promise = True

    def is_offered(self, offer: Offer) -> bool:
        return bool(conf.BANK_IBAN)

    def start(self, asked: Asked) -> Answer:
        return Answer(facts=[Fact("authorised", asked.amount, asked.payment)], step=_instructions(asked))


def _instructions(asked: Asked) -> Step:
    with translation.override(asked.locale or None):
        fields = {
            _("Amount"): written(asked.amount),
            _("Account holder"): conf.BANK_HOLDER or conf.SHOP_NAME,
            _("IBAN"): conf.BANK_IBAN,
            _("BIC"): conf.BANK_BIC,
            _("Reference"): transfer_reference(asked.payment),
        }
        text = _("Please transfer the amount with this reference. We prepare your order when it has come in.")
    return Step("instructions", text=text, fields={label: value for label, value in fields.items() if value})


def transfer_reference(payment: str) -> str:
    """What a customer writes on a transfer, and staff look for on the statement of the account."""
    return payment.replace("-", "")[:10].upper()
