"""The page of the back office that shows the last saved draft of an item on all its channels."""

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe
from wagtail.permissions import policy_registry

from comptoir.content.models import PAGE_TYPES, EditorialPage, ProductContent
from comptoir.publishing.backoffice.boards import board_alone
from comptoir.publishing.readiness import Draft


@require_safe
@never_cache
@xframe_options_sameorigin
def preview_screen(request: HttpRequest, model: str, pk: int) -> HttpResponse:
    """All channels side by side at ``?at=``, limited to ``?channel=``; an earlier state by ``?revision=``."""
    item = _item(model, pk)
    if not may_edit(request.user, item):
        raise PermissionDenied
    board = board_alone(_state(item, request.GET.get("revision", "")), request)
    return TemplateResponse(request, "comptoir/publishing/preview.html", {"object": item, "board": board})


def may_edit(user: object, item: Draft) -> bool:
    """Whether a member of staff may change a text or page, and so see its drafts."""
    if isinstance(item, EditorialPage):
        return item.permissions_for_user(user).can_edit()
    return policy_registry.get_by_type(type(item)).user_has_permission_for_instance(user, "change", item)


def _item(label: str, pk: int) -> Draft:
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError) as error:
        raise Http404 from error
    if model not in (ProductContent, *PAGE_TYPES):
        raise Http404
    return get_object_or_404(model, pk=pk)


def _state(item: Draft, revision: str) -> Draft:
    if not revision:
        return item.get_latest_revision_as_object()
    if not revision.isdecimal():
        raise Http404
    return get_object_or_404(item.revisions, pk=revision).as_object()
