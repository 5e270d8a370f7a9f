"""What reads messages."""

from django.db.models import QuerySet

from comptoir.customers.models import User
from comptoir.messaging.models import Message
from comptoir.orders.queries import orders_for


def messages_for(user: User) -> QuerySet[Message]:
    """The messages somebody of the staff may see, the latest first: those of the orders they may see.

    A link to pay has no order yet: it is for those who work everywhere.
    """
    rows = Message.objects.select_related("order")
    if user.is_superuser or user.has_perm("customers.work_everywhere"):
        return rows
    return rows.filter(order__in=orders_for(user).values("pk"))
