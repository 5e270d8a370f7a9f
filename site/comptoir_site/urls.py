"""Addresses of the example shop: the API, the editors' tools, pictures."""

from django.urls import include, path, re_path
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.api.v3.urls import api as wagtail_api
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.images.views.serve import ServeView

from comptoir.api.api import build_api

urlpatterns = [
    path("api/cms/", wagtail_api.urls),
    path("api/v1/", build_api().urls),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    re_path(r"^pictures/([^/]*)/(\d*)/([^/]*)$", ServeView.as_view(), name="picture"),
]
