"""Puts products, their texts and the menus into the back office."""

from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSet
from wagtail.snippets.models import register_snippet

from comptoir.content.backoffice.product_viewset import ProductViewSet
from comptoir.content.backoffice.texts import MenuViewSet, ProductChooserViewSet, TextViewSet

register_snippet(TextViewSet)
register_snippet(MenuViewSet)


@hooks.register("register_admin_viewset")
def register_screens() -> list[ViewSet]:
    return [ProductViewSet(), ProductChooserViewSet("product_chooser")]
