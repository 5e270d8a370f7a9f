"""Statements whose plan is kept find their rows by an index, whatever the values are (``base.statements.plans_kept``)."""

import pytest
from django.db import connection, transaction

from comptoir.testing.plans import keep_all_plans, kept_statements, tables_read_whole
from comptoir.testing.selling import Till

pytestmark = pytest.mark.django_db(transaction=True)

#: Tables that have a row more for every customer, product or order.
GROWING = [
    "api_storedanswer", "basket_basket", "basket_line", "catalogue_product", "checkout_checkout", "events_delivery",
    "events_event", "fulfilment_parcel", "fulfilment_parcelline", "fulfilment_routingdecision", "order_line",
    "order_order", "partner_hold", "partner_level", "payments_command", "payments_payment", "payments_paymententry",
    "publishing_document",
]  # fmt: skip


@pytest.fixture
def till(shop) -> Till:
    """Not built once: these tests commit."""
    return Till(shop)


def test_no_statement_of_a_purchase_reads_a_whole_table_when_its_plan_is_kept(web, till):
    keep_all_plans()
    web.buy("MARIN-S")
    with transaction.atomic(), connection.cursor() as cursor:
        kept = kept_statements()
        # As if each table were large: in one of a few rows any way is as good.
        cursor.execute(
            "UPDATE pg_class SET reltuples = 1e7, relpages = 1 WHERE relname = ANY(%s::text[])", [GROWING]
        )
        read = [(tables_read_whole(*one, GROWING), *one) for one in kept]
        transaction.set_rollback(True)
    assert len(read) > 40
    assert [one for one in read if one[0]] == []
