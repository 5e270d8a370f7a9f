"""Every hook, one function each: the whole contract between the core and a channel plugin.

The first word of a hook's name tells its rules:

- ``register_``: called once at start; a failure stops the start and names the plugin.
- ``add_``: contributions, kept apart by plugin; a plugin that fails or is late is left out, logged and counted.
- ``check_``: problems; any blocking problem refuses the change. A plugin that fails refuses it too (fail closed).
- ``choose_``: the first answer wins; without one, or on failure, the core's default.
- ``on_``: after commit, from the outbox, at least once and in order per subject; retried, then parked.

Except for ``register_`` and ``on_``, only the plugins that are on for the channel at hand are called.
Implement one by writing a function of the same name, with any of the arguments, in your ``plugin.py``:

    from comptoir.plugins import hookimpl

    @hookimpl
    def add_document_fields(item):
        return {"shelf": item.title[:40]}
"""

from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.urls import URLPattern, URLResolver
    from ninja import Router

    from comptoir.baskets.checks import CheckedLine, LineProblem
    from comptoir.baskets.claims import LineClaims
    from comptoir.baskets.storefront import Storefront
    from comptoir.channels.models import Channel
    from comptoir.channels.queries import ChannelContext
    from comptoir.customers.account import AccountPart
    from comptoir.customers.records import PersonalRecords
    from comptoir.events.models import Event
    from comptoir.fulfilment.carriers import Carrier
    from comptoir.fulfilment.methods import Method
    from comptoir.fulfilment.routing import Candidate, RouteRequest
    from comptoir.messaging.kinds import Kind
    from comptoir.messaging.transports import Transport
    from comptoir.payments.providers import Provider
    from comptoir.plugins import Preview
    from comptoir.publishing.items import Item, Problem

hookspec = pluggy.HookspecMarker("comptoir")


@hookspec
def register_routers() -> "list[tuple[str, Router]]":
    """Add a plugin's own API routes below ``/api/v1/<channel>/<prefix>/``.

    Called once, when the API is put together; not per request and not per channel. Returns pairs of a prefix
    (a lower-case word, not one of the core's) and a ``ninja.Router``. The routes answer 404 on channels where the
    plugin is not on. Their functions take the code of the channel as ``channel: ninja.Path[str]``.

    Example: ``return [("labels", router)]``
    """


@hookspec
def register_pages() -> "list[URLPattern | URLResolver]":
    """Give this plugin's channels pages for people: Django's URL patterns, below ``/<channel>/<locale>/``.

    Called once, when the addresses of the site are read; not per request and not per channel. The pages are there on the
    public channels whose ``plugin`` this is (not where it is an extension only), in the languages that the channel
    speaks; everywhere else they answer 404. Views get ``channel``, a ``comptoir.channels.queries.ChannelContext``, and
    ``locale`` beside what their own pattern names. ``reverse("<plugin>:<name>", args=[channel_code, locale, …])`` leads
    to them; a page called ``sitemap`` is told to search engines. Documents name ``products/<slug>``,
    ``categories/<slug>`` and the paths of pages (comptoir.publishing.addresses).

    Example: ``return [path("", kiosk_home, name="home"), path("products/<str:slug>", kiosk_product, name="product")]``
    """


@hookspec
def register_extension_pages() -> "list[URLPattern]":
    """Give channels of other plugins pages for people beside their own: below ``/<channel>/<locale>/<this plugin>/``.

    Called once, when the addresses of the site are read; not per request and not per channel. The pages are there on the
    public channels on which this plugin is on and whose own plugin has a storefront (``register_storefront``);
    elsewhere they answer 404. Write the views with ``comptoir.baskets.storefront.shop_page``: each gets a ``ShopPage``, which
    draws templates in the look of the channel and fills the visitor's basket. ``reverse("<own plugin>:<this plugin>:<name>",
    args=[channel_code, locale, …])`` leads to them. Returns patterns of ``django.urls.path``, without ``include``.

    Example: ``return [path("", choose_table, name="home"), path("take", take_table, name="take")]``
    """


