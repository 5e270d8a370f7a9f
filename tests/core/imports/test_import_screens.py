"""The import screens of the back office."""

from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Q
from django.urls import reverse

from comptoir.catalogue.models import Product
from comptoir.customers.models import User
from comptoir.events.models import Event
from comptoir.imports import runs
from comptoir.imports.models import ImportRun
from comptoir.imports.writing import SHOPIFY_COLUMNS

from .conftest import mug, shirt

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client, shop):
    """Somebody who may import, logged in."""
    return log_in(client, "add_product", "change_product")


def log_in(client, *codenames: str) -> User:
    user = User.objects.create_user("editor@shop.test", "secret")
    wanted = Q(codename="access_admin") | Q(content_type__app_label="catalogue", codename__in=codenames)
    user.user_permissions.set(Permission.objects.filter(wanted))
    client.force_login(user)
    return user


def upload(client, content: bytes | Path, name: str = "catalogue.csv", **fields: str):
    content = content.read_bytes() if isinstance(content, Path) else content
    file = SimpleUploadedFile(name, content, content_type="text/csv")
    values = {"format": "shopify", "encoding": "utf-8", "locale": "fr", "currency": "EUR", **fields}
    return client.post(reverse("comptoir_imports"), {"file": file, **values}, follow=True)


def test_a_file_is_checked_shown_confirmed_and_imported(client, editor, catalogue_file):
    page = upload(client, catalogue_file(shirt(), mug()))

    run = ImportRun.objects.get()
    assert (run.state, run.counts["created"], run.started_by) == ("checked", 2, editor)
    assert not Product.objects.exists()
    text = page.content.decode()
    for words in ("Shirt 1", "Clothes &gt; Shirts", "49.90", "Variant Price", "variant.price"):
        assert words in text

    client.post(reverse("comptoir_import_confirm", args=[run.pk]), {"policy": "all"})

    run.refresh_from_db()
    assert (run.state, run.counts["created"], bytes(run.content)) == ("done", 2, b"")
    assert Product.objects.offered().count() == 2
    assert run.started_at <= run.finished_at


def test_an_import_that_is_executed_twice_does_it_once(client, editor, catalogue_file):
    upload(client, catalogue_file(shirt()))
    run = ImportRun.objects.get()
    ImportRun.objects.update(state="queued")
    runs.carry_out(run.pk)
    events = Event.objects.count()

    runs.carry_out(run.pk)

    assert Product.objects.offered().count() == 1
    assert Event.objects.count() == events


def test_an_import_whose_worker_died_is_taken_up_again(client, editor, catalogue_file, run_import):
    path = catalogue_file(shirt(), mug())
    upload(client, path)
    run_import(path)
    events = Event.objects.count()
    ImportRun.objects.update(state="running")

    runs.carry_out(ImportRun.objects.get().pk)

    run = ImportRun.objects.get()
    assert (run.state, run.counts["unchanged"]) == ("done", 2)
    assert Event.objects.count() == events


def test_a_confirmation_sent_twice_starts_one_import(client, editor, catalogue_file):
    upload(client, catalogue_file(mug()))
    address = reverse("comptoir_import_confirm", args=[ImportRun.objects.get().pk])

    client.post(address, {"policy": "all"})
    answer = client.post(address, {"policy": "all"}, follow=True)

    assert "started or cancelled before" in answer.content.decode() or answer.status_code == 200
    assert Product.objects.count() == 1


def test_bad_rows_are_shown_by_line_and_column_and_can_be_left_out(client, editor, catalogue_file):
    path = catalogue_file(mug(), shirt())
    path.write_text(path.read_text().replace("49.90", "-1", 1))

    page = upload(client, path).content.decode()
    run = ImportRun.objects.get()
    report = client.get(reverse("comptoir_import_report", args=[run.pk])).content.decode()

    assert "negative_number" in page
    assert "3,Variant Price,negative_number," in report
    client.post(reverse("comptoir_import_confirm", args=[run.pk]), {"policy": "good"})
    assert Product.objects.get().handle == "mug"


