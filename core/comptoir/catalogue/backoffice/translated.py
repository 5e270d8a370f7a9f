"""Forms for rows with translations: a field per language, so that nobody edits JSON."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _


def other_languages() -> list[tuple[str, str]]:
    """The languages beside the shop's own, as (code, name)."""
    return [
        (code, name) for code, name in settings.WAGTAIL_CONTENT_LANGUAGES if code != settings.LANGUAGE_CODE
    ]


def field_names(name: str) -> list[str]:
    """A field and its translations, as they are called in forms."""
    return [name, *(f"{name}__{code}" for code, _language in other_languages())]


class TranslatedFormMixin:
    """Reads and writes ``translations`` through fields called ``<field>__<language>``."""

    translated: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, code, key in self._keys():
            self.initial.setdefault(key, self.instance.translations.get(code, {}).get(name, ""))

    def _post_clean(self) -> None:
        """A field that was not sent (an API that changes one thing) keeps its text."""
        super()._post_clean()
        texts = {
            code: dict(self.instance.translations.get(code, {})) for code, _language in other_languages()
        }
        for name, code, key in self._keys():
            if self.add_prefix(key) in self.data and key in self.cleaned_data:
                texts[code][name] = self.cleaned_data[key]
        kept = {code: {name: text for name, text in words.items() if text} for code, words in texts.items()}
        others = {code: words for code, words in self.instance.translations.items() if code not in texts}
        self.instance.translations = {**others, **{code: words for code, words in kept.items() if words}}

    def _keys(self) -> Iterable[tuple[str, str, str]]:
        return [
            (name, code, f"{name}__{code}")
            for name in self.translated
            for code, _language in other_languages()
            if f"{name}__{code}" in self.fields
        ]


def translated_form(
    base: type[forms.BaseModelForm], model: type[models.Model], names: tuple[str, ...]
) -> type:
    """A form class like ``base`` with a field more for each translated field and language."""
    fields: dict[str, Any] = {"translated": names}
    for name in names:
        column = model._meta.get_field(name)
        for code, language in other_languages():
            label = format_lazy("{} ({})", column.verbose_name, _(language))
            widget = forms.Textarea(attrs={"rows": 3}) if isinstance(column, models.TextField) else None
            options = {"widget": widget} if widget else {}
            fields[f"{name}__{code}"] = column.formfield(required=False, label=label, help_text="", **options)
    return type(base)(f"Translated{base.__name__}", (TranslatedFormMixin, base), fields)
