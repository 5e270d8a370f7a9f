"""``./manage.py events``: what waits, try again, replay."""

import json
from datetime import timedelta
from itertools import count

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from comptoir.base import clock
from comptoir.events import replay
from comptoir.events.models import Delivery, Event
from comptoir.events.services import record_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(plug):
    """What a plugin heard of stock, as (id, subject)."""
    found: list = []
    plug(
        "kiosk",
        on_stock_changed=lambda events: found.extend((event.pk, event.subject_id) for event in events),
    )
    return found


steps = count()


@transaction.atomic
def happen(subject_id, type="stock_changed"):
    """Each is another fact: the same one twice in the transaction of a test would be one event."""
    return record_event(type, subject_id=subject_id, step=next(steps))


def run(capsys, *words):
    call_command("events", *words)
    return capsys.readouterr().out


def test_status_says_what_waits_and_what_is_parked(heard, capsys):
    assert "Nothing waits and nothing is parked." in run(capsys, "status")
    happen(1)
    happen(2)
    Delivery.objects.filter(event__subject_id=2).update(parked_at=clock.now())

    [queue] = json.loads(run(capsys, "status", "--json"))
    assert (queue["subscriber"], queue["waiting"], queue["parked"]) == ("kiosk", 1, 1)
    assert "kiosk" in run(capsys, "status")


def test_parked_deliveries_are_tried_again(heard, shop, capsys):
    happen(1)
    Delivery.objects.update(parked_at=clock.now(), attempts=12)
    assert "0 parked" in run(capsys, "retry", "--to", "web")
    assert "1 parked deliveries are tried again" in run(capsys, "retry")
    shop.settle()
    assert len(heard) == 1


def test_a_replay_delivers_again_in_order_and_with_the_same_ids(heard, shop, capsys, monkeypatch):
    monkeypatch.setattr(replay, "BATCH", 2)
    events = [happen(number % 2) for number in range(5)]
    shop.settle()
    before = list(heard)
    heard.clear()

    assert "5 events would be delivered again" in run(
        capsys, "replay", "--type", "stock_changed", "--dry-run"
    )
    assert not Delivery.objects.exists()
    assert "5 events, 5 deliveries" in run(capsys, "replay", "--type", "stock_changed")
    shop.settle()

    assert sorted(heard) == sorted(before)
    for subject in (0, 1):
        mine = [pk for pk, of in heard if of == subject]
        assert mine == [event.pk for event in events if event.subject_id == subject]


def test_a_replay_can_be_of_one_subject_since_a_moment_and_to_one_subscriber(heard, shop, capsys, hook):
    endpoint = hook("https://erp.aubelaine.example/")
    with clock.moved_to(clock.now() - timedelta(days=2)):
        happen(1)
    happen(1)
    happen(2)
    Delivery.objects.all().delete()

    said = run(capsys, "replay", "--subject", "stock:1", "--since", "3h", "--to", endpoint.subscriber)

    assert "1 events, 1 deliveries" in said
    assert Delivery.objects.get().endpoint == endpoint


def test_who_is_still_waiting_gets_it_once(heard, capsys):
    happen(1)
    assert "1 events, 0 deliveries" in run(capsys, "replay", "--all")
    assert Delivery.objects.count() == 1


def test_events_of_a_hook_that_is_no_more_are_left_alone(heard, capsys):
    Event.objects.create(type="teapot_whistled", subject_id=1, recorded_at=clock.now())
    assert "1 events, 0 deliveries" in run(capsys, "replay", "--all")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["replay"], "Say which events"),
        (["replay", "--type", "teapot"], "invalid choice"),
        (["replay", "--subject", "product"], "is not a subject such as product:12"),
        (["replay", "--since", "yesterday"], "is neither a date"),
        (["replay", "--since", "2026-13-01"], "is neither a date"),
        (["replay", "--all", "--to", "nobody"], "Nobody called 'nobody' gets events"),
    ],
)
def test_words_that_cannot_be_are_refused_in_a_sentence(words, sentence, heard):
    happen(1)
    with pytest.raises(CommandError, match=sentence):
        call_command("events", *words)
