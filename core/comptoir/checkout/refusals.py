"""Why a checkout cannot go on. Each refusal says what to do about it, and changes nothing."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from comptoir.base.errors import ComptoirError


@dataclass(frozen=True)
class Reason:
    """One thing that stands against placing an order: a stable code, the field to blame, a sentence."""

    code: str
    field: str
    message: str

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "field": self.field, "message": self.message}


class NotReady(ComptoirError):
    """Something is missing or cannot be sold like this: ``reasons`` has all of it. The code is that of the first."""

    code = "checkout_not_ready"
    status = 409
    sentence = _("{first}")
    public_facts = ("reasons",)

    def __init__(self, reasons: list[Reason]) -> None:
        first = reasons[0]
        super().__init__(field=first.field, first=first.message, reasons=[one.as_json() for one in reasons])
        self.code = first.code


class PriceChanged(ComptoirError):
    """The total is not the one the customer saw; ``lines`` says which prices are others now."""

    code = "price_changed"
    status = 409
    sentence = _("Prices have changed: the total is {now} now.")
    public_facts = ("total", "lines")


class CheckoutOver(ComptoirError):
    """The checkout has ended, or an order has come of it: nothing of it can be changed any more."""

    code = "checkout_over"
    status = 409
    sentence = _("This checkout is over.")
    public_facts = ("state",)


class GoodsOnly(ComptoirError):
    """Who pays goods that were added to an order wants to change the order by it."""

    code = "goods_only"
    status = 409
    sentence = _("These goods come with your order: all you choose here is how you pay them.")


class GoodsGone(ComptoirError):
    """While the customer paid, the goods went to somebody else; the money goes back."""

    code = "goods_gone"
    status = 409
    sentence = _("While you paid, something in your basket was sold out. You get your money back.")