@hookspec
def register_storefront() -> "Storefront":
    """Lend the look of this plugin's pages, and the baskets of their visitors, to the pages of extensions.

    Called when such a page is asked for, so return an object made before; not for the plugin's own pages. Returns an
    object of a subclass of ``comptoir.baskets.storefront.Storefront``, whose method says what it has to do. It serves the
    channels whose ``plugin`` this is.

    Example: ``return KioskStorefront()``
    """


@hookspec
def register_preview() -> "Preview":
    """Say how a document of this plugin's channels looks to people.

    Called when a preview is drawn. Returns a ``comptoir.plugins.Preview`` with the template that draws one document as
    a piece of HTML; it gets ``document`` (as the API answers it), ``channel``, ``locale`` and ``availability``. It is
    used side by side in the editor; not by the API.

    Example: ``return Preview(template="comptoir_kiosk/preview.html", width_px=400)``
    """


@hookspec
def register_fulfilment_methods() -> "list[Method]":
    """Add kinds of delivery: how goods get to the customer, beside home, collection, relay point and carried out.

    Called when options are asked for, so return objects made before; not for orders that are placed. Returns
    ``comptoir.fulfilment.methods.Method`` objects with a code of their own. The merchant sets each kind up as often as
    wanted, as rows ``DeliveryMethod``.

    Example: ``return [Method("bike", _("By bicycle"), Way.SHIP, options=bike_options)]``
    """


@hookspec
def register_carriers() -> "list[Carrier]":
    """Add carriers that know relay points, such as the client of a parcel service.

    Called when a carrier is needed, so return objects made before; not for methods that name none. Returns
    ``comptoir.fulfilment.carriers.Carrier`` objects with a code of their own. Their ``points_near`` is never called inside a
    transaction; what it raises is a ``relay_points_unavailable`` for the customer, and nothing else breaks.

    Example: ``return [Carrier("relais", "Relais Express", points_near=ask_relais_express)]``
    """


@hookspec
def register_line_claims() -> "LineClaims":
    """Keep something for the lines of baskets beside goods, such as the time of an appointment.

    Called when a basket has lines without stock, so return an object made before; not for goods, which stock holds. Returns
    an object of a subclass of ``comptoir.baskets.claims.LineClaims``, whose methods say when each is called. What is
    claimed lives and dies with its line, on every channel that the basket goes to: it is extended with the basket, given
    back when the line goes, and confirmed in the transaction that places the order. A line with too little claimed for it
    cannot be bought.

    Example: ``return TableClaims()``
    """


@hookspec
def register_personal_records() -> "PersonalRecords":
    """Tell what this plugin keeps about a customer, and forget it.

    Called when somebody with an account asks for a copy of everything that is kept about them, or to be forgotten,
    whatever channel they are on: what another channel kept counts too. Not called for guests. Returns an object of a
    subclass of ``comptoir.customers.records.PersonalRecords``, whose methods say when each is called. An account is
    erased whole or not at all: what a plugin raises keeps it.

    Example: ``return LoanRecords()``
    """


@hookspec
def register_payment_providers() -> "list[Provider]":
    """Add means of payment: objects of subclasses of ``comptoir.payments.providers.Provider``.

    Called when payments are offered, made or told of; keep the objects light. Their providers are offered on the channels
    where the plugin is on, if ``is_offered`` agrees; the core's own (till, bank transfer) on all of them. Not called for
    a payment whose provider's plugin is no longer listed: such a payment stays as it is. ``Provider`` says what each
    method has to do, and what the shop does when it does not answer.

    Example: ``return [CardGateway()]``
    """


@hookspec
def register_rounds() -> "list[Callable[[], object]]":
    """Let the worker do something now and then, such as reminding of appointments.

    Called once when a worker starts; each function of the answer is then called about every quarter of a minute, one
    after the other, by every worker. A function looks for what is due, does a little of it, and is safe to run twice at
    once; what it raises is logged, and the others go on. Not called while the worker does not run.

    Example: ``return [send_reminders]``
    """


