"""The accounts of staff: Wagtail's own screens, with where somebody works."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.users.forms import UserCreationForm, UserEditForm
from wagtail.users.views.users import UserViewSet

from comptoir.channels.models import Location


class WorksAt(forms.ModelForm):
    """Where somebody works: what may be done there is said by the groups."""

    is_staff = forms.BooleanField(
        label=_("Staff"),
        required=False,
        initial=True,
        help_text=_("Works for the house. Customers do not."),
    )
    locations = forms.ModelMultipleChoiceField(
        label=_("Works at"),
        queryset=Location.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whose stock the account sees and changes, as far as its groups allow. "
                    "A group may also be allowed to work at every location."),
    )  # fmt: skip


class StaffCreationForm(WorksAt, UserCreationForm):
    """A new account."""

    class Meta(UserCreationForm.Meta):
        fields = UserCreationForm.Meta.fields | {"is_staff", "locations"}


class StaffEditForm(WorksAt, UserEditForm):
    """An account; nobody takes the back office from themselves by mistake."""

    class Meta(UserEditForm.Meta):
        fields = UserEditForm.Meta.fields | {"is_staff", "locations"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        is_own = kwargs.get("editing_self", False)
        super().__init__(*args, **kwargs)
        if is_own:
            del self.fields["is_staff"]


class StaffViewSet(UserViewSet):
    """The accounts, with where they work."""

    create_template_name = "comptoir/customers/user_create.html"
    edit_template_name = "comptoir/customers/user_edit.html"

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        return StaffEditForm if for_update else StaffCreationForm
