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
    from ninja import Router

    from comptoir.baskets.checks import CheckedLine, LineProblem
    from comptoir.channels.models import Channel
    from comptoir.channels.queries import ChannelContext
    from comptoir.events.models import Event
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
def register_preview() -> "Preview":
    """Say how a document of this plugin's channels looks to people.

    Called when a preview is drawn. Returns a ``comptoir.plugins.Preview`` with the template that draws one document as
    a piece of HTML; it gets ``document`` (as the API answers it), ``channel``, ``locale`` and ``availability``. It is
    used side by side in the editor; not by the API.

    Example: ``return Preview(template="comptoir_kiosk/preview.html", width_px=400)``
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
def on_document_published(events: "list[Event]") -> None:
    """What a channel shows of an item has changed: appeared, changed or gone.

    ``event.subject_id`` is the id of the item, ``event.payload`` has ``kind``, ``channels`` (codes) and ``change``
    (``"published"`` or ``"withdrawn"``). Called once per item and change, not once per locale.
    """
