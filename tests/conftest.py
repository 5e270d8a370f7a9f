"""Nothing of ours is mocked: the fixtures come from ``comptoir.testing``, the same kit that plugin authors use."""

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are asserted as they stand in the code; what a request speaks is its own choice (French by default)."""
    with translation.override("en"):
        yield
