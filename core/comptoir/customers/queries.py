from typing import Any

from django.db.models import QuerySet

from comptoir.channels.models import Location
from comptoir.customers.address.models import UserAddress
from comptoir.customers.models import Consent, User


def workplaces(user: User) -> QuerySet[Location]:
    """The active locations whose stock somebody of the staff may see and change; none for anybody else.

    All of them with the permission ``customers.work_everywhere``, else those of the account. *What* may be done there
    is said by the permissions of the models.
    """
    if not (user.is_active and user.is_staff):
        return Location.objects.none()
    places = Location.objects.filter(is_active=True)
    return places if user.has_perm("customers.work_everywhere") else places.filter(staff=user)


def works_at(user: User, location: Location) -> bool:
    """Whether a location is one of somebody's workplaces."""
    return workplaces(user).filter(pk=location.pk).exists()


def consents_of(user: User) -> dict[str, bool]:
    """What a customer allows at the moment, by purpose; what was never said is not in it."""
    rows = Consent.objects.filter(user=user).order_by("purpose", "-said_at", "-pk").distinct("purpose")
    return dict(rows.values_list("purpose", "is_given"))


def addresses_of(user: User) -> list[dict[str, Any]]:
    """The addresses a customer keeps, the proposed one first, as they are written everywhere; with their ``id``."""
    rows = UserAddress.objects.filter(user=user).order_by("-is_default_for_shipping", "pk")
    return [
        {
            "id": row.pk, "name": row.last_name, "street": row.line1, "street2": row.line2, "postcode": row.postcode,
            "city": row.line4, "country": row.country_id,
        }
        for row in rows
    ]  # fmt: skip
