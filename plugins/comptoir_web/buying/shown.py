"""A basket as people read it: what it costs and why, until when it is kept, and what to do about what is not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.baskets.checks import TooMany
from comptoir.baskets.holding import NotEnough
from comptoir.baskets.shown import BasketView, ShownLine
from comptoir.catalogue.models import Product
from comptoir.checkout.delivery import is_visit
from comptoir.pricing.quote_parts import NearlyApplied
from comptoir.publishing.queries import cards_of
from comptoir.publishing.texts import money_text
from comptoir_web.shop import Shop


@dataclass(frozen=True)
class Typed:
    """What was typed beside a line and refused, and why."""

    line_id: int
    said: str
    sentence: str


@dataclass(frozen=True)
class LineShown:
    """A line with its card. ``offer`` is how many pieces can be had instead; ``typed`` what was refused just now."""

    line: ShownLine
    title: str
    url: str
    picture: Mapping[str, Any] | None
    options: str
    sentence: str
    is_warning: bool
    offer: int | None
    typed: Typed | None

    @property
    def stands_in_the_way(self) -> bool:
        """Whether the basket cannot be bought as long as this is in it like this."""
        return bool(self.line.problem) or self.line.keeping.state in ("gone", "short")

    @property
    def quantity(self) -> str | int:
        return self.typed.said if self.typed else self.line.row.quantity


def lines_shown(shop: Shop, view: BasketView, typed: Typed | None = None) -> list[LineShown]:
    """The lines of a basket with their titles and pictures; one statement, two where something is not sold any more."""
    products = {line.row.product_id for line in view.lines}
    cards = cards_of(view.channel, shop.locale, products)
    titles = _titles_of(line.row.product_id for line in view.lines if line.row.sku not in cards)
    return [_line(shop, line, cards.get(line.row.sku), titles, typed) for line in view.lines]


def _line(
    shop: Shop,
    line: ShownLine,
    card: dict[str, Any] | None,
    titles: Mapping[int, str],
    typed: Typed | None,
) -> LineShown:
    sentence, is_warning, offer = _state(line)
    return LineShown(
        line=line,
        title=card["title"] if card else titles.get(line.row.product_id, line.row.sku),
        url=f"{shop.url('product', card['slug'])}?{urlencode({'sku': line.row.sku})}" if card else "",
        picture=card["picture"] if card else None,
        options=", ".join(one["label"] for one in (card or {}).get("options", ())),
        sentence=sentence,
        is_warning=is_warning,
        offer=offer,
        typed=typed if typed and typed.line_id == line.row.id else None,
    )


def _state(line: ShownLine) -> tuple[str, bool, int | None]:
    """What stands against a line, or what is kept of it: the sentence, whether it is a warning, pieces offered instead."""
    if line.problem:
        return line.problem.message, True, None
    keeping = line.keeping
    if keeping.state == "gone":
        return _("Sold out: somebody else was quicker."), True, None
    if keeping.state == "short":
        left = keeping.available or 0
        return (
            ngettext("Only %(left)s is left.", "Only %(left)s are left.", left) % {"left": left},
            True,
            left,
        )
    if keeping.state == "ended":
        return _("Not kept for you any more, but still there."), True, None
    return "", False, None


def kept_sentence(view: BasketView) -> str:
    """Until when the goods of a basket are kept, in the time of the shop; empty if nothing is."""
    if view.held_until is None:
        return ""
    until = moment_text(view, view.held_until)
    if is_visit(view):
        return _("We keep this for you until %(time)s.") % {"time": until}
    return _("We keep your articles for you until %(time)s.") % {"time": until}


def moment_text(view: BasketView, moment: Any) -> str:
    """A moment as people say it: the time today, else with its day."""
    zone = ZoneInfo(view.channel.time_zone)
    local = moment.astimezone(zone)
    at = formats.time_format(local, "H:i")
    if local.date() == clock.now().astimezone(zone).date():
        return at
    return _("%(day)s at %(time)s") % {"day": formats.date_format(local, "l j F"), "time": at}


def nearly_sentence(nearly: NearlyApplied, currency: str, locale: str) -> str:
    """What more would bring an offer."""
    if nearly.is_money:
        amount = money_text({"amount": str(nearly.missing), "currency": currency}, locale)
        return _("%(amount)s more for “%(offer)s”.") % {"amount": amount, "offer": nearly.name}
    missing = int(nearly.missing)
    sentence = ngettext(
        "%(missing)s more article of “%(range)s” for “%(offer)s”.",
        "%(missing)s more articles of “%(range)s” for “%(offer)s”.",
        missing,
    )
    return sentence % {"missing": missing, "range": nearly.range_name, "offer": nearly.name}


def refusal_sentences(error: ComptoirError) -> list[str]:
    """A refusal in the words of the shop, with what there is instead."""
    if isinstance(error, NotEnough):
        return [sentence for line in error.facts["lines"] for sentence in _instead(line)]  # type: ignore[attr-defined]
    if isinstance(error, TooMany) and error.field == "quantity":
        return [
            _("You can order %(most)s of one article at most. For more, please write to us.") % error.facts
        ]
    return [str(error)]


def _instead(line: Mapping[str, Any]) -> Iterable[str]:
    left = line["free"]
    if left:
        yield ngettext(
            "Only %(left)s of them is left: you can have it.", "Only %(left)s of them are left.", left
        ) % {"left": left}
    else:
        yield _("This one has just sold out.")
    if shops := ", ".join(place["name"] for place in line["elsewhere"]):
        yield _("You still find it at: %(shops)s.") % {"shops": shops}
    if line["alternatives"]:
        yield _("Other sizes or colours of it are still there.")


def _titles_of(product_ids: Iterable[int]) -> dict[int, str]:
    """How the catalogue calls what the channel does not show any more."""
    ids = set(product_ids)
    return dict(Product.objects.filter(pk__in=ids).values_list("pk", "title")) if ids else {}
