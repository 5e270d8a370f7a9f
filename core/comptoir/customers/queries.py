from django.db.models import QuerySet

from comptoir.channels.models import Location
from comptoir.customers.models import User


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
