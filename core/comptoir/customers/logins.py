"""What every way to log in has in common."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest


def login_name(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """What somebody who logs in calls themselves, whichever form it was typed into: failures count by it and the address.

    The back office asks for a ``username``, web shops for an ``email`` (as ``login`` in django-allauth's form).
    """
    said = credentials or request.POST
    return next(
        (str(said[name]).strip().lower() for name in ("username", "email", "login") if said.get(name)), ""
    )
