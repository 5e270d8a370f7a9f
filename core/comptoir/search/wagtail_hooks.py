"""Puts synonyms, boosts and searches without result into the back office, and what an administrator can grant."""

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSet, ViewSetGroup

from comptoir.search.backoffice.rules import BoostViewSet, MissViewSet, SynonymViewSet


class SearchGroup(ViewSetGroup):
    """What merchandisers tune the search with."""

    menu_label = gettext_lazy("Search of the shop")
    menu_icon = "search"
    menu_name = "shop-search"
    menu_order = 270
    items = (SynonymViewSet, BoostViewSet)


@hooks.register("register_admin_viewset")
def register_screens() -> list[ViewSet | ViewSetGroup]:
    return [SearchGroup(), MissViewSet()]


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    """Changing synonyms and boosts, seeing what nobody found."""
    tuned = [f"{verb}_{model}" for verb in ("add", "change", "delete") for model in ("synonym", "boost")]
    return Permission.objects.filter(content_type__app_label="search", codename__in=[*tuned, "view_miss"])
