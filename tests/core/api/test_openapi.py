"""The OpenAPI page is good enough to make a client from: each operation says what a reader has to know."""

import json
import re
from pathlib import Path

import pytest
from django.urls import reverse
from ninja import Schema

from comptoir.api.describing import EXAMPLES
from comptoir.api.idempotency import HEADER

PAGE = json.loads((Path(__file__).parents[3] / "docs" / "openapi.json").read_text("utf-8"))
OPERATIONS = {
    operation["operationId"]: (path, method, operation)
    for path, item in PAGE["paths"].items()
    for method, operation in item.items()
}
WRITES = {"post", "put", "patch", "delete"}
#: Called by payment providers, who sign and number what they send in their own way; each message is handled once.
NOT_OURS = {"payment_notice"}
#: From an empty basket to an order that is followed; each shows what is sent and what comes back.
BUYING = {
    "products", "delivery_options", "slots", "relay_points", "open_basket", "add_basket_line", "open_checkout",
    "change_checkout", "pay_checkout", "finish_checkout", "order", "cancel_order",
}  # fmt: skip

each_operation = pytest.mark.parametrize("name", sorted(OPERATIONS))


def body_of(operation, status):
    return operation["responses"][status]["content"]["application/json"]


def test_names_of_operations_are_unique_and_words():
    assert len(OPERATIONS) == sum(len(item) for item in PAGE["paths"].values())
    assert [name for name in OPERATIONS if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name)] == []


def test_names_of_shapes_are_unique():
    """ninja lets a later shape of the same name replace an earlier one, without a word."""
    reverse("comptoir:openapi-json")  # every route is read by now
    ours, waiting = {}, [Schema]
    while waiting:
        for shape in waiting.pop().__subclasses__():
            waiting.append(shape)
            if shape.__module__.startswith("comptoir"):
                ours.setdefault(shape.__name__, set()).add(shape.__module__)
    assert {name: modules for name, modules in ours.items() if len(modules) > 1} == {}


@each_operation
def test_each_operation_says_what_it_is_for_and_what_its_parameters_mean(name):
    path, _method, operation = OPERATIONS[name]
    assert operation["summary"] and not operation["summary"].endswith(".")
    assert len(operation["tags"]) == 1
    assert {one["name"] for one in operation["parameters"] if one["in"] == "path"} == set(
        re.findall(r"{(\w+)}", path)
    )
    for one in operation["parameters"]:
        assert one.get("description"), f"{path}: {one['name']}"
        assert not isinstance(one.get("examples"), list)


@each_operation
def test_each_write_takes_a_key(name):
    _path, method, operation = OPERATIONS[name]
    keys = [one for one in operation["parameters"] if one["name"] == HEADER]
    assert len(keys) == (1 if method in WRITES and name not in NOT_OURS else 0)


@each_operation
def test_each_operation_answers_something_and_refuses_with_problems(name):
    _path, _method, operation = OPERATIONS[name]
    good = [status for status in operation["responses"] if status < "400"]
    assert len(good) == 1
    assert operation["responses"][good[0]].get("content") or good == ["204"]
    refused = operation["responses"].keys() - good
    assert "404" in refused
    if any(one["in"] == "query" or one["name"] == HEADER for one in operation["parameters"]):
        assert "422" in refused
    for status in refused:
        component = operation["responses"][status]["$ref"].rpartition("/")[2]
        described = PAGE["components"]["responses"][component]
        assert described["description"]
        assert list(described["content"]) == ["application/problem+json"]


def test_every_tag_is_explained():
    used = {tag for _path, _method, operation in OPERATIONS.values() for tag in operation["tags"]}
    assert {one["name"] for one in PAGE["tags"]} == used
    assert all(one["description"] for one in PAGE["tags"])


@pytest.mark.parametrize("name", sorted(BUYING))
def test_the_way_from_a_basket_to_an_order_is_shown_by_examples(name):
    _path, _method, operation = OPERATIONS[name]
    [good] = [status for status in operation["responses"] if status < "400"]
    assert body_of(operation, good)["example"]
    if "requestBody" in operation:
        assert operation["requestBody"]["content"]["application/json"]["example"]


def test_no_example_is_for_an_operation_that_there_is_not():
    assert EXAMPLES.keys() <= OPERATIONS.keys()


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_examples_have_the_shape_that_they_show(name):
    example, (_path, _method, operation) = EXAMPLES[name], OPERATIONS[name]
    [good] = [status for status in operation["responses"] if status < "400"]
    check(example["answer"], body_of(operation, good)["schema"])
    if "request" in example:
        check(example["request"], operation["requestBody"]["content"]["application/json"]["schema"])


def check(value, schema, where="$"):
    """Every field that is shown is described, every field that must be there is, and each has its type."""
    if "$ref" in schema:
        schema = PAGE["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        kinds = [one for one in schema["anyOf"] if (one.get("type") == "null") == (value is None)]
        assert kinds, where
        return check(value, kinds[0], where)
    kind = schema.get("type")
    if kind == "object" and "properties" in schema:
        assert value.keys() <= schema["properties"].keys(), where
        assert set(schema.get("required", ())) <= value.keys(), where
        for name, one in value.items():
            check(one, schema["properties"][name], f"{where}.{name}")
    elif kind == "array":
        for one in value:
            check(one, schema.get("items", {}), f"{where}[]")
    elif kind:
        types = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict}
        assert isinstance(value, types.get(kind, type(None))), where
    return None
