"""What customers type: who they are and where they live. Browsers fill it in by ``autocomplete`` (WCAG 2.2, 1.3.5)."""

from typing import Any

from babel.core import Locale
from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext_lazy as _

from comptoir.base.errors import ComptoirError
from comptoir.publishing.texts import babel_locale


def text_field(
    label: Any, autocomplete: str, missing: Any = "", most: int = 200, **more: Any
) -> forms.CharField:
    """A line of text that the browser knows how to fill in; ``missing`` is said where nothing was typed."""
    kind = forms.TextInput(attrs={"autocomplete": autocomplete, **more.pop("attrs", {})})
    errors = {"required": missing, "max_length": _("This is too long: %(limit_value)d characters at most.")}
    return forms.CharField(
        label=label,
        max_length=most,
        required=bool(missing),
        widget=kind,
        error_messages=errors,
        validators=[ProhibitNullCharactersValidator()],
        **more,
    )


class ShopForm(forms.Form):
    """A form whose refusals by a service stand beside the field they blame."""

    def blame(self, error: ComptoirError) -> bool:
        """Put a refusal beside its field; says whether the form has that field."""
        name = error.field.rpartition(".")[2]
        if name not in self.fields:
            return False
        self.add_error(name, str(error))
        return True


class ContactForm(ShopForm):
    """Who an order is for."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("For the confirmation, and to follow your order."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={
            "required": _("Type your e-mail address: we send the confirmation there."),
            "invalid": _("Type a whole e-mail address, such as camille@example.org."),
        },
    )
    name = text_field(
        _("First and last name"), "name", _("Type your name, so that we know who the order is for.")
    )
    phone = text_field(
        _("Phone (optional)"),
        "tel",
        most=40,
        help_text=_("Only for questions about this order."),
        attrs={"type": "tel", "inputmode": "tel"},
    )


class AddressForm(ShopForm):
    """Where goods go."""

    street = text_field(_("Street and number"), "address-line1", _("Type the street and the number."))
    street2 = text_field(_("Flat, floor, company (optional)"), "address-line2")
    postcode = text_field(_("Postcode"), "postal-code", _("Type the postcode."), most=16)
    city = text_field(_("Town"), "address-level2", _("Type the town."))
    country = forms.ChoiceField(
        label=_("Country"), widget=forms.Select(attrs={"autocomplete": "country"}),
        error_messages={"required": _("Choose the country."), "invalid_choice": _("We do not deliver to this country.")},
    )  # fmt: skip

    def __init__(self, *args: Any, countries: list[str] | None, locale: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = country_names(countries, locale)


def country_names(countries: list[str] | None, locale: str) -> list[tuple[str, str]]:
    """Countries by their names in a language, in the order of the alphabet; all of them for ``None``."""
    names = babel_locale(locale).territories
    codes = countries if countries is not None else _all_countries()
    return sorted(((code, names.get(code, code)) for code in codes), key=lambda pair: pair[1])


def _all_countries() -> list[str]:
    """Countries of ISO 3166; the names of the world have other codes too (regions, the European Union)."""
    no_country = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}
    return [
        code
        for code in Locale("en").territories
        if len(code) == 2 and code.isalpha() and code not in no_country
    ]
