"""The shops that searches are judged on: the demo's catalogue, and catalogues that nobody of this project wrote."""

from pathlib import Path

from django.db import transaction
from wagtail.models import Locale

from comptoir.channels.services import open_channel
from comptoir.events.models import Delivery
from comptoir.imports.services import Policy, import_products, import_settings
from comptoir.publishing.rebuild import rebuild_all
from comptoir.search.services import rebuild_index
from comptoir_site.demo.build import Builder

#: Where the catalogues of others are, beside the repository; without them only the demo is judged.
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
FILES = {"shopify-apparel.csv": "shopify", "spree-products.csv": "spree", "oscar-books.csv": "oscar"}


@transaction.atomic
def make_demo() -> None:
    """The demo's channels, products and synonyms, without pictures, published and indexed."""
    Builder(None).build_catalogue()
    rebuild_all()
    rebuild_index()
    Delivery.objects.all().delete()


def shared_files() -> list[Path]:
    return [SHARED / name for name in FILES if (SHARED / name).is_file()]


def add_shared() -> None:
    """The shared catalogues on a channel of their own, in English and dollars."""
    Locale.objects.get_or_create(language_code="en")
    open_channel(code="us", name="Shared", plugin="web", currency="USD", locales=["en"])
    for path in shared_files():
        settings = import_settings(format=FILES[path.name], locale="en", currency="USD")
        import_products(path, settings=settings, policy=Policy.GOOD)
    rebuild_all()
    rebuild_index()
    Delivery.objects.all().delete()
