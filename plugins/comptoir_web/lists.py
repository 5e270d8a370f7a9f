"""Lists of products: a category, a search; with filters that stand in the address and work without JavaScript."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from comptoir.base.errors import InvalidValue
from comptoir.base.money import Money
from comptoir.conf import conf
from comptoir.publishing.texts import money_text
from comptoir.search.queries import Result, search, suggest
from comptoir.search.questions import Filters
from comptoir_web.seo import breadcrumbs, script_json
from comptoir_web.shop import Shop, open_page, shop_page

#: Facets that the page offers in another way than as a filter.
OFFERED_OTHERWISE = {"category"}
#: Most values a visitor can choose at once; more are no visitor.
CHOSEN_MOST = 40
PRICE_MOST = Decimal(1_000_000)
PICKS = 4


@dataclass(frozen=True)
class Chip:
    """One chosen filter, and the address of the list without it."""

    label: str
    href: str


class Listing:
    """One list as its address asks for it: the answer of the search, and the addresses of its neighbours."""

    def __init__(self, shop: Shop, *, text: str = "", category: str = "") -> None:
        self.shop, self.category = shop, category
        self.asked = shop.request.GET
        self.filters = _filters(self.asked, within=category)
        self.result = self._found(text)
        self.facets = [
            facet
            for facet in self.result.facets
            if len(facet.values) > 1 and (facet.code not in OFFERED_OTHERWISE or not category)
        ]

    @property
    def sorts(self) -> list[tuple[str, str]]:
        by_text = [("relevance", _("Best match"))] if self.result.text else [("featured", _("Our choice"))]
        others = [
            ("newest", _("New first")),
            ("price", _("Price, low to high")),
            ("-price", _("Price, high to low")),
            ("title", _("Name")),
        ]
        return by_text + others

    @property
    def is_filtered(self) -> bool:
        return bool(self.chips)

    @property
    def chips(self) -> list[Chip]:
        """What is chosen, each with a way to take it back."""
        chips = [
            Chip(value.label, self._address(without=("f", f"{facet.code}:{value.value}")))
            for facet in self.result.facets
            for value in facet.values
            if value.is_chosen and facet.code not in OFFERED_OTHERWISE
        ]
        if self.filters.in_stock:
            chips.append(Chip(_("In stock"), self._address(without=("in_stock", ""))))
        if self.filters.price_min is not None or self.filters.price_max is not None:
            label = _price_words(self.filters, self.shop)
            chips.append(Chip(label, self._address(without=("price_", ""))))
        return chips

    @property
    def bare(self) -> str:
        """The address of the list with nothing chosen."""
        return (
            f"?q={QueryDict.fromkeys(['q'], self.result.text).urlencode()[2:]}" if self.result.text else "?"
        )

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the form that sorts has to hand on."""
        return [
            (name, value)
            for name, values in self.asked.lists()
            if name not in ("sort", "page")
            for value in values[:CHOSEN_MOST]
        ]

    @property
    def following(self) -> str:
        return self._address(page=self.result.page + 1) if self.result.page < self.result.pages else ""

    @property
    def before(self) -> str:
        return self._address(page=self.result.page - 1) if self.result.page > 1 else ""

    def _found(self, text: str) -> Result:
        """The answer; the first page as it stands when the address asks for what there cannot be."""
        page, sort = _number(self.asked.get("page", "")), self.asked.get("sort", "")
        ask = {"filters": self.filters, "limit": conf.PAGE_SIZE}
        try:
            return search(self.shop.channel, self.shop.locale, text, sort=sort, page=page, **ask)
        except InvalidValue:
            return search(self.shop.channel, self.shop.locale, text, **ask)

    def _address(self, *, page: int = 0, without: tuple[str, str] | None = None) -> str:
        words = self.asked.copy()
        words.pop("page", None)
        if page:
            words["page"] = str(page)
        if without:
            key, value = without
            if value:
                words.setlist(key, [one for one in words.getlist(key) if one != value])
            else:
                for name in [name for name in words if name.startswith(key)]:
                    del words[name]
        return f"?{words.urlencode()}"


