"""The form of a picture, with its alternative text in every language (setting ``WAGTAILIMAGES_IMAGE_FORM_BASE``)."""

from wagtail.images.forms import BaseImageForm

from comptoir.catalogue.models import Picture
from comptoir.catalogue.translated import translated_form

PictureForm = translated_form(BaseImageForm, Picture, ("description",))
