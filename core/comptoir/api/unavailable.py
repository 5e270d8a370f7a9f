"""While the database is away: 503 and when to come again, instead of an error nobody can act on."""

import sys
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.views import defaults

from comptoir.api.errors import refused
from comptoir.base.away import is_away
from comptoir.base.errors import ComptoirError

RETRY_AFTER_S = 5


class Unavailable(ComptoirError):
    """The database cannot be reached. Whoever asks again, with the same ``Idempotency-Key``, loses and doubles nothing."""

    code = "unavailable"
    status = 503
    sentence = _("The shop cannot be reached at the moment. Please try again in a few seconds.")


class UnavailableMiddleware:
    """Answers for any view, of the API, the pages and the back office, that found no database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Called by Django for what a view raised."""
        return unavailable(request) if is_away(error) else None


def server_error(request: HttpRequest) -> HttpResponse:
    """What Django's ``handler500`` answers: addresses are looked up in the database, too, before there is any view."""
    error = sys.exc_info()[1]
    return unavailable(request) if error and is_away(error) else defaults.server_error(request)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503 with the time to wait: a problem for programs, a page for people."""
    refusal = Unavailable()
    if request.path.startswith("/api/"):
        response = refused(request, refusal)
    else:  # without the request: whoever asks it for its user asks the database
        page = render_to_string("comptoir/api/unavailable.html", {"sentence": str(refusal)})
        response = HttpResponse(page, status=refusal.status, headers={"Cache-Control": "no-store"})
    response["Retry-After"] = str(RETRY_AFTER_S)
    return response
