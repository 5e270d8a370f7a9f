"""Puts imports and exports into the back office, below “Catalogue”."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from comptoir.imports.backoffice import views


class ImportMenuItem(MenuItem):
    """Shown to people who may add and change products."""

    def is_shown(self, request: HttpRequest) -> bool:
        return views.may_import(request)


@hooks.register("register_admin_urls")
def import_urls() -> list[URLPattern]:
    return [
        path("comptoir/imports/", views.index, name="comptoir_imports"),
        path("comptoir/imports/export/", views.export, name="comptoir_export"),
        path("comptoir/imports/<int:pk>/", views.show, name="comptoir_import"),
        path("comptoir/imports/<int:pk>/confirm/", views.confirm, name="comptoir_import_confirm"),
        path("comptoir/imports/<int:pk>/cancel/", views.cancel, name="comptoir_import_cancel"),
        path("comptoir/imports/<int:pk>/problems.csv", views.report, name="comptoir_import_report"),
    ]


@hooks.register("register_catalogue_menu_item")
def import_menu_item() -> MenuItem:
    return ImportMenuItem(
        _("Import and export"), reverse("comptoir_imports"), name="imports", icon_name="upload", order=900
    )
