"""What a worker does for the search when it starts."""

import logging

from django.db import connection

from comptoir.search.services import complete_index

logger = logging.getLogger("comptoir.search")


def fill_index() -> None:
    """After an update or on a new engine the search finds everything again, without anybody having to ask for it."""
    try:
        if indexed := complete_index():
            logger.info("%d products are in the search now", indexed)
    except Exception:
        logger.exception("the search could not be filled")
    finally:
        connection.close()
