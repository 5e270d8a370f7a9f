"""The addresses of the example shop, after those of the limits it is measured beside."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from comptoir_site.urls import urlpatterns as shop

#: Answers of real lists, stored whole: what a list could cost at best.
STORED_ANSWERS = "benchmark_answer"


def empty(request: HttpRequest) -> HttpResponse:
    """The least that this server with its middleware can answer."""
    return HttpResponse(b"{}", content_type="application/json")


def stored_document(request: HttpRequest, pk: int) -> HttpResponse:
    """One ``SELECT`` of the document of a product, sent as it is: the limit of a product's answer."""
    return _one("SELECT body FROM publishing_document WHERE id = %s", pk)


def stored_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """One ``SELECT`` of a text as long as a list of products, sent as it is: the limit of a list."""
    return _one(f"SELECT body FROM {STORED_ANSWERS} WHERE id = %s", pk)  # noqa: S608


def _one(statement: str, pk: int) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(statement, [pk])
        return HttpResponse(cursor.fetchone()[0], content_type="application/json")


# Below the API's own address, because the middleware for other origins works there only.
urlpatterns = [
    path("api/v1/limits/empty", empty),
    path("api/v1/limits/document/<int:pk>", stored_document),
    path("api/v1/limits/answer/<int:pk>", stored_answer),
    *shop,
]
