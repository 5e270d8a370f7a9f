"""Nothing of ours is mocked: the fixtures come from ``comptoir.testing``, the same kit that plugin authors use."""

from collections.abc import Iterator

import pytest
from django.utils import translation

LONG = (
    "tests/site/test_demo.py",
    "tests/browser/",
    "tests/benchmarks/",
    "tests/survival/",
    "tests/clients/",
    "tests/rules/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first, so that no worker is left alone with it at the end."""
    items.sort(
        key=lambda item: next((n for n, start in enumerate(LONG) if item.nodeid.startswith(start)), len(LONG))
    )


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are asserted as they stand in the code; what a request speaks is its own choice (French by default)."""
    with translation.override("en"):
        yield