@hookspec
def register_message_kinds() -> "list[Kind]":
    """Add kinds of messages, such as the reminder of an appointment.

    Called when messages are written down and when one is sent, so return objects made before. Returns
    ``comptoir.messaging.kinds.Kind`` objects with a ``code`` of at most 20 characters, which names their templates too
    (``messages/<code>.<locale>.txt``). They are written down by ``comptoir.messaging.services.write_messages`` and from then
    on sent like all others: once, tried again, shown in the back office. A message of a kind that is no longer there is
    dropped. Not for messages that somebody writes by hand.

    Example: ``return [REMINDER]``
    """


@hookspec
def register_message_transports() -> "list[Transport]":
    """Add ways for messages to leave the shop, such as the client of an SMS service.

    Called when a message is sent, so return objects made before; not when one is written down. Returns objects of subclasses
    of ``comptoir.messaging.transports.Transport``, each with a ``code`` of its own and a ``medium`` (``"email"`` or ``"sms"``).
    ``COMPTOIR_EMAIL_TRANSPORT`` and ``COMPTOIR_SMS_TRANSPORT`` say which one is used. ``send`` is called outside of
    transactions and may take 20 seconds; what it raises is tried again later, except ``NotAccepted``.

    Example: ``return [Pigeon()]``
    """


@hookspec
def add_document_fields(item: "Item", channel: "Channel", locale: str) -> dict[str, Any]:
    """Add this plugin's part to the document of one product or page on one channel.

    Called when a document is built: after something was published, on a rebuild and in a preview. Not called when the
    API answers: it reads the stored document. Returns JSON-ready values; they stand in the document under the plugin's
    name. The item is shared by all plugins: read it, do not change it.

    Arguments: ``item`` is a ``comptoir.publishing.items.ProductItem`` or ``PageItem`` with everything already loaded
    (no query is needed, and none should be made); ``channel`` is where it will be shown, ``locale`` a language code
    such as ``"fr"``.
    Must be deterministic: the same item gives the same bytes. Budget: ``COMPTOIR_HOOK_BUDGET_MS`` per call.

    Example: ``return {"barcode": item.variants[0].gtin}``
    """


@hookspec
def add_account_part(channel: "ChannelContext", customer_id: int, locale: str) -> "AccountPart":
    """Show a customer what is theirs beside orders and addresses, such as appointments, in their account.

    Called when a customer who is logged in looks at their account on a channel; not for guests, and not for staff. Returns
    a ``comptoir.customers.account.AccountPart``: plain words and addresses, in the active language.

    Arguments: ``channel`` is what a request knows of its channel, ``customer_id`` the id of the account, ``locale`` the
    language of the page. Show only what is this customer's own.
    Budget: ``COMPTOIR_HOOK_BUDGET_MS`` per call.

    Example: ``return AccountPart("loans", _("Loans"), [AccountRow(one.title) for one in loans_of(customer_id)])``
    """


@hookspec
def check_readiness(item: "Item", channel: "Channel", locale: str) -> "list[Problem]":
    """Say what an item still lacks before it can be shown on one channel.

    Called before a document is built and for the readiness panel of the editor. Not called for drafts that nobody
    looks at, and not by the API. A problem with ``blocks=True`` keeps the item off this channel, others are warnings.
    When the plugin fails, the document on the channel stays as it was and the item is tried again later.

    Arguments: ``item``, ``channel`` and ``locale`` as for ``add_document_fields``.
    Budget: ``COMPTOIR_HOOK_BUDGET_MS`` per call.

    Example: ``return [] if item.title else [Problem("no_title", _("There is no title."), field="title", blocks=True)]``
    """


@hookspec
def check_basket_lines(channel: "ChannelContext", lines: "list[CheckedLine]") -> "list[LineProblem]":
    """Say which lines of a basket a channel does not sell, or not so many of.

    Called before a basket is changed, taken over or merged, and when it is read, with all of its lines as they would
    be. A change that touches a line with a problem is refused with the code and the message of the problem; a line that
    has one already stays in the basket and shows it. Not called when something is taken out, nor for other baskets of
    the same person. When the plugin fails, nothing can be put into a basket of its channels.

    Arguments: ``channel`` is what a request knows of its channel; ``lines`` have ``variant_id``, ``product_id`` (what a
    customer sees as one product), ``sku`` and ``quantity`` (pieces). A problem with ``is_sellable=True`` is about the
    number only: the line keeps its price.
    Budget: ``COMPTOIR_HOOK_BUDGET_MS`` per call; at most one statement, whatever the number of lines.

    Example: ``return [LineProblem(line.variant_id, "two_each", _("At most two each."), is_sellable=True) for line in
    lines if line.sku in SCARCE and line.quantity > 2]``
    """


