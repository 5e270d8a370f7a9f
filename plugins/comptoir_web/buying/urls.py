"""Addresses of what is a visitor's own: basket, checkout, orders, account."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
