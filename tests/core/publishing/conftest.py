"""Plugins that break, pages, and editors for the tests of publishing."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from wagtail.models import Locale, Page

from comptoir import plugins
from comptoir.channels.models import Channel
from comptoir.content.models import HomePage, StoryPage
from comptoir.customers.models import User
from comptoir.plugins import hookimpl
from comptoir.testing.factories import Shop

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.fixture
def register_plugin() -> Iterator[Callable[..., str]]:
    """Lets a test write a plugin of some hooks; it is gone after the test."""
    names: list[str] = []

    def register(name: str, **hooks: Any) -> str:
        plugins.register(
            name, SimpleNamespace(**{hook: hookimpl(function) for hook, function in hooks.items()})
        )
        names.append(name)
        return name

    yield register
    for name in names:
        plugins.manager.unregister(name=name)
    plugins.reset_breakers()


@pytest.fixture
def plain(shop: Shop, register_plugin: Callable[..., str]) -> Callable[..., Channel]:
    """Opens channels whose plugin has no hooks: what is seen there is the core's alone."""
    plugin = register_plugin("plain")
    return lambda code, **fields: shop.channel(code, plugin=plugin, **fields)


@pytest.fixture
def home(db: None) -> HomePage:
    """A published home page in French."""
    locale, _created = Locale.objects.get_or_create(language_code="fr")
    root = Page.get_first_root_node()
    page = root.add_child(instance=HomePage(title="Accueil", slug="accueil", locale=locale, live=False))
    page.save_revision().publish()
    page.refresh_from_db()
    return page


@pytest.fixture
def story(home: HomePage) -> StoryPage:
    """A published story below the home page."""
    page = home.add_child(
        instance=StoryPage(title="La toile", slug="toile", intro="Du lin.", locale=home.locale, live=False)
    )
    page.save_revision().publish()
    page.refresh_from_db()
    return page


@pytest.fixture
def editor(db: None) -> User:
    """Somebody who may do everything in the back office."""
    return User.objects.create_superuser("editor@example.org", "a-long-password")