@hookspec
def choose_route(
    channel: "ChannelContext", request: "RouteRequest", candidates: "list[Candidate]"
) -> int | None:
    """Choose the locations that serve an order, in place of the core's rules.

    Called when a customer chooses a delivery and when a shop rejects a part of an order; not for showing options, and
    not if no candidate can serve the order. Returns the number of an eligible one of ``candidates`` (the core's own choice
    stands first), or ``None`` for the core's. ``request`` says what is wanted and where to, ``channel`` is where it was
    ordered; read them, change nothing.
    Budget: ``COMPTOIR_HOOK_BUDGET_MS`` per call.

    Example: ``return next((n for n, one in enumerate(candidates) if one.is_eligible and 7 in one.location_ids), None)``
    """


@hookspec
def choose_person(
    channel: "ChannelContext", skus: list[str], start: "datetime", candidates: list[Any]
) -> int | None:
    """Choose who does an appointment for which the customer chose nobody.

    Called when a time is held or booked and more than one of the team could do it; not when somebody was chosen, nor for
    showing free times. Returns the number of one of ``candidates`` (the first one is the appointment book's own choice:
    fair, then without gaps), or ``None`` for that. ``skus`` are the services of the visit, ``start`` is when it begins, in
    UTC, ``channel`` where it is booked. A candidate has ``resource_id``, ``code``, ``booked_minutes`` (in the four weeks up
    to that day) and ``gap_minutes`` (left idle beside it); read them, change nothing.
    Budget: ``COMPTOIR_HOOK_BUDGET_MS`` per call.

    Example: ``return next((n for n, one in enumerate(candidates) if one.code == "anna"), None)``
    """


@hookspec
def on_product_changed(events: "list[Event]") -> None:
    """A product, its variants, pictures, price, stock settings or listing changed.

    Called after the change was committed, in batches of up to 100, in order per product. ``event.subject_id`` is the
    id of the product (the parent of its variants). Not called for a change of stock quantities.
    """


@hookspec
def on_content_changed(events: "list[Event]") -> None:
    """The text of a product was published, unpublished or deleted. ``event.subject_id`` is the id of the product.

    Not called when a draft is saved.
    """


@hookspec
def on_page_changed(events: "list[Event]") -> None:
    """An editorial page was published, unpublished, moved or deleted. ``event.subject_id`` is the id of the page.

    Not called when a draft is saved.
    """


@hookspec
def on_menu_changed(events: "list[Event]") -> None:
    """A menu was added, changed or deleted. ``event.subject_id`` is the id of the menu.

    Not called when a page or category it links to changes.
    """


@hookspec
def on_category_changed(events: "list[Event]") -> None:
    """A category was added, renamed, moved, hidden or deleted. ``event.subject_id`` is the id of the category.

    Not called when products are put into it or taken out: that is a change of those products.
    """


@hookspec
def on_image_changed(events: "list[Event]") -> None:
    """A picture was added to the library, replaced, cropped, renamed or deleted. ``event.subject_id`` is its id.

    Not called when it is put into a product or a text: that is a change of those.
    """


@hookspec
def on_channel_changed(events: "list[Event]") -> None:
    """A channel was added, deleted or set up otherwise. ``event.subject_id`` is the id of the channel.

    Not called when what it shows changes, nor for its keys.
    """


@hookspec
def on_stock_changed(events: "list[Event]") -> None:
    """A variant was sold out somewhere, or can be had there again. ``event.subject_id`` is the id of the variant.

    Ask ``comptoir.stock.queries.availability`` how it is now. Not called for other changes of stock, and not when a
    hold merely runs out: that is noticed by the next one who wants the goods.
    """


