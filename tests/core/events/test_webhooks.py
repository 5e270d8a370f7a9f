"""Webhooks: what is sent, how often it is tried, and when nothing is sent any more."""

import base64
import hmac
import json
import random
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from comptoir.base import clock
from comptoir.events import webhooks
from comptoir.events.models import Attempt, Delivery, Endpoint, Event
from comptoir.events.queries import queues
from comptoir.events.retries import LONGEST_WAITS_S, MOST_TRIES, RESTS_AFTER
from comptoir.events.sending import LEASE_S, claim_calls, record_answers
from comptoir.events.services import deliver_events, record_event, record_events, retry_delivery
from comptoir.events.webhooks import (
    WebhookIsOff,
    end_old_secret,
    forget_old_attempts,
    ping,
    rotate_secret,
    send_again,
    switch_off,
    switch_on,
)
from tests.core.events.receivers import answers, listening

pytestmark = pytest.mark.django_db


@transaction.atomic
def happen(subject_id=1, type="product_changed", **payload):
    return record_event(type, subject_id=subject_id, **payload)


def later(**span):
    return clock.moved_to(clock.now() + timedelta(**span))


def is_signed_with(secret, headers, body):
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    signature = "v1," + base64.b64encode(hmac.digest(key, content, "sha256")).decode()
    return signature in headers["webhook-signature"].split(" ")


# --- what is sent ----------------------------------------------------------------------------------------------------


def test_an_event_is_sent_small_and_signed(hook, send):
    with listening() as receiver:
        _endpoint, secret = webhooks.add_endpoint(url=receiver.url)
        event = happen(7, "document_published", kind="product", channels=["web"], change="published")
        send()

    [(headers, body)] = receiver.got
    assert headers["webhook-id"] == f"evt_{event.pk}"
    assert headers["content-type"] == "application/json"
    assert abs(int(headers["webhook-timestamp"]) - clock.now().timestamp()) < 10
    assert is_signed_with(secret, headers, body)
    assert json.loads(body) == {
        "type": "document.published",
        "timestamp": event.recorded_at.isoformat().replace("+00:00", "Z"),
        "data": {"id": 7, "kind": "product", "channels": ["web"], "change": "published"},
    }
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.status, attempt.number, attempt.event) == ("accepted", 204, 1, event)
    assert not Delivery.objects.exclude(endpoint=None).exists()


def test_a_webhook_gets_the_events_and_channels_it_asked_for(hook, send):
    with listening() as receiver:
        hook(receiver.url, types=["stock_changed", "document_published"], channels=["web", "app"])
        happen(1)
        wanted = [
            happen(2, "stock_changed"),
            happen(3, "document_published", channels=["store", "app"]),
        ]
        happen(4, "document_published", channels=["store"])
        send()

    assert sorted(receiver.ids) == sorted(f"evt_{event.pk}" for event in wanted)


def test_an_event_of_a_change_that_is_undone_is_never_sent(hook, send):
    with listening() as receiver:
        hook(receiver.url)
        with pytest.raises(RuntimeError), transaction.atomic():
            happen()
            raise RuntimeError
        send()

    assert receiver.got == []


def test_recording_costs_no_statement_more_with_webhooks(hook, django_assert_num_queries):
    for number in range(3):
        hook(f"http://127.0.0.1:9/{number}")
    with django_assert_num_queries(3), transaction.atomic():  # two of them are the savepoint's
        record_event("product_changed", subject_id=1)
    with django_assert_num_queries(3), transaction.atomic():
        record_events("product_changed", subject_ids=range(2, 50))
    assert Delivery.objects.exclude(endpoint=None).count() == 3 * 49


def test_events_of_one_subject_come_in_order_and_one_at_a_time(hook, send):
    with listening() as receiver:
        hook(receiver.url)
        sent = [happen(number % 3, step=number) for number in range(12)]
        send()

    steps = [json.loads(body)["data"] for _headers, body in receiver.got]
    assert len(steps) == len(sent)
    for subject in range(3):
        mine = [step["step"] for step in steps if step["id"] == subject]
        assert mine == sorted(mine)


def test_a_plugin_does_not_wait_for_a_webhook(hook, plug):
    told = []
    plug("kiosk", on_menu_changed=lambda events: told.extend(list(events)))
    with listening(answers(500)) as receiver:
        endpoint = hook(receiver.url)
        event = happen(1, "menu_changed")
        claim_calls(endpoint, 10)
        while deliver_events():
            pass

    assert told == [event]
    assert Delivery.objects.get().endpoint == endpoint


# --- tries -----------------------------------------------------------------------------------------------------------


