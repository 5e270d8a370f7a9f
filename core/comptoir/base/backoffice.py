"""What our back-office screens share on top of Wagtail's own: tables that grow, deletions that explain themselves."""

import json
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import ProtectedError, RestrictedError
from django.forms import BaseFormSet, HiddenInput
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.views import generic
from wagtail.permissions import policy_registry

from comptoir.base.errors import ComptoirError


class GrowingFormSet(BaseFormSet):
    """Rows that can be added, removed and moved; the script of Wagtail's inline panels does it in the browser."""

    deletion_widget = HiddenInput
    ordering_widget = HiddenInput

    @property
    def script_options(self) -> str:
        """What ``new InlinePanel(...)`` wants to know, as JSON."""
        return json.dumps(
            {
                "formsetPrefix": f"id_{self.prefix}",
                "emptyChildFormPrefix": f"{self.prefix}-__prefix__",
                "canOrder": self.can_order,
                "maxForms": self.max_num,
            }
        )

    @property
    def shown_forms(self) -> list[forms.Form]:
        """The rows as the browser had them when it sent them: a refused form keeps the order of its rows."""
        if not (self.is_bound and self.can_order):
            return self.forms
        return sorted(
            self.forms, key=lambda row: int(place) if (place := str(row["ORDER"].value())).isdigit() else 0
        )

    @property
    def kept_forms(self) -> list[forms.Form]:
        """The rows that stay, in their order; an empty new row does not count."""
        rows = self.ordered_forms if self.can_order else self.forms
        gone = self.deleted_forms
        return [row for row in rows if row not in gone and (row.has_changed() or row.initial)]


class CarefulDeleteView(generic.DeleteView):
    """Deletes what nothing else needs; else says in a sentence why it stays."""

    refusal = _("“%(object)s” cannot be deleted: something else still needs it.")

    def form_valid(self, form: forms.Form) -> HttpResponse:
        try:
            with transaction.atomic():
                return super().form_valid(form)
        except (ProtectedError, RestrictedError):
            messages.error(self.request, self.refusal % {"object": self.object})
        except ComptoirError as error:
            messages.error(self.request, str(error))
        return redirect(self.get_success_url())


def may(request: HttpRequest, action: str, model: type) -> bool:
    """Whether the person at the screen may do something to rows of a model."""
    return policy_registry.get_by_type(model).user_has_permission(request.user, action)


def show_errors(form: forms.Form, error: Any) -> None:
    """Show what a service refused: beside the field where the form has one, else above the form."""
    for field, problems in getattr(error, "message_dict", {"__all__": [str(error)]}).items():
        form.add_error(field if field in form.fields else None, problems)
