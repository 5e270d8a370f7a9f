"""The gateway as the shop sees it."""

import json
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from comptoir.conf import conf
from comptoir.payments.providers import (
    Answer,
    Asked,
    Fact,
    NoticeUnreadable,
    Provider,
    ProviderSilent,
    Step,
    Told,
)
from comptoir_testpay.gateway import facts_of, move, open_sale
from comptoir_testpay.models import Sale
from comptoir_testpay.sending import SIGNATURE, check_signature


class TestGateway(Provider):
    """Pays with play money on a page of its own."""

    code = "testpay"
    name = _("Card (test, no money moves)")

    def start(self, asked: Asked) -> Answer:
        sale = open_sale(asked)
        url = f"{conf.BASE_URL}/api/v1/{asked.channel}/testpay/pay/{sale.token}"
        return Answer(reference=sale.token, facts=facts_of(sale), step=Step("redirect", url=url))

    def capture(self, asked: Asked) -> Answer:
        sale, facts = move(asked, "captured")
        return Answer(reference=sale.token, facts=facts)

    def refund(self, asked: Asked) -> Answer:
        sale, facts = move(asked, "refunded")
        return Answer(reference=sale.token, facts=facts)

    def void(self, asked: Asked) -> Answer:
        sale, facts = move(asked, "voided")
        return Answer(reference=sale.token, facts=facts, is_over=True)

    def fetch(self, asked: Asked) -> Answer:
        sale = Sale.objects.filter(payment=asked.payment).first()
        if sale is None:
            raise ProviderSilent
        return Answer(reference=sale.token, facts=facts_of(sale), is_over=sale.state == Sale.State.CANCELLED)

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Told:
        check_signature(headers.get(SIGNATURE.lower(), ""), body)
        try:
            said = json.loads(body)
            return Told(said["id"], said["payment"], facts=[Fact.from_json(one) for one in said["facts"]])
        except (ValueError, KeyError, TypeError) as error:
            raise NoticeUnreadable(field="body") from error
