"""What publishing brings to the back office: previews, readiness, releases."""

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks

from comptoir.catalogue.models import Product
from comptoir.publishing.backoffice.panels import product_panel
from comptoir.publishing.backoffice.preview import preview_screen
from comptoir.publishing.backoffice.releases import ReleaseViewSet


@hooks.register("register_admin_urls")
def preview_urls() -> list[URLPattern]:
    return [path("comptoir/preview/<str:model>/<int:pk>/", preview_screen, name="comptoir_preview")]


@hooks.register("register_admin_viewset")
def release_screens() -> Any:
    return ReleaseViewSet("releases", url_prefix="comptoir/releases")


@hooks.register("register_permissions")
def release_permissions() -> QuerySet[Permission]:
    return Permission.objects.filter(content_type__app_label="publishing", codename="publish_release")


@hooks.register("insert_global_admin_css")
def backoffice_css() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("comptoir/publishing/backoffice.css"))


@hooks.register("comptoir_product_panels")
def readiness_of_product(request: HttpRequest, product: Product) -> SafeString:
    return product_panel(request, product)
