"""What a payment costs in statements, transactions included; the whole purchase has a budget of 60."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comptoir.base.money import Money
from comptoir.payments.notices import receive_notice
from comptoir.payments.services import start_payment
from tests.core.payments.bank import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_payment_and_its_notice_cost_few_statements(till, bank):
    context = till.context
    bank.moods = ["redirects"]

    with CaptureQueriesContext(
        connection,
    ) as begun:
        payment = start_payment(
            channel=context,
            provider="bank",
            reference="checkout:1",
            amount=Money(Decimal("50.00"), "EUR"),
            key="once",
        )
    bank.deed(str(payment.uuid), "authorised", Decimal("50.00"), "the customer")
    with CaptureQueriesContext(connection) as told:
        receive_notice(
            channel=context, provider="bank", headers={"X-Password": PASSWORD}, body=bank.notice(payment)
        )

    assert len(begun) <= 12
    assert len(told) <= 15
