"""What changes reviews: customers write them, the house decides, and they go with the customer."""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError, InvalidValue
from comptoir.customers.models import User
from comptoir.events.services import record_event, record_events
from comptoir.orders.models import OrderLine
from comptoir.reviews.models import NAME_MAX, TEXT_MAX, TITLE_MAX, Review
from comptoir.reviews.queries import Author, is_buyer, own_review
from comptoir.reviews.words import plain_line, plain_text


class NotBought(ComptoirError):
    """Only who bought something can say how it is."""

    code = "not_bought"
    status = 403
    sentence = _("Only customers who bought this with their account can review it.")


class TooLong(ComptoirError):
    """More was typed than is kept."""

    code = "too_long"
    status = 422
    public_facts = ("most",)
    sentence = _("This is too long: {most} characters at most.")


class Missing(ComptoirError):
    """Something that has to be said was left empty."""

    code = "missing"
    status = 422
    sentence = _("Please write something here.")


@transaction.atomic
def write_review(
    *,
    author: Author,
    channel_id: int,
    locale: str,
    rating: int,
    title: str,
    text: str = "",
    name: str,
) -> Review:
    """Keep what a customer says of a product they bought, until somebody of the house has looked at it.

    What they said before of the same product is replaced, and not shown any more.
    Units: ``rating`` 1 to 5. Errors: ``InvalidValue``, ``Missing``, ``TooLong`` naming the field, ``NotBought``.
    """
    if rating not in range(1, 6):
        raise InvalidValue(field="rating", value=rating)
    words = {
        "title": _checked("title", plain_line(title), TITLE_MAX),
        "text": _checked("text", plain_text(text), TEXT_MAX, needed=False),
        "name": _checked("name", plain_line(name), NAME_MAX),
    }
    if not is_buyer(author):
        raise NotBought()
    _lock(author)
    before = own_review(author)
    if before:
        before.delete()
        if before.state == Review.State.APPROVED:
            record_event("product_changed", subject_id=author.product_id)
    return Review.objects.create(
        **vars(author), channel_id=channel_id, locale=locale, rating=rating, written_at=clock.now(), **words
    )


def _lock(author: Author) -> None:
    """Of two clicks the second finds what the first wrote."""
    if author.user_id:
        User.objects.select_for_update(no_key=True).get(pk=author.user_id)
    else:
        OrderLine.objects.select_for_update(no_key=True).get(pk=author.line_id)


@transaction.atomic
def decide_reviews(*, ids: Collection[int], state: str, actor: User, refusal: str = "") -> int:
    """Approve or reject reviews; returns how many were in another state before.

    Errors: ``InvalidValue`` for a state nobody can decide, or a rejection without a reason.
    """
    if state not in (Review.State.APPROVED, Review.State.REJECTED):
        raise InvalidValue(field="state", value=state)
    if (state == Review.State.REJECTED) != (refusal in Review.Refusal.values):
        raise InvalidValue(field="refusal", value=refusal)
    rows = Review.objects.select_for_update().filter(pk__in=ids).exclude(state=state).order_by("pk")
    changed = {review.pk: review for review in rows}
    Review.objects.filter(pk__in=changed).update(
        state=state, refusal=refusal, decided_at=clock.now(), decided_by=actor
    )
    is_seen = {Review.State.APPROVED: Review.State.values, Review.State.REJECTED: [Review.State.APPROVED]}
    shown = {review.product_id for review in changed.values() if review.state in is_seen[state]}
    record_events("product_changed", subject_ids=sorted(shown))
    return len(changed)


@transaction.atomic
def forget_reviews(*, user: User) -> None:
    """Take away everything a customer said, on every channel."""
    shown = user.reviews.filter(state=Review.State.APPROVED).values_list("product_id", flat=True)
    record_events("product_changed", subject_ids=sorted(shown))
    user.reviews.all().delete()


def _checked(field: str, text: str, most: int, *, needed: bool = True) -> str:
    if needed and not text:
        raise Missing(field=field)
    if len(text) > most:
        raise TooLong(field=field, most=most)
    return text