@hookspec
def on_basket_changed(events: "list[Event]") -> None:
    """A basket was handed over to a channel, merged into another, taken to the checkout, or given up.

    ``event.subject_id`` is the id of the basket, ``event.payload`` has ``change`` (``"handed_over"``, ``"merged"``,
    ``"checkout"`` or ``"closed"``) and ``channel`` (the code of where it is now). Not called for single lines, notes and
    vouchers: who wants to know what is in a basket reads it.
    """


@hookspec
def on_order_placed(events: "list[Event]") -> None:
    """An order was placed. ``event.subject_id`` is its id; ``event.payload`` has ``number``, ``channel``, ``total``, ``state``.

    ``state`` is ``"unpaid"`` for one that waits for its money: nothing of it is prepared then. Called once an order,
    after goods, money and order were committed together. Not called for a checkout that was given up.
    """


@hookspec
def on_order_cancelled(events: "list[Event]") -> None:
    """Pieces of an order, or all of it, were cancelled; the goods are free again.

    ``event.subject_id`` is the id of the order; ``event.payload`` has ``number``, ``is_whole``, ``amount``, ``reason``,
    ``change`` (the id of the step in its story) and ``lines`` (``line``, ``sku``, ``quantity``). Not called for goods that
    were handed over: those come back as a return.
    """


@hookspec
def on_order_changed(events: "list[Event]") -> None:
    """An order went to another state, or was edited before anybody worked on it.

    ``event.subject_id`` is its id; ``event.payload`` has ``number``, ``state`` and ``change``: ``"state"``, ``"edited"``, or
    ``"added"`` when goods were put into it (``step`` is the id of its story's step then).
    Not called when it is placed, nor when pieces are cancelled.
    """


@hookspec
def on_order_refund_requested(events: "list[Event]") -> None:
    """Money of an order is to go back to the customer, for pieces that were cancelled or otherwise.

    ``event.subject_id`` is the id of the order; ``event.payload`` has ``number``, ``request`` (an id) and ``amount``. Not
    called when the money went back: that is told by payments.
    """


@hookspec
def on_payment_authorised(events: "list[Event]") -> None:
    """A customer has promised money: a card was authorised, or the till or the bank transfer was chosen.

    ``event.subject_id`` is the id of the payment. ``event.payload`` of all events of payments has ``payment`` (its UUID),
    ``reference`` (``"checkout:<uuid>"``), ``order`` (an id, or ``None`` before there is one), ``channel``, ``amount`` and
    ``currency`` (of this fact alone), and ``entry``. Not called when a customer only looks at the provider's page.
    """


@hookspec
def on_payment_captured(events: "list[Event]") -> None:
    """Money of a customer has come in, in part or in whole. ``event.subject_id`` is the id of the payment.

    Called once per entry, also for what a provider took by itself. Not called for what is only authorised.
    """


@hookspec
def on_payment_refunded(events: "list[Event]") -> None:
    """Money went back to a customer, in part or in whole. ``event.subject_id`` is the id of the payment.

    Not called while the provider has not confirmed it, nor when something that was only authorised is let go.
    """


@hookspec
def on_payment_failed(events: "list[Event]") -> None:
    """A provider refused: a card, or something that the shop asked for. ``event.subject_id`` is the id of the payment.

    The customer may still try again with the same payment. Not called when a provider merely gives no answer.
    """


@hookspec
def on_checkout_failed(events: "list[Event]") -> None:
    """A customer went to pay and no order came of it: the goods were gone by then, or nobody paid in time.

    ``event.subject_id`` is the id of the checkout; ``event.payload`` has ``reference`` (``checkout:<uuid>``), ``channel``
    and ``problem`` (a code such as ``"out_of_stock"`` or ``"unpaid"``). Money that came goes back by itself. Not called
    for somebody who never went to pay.
    """


