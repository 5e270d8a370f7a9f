"""Reading drafts with a signed token: a release, or one text or page, as a channel will show it."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router, Schema

from comptoir.api.http import open_channel_for
from comptoir.api.schemas import Problem, ProductDocument
from comptoir.base.errors import InvalidValue, NotFound
from comptoir.channels.queries import ChannelContext
from comptoir.publishing.drafts import previewed_items, previewed_product

router = Router()


class PreviewedProblem(Schema):
    code: str
    message: str
    field: str
    blocks: bool


class PreviewedItem(Schema):
    """``document`` is null where the channel will not show the item; ``state`` and ``problems`` say why."""

    kind: str
    title: str
    locale: str
    state: str
    reason: str
    problems: list[PreviewedProblem]
    document: dict[str, Any] | None


class PreviewedRelease(Schema):
    release: str | None
    at: str
    items: list[PreviewedItem]


@router.get(
    "/preview/{token}",
    response={200: PreviewedRelease, 404: Problem, 422: Problem},
    operation_id="preview",
    summary="The drafts of a release, as this channel will show them",
)
def preview(request: HttpRequest, channel: Path[str], token: str, locale: str = "") -> HttpResponse:
    """For whoever has the token, for some days. Nothing of it is stored or may be cached."""
    context = _open(request, channel, locale)
    return _private(previewed_items(token, channel_id=context.id, locale=locale))


@router.get(
    "/preview/{token}/products/{slug}",
    response={200: ProductDocument, 404: Problem, 422: Problem},
    operation_id="preview_product",
    summary="A product of a release by its slug, as this channel will show it",
)
def preview_product(
    request: HttpRequest, channel: Path[str], token: str, slug: str, locale: str = ""
) -> HttpResponse:
    context = _open(request, channel, locale)
    product = previewed_product(token, channel_id=context.id, locale=locale, slug=slug)
    if product is None:
        raise NotFound()
    return _private(product)


def _open(request: HttpRequest, code: str, locale: str) -> ChannelContext:
    context = open_channel_for(request, code)
    if locale and locale not in context.locales:
        raise InvalidValue(field="locale", value=locale)
    return context


def _private(value: Any) -> HttpResponse:
    response = HttpResponse(orjson.dumps(value), content_type="application/json")
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
