"""Bad input gets a clear problem with a code and the field, in the caller's language, and is never an error of ours."""

import json

import pytest
from django.urls import path
from ninja import Field, NinjaAPI, Schema
from ninja.decorators import decorate_view

from comptoir.api import errors
from comptoir.api.bodies import JsonBodies
from comptoir.api.idempotency import once
from comptoir.base.errors import ComptoirError
from comptoir.channels.models import Location
from comptoir.stock.holds import OutOfStock

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]

api = NinjaAPI(urls_namespace="refusal-tests", parser=JsonBodies())
errors.install(api)


class Line(Schema):
    sku: str = Field(max_length=64)
    quantity: int = Field(ge=1, le=1000)


class Order(Schema):
    lines: list[Line]


class Secretive(ComptoirError):
    """A refusal that keeps a fact to itself."""

    code = "secretive"
    public_facts = ("free",)


@api.post("/lines")
@decorate_view(once)
def add_line(request, payload: Line):
    return {"found": Location.objects.filter(code=payload.sku).count()}


@api.post("/orders")
def order(request, payload: Order):
    return {}


@api.get("/refusals/{kind}")
def refuse(request, kind: str, limit: int = 1):
    if kind == "secretive":
        raise Secretive(free=3, token="nobody else's affair")
    line = {"variant_id": 1, "owner": "basket-line:1", "wanted": 3, "free": 1, "elsewhere": []}
    raise OutOfStock([line])


urlpatterns = [path("", api.urls)]


def post(client, body, at="/lines", content_type="application/json", **headers):
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(at, text, content_type=content_type, headers={"Accept-Language": "en", **headers})


@pytest.mark.parametrize(
    ("quantity", "code", "message"),
    [
        (0, "greater_than_equal", "This has to be 1 or more."),
        (-1, "greater_than_equal", "This has to be 1 or more."),
        (10**9, "less_than_equal", "This has to be 1000 or less."),
        (10**40, "int_parsing_size", "This number is too large."),
        (1.5, "int_from_float", "This has to be a whole number."),
        ("two", "int_parsing", "This has to be a whole number."),
        (None, "int_type", "This has to be a whole number."),
    ],
)
def test_a_quantity_that_cannot_be_is_named(client, quantity, code, message):
    answer = post(client, {"sku": "MARIN-M", "quantity": quantity})

    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    [error] = answer.json()["errors"]
    assert (error["field"], error["message"]) == ("quantity", message)
    assert error["code"] == code


def test_a_field_inside_a_list_is_named_by_its_place(client):
    answer = post(client, {"lines": [{"sku": "A", "quantity": 1}, {"sku": "B", "quantity": 0}]}, "/orders")
    assert [error["field"] for error in answer.json()["errors"]] == ["lines.1.quantity"]


def test_a_missing_field_a_missing_body_and_a_wrong_parameter_are_named(client):
    assert post(client, {"sku": "A"}).json()["errors"] == [
        {"field": "quantity", "code": "missing", "message": "This is required."}
    ]
    assert [error["field"] for error in post(client, b"").json()["errors"]] == ["body"]
    assert [error["field"] for error in client.get("/refusals/any?limit=x").json()["errors"]] == ["limit"]


def test_sentences_are_in_the_language_of_the_caller(client):
    answer = client.get("/refusals/out", headers={"Accept-Language": "fr"})
    assert (
        answer.json()["title"]
        != client.get("/refusals/out", headers={"Accept-Language": "en"}).json()["title"]
    )


@pytest.mark.parametrize("body", ["{", "quantity=1", b"\xff\xfe", '{"sku": NaN}', "[" * 100_000])
def test_a_body_that_is_not_json_is_refused(client, body):
    answer = post(client, body)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")
    assert answer.json()["errors"][0]["field"] == "body"


@pytest.mark.parametrize("body", ["[]", "null", "3", '"text"'])
def test_a_body_that_is_not_an_object_is_refused(client, body):
    answer = post(client, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert {error["code"] for error in answer.json()["errors"]} == {"missing"}


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_a_body_of_another_kind_is_refused(client, content_type):
    answer = post(client, '{"sku": "A", "quantity": 1}', content_type=content_type)

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert answer.json()["errors"][0]["field"] == "Content-Type"


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "0123456789abcdef"}])
@pytest.mark.parametrize("at", ["/lines", "/orders"])
def test_a_body_of_fifty_megabytes_is_refused_unread(client, at, headers):
    answer = post(client, b" " * 50_000_000, at, **headers)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert answer.json()["title"] == "A request may have 5 MB at most."
    assert answer.json()["errors"][0]["field"] == "body"


def test_out_of_stock_says_how_many_there_are(client):
    answer = client.get("/refusals/out").json()
    assert (answer["status"], answer["code"], answer["free"], answer["wanted"]) == (409, "out_of_stock", 1, 3)


def test_only_facts_that_are_called_public_leave_the_house(client):
    answer = client.get("/refusals/secretive").json()
    assert answer["free"] == 3
    assert "token" not in json.dumps(answer)


def test_a_text_that_no_database_keeps_is_named_by_its_place(client):
    body = {"lines": [{"sku": "A", "quantity": 1}, {"sku": "B\0C", "quantity": 1}]}
    answer = post(client, body, "/orders")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_value")
    assert answer.json()["errors"] == [
        {"field": "lines.1.sku", "code": "invalid_value", "message": "BC cannot be used here."}
    ]
    assert post(client, {"sku": "a \\u0000 in words", "quantity": 1}).status_code == 200
    assert post(client, '"\\u0000"', "/orders").json()["errors"][0]["field"] == "body"
