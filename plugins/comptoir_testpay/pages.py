"""The pages of the gateway, as a customer sees them: choose what happens, type the code, go back to the shop."""

from urllib.parse import urlencode, urlsplit, urlunsplit

from babel.numbers import format_currency
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import to_locale
from ninja import Path, Router

from comptoir.base.errors import NotFound
from comptoir.channels.queries import channel_context
from comptoir.conf import conf as core_conf
from comptoir_testpay.conf import conf
from comptoir_testpay.gateway import CHOICES, CODE, check_code, choose, sale_of
from comptoir_testpay.models import Sale

router = Router()


# No key of the channel is asked for: the customer's browser comes from the shop, and the token opens this one page.
@router.get("/pay/{token}", operation_id="testpay_page", include_in_schema=False, auth=None)
def show(request: HttpRequest, channel: Path[str], token: str) -> HttpResponse:
    return _page(request, _sale(channel, token))


@router.post("/pay/{token}", operation_id="testpay_pay", include_in_schema=False, auth=None)
def pay(request: HttpRequest, channel: Path[str], token: str) -> HttpResponse:
    """A button was pressed. Who has paid goes back to the shop; who was refused may try again."""
    sale, choice = _sale(channel, token), request.POST.get("choice", "")
    problem = ""
    if choice == "back":
        return _back(sale)
    if sale.state == Sale.State.CHALLENGED:
        problem = "" if check_code(sale, request.POST.get("code", "")) else "wrong_code"
    elif choice in CHOICES:
        choose(sale, choice)
        problem = "declined" if choice == "refuses" else ""
    sale.refresh_from_db()
    return _back(sale) if sale.state == Sale.State.ANSWERED else _page(request, sale, problem)


def _sale(channel: str, token: str) -> Sale:
    """Errors: ``NotFound`` for a page that is none, and where the gateway is not on."""
    context = channel_context(channel)
    if context is None or "testpay" not in context.enabled_plugins:
        raise NotFound()
    return sale_of(token, channel)


def _back(sale: Sale) -> HttpResponse:
    """To the shop's page, which is told the payment; the shop then asks the gateway, and believes no address."""
    if not sale.return_url:
        return HttpResponseRedirect(f"{core_conf.BASE_URL}/api/v1/{sale.channel}/testpay/pay/{sale.token}")
    parts = urlsplit(sale.return_url)
    query = "&".join(filter(None, [parts.query, urlencode({"payment": sale.payment})]))
    return HttpResponseRedirect(urlunsplit(parts._replace(query=query)))


def _page(request: HttpRequest, sale: Sale, problem: str = "") -> HttpResponse:
    with translation.override(sale.locale or None):
        context = {
            "sale": sale,
            "amount": _amount(sale),
            "shop": core_conf.SHOP_NAME,
            "choices": _choices(),
            "code": CODE,
            "problem": _problems().get(problem, ""),
            "language": translation.get_language(),
        }
        # A refusal is no error of the request: the page comes again, with the reason above its form.
        response = render(request, "comptoir_testpay/page.html", context)
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _amount(sale: Sale) -> str:
    """As people write it: 49,90 € or €49.90."""
    return format_currency(sale.amount, sale.currency, locale=to_locale(translation.get_language() or "en"))


def _choices() -> list[tuple[str, str, str]]:
    """Value, name and explanation of each button."""
    return [
        ("pays", _("Pay"), _("The money is there, and the shop is told at once.")),
        ("refuses", _("Refuse"), _("The bank says no. You can try again.")),
        ("challenge", _("Ask for a code"), _("Strong authentication: the bank wants a code before it pays.")),
        (
            "late",
            _("Answer late"),
            _("You come back to the shop first; the bank says yes %(seconds)s seconds later.")
            % {"seconds": conf.LATE_S},
        ),
        ("twice", _("Notify twice"), _("The bank pays, and tells the shop two times.")),
        ("lost", _("Lose the notification"), _("The bank pays, and never tells the shop, which has to ask.")),
    ]


def _problems() -> dict[str, str]:
    return {
        "declined": _("The bank has refused this payment. Nothing was taken."),
        "wrong_code": _("This was not the code. Nothing was taken; please try again."),
    }
