"""Puts the catalogue into the back office, below “Catalogue”, and the assortment on the channel screen."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.snippets.models import register_snippet

from comptoir.catalogue.backoffice.assortment import assortment_part
from comptoir.catalogue.backoffice.categories import CategoryViewSet
from comptoir.catalogue.backoffice.classes import ProductClassViewSet
from comptoir.channels.backoffice.places import FORM_PARTS

register_snippet(CategoryViewSet)
hooks.register(FORM_PARTS, assortment_part)


class CatalogueGroup(ViewSetGroup):
    """What is sold; other contexts add their screens by the hook."""

    menu_label = _("Catalogue")
    menu_name = "catalogue"
    menu_icon = "tag"
    menu_order = 150
    submenu_hook = "register_catalogue_menu_item"


@hooks.register("register_admin_viewset")
def register_screens() -> list[ModelViewSet | ViewSetGroup]:
    return [CatalogueGroup(), ProductClassViewSet()]
