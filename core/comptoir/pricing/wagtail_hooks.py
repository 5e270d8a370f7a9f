"""Lets an administrator grant the changing of prices to a group; prices are edited on the product screen."""

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from wagtail import hooks


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    return Permission.objects.filter(content_type__app_label="pricing", codename="change_price")
