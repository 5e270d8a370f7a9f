"""What people see where no theme stands: an address that is none, a view that breaks, no database, another host."""

from types import ModuleType

import psycopg
import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from django.urls.resolvers import RoutePattern, URLPattern

from comptoir.channels.pages import page_urls

pytestmark = pytest.mark.django_db


def breaks(request):
    raise RuntimeError("a secret of the house")


def takes(request):
    return HttpResponse()


class LookedUp(RoutePattern):
    """An address that is looked up in a database that is away, as those of channels are."""

    def match(self, path):
        if path.startswith(str(self)):
            raise OperationalError("gone") from psycopg.OperationalError("gone")


@pytest.fixture
def site(settings, shop):
    """A site with pages that break, set up as README.md of ``api`` says."""
    settings.ROOT_URLCONF = urls = ModuleType("urls_that_break")
    urls.handler500 = "comptoir.api.unavailable.server_error"
    looked_up = [URLPattern(LookedUp(route), takes) for route in ("away", "api/away")]
    urls.urlpatterns = [path("breaks", breaks), path("takes", takes), *looked_up, *page_urls()]
    return shop


def visit(
    address: str, method: str = "GET", *, language: str = "en", **more
) -> tuple[int, str, HttpResponse]:
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    answer = client.generic(method, address, headers={"accept-language": language}, **more)
    return answer.status_code, answer.content.decode(), answer


@pytest.mark.parametrize(
    ("said", "status", "sentence"),
    [
        ({"address": "/nowhere/at/all"}, 404, "This page is not here"),
        ({"address": "/breaks"}, 500, "Something went wrong on our side"),
        ({"address": "/away"}, 503, "Back in a moment"),
        ({"address": "/nowhere", "SERVER_NAME": "else.example"}, 400, "We could not understand this"),
        ({"address": "/takes", "method": "POST"}, 403, "This form could not be sent"),
    ],
)
def test_whatever_goes_wrong_outside_of_a_shop_has_a_page_that_needs_nothing(site, said, status, sentence):
    found, page, _answer = visit(**said)
    assert (found, sentence in page) == (status, True)
    assert 'lang="en"' in page and 'name="viewport"' in page and "noindex" in page
    for outside in ("<script", "stylesheet", "src=", "secret", "http:"):
        assert outside not in page


def test_it_is_said_in_the_language_of_whoever_reads_it(site):
    for address in ("/nowhere", "/breaks", "/away"):
        assert 'lang="fr"' in visit(address, language="fr")[1]


def test_an_address_that_cannot_be_looked_up_says_when_to_come_again_to_people_and_programs(site):
    assert visit("/away")[2].headers["Retry-After"] == "5"
    answer = visit("/api/away")[2]
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


def test_who_only_knows_the_name_of_the_house_comes_to_its_first_open_shop(site):
    assert visit("/")[0] == 404
    site.channel("till", plugin="store", position=0)
    site.channel("closed", plugin="web", position=1, is_public=False)
    site.channel("second", plugin="web", position=3)
    site.channel("first", plugin="web", position=2)
    assert visit("/")[2].headers["Location"] == "/first/"