def test_with_bad_rows_nothing_is_stored_by_default(client, editor, catalogue_file):
    path = catalogue_file(mug(), shirt())
    path.write_text(path.read_text().replace("49.90", "-1", 1))
    upload(client, path)
    run = ImportRun.objects.get()

    client.post(reverse("comptoir_import_confirm", args=[run.pk]), {"policy": "all"})

    run.refresh_from_db()
    assert (run.state, run.counts["is_stored"]) == ("done", False)
    assert not Product.objects.exists()


def test_a_cancelled_file_is_forgotten(client, editor, catalogue_file):
    upload(client, catalogue_file(mug()))
    run = ImportRun.objects.get()

    client.post(reverse("comptoir_import_cancel", args=[run.pk]))
    client.post(reverse("comptoir_import_confirm", args=[run.pk]), {"policy": "all"})

    run.refresh_from_db()
    assert (run.state, bytes(run.content)) == ("cancelled", b"")
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"PK\x03\x04xlsx", "a.csv", "workbook or an archive"),
        (b"Handle,Title", "a.xlsx", "ends with .csv"),
        ("Handle,Title".encode("utf-16"), "a.csv", "not a text file"),
        (b"\x89PNG\0\0", "a.csv", "not a text file"),
        (b"", "a.csv", "empty"),
    ],
)
def test_what_is_no_csv_file_is_refused_before_it_is_read(client, editor, settings, content, name, sentence):
    settings.LANGUAGE_CODE = "en"
    page = upload(client, content, name)

    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert not ImportRun.objects.exists()


def test_a_file_that_is_too_large_is_refused(client, editor, settings):
    settings.COMPTOIR_UPLOAD_MAX_MB = 1

    page = upload(client, b"x" * (1024 * 1024 + 1))

    assert page.status_code == 422
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"Handle,Title\nmug,Mug\n", "missing_column"),
        (b"Handle;Title;Variant Price\nmug;Mug;1\n", "wrong_delimiter"),
        ("Handle,Title,Variant Price\nmug,Émaillé,1\n".encode("cp1252"), "encoding"),
        (b"Handle,Title,Variant Price\nmug," + b"x" * 5 * 1024 * 1024 + b",1\n", "line_too_long"),
    ],
)
def test_a_broken_file_is_explained(client, editor, content, code):
    page = upload(client, content)

    assert page.status_code == 200
    assert code in page.content.decode()
    assert not Product.objects.exists()


def test_what_a_file_says_is_never_html(client, editor, catalogue_file):
    attack = "<script>alert(1)</script>"

    page = upload(
        client, catalogue_file(mug(title=attack, handle=attack)), name=f"{attack}.csv".replace("/", "")
    )

    assert page.status_code == 200
    assert attack not in page.content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.content.decode()


def test_the_report_cannot_command_a_spreadsheet(client, editor):
    header = ",".join(SHOPIFY_COLUMNS[:2]) + ",Variant Price\n"
    upload(client, f"{header}mug,Mug,=cmd|' /C calc'!A0\n".encode())

    report = client.get(reverse("comptoir_import_report", args=[ImportRun.objects.get().pk])).content.decode()

    assert ",'=cmd|' /C calc'!A0" in report


@pytest.mark.parametrize("codenames", [(), ("add_product",), ("change_product",)])
def test_nobody_imports_without_permission(client, shop, catalogue_file, codenames):
    log_in(client, *codenames)
    run = ImportRun.objects.create(
        name="a", format="shopify", currency="EUR", locale="fr", uploaded_at="2026-01-01T00:00Z"
    )

    assert upload(client, catalogue_file(mug())).status_code == 403
    for name in ("comptoir_import", "comptoir_import_report"):
        assert client.get(reverse(name, args=[run.pk])).status_code == 403
    for name in ("comptoir_import_confirm", "comptoir_import_cancel"):
        assert client.post(reverse(name, args=[run.pk])).status_code == 403
    assert client.get(reverse("comptoir_export")).status_code == 403
    assert ImportRun.objects.count() == 1


def test_the_catalogue_is_exported_from_the_back_office(client, editor, catalogue_file, run_import):
    run_import(catalogue_file(mug()))

    answer = client.get(reverse("comptoir_export"), {"export-locale": "fr", "export-currency": "EUR"})

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert b"\r\nmug,Mug," in b"".join(answer.streaming_content)


def test_the_catalogue_menu_leads_to_the_imports(client, editor):
    assert reverse("comptoir_imports") in client.get(reverse("wagtailadmin_home")).content.decode()
