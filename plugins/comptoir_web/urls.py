"""Addresses of the web shop, below ``/<channel>/<locale>/``."""

from django.urls import path

from comptoir_web import browsing, having, lists, products, reviews, shops
from comptoir_web.buying.urls import urlpatterns as buying

urlpatterns = [
    path("", browsing.home, name="home"),
    path("theme-<slug:version>.css", browsing.stylesheet, name="theme"),
    path("categories/<str:slug>", lists.category, name="category"),
    path("search", lists.search_page, name="search"),
    path("parts/suggestions", lists.suggestions, name="suggest"),
    path("products/<str:slug>", products.product, name="product"),
    path("products/<str:slug>/reviews", reviews.all_reviews, name="reviews"),
    path("products/<str:slug>/review", reviews.review, name="review"),
    path("orders/<str:number>/review/<int:line_id>", reviews.order_review, name="order_review"),
    path("products/<str:slug>/shops", having.in_shops, name="in_shops"),
    path("my-shop", having.my_shop, name="my_shop"),
    path("parts/ways", having.ways, name="ways"),
    path("parts/seen", products.seen, name="seen"),
    path("shops", shops.shops, name="shops"),
    path("shops/<slug:code>", shops.one_shop, name="one_shop"),
    path("contact", shops.contact, name="contact"),
    path("legal", shops.legal, name="legal"),
    path("sitemap.xml", shops.sitemap, name="sitemap"),
    *buying,
    # Last: whatever else there is may be the path of an editorial page.
    path("<path:path>", browsing.page, name="page"),
]
