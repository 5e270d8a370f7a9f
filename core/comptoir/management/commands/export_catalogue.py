"""``./manage.py export_catalogue``: the catalogue as a file that Shopify reads, and that imports back to the same."""

import os
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.core.management.base import BaseCommand, CommandError

from comptoir.base.errors import ComptoirError
from comptoir.base.progress import progress_bar
from comptoir.catalogue.models import Product
from comptoir.imports.queries import exportable_count, exported_products
from comptoir.imports.services import import_settings
from comptoir.imports.writing import write_shopify


class Command(BaseCommand):
    """Writes every product with a published text, in one language and one currency."""

    help = "Write the catalogue to a CSV file in Shopify's format; it imports back to the same catalogue."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", default="shopify", choices=["shopify"])
        parser.add_argument("--locale", default=django_settings.LANGUAGE_CODE, help="language of the texts")
        parser.add_argument("--currency", default="EUR", help="currency of the prices")
        parser.add_argument("--location", default="", help="code of the location whose stock is written")

    def handle(
        self, *args: Any, file: Path, locale: str, currency: str, location: str, **options: Any
    ) -> None:
        try:
            wanted = import_settings(format="shopify", locale=locale, currency=currency, location=location)
        except ComptoirError as error:
            raise CommandError(f"--{error.field}: {error} ({error.code})") from error
        total = exportable_count(wanted.locale)
        products = exported_products(locale=wanted.locale, currency=currency, location=wanted.location)
        with progress_bar("Exporting", total=total) as progress:
            try:
                written = _write(file, (_counted(product, progress) for product in products))
            except OSError as error:
                raise CommandError(f"{file} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{written} products written to {file}.")
        if left_out := Product.objects.offered().count() - written:
            self.stdout.write(
                f"{left_out} products are left out: they have no published text in {locale}, or no variant."
            )


def _counted(product: Any, progress: Any) -> Any:
    progress(1)
    return product


def _write(file: Path, products: Any) -> int:
    """Write beside the file and rename: a file that is there is replaced by a whole one or not at all."""
    descriptor, name = tempfile.mkstemp(dir=file.absolute().parent, prefix=f".{file.name}-")
    try:
        with os.fdopen(descriptor, "w", newline="", encoding="utf-8") as stream:
            written = write_shopify(products, stream)
        Path(name).chmod(0o644)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return written
