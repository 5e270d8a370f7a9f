"""Nothing of ours is mocked: the fixtures come from ``comptoir.testing``, the same kit that plugin authors use."""

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def english():
    """Sentences are asserted in the language they are written in; what a request speaks is its own choice."""
    with translation.override("en"):
        yield
