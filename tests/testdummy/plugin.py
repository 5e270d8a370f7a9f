"""Implements every hook with all its arguments, as simply as can be; ``tests/core/test_hooks.py`` uses each of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.urls import path as url
from ninja import Path, Router

from comptoir.baskets.checks import CheckedLine, LineProblem
from comptoir.baskets.claims import Claimed, LineClaims
from comptoir.baskets.storefront import Act, ShopPage, Storefront, shop_page
from comptoir.channels.models import Channel
from comptoir.channels.queries import ChannelContext
from comptoir.customers.account import AccountPart, AccountRow
from comptoir.customers.records import PersonalRecords
from comptoir.events.models import Event
from comptoir.fulfilment.carriers import Carrier
from comptoir.fulfilment.methods import Method, Way
from comptoir.fulfilment.routing import Candidate, RouteRequest
from comptoir.messaging.kinds import OWN_KINDS, Kind
from comptoir.messaging.transports import Letter, Transport
from comptoir.payments.providers import Answer, Asked, Fact, Provider
from comptoir.plugins import Preview, hookimpl
from comptoir.publishing.items import Item, Problem

#: The type and the subject of every event that was delivered here.
seen: list[tuple[str, int]] = []

#: Every message that was sent by pigeon.
flown: list[Letter] = []


#: One for each round of the worker.
rounds: list[int] = []

#: Customers who wanted to be.
forgotten: list[int] = []

#: Tables claimed, by the id of a basket.
tables: dict[int, int] = {}


@hookimpl
def register_routers() -> list[tuple[str, Router]]:
    router = Router()

    @router.get("/hello", operation_id="dummy_hello")
    def hello(request: HttpRequest, channel: Path[str]) -> dict[str, str]:
        return {"hello": channel}

    return [("dummy", router)]


@hookimpl
def register_pages() -> list[URLPattern]:
    def hello(request: HttpRequest, channel: ChannelContext, locale: str, who: str) -> HttpResponse:
        return HttpResponse(f"{channel.name} says hello to {who} in {locale}")

    return [url("hello/<str:who>", hello, name="hello")]


@hookimpl
def register_extension_pages() -> list[URLPattern]:
    @shop_page
    def lend(page: ShopPage, what: str) -> HttpResponse:
        return page.draw(what)

    return [url("lend/<path:what>", lend, name="lend")]


@hookimpl
def register_storefront() -> Storefront:
    return Window()


@hookimpl
def register_preview() -> Preview:
    return Preview(template="testdummy/preview.html", width_px=333)


@hookimpl
def register_line_claims() -> LineClaims:
    return Tables()


class Window(Storefront):
    """Draws nothing but the name of what is drawn."""

    def serve(self, request: HttpRequest, channel: ChannelContext, locale: str, act: Act) -> HttpResponse:
        page = ShopPage()
        page.channel, page.locale, page.draw = channel, locale, self.draw
        return act(page)

    def draw(
        self, template: str, context: dict[str, Any] | None = None, *, status: int = 200
    ) -> HttpResponse:
        return HttpResponse(f"{template} in the window", status=status)


class Tables(LineClaims):
    """Nothing without stock is sold to a basket that has no table."""

    def claimed(self, basket_id: int, variant_ids: Iterable[int]) -> Mapping[int, Claimed]:
        return {pk: Claimed(tables.get(basket_id, 0)) for pk in variant_ids}

    def extend(self, basket_id: int, minutes: int) -> None: ...

    def move(self, basket_id: int, to_basket_id: int) -> None:
        tables[to_basket_id] = tables.pop(basket_id, 0)

    def reduce(self, basket_id: int, quantities: Mapping[int, int]) -> None:
        tables[basket_id] = min(tables.get(basket_id, 0), *quantities.values(), 99)

    def confirm(self, basket_id: int, quantities: Mapping[int, int], document: str) -> None:
        tables.pop(basket_id)


@hookimpl
def register_payment_providers() -> list[Provider]:
    return [Piggybank()]


class Piggybank(Provider):
    """Pays at once."""

    code = "piggybank"
    name = "Piggybank"

    def start(self, asked: Asked) -> Answer:
        return Answer(reference=asked.payment, facts=[Fact("authorised", asked.amount, asked.payment)])


@hookimpl
def register_rounds() -> list[Callable[[], object]]:
    return [lambda: rounds.append(1)]


@hookimpl
def register_message_kinds() -> list[Kind]:
    return [replace(OWN_KINDS["order_placed"], code="dummy_news")]


@hookimpl
def register_message_transports() -> list[Transport]:
    return [Pigeon()]


class Pigeon(Transport):
    """Keeps what it was given."""

    code = "pigeon"
    medium = "sms"

    def send(self, letter: Letter) -> None:
        flown.append(letter)


@hookimpl
def add_document_fields(item: Item, channel: Channel, locale: str) -> dict[str, Any]:
    return {"said": f"{item.title} on {channel.code} in {locale}"}


class Diary(PersonalRecords):
    """Knows the id of everybody, and forgets it."""

    code = "dummy"

    def kept(self, user_id: int) -> list[dict[str, Any]]:
        return [{"id": user_id}]

    def forget(self, user_id: int) -> None:
        forgotten.append(user_id)


@hookimpl
def register_personal_records() -> PersonalRecords:
    return Diary()


@hookimpl
def add_account_part(channel: ChannelContext, customer_id: int, locale: str) -> AccountPart:
    return AccountPart("dummy", "Dummy", [AccountRow(f"{customer_id} on {channel.code} in {locale}")])


@hookimpl
def check_readiness(item: Item, channel: Channel, locale: str) -> list[Problem]:
    """Whoever is called after the channel stays off it; everybody else gets a warning."""
    return [Problem("dummy", f"{item.title} on {channel.code} in {locale}", blocks=item.slug == channel.code)]


@hookimpl
def check_basket_lines(channel: ChannelContext, lines: list[CheckedLine]) -> list[LineProblem]:
    """Nobody gets more than three pieces of anything."""
    return [
        LineProblem(line.variant_id, "three_each", f"At most three {line.sku}.", is_sellable=True)
        for line in lines
        if line.quantity > 3
    ]


@hookimpl
def register_fulfilment_methods() -> list[Method]:
    return [Method("dummy", "by dummy", Way.SHIP, options=lambda asked, facts, method: [])]


@hookimpl
def register_carriers() -> list[Carrier]:
    return [Carrier("dummy", "Dummy Express", points_near=lambda address: [])]


@hookimpl
def choose_route(channel: ChannelContext, request: RouteRequest, candidates: list[Candidate]) -> int | None:
    """Leaves the choice to the core."""
    return None


@hookimpl
def choose_person(
    channel: ChannelContext, skus: list[str], start: datetime, candidates: list[Any]
) -> int | None:
    return len(candidates) - 1 if skus and start and channel else None


@hookimpl
def on_product_changed(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_content_changed(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_page_changed(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_menu_changed(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_category_changed(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_image_changed(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_channel_changed(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_stock_changed(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_basket_changed(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_order_placed(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_order_cancelled(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_order_changed(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_order_refund_requested(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_payment_authorised(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_payment_captured(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_payment_refunded(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_payment_failed(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_checkout_failed(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_draft_offered(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_booking_changed(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_booking_offered(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_document_published(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_parcel_started(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_parcel_cancelled(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_parcel_ready(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_parcel_handed_over(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_parcel_delivered(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_parcel_collected(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_parcel_expired(events: list[Event]) -> None:
    _see(events)


@hookimpl
def on_parcel_rejected(events: list[Event]) -> None:
    _see(events)


def _see(events: list[Event]) -> None:
    seen.extend((event.type, event.subject_id) for event in events)
