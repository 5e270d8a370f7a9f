"""The form of a picture, with its alternative text in every language (setting ``WAGTAILIMAGES_IMAGE_FORM_BASE``)."""

from wagtail.images.forms import BaseImageForm

from comptoir.catalogue.backoffice.translated import translated_form
from comptoir.catalogue.models import Picture

PictureForm = translated_form(BaseImageForm, Picture, ("description",))
