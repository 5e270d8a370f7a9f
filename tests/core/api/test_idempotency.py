"""The same key, the same answer: one effect however often and however many at once send it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connections
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from ninja import NinjaAPI, Router, Schema
from ninja.decorators import decorate_view
from psycopg.errors import DeadlockDetected

from comptoir.api import errors
from comptoir.api.idempotency import once, prune_answers
from comptoir.api.models import StoredAnswer
from comptoir.base import clock
from comptoir.base.errors import InvalidValue
from comptoir.channels.models import Location

KEY = "0b6f1c1e-6d0f-4a52-9f2c-0d4d8a2f6c11"

router = Router()


class Opening(Schema):
    code: str
    refuse: bool = False


@router.post("/{channel}/locations", response={201: dict})
@decorate_view(once)
def open_location(request, channel: str, payload: Opening):
    row = Location.objects.create(code=payload.code, name=payload.code.title())
    if payload.refuse:
        raise InvalidValue(field="code", value=payload.code)
    answer = HttpResponse(f'{{"id":{row.pk}}}', status=201, content_type="application/json")
    answer["Location"] = f"/locations/{row.pk}"
    answer["X-Of-This-Delivery"] = "1"
    return answer


broken_off = []


@router.post("/{channel}/deadlocks")
@decorate_view(once)
def meet_a_deadlock(request, channel: str):
    Location.objects.create(code=f"try-{len(broken_off)}", name="A try")
    if broken_off.pop():
        raise OperationalError from DeadlockDetected("deadlock detected")
    return HttpResponse(b"{}", content_type="application/json")


api = NinjaAPI(urls_namespace="idempotency-tests")
errors.install(api)
api.add_router("", router)
urlpatterns = [path("", api.urls)]

pytestmark = pytest.mark.urls(__name__)


def post(client, code="lyon", *, key=KEY, channel="web", at="locations", headers=None, **fields):
    headers = {**({"Idempotency-Key": key} if key else {}), **(headers or {})}
    body = {"code": code, **fields}
    return client.post(f"/{channel}/{at}", body, content_type="application/json", headers=headers)


@pytest.fixture
def web(shop):
    return shop.channel("web")


@pytest.mark.django_db
def test_the_same_key_gets_the_same_answer_and_one_effect(web, client):
    first, again = post(client), post(client)

    assert (first.status_code, first.content) == (again.status_code, again.content) == (201, again.content)
    assert first["Location"] == again["Location"]
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert "X-Of-This-Delivery" not in again
    assert Location.objects.count() == 1


@pytest.mark.django_db
def test_without_a_key_each_write_has_its_effect(web, client):
    assert [post(client, code, key="").status_code for code in ("lyon", "paris")] == [201, 201]
    assert (Location.objects.count(), StoredAnswer.objects.count()) == (2, 0)


@pytest.mark.django_db
def test_the_same_key_with_another_body_is_refused_and_changes_nothing(web, client):
    post(client)
    refused = post(client, "paris")

    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert refused.json()["errors"][0]["field"] == "Idempotency-Key"
    assert post(client, at="locations?a=b").status_code == 422
    assert post(client, at="deadlocks").status_code == 422
    assert Location.objects.get().code == "lyon"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "key", ["short", "x" * 121, "spaces are not allowed", "é" * 20, "0123456789abcdef\t"]
)
def test_a_key_that_could_be_guessed_or_is_malformed_is_refused(web, client, key):
    refused = post(client, key=key)

    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_invalid")
    assert Location.objects.count() == 0


@pytest.mark.django_db
def test_a_refusal_undoes_everything_and_is_not_kept(web, client):
    refused = post(client, refuse=True)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_value")
    assert (Location.objects.count(), StoredAnswer.objects.count()) == (0, 0)

    assert post(client).status_code == 201
    assert post(client, "paris", key="", refuse=True).status_code == 422
    assert Location.objects.get().code == "lyon"


@pytest.mark.django_db
def test_keys_of_another_channel_or_caller_are_other_keys(shop, web, client, admin_user):
    shop.channel("app")
    staff = Client()
    staff.force_login(admin_user)

    answers = [
        post(client, "one"),
        post(client, "two", channel="app"),
        post(staff, "three"),
        post(client, "four", headers={"X-Channel-Key": "ck_of-a-till"}),
    ]

    assert [answer.status_code for answer in answers] == [201] * 4
    assert Location.objects.count() == 4


@pytest.mark.django_db
def test_a_channel_that_does_not_open_answers_404_before_the_key_is_looked_at(shop, client):
    shop.channel("till", plugin="store", is_public=False)

    assert post(client, channel="till").status_code == post(client, channel="nowhere").status_code == 404
    assert StoredAnswer.objects.count() == 0


@pytest.mark.django_db
def test_a_key_costs_two_statements(
    web, client, django_assert_num_queries, django_capture_on_commit_callbacks
):
    post(client, "warm", key="")
    with django_assert_num_queries(1 + 2):  # with a savepoint, because this test is in a transaction
        post(client, "one", key="")
    with django_assert_num_queries(1 + 2 + 2):
        post(client, "two")


@pytest.mark.django_db
def test_a_write_that_was_broken_off_is_done_again(web, client):
    broken_off[:] = [False, True, True]
    assert post(client, at="deadlocks").status_code == 200
    assert [row.code for row in Location.objects.all()] == ["try-1"]


@pytest.mark.django_db
def test_a_write_that_is_broken_off_again_and_again_is_a_conflict(web, client):
    broken_off[:] = [True] * 10
    refused = post(client, at="deadlocks")
    assert (refused.status_code, refused.json()["code"]) == (409, "stock_busy")
    assert Location.objects.count() == 0


@pytest.mark.django_db
def test_old_answers_are_forgotten(web, client):
    post(client)
    with clock.moved_to(clock.now() + timedelta(hours=23)):
        assert prune_answers() == 0
    with clock.moved_to(clock.now() + timedelta(hours=25)):
        assert prune_answers() == 1
    assert StoredAnswer.objects.count() == 0


def test_fifty_at_once_with_one_key_are_one_effect_and_fifty_equal_answers(open_shop):
    open_shop.channel("web")
    start = threading.Barrier(50)

    def send(_number):
        start.wait()
        answer = post(Client())
        connections.close_all()
        return answer.status_code, answer.content, answer["Location"], "Idempotency-Replayed" in answer

    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(send, range(50)))

    assert {answer[:3] for answer in answers} == {answers[0][:3]}
    assert answers[0][0] == 201
    assert sorted(answer[3] for answer in answers) == [False] + [True] * 49
    assert Location.objects.count() == 1
