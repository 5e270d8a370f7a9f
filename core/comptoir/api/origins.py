"""Which other sites may call the API of a channel from their pages; beside ``CORS_ALLOWED_ORIGINS``, which may call all."""

import re
from typing import Any

from django.http import HttpRequest

from comptoir.channels.queries import channel_context

OF_A_CHANNEL = re.compile(r"/api/v1/([a-z][a-z0-9-]*)/")


def is_called_by_a_friend(request: HttpRequest, **_signal: Any) -> bool:
    """Whether a request comes from a page that its channel names; heard by django-cors-headers."""
    origin, found = request.headers.get("Origin", ""), OF_A_CHANNEL.match(request.path_info)
    channel = channel_context(found[1]) if origin and found else None
    return channel is not None and origin in channel.origins
