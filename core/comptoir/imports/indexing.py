"""Lets the back office find what was written in bulk: the search and reference indexes, behind the counter."""

from django.db import transaction
from django_tasks import task
from modelsearch.backends import get_search_backends
from wagtail.models import ReferenceIndex

from comptoir.content.models import ProductContent


@task()
def index_texts(ids: list[int]) -> None:
    """Let the back office find texts that were written in bulk, and know what they point to; safe to run twice."""
    texts = list(ProductContent.objects.filter(pk__in=ids).order_by("pk"))
    for backend in get_search_backends(with_auto_update=True):
        backend.add_bulk(ProductContent, texts)
    with transaction.atomic():
        for text in texts:
            ReferenceIndex.create_or_update_for_object(text)
