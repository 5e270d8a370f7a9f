"""Who is next in a queue that is long: the first of each subject, the oldest first, whatever stands before the others."""

import pytest
from django.db import transaction

from comptoir.events import services
from comptoir.events.models import Delivery
from comptoir.events.services import deliver_events, record_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(shop, plug, monkeypatch):
    """What a plugin heard, in batches; of a subject that is bad it wants to hear nothing."""
    monkeypatch.setattr(services, "LOOKED_THROUGH", 4)
    batches = []

    def on_stock_changed(events):
        if any(event.subject_id == 13 for event in events):
            raise RuntimeError("not this one")
        batches.append([(event.subject_id, event.payload["step"]) for event in events])

    plug("kiosk", on_stock_changed=on_stock_changed)
    return batches


def happen(*subjects):
    with transaction.atomic():
        for step, subject in enumerate(subjects):
            record_event("stock_changed", subject_id=subject, step=step)


def test_a_long_queue_of_few_subjects_is_delivered_in_the_order_of_each(heard):
    happen(*[1, 2] * 10)
    while deliver_events():
        pass

    assert heard == [[(1, step), (2, step + 1)] for step in range(0, 20, 2)]


def test_a_subject_that_fails_with_many_behind_it_holds_up_nobody_else(heard, caplog):
    happen(*[13] * 10, 1, 2)
    while deliver_events():
        pass

    assert heard == [[(1, 10), (2, 11)]]
    assert Delivery.objects.filter(subject="stock:13").count() == 10


def test_the_next_are_found_with_few_statements_however_long_the_queue(heard, django_assert_max_num_queries):
    happen(*[1, 2] * 100)
    with django_assert_max_num_queries(12):
        assert deliver_events() == 2
