"""What reads reviews: who may write one, what is shown, and the ratings that documents carry."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Avg, Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from comptoir.customers.models import User
from comptoir.orders.models import Order, OrderLine
from comptoir.reviews.models import Review

#: So many of the newest reviews stand in a product's document.
NEWEST = 6
NOT_BOUGHT = (Order.State.UNPAID, Order.State.CANCELLED)


@dataclass(frozen=True)
class Rating:
    """What customers think of a product in sum. Units: ``average`` 1 to 5, with one decimal."""

    average: Decimal
    count: int
    newest: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {"average": str(self.average), "count": self.count}


def is_buyer(user_id: int, product_id: int) -> bool:
    """Whether a customer bought a piece of any variant of a product, and did not cancel it."""
    lines = OrderLine.objects.filter(order__user=user_id, quantity__gt=F("cancelled"))
    bought = lines.filter(Q(variant=product_id) | Q(variant__parent=product_id))
    return bought.exclude(order__state__in=NOT_BOUGHT).exists()


def own_review(user_id: int, product_id: int) -> Review | None:
    """What a customer has said of a product, whatever its state."""
    return Review.objects.filter(user=user_id, product=product_id).first()


def shown_reviews(product_id: int) -> QuerySet[Review]:
    """What everybody may read of a product, the newest first."""
    return Review.objects.filter(product=product_id, state=Review.State.APPROVED)


def ratings_of(product_ids: Iterable[int]) -> dict[int, Rating]:
    """The ratings of products that have any, with their newest reviews; one statement."""
    by_product: dict[str, Any] = {"partition_by": F("product")}
    numbered = Review.objects.filter(product__in=list(product_ids), state=Review.State.APPROVED).annotate(
        place=Window(RowNumber(), order_by=F("pk").desc(), **by_product),
        mean=Window(Avg("rating"), **by_product),
        many=Window(Count("pk"), **by_product),
    )
    found: dict[int, Rating] = {}
    for row in numbered.filter(place__lte=NEWEST).order_by("product", "place"):
        average = Decimal(row.mean).quantize(Decimal("0.1"), ROUND_HALF_UP)
        found.setdefault(row.product_id, Rating(average, row.many)).newest.append(review_json(row))
    return found


def review_json(review: Review) -> dict[str, Any]:
    """A review as everybody may read it."""
    return {
        "rating": review.rating,
        "title": review.title,
        "text": review.text,
        "name": review.name,
        "locale": review.locale,
        "written_on": review.written_at.date().isoformat(),
    }


def kept_of(user: User) -> list[dict[str, Any]]:
    """Everything a customer said, as they may take it away with them."""
    rows = user.reviews.select_related("product").order_by("pk")
    return [
        {**review_json(row), "product": row.product.handle, "state": row.state, "refusal": row.refusal}
        for row in rows
    ]
