"""Who of the staff may do what, and where: the session of the back office, a permission, a workplace."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja.errors import HttpError
from ninja.security import SessionAuth

from comptoir.base.errors import ComptoirError, InvalidValue
from comptoir.channels.models import Location
from comptoir.customers.models import User
from comptoir.customers.queries import works_at


class CsrfFailed(ComptoirError):
    """A request with a session's cookie did not prove that it comes from a page of ours."""

    code = "csrf_failed"
    status = 403
    sentence = _("Send the token of the cookie csrftoken as the header X-CSRFToken.")


class NotAllowed(ComptoirError):
    """Somebody is logged in, but lacks the permission."""

    code = "not_allowed"
    status = 403
    sentence = _("You may not do this.")


class NotYourLocation(ComptoirError):
    """Somebody may do this, but not at this location."""

    code = "not_your_location"
    status = 403
    sentence = _("You do not work at {location}.")


class StaffSession(SessionAuth):
    """The session of somebody of the staff, as the back office opens it; writes need its CSRF token."""

    def __call__(self, request: HttpRequest) -> User | None:
        try:
            return super().__call__(request)
        except HttpError as error:
            raise CsrfFailed from error

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:
        user = super().authenticate(request, key)
        if user is not None and not user.is_staff:
            raise NotAllowed
        return user


def check_permission(request: HttpRequest, permission: str) -> User:
    """The person at work. Errors: ``NotAllowed`` without the permission, such as ``partner.add_movement``."""
    user: User = request.auth  # type: ignore[attr-defined]
    if not user.has_perm(permission):
        raise NotAllowed
    return user


def workplace(user: User, code: str, *, field: str = "location") -> Location:
    """The location with this code, where the person works.

    Errors: ``InvalidValue`` if there is none, ``NotYourLocation``.
    """
    location = any_place(code, field=field)
    if not works_at(user, location):
        raise NotYourLocation(field=field, location=location.name)
    return location


def any_place(code: str, *, field: str) -> Location:
    """The active location with this code, wherever the person works. Errors: ``InvalidValue``."""
    location = Location.objects.filter(code=code, is_active=True).first()
    if location is None:
        raise InvalidValue(field=field, value=code)
    return location
