"""The core's own hook: what is published becomes searchable."""

from comptoir.events.models import Event
from comptoir.plugins import hookimpl
from comptoir.search.services import index_products


@hookimpl
def on_document_published(events: list[Event]) -> None:
    """What is withdrawn leaves the index with its document; all else is put in as it is now."""
    index_products(event.subject_id for event in events if event.payload["kind"] == "product")
