"""Pictures of imported products from a folder: a file that has the name an address ends with."""

import hashlib
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.forms import ImageField
from wagtail.images.fields import WagtailImageField

from comptoir.base import clock
from comptoir.catalogue.models import Picture, Product
from comptoir.catalogue.services import set_pictures
from comptoir.conf import conf
from comptoir.imports.models import ImportedPicture
from comptoir.imports.outcome import Outcome
from comptoir.imports.rows import ImportedProduct


class Folder:
    """A folder with pictures; nothing is ever fetched from the network."""

    def __init__(self, path: Path) -> None:
        self._files = {file.name: file for file in sorted(path.iterdir()) if file.is_file()}
        self.refused: dict[str, str] = {}

    def give(self, products: list[ImportedProduct], outcome: Outcome) -> None:
        """Put the pictures of stored products into the library and on the products; what is there already stays."""
        handles = [product.handle for product in products]
        rows = Product.objects.filter(handle__in=handles, imported_pictures__picture=None).distinct()
        for root in rows.order_by("pk"):
            self._give(root, outcome)
        children = Product.objects.filter(parent__handle__in=handles, imported_pictures__picture=None)
        for variant in children.distinct().order_by("pk"):
            self._give(variant, outcome)

    def _give(self, owner: Product, outcome: Outcome) -> None:
        wanted = list(owner.imported_pictures.filter(picture=None))
        with transaction.atomic():
            found = [row for row in wanted if self._fetch(row)]
            if found:
                own = owner.imported_pictures.exclude(picture=None).select_related("picture")
                there = [
                    image.image for image in owner.images.select_related("image").order_by("display_order")
                ]
                pictures = dict.fromkeys([*(row.picture for row in own), *there])
                set_pictures(product=owner, pictures=pictures)
        outcome.pictures -= len(found)

    def _fetch(self, row: ImportedPicture) -> bool:
        file = self._files.get(unquote(urlsplit(row.url).path).rpartition("/")[2])
        if file is None:
            return False
        try:
            row.picture = self._picture(file, row.alt)
        except ValidationError as error:
            self.refused[file.name] = " ".join(error.messages)
            return False
        row.fetched_at = clock.now()
        row.save(update_fields=["picture", "fetched_at"])
        return True

    def _picture(self, file: Path, alt: str) -> Picture:
        """The library's picture of a file, made if there is none with the same bytes.

        Errors: ``ValidationError`` if it is too large or no picture.
        """
        if file.stat().st_size > conf.UPLOAD_MAX_MB * 1024 * 1024:
            raise ValidationError(f"over {conf.UPLOAD_MAX_MB} MB")
        digest = hashlib.sha1(file.read_bytes()).hexdigest()  # noqa: S324 (Wagtail's own name for a file)
        if there := Picture.objects.filter(file_hash=digest).first():
            return there
        with file.open("rb") as stream:
            field: ImageField = WagtailImageField()
            checked = field.clean(File(stream, name=file.name))
            checked.seek(0)
            picture = Picture(title=file.stem[:255], description=alt[:255], file=checked, file_hash=digest)
            picture.save()
        return picture
