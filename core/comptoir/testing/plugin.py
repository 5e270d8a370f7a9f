"""The pytest plugin: brings the fixtures. Registered late, so that ours win over pytest-django's of the same name."""

import pytest


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    from comptoir.testing import fixtures  # noqa: PLC0415 (pytest-django has set Django up by now)

    config.pluginmanager.register(fixtures, "comptoir-fixtures")
