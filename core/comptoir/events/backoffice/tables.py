"""Columns that our lists of deliveries and calls share."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model
from django.middleware.csrf import get_token
from django.urls import reverse
from wagtail.admin.ui.tables import Column

from comptoir.base.backoffice import may


class PostColumn(Column):
    """A button in each row that does something at once, for those who may."""

    cell_template_name = "comptoir/events/post_cell.html"

    def __init__(
        self,
        name: str,
        *,
        url_name: str,
        action: tuple[str, type[Model]],
        is_shown: Callable[[Any], bool] = lambda row: True,
        **options: Any,
    ) -> None:
        super().__init__(name, accessor="pk", **options)
        self.url_name, self.action, self.is_shown = url_name, action, is_shown

    def get_cell_context_data(self, instance: Any, parent_context: dict[str, Any]) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        request = parent_context["request"]
        return {
            **context,
            "url": reverse(self.url_name, args=[instance.pk]),
            "token": get_token(request),
            "label": self.label,
            "may": self.is_shown(instance) and may(request, *self.action),
        }
