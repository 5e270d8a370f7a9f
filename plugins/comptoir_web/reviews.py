"""Reviews: all of one product, and the form for customers who bought it."""

from typing import Any

import orjson
from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from comptoir.base.errors import ComptoirError
from comptoir.publishing import queries
from comptoir.reviews.models import NAME_MAX, TEXT_MAX, TITLE_MAX
from comptoir.reviews.queries import is_buyer, own_review, review_json, shown_reviews
from comptoir.reviews.services import write_review
from comptoir_web.account.pages import members_page
from comptoir_web.buying.forms import ShopForm, text_field
from comptoir_web.buying.limits import limited
from comptoir_web.shop import Shop, open_page

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


@members_page
@limited("RATE_REVIEWS")
def review(shop: Shop, slug: str) -> HttpResponse:
    """The form, with what was said before; who did not buy it is told so."""
    document, user = _document(shop, slug), shop.request.user
    product_id = queries.shown_product(shop.channel, shop.locale, slug) or 0
    own = own_review(user.pk, product_id)
    context: dict[str, Any] = {"document": document, "own": own, "robots": "noindex"}
    if not is_buyer(user.pk, product_id):
        return shop.render("review.html", context)
    if shop.request.method != "POST":
        before = review_json(own) if own else {"name": user.first_name}
        return shop.render("review.html", {**context, "form": ReviewForm(initial=before)})
    form = ReviewForm(shop.request.POST)
    if form.is_valid():
        try:
            write_review(
                user=user,
                product_id=product_id,
                channel_id=shop.channel.id,
                locale=shop.locale,
                **form.cleaned_data,
            )
            return redirect(shop.url("review", slug))
        except ComptoirError as error:
            if not form.blame(error):
                context["sentences"] = [str(error)]
    return shop.render("review.html", {**context, "form": form}, status=422)


def _document(shop: Shop, slug: str) -> dict[str, Any]:
    body = queries.product_by_slug(shop.channel, shop.locale, slug)
    if body is None:
        raise Http404(slug)
    return orjson.loads(body)
