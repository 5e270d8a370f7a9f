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


@dataclass(frozen=True)
class Author:
    """Who says something of a product: a customer with an account, or whoever bought it with the line of an order."""

    product_id: int
    user_id: int | None
    line_id: int | None = None


def author_of_line(line: OrderLine) -> Author:
    """Who bought a line: the account of its order, else the guest who has only this line to show."""
    return Author(line.variant.parent_id or line.variant.pk, line.order.user_id, line.pk)


def is_buyer(author: Author) -> bool:
    """Whether somebody bought a piece of any variant of a product, and did not cancel it."""
    by = Q(order__user=author.user_id) if author.user_id else Q(pk=author.line_id)
    lines = OrderLine.objects.filter(by, quantity__gt=F("cancelled"))
    bought = lines.filter(Q(variant=author.product_id) | Q(variant__parent=author.product_id))
    return bought.exclude(order__state__in=NOT_BOUGHT).exists()


def own_review(author: Author) -> Review | None:
    """What somebody has said of a product, whatever its state."""
    by = Q(user=author.user_id) if author.user_id else Q(line=author.line_id)
    return Review.objects.filter(by, product=author.product_id).first()


def reviewable_lines(order: Order) -> list[OrderLine]:
    """What was bought with an order that has come: of each product that still exists the first line."""
    if order.state != Order.State.DONE:
        return []
    lines = order.lines.filter(quantity__gt=F("cancelled"), variant__isnull=False)
    by_product: dict[int, OrderLine] = {}
    for line in lines.select_related("variant", "order").order_by("pk"):
        by_product.setdefault(line.variant.parent_id or line.variant.pk, line)
    return list(by_product.values())


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
