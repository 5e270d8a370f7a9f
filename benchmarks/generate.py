"""Makes a shop of N products on M channels to measure: ``python -m benchmarks.generate 1000 2``."""

import argparse
import math
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager

import django
from django.conf import settings

#: So many products are made by services, the others are copies of them.
PATTERNS = 20
#: Databases are called so, with their size behind; another name keeps two runs on one server apart.
NAME = os.environ.get("BENCHMARK_NAME", "benchmark")
#: Up to here every document is built by Comptoir; documents beyond are copies of built ones.
BUILT_PRODUCTS = 10_000
BUILT_OF_MANY = 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("products", type=int, nargs="?", default=1000)
    parser.add_argument("channels", type=int, nargs="?", default=2)
    parser.add_argument("--languages", default="fr", help="such as fr,en; the default is fr")
    parser.add_argument("--patterns", type=int, default=PATTERNS, help="so many are made by services")
    parser.add_argument(
        "--catalogue-only", action="store_true", help="build no documents: for benchmarks.rebuild"
    )
    parser.add_argument(
        "--remove", action="store_true", help="throw away all that was made, and stop the server"
    )
    chosen = parser.parse_args()
    open_database(f"{chosen.products}x{chosen.channels}")
    if chosen.remove:
        return remove_all()
    languages, build = chosen.languages.split(","), not chosen.catalogue_only
    generate(chosen.products, chosen.channels, languages, patterns=chosen.patterns, build=build)


def open_database(size: str) -> None:
    """Start the server, and set Django up on the database of one size."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    os.environ["BENCHMARK_DATABASE"] = f"{NAME}_{size}"
    django.setup()
    from comptoir.base.postgres import Cluster  # noqa: PLC0415 (after the settings)

    Cluster(home=settings.COMPTOIR_HOME).start()
    settings.STATIC_ROOT.mkdir(exist_ok=True)


def make_tables() -> None:
    """Make the database: a copy of an empty one, which is made first where there is none."""
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from comptoir.base.postgres import Cluster  # noqa: PLC0415

    wanted, empty = connection.settings_dict["NAME"], f"{NAME}_empty"
    cluster = Cluster(home=settings.COMPTOIR_HOME)
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        there = {name for (name,) in cursor.fetchall()}
    if empty not in there:
        connection.settings_dict["NAME"] = empty
        cluster.create_database(empty)
        call_command("migrate", verbosity=0)
        connection.close()
        connection.settings_dict["NAME"] = wanted
    if wanted in there:
        raise SystemExit("This size was made before.")
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(wanted)} TEMPLATE {empty}")
    try:
        call_command("migrate", check_unapplied=True, verbosity=0)
    except SystemExit:  # the empty one was made before the newest migrations
        call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def remove_all() -> None:
    """Stop the server and throw its folder away."""
    from comptoir.base.postgres import Cluster  # noqa: PLC0415

    Cluster(home=settings.COMPTOIR_HOME).stop()
    shutil.rmtree(settings.COMPTOIR_HOME)


def generate(products: int, channels: int, languages: list[str], *, patterns: int, build: bool) -> None:
    """Fill an empty database: patterns by services, copies of them, documents by a real rebuild, copies of those."""
    from django.core.management import call_command  # noqa: PLC0415

    from benchmarks import copies  # noqa: PLC0415
    from benchmarks.patterns import make_products, open_shop  # noqa: PLC0415
    from comptoir.events.models import Delivery  # noqa: PLC0415
    from comptoir.publishing.models import Document  # noqa: PLC0415
    from comptoir.publishing.services import due_attention  # noqa: PLC0415

    with step("Making the tables"):
        make_tables()
    real = products if products <= BUILT_PRODUCTS else BUILT_OF_MANY
    made = min(patterns, real)
    with step(f"Making {made} products by services"):
        open_shop(channels, languages)
        make_products(made, languages)
        Delivery.objects.all().delete()  # a rebuild does what they ask for
    with step(f"Copying them to {real} products"):
        copies.copy_products(copies.CATALOGUE, math.ceil(real / made) - 1, dots())
    if build:
        with step("Building documents"):
            call_command("publish", "--rebuild")
            while due_attention():  # a plugin that was late on a busy machine is asked again
                time.sleep(3)
        Delivery.objects.all().delete()
    if build and products > real:
        with step(f"Copying documents to {products} products"):
            work = lambda: copies.copy_products(copies.READING, math.ceil(products / real) - 1, dots())  # noqa: E731
            copies.without_indexes(Document, work)
    with step("Tidying up"):
        tidy()


def tidy() -> None:
    """What the server would do by itself after a while."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


@contextmanager
def step(title: str) -> Iterator[None]:
    started = time.monotonic()
    print(f"{title} ...", end=" ", flush=True)
    yield
    print(f"{time.monotonic() - started:.1f} s", flush=True)


def dots():
    return lambda done: print(".", end="", flush=True)


if __name__ == "__main__":
    main()
