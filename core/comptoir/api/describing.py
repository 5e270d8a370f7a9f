"""The OpenAPI page, finished: what every operation shares is said here once, in the words of the shop.

ninja writes down paths, shapes and status codes. This adds what a reader and a generator of clients need besides: what each
parameter means, that refusals are problem+json, which keys open what, and examples of the way from a basket to an order.
"""

import json
from collections.abc import Iterator
from http import HTTPStatus
from importlib.resources import files
from typing import Any

from ninja import NinjaAPI

from comptoir.api.http import KEY_HEADER
from comptoir.api.idempotency import HEADER

ABOUT = """One catalogue, one price, one stock: each channel reads its own documents.

**Refusals** are problem+json with a stable `code`; `docs/errors.md` lists them, and titles are in the caller's language.
**Writes** take an `Idempotency-Key`: sent again with the same key, after a lost answer, they have one effect.
**Money** is an amount in text and its currency. **Moments** are ISO 8601 with their offset.
**Languages**: `?locale=` where there is one, else `Accept-Language`, else the channel's own.
A **channel** that is not public answers 404 without its key in `X-Channel-Key`."""

TAGS = {
    "reading": "What a channel shows: products, categories, pages, menus.",
    "search": "Full text with facets, and what somebody who is typing may mean.",
    "preview": "Drafts, for whoever has a signed token.",
    "availability": "What is free now, and where.",
    "baskets": "A basket, its prices and holds; who has its token may read and change it.",
    "delivery": "Ways to get goods to the customer, with price and promise, before and after the order.",
    "checkout": "From a basket to an order: who, how it gets there, how it is paid.",
    "orders": "Orders of customers, by the token of their link or a session.",
    "payments": "For payment providers.",
    "staff": "For the staff's own programs: a session, a permission, a workplace.",
}

#: What a parameter means, by its name; in a path with the word before it, where one name stands for several things.
PARAMETERS = {
    "v1/channel": "code of the channel, such as `web`",
    "baskets/token": "token of the basket, or `mine` for that of the customer who is logged in",
    "preview/token": "the signed token of a preview",
    "checkouts/id": "id of the checkout; whoever has it may go on with it",
    "drafts/id": "id of the draft",
    "lines/line_id": "id of the line in the basket",
    "orders/number": "number of the order",
    "parcels/number": "number of the parcel",
    "collections/number": "number of the parcel that is collected",
    "papers/paper": "number of the invoice, receipt or credit note",
    "products/slug": "the product's `slug` in this language",
    "codes/code": "SKU or GTIN",
    "menus/code": "code of the menu, such as `main`",
    "vouchers/code": "the voucher as it was entered",
    "notices/provider": "code of the payment provider",
    "transfers/transfer_id": "number of the transfer",
    "locale": "language of the answer; without it `Accept-Language` chooses",
    "cursor": "`next` of the page before; empty for the first one",
    "limit": "how many rows at most",
    "category": "code of a category; those below it are included",
    "channel": "code of a channel",
    "location": "code of a location",
    "postcode": "postcode of the address",
    "city": "town of the address",
    "lat": "degrees (WGS 84), with `lon`",
    "lon": "degrees (WGS 84), with `lat`",
    "path": "path of the page, such as `/about/`",
    "price_min": "from this price on, tax included",
    "price_max": "up to this price, tax included",
    "q": "what somebody typed; anything may be in it",
    "in_stock": "only what can be had now",
    "explain": "with every reason: price rules, offers, taxes, what nearly applied",
    "sku": "SKU of a variant",
    "state": "only in these states; repeat for several",
    "since": "from this moment on",
    "until": "before this moment",
    "is_open": "only transfers that are still on their way, or only those that came",
}

#: Why an answer has this status, and a code it may have; `docs/errors.md` has them all.
PROBLEMS = {
    400: ("The request cannot be read, or is not signed as it should be.", "bad_request"),
    401: ("Nobody is logged in.", "not_logged_in"),
    403: ("Somebody is logged in, but may not do this here.", "not_allowed"),
    404: ("Not there, not open to this caller, or on another channel: always the same answer.", "not_found"),
    409: ("Not as things stand now; `code` and its facts say why. Nothing was changed.", "out_of_stock"),
    412: ("Somebody has changed it since the caller saw it.", "booking_moved"),
    413: ("Longer than anything that is of use here.", "too_large"),
    422: ("A value cannot be used; `errors` names each field. Nothing was changed.", "invalid_request"),
    429: (
        "Too many tries from this address; `Retry-After` says how many seconds to wait.",
        "too_many_requests",
    ),
    503: ("Somebody outside, such as a carrier, does not answer at the moment.", "relay_points_unavailable"),
}