@hookspec
def on_draft_offered(events: "list[Event]") -> None:
    """The customer is to get a link to pay: for an order that staff took on the phone, or for goods added to an order.

    ``event.subject_id`` is the id of the checkout, which has phone and e-mail; ``event.payload`` has ``channel``, and for
    goods that were added the number of their ``order``. Called once each. Not called when a draft is only written, nor when
    the link is asked for again.
    """


@hookspec
def on_booking_changed(events: "list[Event]") -> None:
    """A visit was booked, or something became of it. ``event.subject_id`` is the id of its first booking.

    ``event.payload`` has ``visit`` (its UUID), ``change`` (``"booked"``, ``"confirmed"``, ``"moved"``, ``"cancelled"``,
    ``"arrived"``, ``"done"``, ``"missed"``, ``"unmarked"`` when one of these three was taken back, or ``"person"`` when
    somebody else gives the class) and ``sequence`` (how often it was moved or cancelled before). A class that moves is a
    ``"moved"`` of each visit that has a place of it. Not called for holds: nobody has booked yet.
    """


@hookspec
def on_booking_offered(events: "list[Event]") -> None:
    """Somebody on the waiting list is offered a time that became free; it is held for them until the offer ends.

    ``event.subject_id`` is the id of the entry, ``event.payload`` has ``visit`` (the UUID of the hold) and ``channel``.
    Called once an offer. Not called when an offer ends, nor when it is taken.
    """


@hookspec
def on_document_published(events: "list[Event]") -> None:
    """What a channel shows of an item has changed: appeared, changed or gone.

    ``event.subject_id`` is the id of the item, ``event.payload`` has ``kind``, ``channels`` (codes) and ``change``
    (``"published"`` or ``"withdrawn"``). Called once per item and change, not once per locale.
    """


@hookspec
def on_parcel_started(events: "list[Event]") -> None:
    """Somebody in a shop or a warehouse began to pick a parcel: its order is in preparation.

    ``event.subject_id`` is the id of the parcel. Not called for what is carried out at once, nor when it is packed.
    """


@hookspec
def on_parcel_cancelled(events: "list[Event]") -> None:
    """A parcel is not wanted any more, and its goods are for sale again; what its order still lacks then is paid back.

    ``event.subject_id`` is the id of the parcel. Not called when only some of its pieces are cancelled.
    """


@hookspec
def on_parcel_ready(events: "list[Event]") -> None:
    """A parcel waits in a shop for its customer. ``event.subject_id`` is the id of the parcel.

    ``event.payload`` of all events of parcels has ``order_id``, ``number`` and ``kind``. The code that the customer shows is
    worked out by ``comptoir.fulfilment.codes.collection_code``. Not called for parcels that are sent to customers.
    """


@hookspec
def on_parcel_handed_over(events: "list[Event]") -> None:
    """A carrier took a parcel; its goods have left the stock. ``event.payload`` also has ``carrier`` and ``tracking``.

    ``event.subject_id`` is the id of the parcel. Not called when goods are sent to a shop where they are collected.
    """


@hookspec
def on_parcel_delivered(events: "list[Event]") -> None:
    """A carrier delivered a parcel. ``event.subject_id`` is its id. Not called for parcels that customers collect."""


@hookspec
def on_parcel_collected(events: "list[Event]") -> None:
    """A customer fetched a parcel, or carried the goods out at once; they have left the stock.

    ``event.subject_id`` is the id of the parcel. Not called for parcels that are delivered.
    """


@hookspec
def on_parcel_expired(events: "list[Event]") -> None:
    """Nobody fetched a parcel in time: its goods are for sale again, and the money has to go back.

    ``event.subject_id`` is the id of the parcel; ``event.payload`` also has ``lines``, as ``on_parcel_rejected``. Not called
    when the customer or the shop cancels.
    """


@hookspec
def on_parcel_rejected(events: "list[Event]") -> None:
    """A shop cannot give pieces it had promised. ``event.subject_id`` is the id of the parcel they were in.

    ``event.payload`` also has ``reason``, ``rerouted`` (whether other locations give all of them) and ``lines``: those that
    nobody can give, as ``{"order_line_id", "quantity"}``; their money has to go back. Not called when an order is cancelled.
    """
