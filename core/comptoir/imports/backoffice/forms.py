"""What people fill in to import and to export."""

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Locale

from comptoir.channels.models import Channel, Location
from comptoir.conf import conf
from comptoir.imports.formats import FORMATS
from comptoir.imports.models import ImportRun

ENCODINGS = [
    ("utf-8", gettext_lazy("UTF-8 (most programs)")),
    ("cp1252", gettext_lazy("Windows-1252 (Excel on Windows)")),
    ("mac-roman", gettext_lazy("Mac Roman (Excel on older Macs)")),
    ("iso-8859-15", "ISO-8859-15"),
]
ZIP_START, UTF_16_STARTS = b"PK\x03\x04", (b"\xff\xfe", b"\xfe\xff")
MEGABYTE = 1024 * 1024


def currency_choices() -> list[tuple[str, str]]:
    """The currencies that channels sell in."""
    codes = {"EUR", *Channel.objects.values_list("currency", flat=True)}
    return [(code, code) for code in sorted(codes, key=lambda code: (code != "EUR", code))]


def locale_choices() -> list[tuple[str, str]]:
    """The languages of the shop, its own first."""
    codes = Locale.objects.values_list("language_code", flat=True)
    names = dict(settings.LANGUAGES)
    ordered = sorted(codes, key=lambda code: (code != settings.LANGUAGE_CODE, code))
    return [(code, str(names.get(code, code))) for code in ordered]


class ExportForm(forms.Form):
    """In which language and currency, and whose stock."""

    locale = forms.ChoiceField(label=gettext_lazy("Language of the texts"), choices=locale_choices)
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=currency_choices)
    location = forms.ModelChoiceField(
        label=gettext_lazy("Stock of"),
        queryset=Location.objects.all(),
        to_field_name="code",
        required=False,
        empty_label=gettext_lazy("no location: leave quantities out"),
    )


class UploadForm(ExportForm):
    """The file, what it is, and how it is to be read."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"), widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"})
    )
    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=[(name, format.title) for name, format in FORMATS.items()],
        initial="shopify",
    )
    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding"),
        choices=ENCODINGS,
        help_text=gettext_lazy("If accents look wrong in the preview, choose another one."),
    )
    is_draft = forms.BooleanField(label=gettext_lazy("Leave new and changed texts as drafts"), required=False)

    field_order = ["file", "format", "encoding", "locale", "currency", "location", "is_draft"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        location = self.fields["location"]
        location.label = _("Count quantities at")
        location.help_text = _("The stock of this location is set to the quantities of the file.")
        location.empty_label = _("nowhere: leave stock as it is")
        self.fields["currency"].label = _("Currency of prices that name none")
        self.fields["file"].help_text = _("At most %(limit)s MB.") % {"limit": conf.UPLOAD_MAX_MB}

    def clean_file(self) -> UploadedFile:
        """Refuse what cannot be a CSV file before anybody tries to read it."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > conf.UPLOAD_MAX_MB * MEGABYTE:
            message = _(
                "This file is larger than %(limit)s MB. ./manage.py import_catalogue takes files of any size."
            )
            raise forms.ValidationError(message % {"limit": conf.UPLOAD_MAX_MB}, code="too_large")
        start = file.read(4096)
        file.seek(0)
        if start.startswith(ZIP_START):
            raise forms.ValidationError(
                _("This is a workbook or an archive. Save it as CSV first."), code="not_csv"
            )
        if Path(file.name or "").suffix.lower() not in (".csv", ".txt"):
            raise forms.ValidationError(_("The name of a CSV file ends with .csv."), code="bad_extension")
        if start.startswith(UTF_16_STARTS) or b"\0" in start:
            raise forms.ValidationError(
                _("This is not a text file. Save it as CSV in UTF-8."), code="not_text"
            )
        return file


class ConfirmForm(forms.Form):
    """What to do when rows are bad."""

    policy = forms.ChoiceField(
        label=gettext_lazy("What to do with the file"),
        choices=ImportRun.Policy.choices,
        widget=forms.RadioSelect,
        initial="all",
    )
