"""The assortment on the channel screen: which categories a channel carries."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, Panel

from comptoir.catalogue.backoffice.categories import CategoriesField
from comptoir.catalogue.models import Assortment, Category
from comptoir.channels.models import Channel


@transaction.atomic
def set_assortment(*, channel: Channel, categories: Iterable[Category]) -> None:
    """Let a channel carry exactly these categories; none means all of them."""
    wanted = {category.pk for category in categories}
    for row in Assortment.objects.filter(channel=channel):
        if row.category_id not in wanted:
            row.delete()
        wanted.discard(row.category_id)
    for pk in sorted(wanted):
        Assortment.objects.create(channel=channel, category_id=pk)


class AssortmentForm(WagtailAdminModelForm):
    """Adds the assortment to the form of a channel."""

    assortment = CategoriesField(
        queryset=Category.objects.order_by("path"),
        required=False,
        label=_("Categories"),
        help_text=_("With everything below them. None chosen: all of them."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["assortment"] = list(self.instance.assortment.values_list("category_id", flat=True))

    def save(self, commit: bool = True) -> Channel:
        channel = super().save(commit)
        set_assortment(channel=channel, categories=self.cleaned_data["assortment"])
        return channel


def assortment_part() -> tuple[type[WagtailAdminModelForm], list[Panel]]:
    """The form and the panel that the channel screen takes in."""
    return AssortmentForm, [MultiFieldPanel([FieldPanel("assortment")], heading=_("Assortment"))]
