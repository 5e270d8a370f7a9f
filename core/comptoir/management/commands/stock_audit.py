from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from comptoir.catalogue.models import Product
from comptoir.channels.models import Location
from comptoir.stock.audit import Difference, differences, rebuild_levels


class Command(BaseCommand):
    """Says whether levels, movements, holds and allocations add up, and explains where they do not."""

    help = "Compare levels with movements, holds and allocations; 1 if any differs. --repair rebuilds the levels."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repair", action="store_true", help="set the levels to what they count")

    def handle(self, *args: Any, **options: Any) -> None:
        found = differences()
        self._tell(found)
        if found and options["repair"]:
            for trouble in rebuild_levels():
                self.stdout.write(trouble)
            found = differences()
        if found:
            raise CommandError(
                f"{len(found)} figures differ. ./manage.py stock_audit --repair rebuilds the levels."
            )
        self.stdout.write("Levels, movements, holds and allocations add up.")

    def _tell(self, found: list[Difference]) -> None:
        skus = dict(Product.objects.filter(pk__in={one.variant_id for one in found}).values_list("pk", "sku"))
        names = Location.objects.in_bulk({one.location_id for one in found})
        for one in found:
            self.stdout.write(f"{skus[one.variant_id]} @ {names[one.location_id]}: {one.sentence}")
