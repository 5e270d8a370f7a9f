"""Addresses of the example shop: the API, the editors' tools, pictures, the plugins' pages, the demo's front pages."""

from django.conf import settings
from django.urls import include, path, re_path
from django.views.decorators.cache import cache_control
from django.views.static import serve
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.api.v3.urls import api as wagtail_api
from wagtail.documents import urls as wagtaildocs_urls

from comptoir.api.api import build_api
from comptoir.api.health import healthz
from comptoir.channels.pages import page_urls
from comptoir.content.serving import PictureView

handler500 = "comptoir.api.unavailable.server_error"

#: A picture's address changes with its content, so it can be kept for a year.
picture = cache_control(public=True, max_age=31_536_000, immutable=True)(PictureView.as_view())

urlpatterns = [
    path("healthz", healthz),
    path("api/cms/", wagtail_api.urls),
    path("api/v1/", build_api().urls),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    re_path(r"^pictures/([^/]*)/(\d*)/([^/]*)$", picture, name="picture"),
]

if settings.DEMO:
    from comptoir_site import front

    urlpatterns += [
        path("", front.home, name="home"),
        path("language/", include("django.conf.urls.i18n")),
        re_path(r"^media/(?P<path>.*)$", serve, {"document_root": settings.MEDIA_ROOT}),
    ]

# The addresses that documents name (comptoir.publishing.addresses): last, as a channel may be called anything.
urlpatterns += page_urls()

if settings.DEMO:
    urlpatterns += [
        path("<slug:code>/", front.any_language, name="any-language"),
        path("<slug:code>/<slug:locale>/", front.channel, name="channel"),
        path("<slug:code>/<slug:locale>/categories/<str:category>", front.channel, name="category"),
        path("<slug:code>/<slug:locale>/products/<str:slug>", front.product, name="product"),
        path("<slug:code>/<slug:locale>/<path:path>", front.page, name="page"),
    ]
