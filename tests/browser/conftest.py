"""A real browser in front of a real server: chromium, driven by Playwright."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connections

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: How long to wait for a page or a thing on it: a busy machine is slow, and nothing here measures time.
PATIENCE_MS = 90_000
EDITOR = ("editor@example.org", "a-long-password")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser of this machine; tests that need it are skipped, with the reason, where there is none.

    While Playwright runs, this thread has a running loop, so Django keeps its connections in another place. One left
    open in the first place would be lost from sight, and come back, cut, in every process that is forked.
    """
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip("no chromium on this machine: install it to run the browser tests")
    sync_playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed"
    ).sync_playwright
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
        "true"  # Playwright runs a loop in this thread; the tests use the ORM.
    )
    connections.close_all()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
        connections.close_all()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")
    if before is not None:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@pytest.fixture
def open_page(chromium: Any, live_server: Any) -> Iterator[Callable[..., Any]]:
    """Opens a browser window on the test server, in a language and a size; a script error fails the test."""
    contexts, errors = [], []

    def opened(
        path: str = "/",
        *,
        locale: str = "fr",
        width_px: int = 1600,
        height_px: int = 1000,
        has_scripts: bool = True,
    ) -> Any:
        context = chromium.new_context(
            locale=locale,
            base_url=live_server.url,
            viewport={"width": width_px, "height": height_px},
            java_script_enabled=has_scripts,
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not errors


@pytest.fixture
def log_in(open_page: Callable[..., Any], transactional_db: None) -> Callable[..., Any]:
    """Opens a page of the back office as an editor who reads the given language."""
    from wagtail.users.models import UserProfile

    from comptoir.customers.models import User

    def opened(path: str, *, locale: str = "fr", **size: int) -> Any:
        user = User.objects.filter(email=EDITOR[0]).first() or User.objects.create_superuser(*EDITOR)
        profile = UserProfile.get_for_user(user)
        profile.preferred_language = locale
        profile.save()
        page = open_page(f"/admin/login/?{urlencode({'next': path})}", locale=locale, **size)
        page.fill("input[name=username]", EDITOR[0])
        page.fill("input[name=password]", EDITOR[1])
        with page.expect_navigation():
            page.press("input[name=password]", "Enter")
        return page

    return opened