PROBLEM_TYPE = "application/problem+json"
METHODS = ("get", "post", "put", "patch", "delete")

#: What is sent, and what came back in the demo shop, by the name of the operation.
EXAMPLES = json.loads((files("comptoir.api") / "examples.json").read_text("utf-8"))

Described = dict[str, Any]


class DescribedAPI(NinjaAPI):
    """A NinjaAPI whose OpenAPI page says everything a client needs."""

    def get_openapi_schema(self, **about: Any) -> Any:
        return described(super().get_openapi_schema(**about))


def described(page: Described) -> Described:
    """The page of ninja with parameters explained, refusals as they are sent, keys and examples."""
    page["info"]["description"] = ABOUT
    for path, operation in operations(page):
        _explain_parameters(path, operation)
        _say_what_opens_it(path, operation)
        _show_refusals(path, operation)
        _show_example(operation)
    used = {status for _path, one in operations(page) for status in one["responses"] if int(status) >= 400}
    page["components"]["responses"] = {_name(int(status)): _refusal(int(status)) for status in sorted(used)}
    page["components"].setdefault("securitySchemes", {})["ChannelKey"] = {
        "type": "apiKey", "in": "header", "name": KEY_HEADER,
        "description": "The key of a channel that is not public; a till or a shop's own server sends it.",
    }  # fmt: skip
    named = {tag for _path, operation in operations(page) for tag in operation.get("tags", ())}
    page["tags"] = [
        {"name": tag, "description": TAGS.get(tag, f"Added by the plugin {tag}.")} for tag in sorted(named)
    ]
    return page


def operations(page: Described) -> Iterator[tuple[str, Described]]:
    """Every operation with its path."""
    for path, item in page["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, item[method]


def _explain_parameters(path: str, operation: Described) -> None:
    for one in operation.get("parameters", ()):
        if isinstance(one.get("examples"), list):
            # A list belongs into the schema, where ninja has it too; a parameter's own examples are named.
            del one["examples"]
        before = path.partition("/{" + one["name"])[0].rpartition("/")[2]
        found = (
            PARAMETERS.get(f"{before}/{one['name']}") if one["in"] == "path" else PARAMETERS.get(one["name"])
        )
        if found and not one.get("description"):
            one["description"] = found


def _say_what_opens_it(path: str, operation: Described) -> None:
    """A channel may want its key; a session opens besides what the operation says of it."""
    if "/{channel}" in path:
        needed = operation.get("security") or [{}]
        operation["security"] = [*needed, *({"ChannelKey": [], **one} for one in needed)]


def _show_refusals(path: str, operation: Described) -> None:
    """All refusals have one shape; a channel that is not open is 404 everywhere."""
    answers = operation["responses"]
    if "/{channel}" in path:
        answers.setdefault(404, {})
    if _says_something(operation):
        answers.setdefault(422, {})
    for status in [status for status in answers if int(status) >= 400]:
        answers[status] = {"$ref": f"#/components/responses/{_name(int(status))}"}


def _says_something(operation: Described) -> bool:
    """Whether a caller can say something that is no value at all: in the query, a header or a body of JSON."""
    is_json = "application/json" in operation.get("requestBody", {}).get("content", ())
    return is_json or any(one["in"] == "query" or one["name"] == HEADER for one in operation["parameters"])


def _refusal(status: int) -> Described:
    meaning, code = PROBLEMS.get(status, (HTTPStatus(status).phrase, "refused"))
    problem = {"type": "about:blank", "title": meaning, "status": status, "code": code, "errors": []}
    shape = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": problem}
    return {"description": meaning, "content": {PROBLEM_TYPE: shape}}


def _name(status: int) -> str:
    return HTTPStatus(status).phrase.title().replace(" ", "")


def _show_example(operation: Described) -> None:
    example = EXAMPLES.get(operation["operationId"])
    if example is None:
        return
    if "request" in example:
        operation["requestBody"]["content"]["application/json"]["example"] = example["request"]
    answer = next(one for status, one in operation["responses"].items() if int(status) < 300)
    answer["content"]["application/json"]["example"] = example["answer"]