def test_a_failed_call_is_tried_again_with_the_same_id_and_body_and_a_new_signature(hook, send, monkeypatch):
    monkeypatch.setattr(random, "uniform", lambda _low, high: high)  # the dice: it may say "at once"
    with listening(answers(500, b"oh")) as receiver:
        hook(receiver.url)
        happen()
        send()
        send()
        assert len(receiver.got) == 1
        delivery = Delivery.objects.get(endpoint__isnull=False)
        assert (delivery.attempts, delivery.error) == (1, "HTTP 500")
        receiver.behave = None
        with later(seconds=LONGEST_WAITS_S[0]):
            send()

    (first, body), (second, body_again) = receiver.got
    assert (first["webhook-id"], body) == (second["webhook-id"], body_again)
    assert first["webhook-signature"] != second["webhook-signature"]
    assert list(Attempt.objects.order_by("pk").values_list("number", "outcome", "answer")) == [
        (1, "refused", "oh"),
        (2, "accepted", ""),
    ]


def test_after_twelve_tries_a_delivery_is_parked_and_can_be_tried_again(hook, send):
    with listening(answers(500)) as receiver:
        hook(receiver.url)
        happen()
        passed = timedelta()
        for longest_s in (0, *LONGEST_WAITS_S):
            passed += timedelta(seconds=longest_s, minutes=10)  # the webhook rests for ten minutes at most
            with later(seconds=passed.total_seconds()):
                Endpoint.objects.update(failing_since=clock.now())  # else it is switched off before
                send()
        assert len(receiver.got) == MOST_TRIES == 12
        delivery = Delivery.objects.get(endpoint__isnull=False)
        assert delivery.parked_at
        assert [queue.parked for queue in queues() if queue.subscriber.startswith("webhook")] == [1]

        receiver.behave = None
        retry_delivery(delivery=delivery)
        Endpoint.objects.update(resting_until=None)
        send()

    assert len(receiver.got) == MOST_TRIES + 1
    assert not Delivery.objects.exclude(endpoint=None).exists()


def test_the_waits_are_about_three_days_in_all():
    assert 2.5 < sum(LONGEST_WAITS_S) / 2 / 86400 < 3.5


@pytest.mark.parametrize(("asked", "given_s"), [("3600", 3600), (str(90 * 86400), 86400)])
def test_a_receiver_may_ask_for_patience_up_to_a_day(hook, send, asked, given_s):
    with listening(answers(503, Retry_After=asked)) as receiver:
        endpoint = hook(receiver.url)
        happen(1)
        happen(2)
        began = clock.now()
        with clock.moved_to(began):
            claimed = claim_calls(endpoint, 1)
            record_answers([(call, call.make()) for call in claimed])

    endpoint.refresh_from_db()
    assert endpoint.resting_until == began + timedelta(seconds=given_s)
    assert Delivery.objects.get(pk=claimed[0].delivery.pk).due_at == began + timedelta(seconds=given_s)
    send()
    assert len(receiver.got) == 1


def test_a_receiver_that_is_gone_is_not_called_again(hook, send):
    with listening(answers(410)) as receiver:
        endpoint = hook(receiver.url)
        happen(1)
        send()
        happen(2)
        with later(days=1):
            send()

    endpoint.refresh_from_db()
    assert (len(receiver.got), endpoint.switched_off_because) == (1, "gone")
    assert Delivery.objects.filter(endpoint=endpoint).count() == 1


def test_a_receiver_that_fails_for_five_days_is_switched_off_and_goes_on_when_switched_on(hook, send):
    with listening(answers(500)) as receiver:
        endpoint = hook(receiver.url)
        happen(1)
        send()
        with later(days=5):
            happen(2)
            send()
        endpoint.refresh_from_db()
        assert endpoint.switched_off_because == "failing"

        receiver.behave = None
        switch_on(endpoint=endpoint)
        with later(days=6):
            send()

    assert set(receiver.ids) == {f"evt_{event.pk}" for event in Event.objects.all()}
    assert not Delivery.objects.exclude(endpoint=None).exists()


def test_a_broken_receiver_rests_and_gets_everything_when_it_is_back(hook, send):
    with listening() as receiver:
        endpoint = hook(receiver.url)
    for number in range(40):
        happen(number)
    send()
    endpoint.refresh_from_db()
    assert endpoint.failures == RESTS_AFTER
    assert endpoint.resting_until > clock.now()
    assert Attempt.objects.count() == RESTS_AFTER

    with listening(port=receiver.port) as back, later(hours=1):
        send()

    assert sorted(back.ids) == sorted(f"evt_{pk}" for pk in Event.objects.values_list("pk", flat=True))
    endpoint.refresh_from_db()
    assert (endpoint.failures, endpoint.failing_since, endpoint.resting_until) == (0, None, None)


