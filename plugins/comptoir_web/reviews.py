"""Reviews: all of one product, and the form for customers who bought it, with an account or as a guest."""

from collections.abc import Sequence
from typing import Any

import orjson
from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods

from comptoir.base.errors import ComptoirError, NotFound
from comptoir.orders.models import OrderLine
from comptoir.publishing import queries
from comptoir.reviews.models import NAME_MAX, TEXT_MAX, TITLE_MAX
from comptoir.reviews.queries import (
    Author,
    author_of_line,
    is_buyer,
    own_review,
    review_json,
    reviewable_lines,
    shown_reviews,
)
from comptoir.reviews.services import write_review
from comptoir_web.buying.cookies import own_order, own_orders
from comptoir_web.buying.forms import ShopForm, text_field
from comptoir_web.buying.limits import limited
from comptoir_web.shop import Shop, open_page, shop_page

PAGE = 20


class ReviewForm(ShopForm):
    """What a customer says of a product."""

    rating = forms.TypedChoiceField(
        label=_("How is it?"),
        coerce=int,
        choices=[
            (1, pgettext_lazy("rating", "bad")),
            (2, pgettext_lazy("rating", "poor")),
            (3, pgettext_lazy("rating", "fair")),
            (4, pgettext_lazy("rating", "good")),
            (5, pgettext_lazy("rating", "very good")),
        ],
        error_messages={"required": _("Choose one to five stars."), "invalid_choice": _("Choose one to five stars.")},
    )  # fmt: skip
    title = text_field(_("In a few words"), "off", _("Say it in a few words."), most=TITLE_MAX)
    text = forms.CharField(
        label=_("More, if you like (optional)"),
        required=False,
        max_length=TEXT_MAX,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"max_length": _("This is too long: %(limit_value)d characters at most.")},
    )
    name = text_field(
        _("Your name as others see it"),
        "nickname",
        _("Say how you want to be called."),
        most=NAME_MAX,
        help_text=_("A first name is enough."),
    )


@open_page
def all_reviews(shop: Shop, slug: str) -> HttpResponse:
    """Every review of a product that is shown, the newest first."""
    document = _document(shop, slug)
    page = shop.request.GET.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 5 and int(page) else 1
    rows = shown_reviews(queries.shown_product(shop.channel, shop.locale, slug) or 0)
    found = list(rows[(number - 1) * PAGE : number * PAGE + 1])
    context = {
        "document": document,
        "reviews": [review_json(row) for row in found[:PAGE]],
        "before": number - 1,
        "following": number + 1 if len(found) > PAGE else 0,
        "robots": "noindex, follow",
    }
    return shop.render("reviews.html", context)


@require_http_methods(["GET", "POST"])
@shop_page
@limited("RATE_REVIEWS")
def review(shop: Shop, slug: str) -> HttpResponse:
    """The form for the customer who is logged in, or bought it as a guest in this browser; others are told how to come by it."""
    document, user = _document(shop, slug), shop.request.user
    author = Author(queries.shown_product(shop.channel, shop.locale, slug) or 0, user.pk)
    if user.is_authenticated and is_buyer(author):
        return _written(shop, author, document["title"], shop.url("product", slug), name=user.first_name)
    for line in (one for order in own_orders(shop) for one in reviewable_lines(order)):
        if author_of_line(line).product_id == author.product_id:
            return redirect(shop.url("order_review", line.order.number, line.pk))
    back = {"title": document["title"], "back_url": shop.url("product", slug), "robots": "noindex"}
    return shop.render("review_how.html", back)


@require_http_methods(["GET", "POST"])
@shop_page
@limited("RATE_REVIEWS")
def order_review(shop: Shop, number: str, line_id: int) -> HttpResponse:
    """The form for a line of an order that has come, for whoever may follow the order: a guest has no other proof."""
    order = own_order(shop, number)
    line = next((one for one in reviewable_lines(order) if one.pk == line_id), None)
    if line is None:
        raise NotFound()
    return _written(
        shop, author_of_line(line), line.title, shop.url("order", number), name=order.name.split(" ")[0]
    )


def review_links(shop: Shop, lines: Sequence[OrderLine]) -> list[dict[str, Any]]:
    """What can be said of the lines of an order: the address of each form, and whether something was said."""
    return [
        {
            "title": line.title,
            "url": shop.url("order_review", line.order.number, line.pk),
            "own": own_review(author_of_line(line)),
        }
        for line in lines
    ]


def _written(shop: Shop, author: Author, title: str, back_url: str, *, name: str) -> HttpResponse:
    """The form with what was said before, what is wrong with it, or the thanks."""
    own = own_review(author)
    context: dict[str, Any] = {"title": title, "back_url": back_url, "own": own, "robots": "noindex"}
    if shop.request.method != "POST":
        before = review_json(own) if own else {"name": name}
        return shop.render("review.html", {**context, "form": ReviewForm(initial=before)})
    form = ReviewForm(shop.request.POST)
    if form.is_valid():
        try:
            write_review(author=author, channel_id=shop.channel.id, locale=shop.locale, **form.cleaned_data)
            return redirect(shop.request.path)
        except ComptoirError as error:
            if not form.blame(error):
                context["sentences"] = [str(error)]
    return shop.render("review.html", {**context, "form": form}, status=422)


def _document(shop: Shop, slug: str) -> dict[str, Any]:
    body = queries.product_by_slug(shop.channel, shop.locale, slug)
    if body is None:
        raise Http404(slug)
    return orjson.loads(body)
