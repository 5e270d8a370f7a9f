"""What customers say of a product: everybody reads what was approved, who bought it writes."""

from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Query, Router, Schema
from ninja.decorators import decorate_view
from ninja.errors import HttpError
from ninja.utils import check_csrf

from comptoir.api.basket_answers import private_answer
from comptoir.api.http import chosen_locale, json_answer, open_channel_for
from comptoir.api.idempotency import once
from comptoir.api.limits import AddressLimit
from comptoir.api.orders import page_of
from comptoir.api.schemas import Problem, Rating, Review
from comptoir.base.errors import NotFound
from comptoir.channels.queries import ChannelContext
from comptoir.publishing.queries import shown_product
from comptoir.reviews.queries import Author, ratings_of, review_json, shown_reviews
from comptoir.reviews.services import write_review

router = Router()


class ReviewPage(Schema):
    rating: Rating | None
    items: list[Review]
    next: str | None


class ReviewIn(Schema):
    """Writing again replaces what the same customer said before of the same product."""

    rating: int = Field(description="1 to 5", examples=[5])
    title: str = Field(max_length=1000, examples=["Falls well"])
    text: str = Field("", max_length=20_000)
    name: str = Field(max_length=1000, description="shown beside it", examples=["Camille M."])


class ReviewOut(Review):
    state: str = Field(description="`pending` until somebody of the house has read it")


@router.get(
    "/products/{slug}/reviews",
    response={200: ReviewPage, 404: Problem, 422: Problem},
    operation_id="reviews",
    summary="What customers say of a product, the newest first",
)
def reviews(
    request: HttpRequest,
    channel: Path[str],
    slug: str,
    locale: str = "",
    cursor: str = "",
    limit: int | None = Query(None, ge=1),
) -> HttpResponse:
    """Each was written by a customer who bought it, and read by the house before it is shown here."""
    context = open_channel_for(request, channel)
    language = chosen_locale(request, context, locale)
    product = _product(context, language, slug)
    rating = ratings_of([product]).get(product)
    page = page_of(shown_reviews(product), cursor, limit, "reviews", review_json)
    answer = {"rating": rating.as_json() if rating else None, **page}
    return json_answer(request, context, language, answer)


@router.post(
    "/products/{slug}/reviews",
    response={202: ReviewOut, 401: Problem, 403: Problem, 404: Problem, 422: Problem, 429: Problem},
    operation_id="write_review",
    summary="Say something about a product one has bought",
    throttle=[AddressLimit("RATE_REVIEWS")],
)
@decorate_view(once)
def write(request: HttpRequest, channel: Path[str], slug: Path[str], body: ReviewIn) -> HttpResponse:
    """For the customer who is logged in. It is shown once somebody of the house has read it."""
    context = open_channel_for(request, channel)
    if not request.user.is_authenticated:
        raise HttpError(401, "Unauthorized")
    if check_csrf(request):
        raise HttpError(403, "CSRF check failed")
    language = chosen_locale(request, context)
    review = write_review(
        author=Author(_product(context, language, slug), request.user.pk),
        channel_id=context.id,
        locale=language,
        **body.dict(),
    )
    return private_answer({**review_json(review), "state": review.state}, status=202)


def _product(channel: ChannelContext, locale: str, slug: str) -> int:
    """The product that a slug shows on a channel. Errors: ``NotFound``."""
    found = shown_product(channel, locale, slug)
    if found is None:
        raise NotFound()
    return found
