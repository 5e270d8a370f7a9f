from django.apps import AppConfig, apps


class CustomersConfig(AppConfig):
    name = "comptoir.customers"
    label = "customers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give Wagtail's screens of users the field “works at”, unless the site has screens of its own."""
        users = apps.get_app_config("wagtailusers")
        if users.user_viewset == "wagtail.users.views.users.UserViewSet":
            users.user_viewset = "comptoir.customers.backoffice.StaffViewSet"
