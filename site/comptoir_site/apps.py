from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "comptoir_site"
    label = "comptoir_site"
