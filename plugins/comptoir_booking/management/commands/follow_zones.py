from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from comptoir_booking.zones import Shift, follow_zones, zone_shifts


class Command(BaseCommand):
    """After new zone data: what was agreed at ten stays at ten."""

    help = "List appointments to come whose time on the wall is another instant by the zone data of now; --apply moves them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--apply", action="store_true", help="let them follow")

    def handle(self, *args: Any, **options: Any) -> None:
        shifts = zone_shifts()
        for one in shifts:
            self._say(one)
        left = follow_zones(shifts) if options["apply"] else []
        self.stdout.write(f"{len(shifts)} found, {len(shifts) - len(left) if options['apply'] else 0} moved.")
        for one in left:
            self.stdout.write("Somebody else has that time by now, so please move it by hand:")
            self._say(one)

    def _say(self, shift: Shift) -> None:
        row, minutes = shift.row, round(shift.by.total_seconds() / 60)
        self.stdout.write(f"  {row.location.code} {row.wall_start} ({row.time_zone}): {minutes:+} minutes")