def test_a_lease_that_ended_belongs_to_the_next(hook):
    with listening(answers(500)) as receiver:
        endpoint = hook(receiver.url)
        happen()
        [lost] = claim_calls(endpoint, 10)
        assert claim_calls(endpoint, 10) == []
        with later(seconds=LEASE_S):
            [mine] = claim_calls(endpoint, 10)
            record_answers([(lost, lost.make())])  # wakes up late: what it says changes nothing
            assert Delivery.objects.get(endpoint=endpoint).leased_until == mine.lease
            receiver.behave = None
            record_answers([(mine, mine.make())])

    assert receiver.ids == [f"evt_{Event.objects.get().pk}"] * 2
    assert not Delivery.objects.exclude(endpoint=None).exists()
    assert Attempt.objects.count() == 2


# --- secrets ---------------------------------------------------------------------------------------------------------


def test_two_secrets_sign_for_a_day_after_a_rotation(hook, send):
    with listening() as receiver:
        hook(receiver.url)
        endpoint, first = webhooks.add_endpoint(url=receiver.url + "/2", types=["menu_changed"])
        second = rotate_secret(endpoint=endpoint)
        happen(1, "menu_changed")
        send()
        with later(hours=24):
            happen(2, "menu_changed")
            send()

    before, after = [message for message in receiver.got if is_signed_with(second, *message)]
    assert is_signed_with(first, *before)
    assert not is_signed_with(first, *after)


def test_a_third_secret_ends_the_first_and_a_leaked_one_can_be_ended_at_once(hook):
    endpoint, _first = webhooks.add_endpoint(url="https://shop.example/")
    rotate_secret(endpoint=endpoint)
    rotate_secret(endpoint=endpoint)
    assert endpoint.secrets.filter(retired_at__gt=clock.now()).count() == 1
    end_old_secret(endpoint=endpoint)
    assert endpoint.secrets.filter(retired_at__gt=clock.now()).count() == 0
    assert endpoint.secrets.filter(retired_at=None).count() == 1


def test_the_secret_is_neither_in_the_database_nor_in_the_log(hook, send, caplog):
    with listening(answers(500)) as receiver:
        endpoint, secret = webhooks.add_endpoint(url=receiver.url)
        happen()
        send()
        ping(endpoint=endpoint)

    raw = base64.b64decode(secret.removeprefix("whsec_"))
    row = endpoint.secrets.get()
    for kept in (row.salt, row.mark, caplog.text, *Attempt.objects.values_list("answer", flat=True)):
        assert secret not in kept
        assert raw.hex() not in kept


def test_without_a_secret_that_can_be_made_nothing_is_sent(hook, send, settings):
    with listening() as receiver:
        endpoint = hook(receiver.url)
        happen()
        settings.SECRET_KEY = "another"
        send()
        assert receiver.got == []
        assert Attempt.objects.get().problem == "secret_lost"
        rotate_secret(endpoint=endpoint)
        with later(minutes=5):
            send()

    assert len(receiver.got) == 1


# --- what people do --------------------------------------------------------------------------------------------------


def test_a_ping_is_sent_now_and_shows_the_answer(hook):
    with listening(answers(418, b"I am a teapot")) as receiver:
        attempt = ping(endpoint=hook(receiver.url, types=["menu_changed"]))

    [(headers, body)] = receiver.got
    assert json.loads(body)["type"] == "ping"
    assert headers["webhook-id"] == attempt.webhook_id
    assert (attempt.status, attempt.answer, attempt.outcome) == (418, "I am a teapot", "refused")


def test_an_event_can_be_sent_again(hook, send):
    with listening() as receiver:
        endpoint = hook(receiver.url)
        event = happen()
        send()
        send_again(event=event, endpoint=endpoint)
        send()
        switch_off(endpoint=endpoint)
        with pytest.raises(WebhookIsOff):
            send_again(event=event, endpoint=Endpoint.objects.get())

    assert receiver.ids == [f"evt_{event.pk}"] * 2


@pytest.mark.parametrize("url", ["http://shop.example/", "https://10.0.0.8/", "https://localhost/x", "words"])
def test_an_address_that_is_not_allowed_is_refused_and_nothing_is_added(db, url):
    with pytest.raises(ValidationError) as refusal:
        webhooks.add_endpoint(url=url)
    assert list(refusal.value.message_dict) == ["url"]
    assert not Endpoint.objects.exists()


def test_a_webhook_can_be_removed_while_events_wait_for_it(hook, send):
    with listening() as receiver:
        endpoint = hook(receiver.url)
        happen()
        [call] = claim_calls(endpoint, 10)
        endpoint.delete()
        record_answers([(call, call.make())])
        happen(2)
        send()

    assert not Delivery.objects.exclude(endpoint=None).exists()
    assert not Attempt.objects.exists()


def test_the_log_is_kept_for_thirty_days(hook, send):
    with listening() as receiver:
        hook(receiver.url)
        happen()
        send()
    with later(days=29):
        assert forget_old_attempts() == 0
    with later(days=31):
        assert forget_old_attempts() == 1
