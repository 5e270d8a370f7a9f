"""Addresses of the web shop, below ``/<channel>/<locale>/``."""

from django.urls import path

from comptoir_web import browsing
from comptoir_web.buying.urls import urlpatterns as buying

urlpatterns = [
    path("", browsing.home, name="home"),
    path("theme-<slug:version>.css", browsing.stylesheet, name="theme"),
    *buying,
    # Last: whatever else there is may be the path of an editorial page.
    path("<path:path>", browsing.page, name="page"),
]
