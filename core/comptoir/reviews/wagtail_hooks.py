"""Puts the list of reviews into the back office, and what can be done with many at once."""

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from wagtail import hooks

from comptoir.reviews.backoffice.reviews import ApproveReviews, RejectReviews, ReviewsViewSet

hooks.register("register_bulk_action", ApproveReviews)
hooks.register("register_bulk_action", RejectReviews)


@hooks.register("register_admin_viewset")
def register_screens() -> ReviewsViewSet:
    return ReviewsViewSet()


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    """Reading reviews, and deciding about them: what an administrator can grant to a group."""
    return Permission.objects.filter(
        content_type__app_label="reviews", codename__in=["view_review", "change_review"]
    )
