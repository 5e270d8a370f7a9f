"""The screens of imports and exports in the back office."""

import csv
import tempfile
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin import messages
from wagtail.models import Locale

from comptoir.base import clock
from comptoir.imports import runs
from comptoir.imports.backoffice.forms import ConfirmForm, ExportForm, UploadForm
from comptoir.imports.formats import FORMATS
from comptoir.imports.models import ImportRun
from comptoir.imports.queries import exported_products
from comptoir.imports.rows import MESSAGES
from comptoir.imports.tasks import carry_out_import, check_import
from comptoir.imports.writing import write_shopify

PERMISSIONS = ("catalogue.add_product", "catalogue.change_product")
SHOWN_RUNS = 20
SHOWN_PROBLEMS = 500

View = Callable[..., HttpResponse]


def may_import(request: HttpRequest) -> bool:
    """Whether the person at the screen may add and change products."""
    return request.user.has_perms(PERMISSIONS)


def importers_only(view: View) -> View:
    """Answer 403 with a page to people who may not import."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_import(request):
            return TemplateResponse(request, "comptoir/imports/forbidden.html", status=403)
        return view(request, *args, **kwargs)

    return guarded


@importers_only
def index(request: HttpRequest) -> HttpResponse:
    """Upload a file, export the catalogue, see what was imported before."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        run = _open_run(request, form.cleaned_data)
        return redirect("comptoir_import", run.pk)
    context = {
        "form": form,
        "export_form": ExportForm(prefix="export"),
        "runs": ImportRun.objects.select_related("started_by").defer("content", "problems", "sample")[
            :SHOWN_RUNS
        ],
    }
    return TemplateResponse(
        request, "comptoir/imports/index.html", context, status=422 if form.errors else 200
    )


@importers_only
@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: how far it is, what it would do, or what came of it."""
    run = get_object_or_404(ImportRun.objects.defer("content"), pk=pk)
    context = {
        "run": run,
        "columns": [
            (column.replace("{}", "1…"), meaning, column in FORMATS[run.format].required)
            for column, meaning in FORMATS[run.format].columns.items()
        ],
        "counts": [(label, run.counts[name]) for name, label in count_labels() if run.counts.get(name)],
        "problems": [(one, problem_sentence(one)) for one in run.problems[:SHOWN_PROBLEMS]],
        "more_problems": max(0, len(run.problems) - SHOWN_PROBLEMS),
        "has_encoding_problem": any(one["code"] == "encoding" for one in run.problems),
        "form": ConfirmForm(),
    }
    return TemplateResponse(request, "comptoir/imports/run.html", context)


@importers_only
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Start a checked import, once."""
    run = get_object_or_404(ImportRun.objects.defer("content"), pk=pk)
    form = ConfirmForm(request.POST)
    if form.is_valid():
        with transaction.atomic():
            confirmed = runs.confirm(run, policy=form.cleaned_data["policy"])
        if confirmed:
            carry_out_import.enqueue(run.pk)
        else:
            messages.warning(request, _("This import was started or cancelled before."))
    return redirect("comptoir_import", pk)


@importers_only
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a file that was uploaded."""
    run = get_object_or_404(ImportRun.objects.defer("content"), pk=pk)
    if not runs.cancel(run):
        messages.warning(request, _("This import can no longer be cancelled."))
    return redirect("comptoir_imports")


@importers_only
@require_GET
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """All problems of an import as CSV."""
    run = get_object_or_404(ImportRun.objects.defer("content"), pk=pk)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{run.pk}-problems.csv"'
    rows = csv.writer(response)
    rows.writerow([_("line"), _("column"), _("code"), _("message"), _("value")])
    for one in run.problems:
        rows.writerow(
            [
                one["line"],
                *map(unspreadable, (one["field"], one["code"], problem_sentence(one), one["value"])),
            ]
        )
    return response


@importers_only
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The catalogue as Shopify's CSV, which imports back."""
    form = ExportForm(request.GET, prefix="export")
    if not form.is_valid():
        messages.error(request, _("This language, currency or location is not known."))
        return redirect("comptoir_imports")
    wanted = form.cleaned_data
    locale = Locale.objects.get(language_code=wanted["locale"])
    products = exported_products(locale=locale, currency=wanted["currency"], location=wanted["location"])
    # Written whole before it is sent: a catalogue cut short by an error would look like a good one.
    file = tempfile.TemporaryFile("w+", newline="", encoding="utf-8")  # noqa: SIM115 (the response closes it)
    write_shopify(products, file)
    file.seek(0)
    name = f"catalogue-{wanted['locale']}-{wanted['currency']}-{clock.now():%Y-%m-%d}.csv"
    return FileResponse(
        file.detach(), as_attachment=True, filename=name, content_type="text/csv; charset=utf-8"
    )


def problem_sentence(problem: dict[str, Any]) -> str:
    """A problem in the language of the person at the screen."""
    text = _(MESSAGES[problem["code"]])
    return text.format(
        line=problem["line"], field=problem["field"], value=problem["value"], **problem["facts"]
    )


def count_labels() -> list[tuple[str, str]]:
    """What is counted, in words."""
    return [
        ("created", _("Products created")),
        ("changed", _("Products changed")),
        ("unchanged", _("Products unchanged")),
        ("refused", _("Rows refused")),
        ("vanished", _("Variants of the shop that are not in the file (they stay)")),
        ("left", _("Texts left as they are: locked or in moderation")),
        ("pictures", _("Picture addresses whose picture is not in the library")),
    ]


def unspreadable(cell: str) -> str:
    """A cell that a spreadsheet does not take for a formula: the report is made to be looked at, not imported."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _open_run(request: HttpRequest, wanted: dict[str, Any]) -> ImportRun:
    content = wanted["file"].read()
    run = ImportRun.objects.create(
        name=wanted["file"].name[:255],
        content=content,
        size=len(content),
        uploaded_at=clock.now(),
        started_by=request.user,
        **{
            name: wanted[name]
            for name in ("format", "encoding", "currency", "locale", "location", "is_draft")
        },
    )
    check_import.enqueue(run.pk)
    return run
