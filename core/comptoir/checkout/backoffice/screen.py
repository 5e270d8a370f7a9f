"""What the screens about one order share: whose it is, and how a refusal is shown."""

import uuid
from typing import Any

from django import forms
from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from comptoir.base.errors import ComptoirError, NotFound
from comptoir.orders.models import Order
from comptoir.orders.queries import staff_order


class OrdersScreen(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """A screen below “Orders”. Which orders one sees is decided by one's workplaces, what one may do by permissions."""

    model = Order
    any_permission_required = ["view", "change"]
    header_icon = "form"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, *self.trail(), {"url": "", "label": self.get_page_title()}]

    def trail(self) -> list[dict[str, Any]]:
        """What stands above this screen."""
        return [{"url": reverse("orders:index"), "label": _("Orders")}]


class OrderScreen(OrdersScreen):
    """A screen about one order of one's own shops."""

    @cached_property
    def order(self) -> Order:
        try:
            return staff_order(self.request.user, self.kwargs["number"])
        except NotFound as error:
            raise Http404 from error

    @property
    def order_url(self) -> str:
        return reverse("orders:order", args=[self.order.number])

    def trail(self) -> list[dict[str, Any]]:
        return [*super().trail(), {"url": self.order_url, "label": order_title(self.order)}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(order=self.order, order_url=self.order_url, **kwargs)


def order_title(order: Order) -> str:
    """What an order is called at the top of its screens."""
    return _("Order %(number)s") % {"number": order.number}


class OnceForm(forms.Form):
    """A form that a double click sends twice, and that counts once."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=40, initial=lambda: uuid.uuid4().hex)


def show_refusal(form: forms.Form, error: ComptoirError, **fields: str) -> None:
    """Show what a service refused beside its field; ``fields`` says which one of the form is meant by another name."""
    field = fields.get(error.field, error.field.rpartition(".")[2])
    form.add_error(field if field in form.fields else None, str(error))