@open_page
def category(shop: Shop, slug: str) -> HttpResponse:
    trail = shop.frame.path_to(slug)
    if not trail:
        raise Http404(slug)
    listing = Listing(shop, category=slug)
    here = trail[-1]
    steps = [(row["name"], shop.url("category", row["slug"])) for row in trail]
    translations = _translations(shop, trail)
    canonical = shop.url("category", slug) + (
        f"?page={listing.result.page}" if listing.result.page > 1 else ""
    )
    crumbs = [(shop.name, shop.absolute(shop.home)), *((name, shop.absolute(path)) for name, path in steps)]
    context = {
        "category": here,
        "trail": steps[:-1],
        "listing": listing,
        "shelves": [row for row in here["children"] if row["in_menu"]],
        "translations": translations,
        "robots": "noindex, follow" if listing.is_filtered or shop.request.GET.get("sort") else "",
        "seo": {
            "title": here["name"],
            "description": here["description"],
            "canonical": shop.absolute(canonical),
            "alternates": {code: shop.absolute(path) for code, path in translations.items()},
            "json_ld": [script_json(breadcrumbs(crumbs))],
        },
    }
    return shop.render("category.html", context)


@shop_page
def search_page(shop: Shop) -> HttpResponse:
    text = shop.request.GET.get("q", "")[:200].strip()
    listing = Listing(shop, text=text) if text else None
    context = {
        "query": text,
        "listing": listing,
        "robots": "noindex, follow",
        "shelves": [row for row in shop.frame.categories if row["in_menu"]],
        "picks": [] if listing and (listing.result.total or listing.is_filtered) else _picks(shop),
        "translations": {code: shop.url("search", locale=code) for code in shop.channel.locales},
    }
    return shop.render("search.html", context)


def _picks(shop: Shop) -> list[dict[str, Any]]:
    """What the shop itself would show first, for whoever found nothing."""
    return search(shop.channel, shop.locale, limit=PICKS, with_facets=False).items


@open_page
def suggestions(shop: Shop) -> HttpResponse:
    """What somebody who is typing may mean, as a piece of a page."""
    text = shop.request.GET.get("q", "")[:100]
    found = suggest(shop.channel, shop.locale, text)
    return shop.render("parts/suggestions.html", {"found": found})


def _translations(shop: Shop, trail: Sequence[dict[str, Any]]) -> dict[str, str]:
    """The same category in the other languages, found by its place in the tree."""
    places, rows = [], shop.frame.categories
    for step in trail:
        places.append(next(place for place, row in enumerate(rows) if row["slug"] == step["slug"]))
        rows = step["children"]
    slugs = {code: frame.slug_at(places) for code, frame in shop.frames.items()}
    return {code: shop.url("category", slug, locale=code) for code, slug in slugs.items() if slug}


def _filters(asked: QueryDict, *, within: str) -> Filters:
    """What the address asks for; nonsense in it is left out, as nobody typed it."""
    category = "" if within else asked.get("category", "")[:255]
    attributes = tuple(one[:300] for one in asked.getlist("f")[:CHOSEN_MOST] if ":" in one.strip(":"))
    return Filters(
        categories=(category,) if category else (),
        attributes=tuple(one for one in attributes if "\0" not in one),
        price_min=_price(asked.get("price_min", "")),
        price_max=_price(asked.get("price_max", "")),
        in_stock=asked.get("in_stock") == "1",
        within=within,
    )


def _price(text: str) -> Decimal | None:
    try:
        price = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return price if price.is_finite() and 0 <= price <= PRICE_MOST else None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 5 and int(text) else 1


def _price_words(filters: Filters, shop: Shop) -> str:
    low, high = (
        None if limit is None else money_text(Money(limit, shop.channel.currency), shop.locale)
        for limit in (filters.price_min, filters.price_max)
    )
    if low is None:
        return _("up to %(high)s") % {"high": high}
    return _("from %(low)s") % {"low": low} if high is None else f"{low} – {high}"
