"""Addresses of the web shop, below ``/<channel>/<locale>/``."""

from django.urls import path

from comptoir_web import browsing, lists, products
from comptoir_web.buying.urls import urlpatterns as buying

urlpatterns = [
    path("", browsing.home, name="home"),
    path("theme-<slug:version>.css", browsing.stylesheet, name="theme"),
    path("categories/<str:slug>", lists.category, name="category"),
    path("search", lists.search_page, name="search"),
    path("parts/suggestions", lists.suggestions, name="suggest"),
    path("products/<str:slug>", products.product, name="product"),
    path("parts/ways", products.ways, name="ways"),
    path("parts/seen", products.seen, name="seen"),
    *buying,
    # Last: whatever else there is may be the path of an editorial page.
    path("<path:path>", browsing.page, name="page"),
]
