"""How the web shop feels: what a browser shows late, moves, or is too busy for, with its processor slowed four times.

Chromium on a shop that runs (``make demo``), a fresh profile for every page: largest contentful paint, layout shift, and
total blocking time (what tasks of more than 50 ms take beyond them). Source: web.dev/articles/vitals, /tbt.
"""

import argparse
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urljoin

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.machine import machine
from benchmarks.measure import RESULTS, keep

SLOWER = 4
LIMITS = {"lcp_ms": 1500, "cls": 0.02, "tbt_ms": 100}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PHONE = {"width": 390, "height": 844}

#: Runs before anything of the page does, and writes down what the browser observes.
OBSERVE = """
window.vitals = { lcp_ms: 0, cls: 0, tbt_ms: 0, what: "" };
const observe = (type, told) =>
  new PerformanceObserver((list) => list.getEntries().forEach(told)).observe({ type, buffered: true });
observe("largest-contentful-paint", (it) => { vitals.lcp_ms = it.startTime; vitals.what = it.element ? it.element.tagName : ""; });
observe("layout-shift", (it) => { if (!it.hadRecentInput) vitals.cls += it.value; });
observe("longtask", (it) => { vitals.tbt_ms += Math.max(0, it.duration - 50); });
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address", nargs="?", default="http://127.0.0.1:8000/web/fr/")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--output", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    figures: dict[str, dict[str, Any]] = {}
    before = machine()
    with chromium() as browser:
        for name, open_page in pages(browser, chosen.address).items():
            figures[name] = middle([open_page() for _round in range(chosen.rounds)])
            print(row(name, figures[name]), flush=True)
    measured = {"machine": before, "load_after": machine()["load"], "slower": SLOWER, "pages": figures}
    keep(chosen.output, "browser", measured)


@contextmanager
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def pages(browser: Browser, home: str) -> dict[str, Callable[[], dict[str, Any]]]:
    """The four pages of the limits, found by links from the home page; each opens in a profile that knows nothing."""
    with window(browser) as page:
        page.goto(home)
        category = urljoin(
            home, page.locator("#menu a[href*='/categories/']").first.get_attribute("href") or ""
        )
        page.goto(category)
        product = urljoin(
            home, page.locator(".cards a[href*='/products/']").first.get_attribute("href") or ""
        )
    addresses = {"home": home, "category": category, "product": product}
    plain = {name: (lambda address=address: look(browser, address)) for name, address in addresses.items()}
    return {
        **plain,
        "checkout": lambda: look(browser, urljoin(home, "checkout"), lambda page: buy(page, product)),
    }


@contextmanager
def window(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, device_scale_factor=2, locale="fr")
    context.set_default_timeout(120_000)
    yield context.new_page()
    context.close()


def look(
    browser: Browser, address: str, before: Callable[[Page], None] = lambda page: None
) -> dict[str, Any]:
    """Open one page slowly, with nothing in the cache, and say what the browser saw until it was quiet for a second."""
    with window(browser) as page:
        before(page)
        page.goto("about:blank")
        page.add_init_script(OBSERVE)
        devtools = page.context.new_cdp_session(page)
        devtools.send("Network.clearBrowserCache")
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(address, wait_until="networkidle")
        page.wait_for_timeout(1000)
        return page.evaluate("vitals")


def buy(page: Page, product: str) -> None:
    """Something is in the basket, and the checkout has begun."""
    page.goto(product)
    choices = page.locator("input[name=sku]:not([disabled]):not([type=hidden])")
    if choices.count():
        choices.first.check(force=True)
    page.locator(".buy-form button.button").click()
    page.locator("form[action*='checkout/begin'] button").click()


def middle(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """The median and the worst of each figure, and which element was the largest."""
    found: dict[str, Any] = {"rounds": len(rounds), "largest": rounds[0]["what"]}
    for name in LIMITS:
        values = [one[name] for one in rounds]
        found[name], found[f"{name}_worst"] = round(median(values), 4), round(max(values), 4)
    return found


def row(name: str, figures: dict[str, Any]) -> str:
    said = [f"{figures[one]:g} ({figures[f'{one}_worst']:g}) of {limit}" for one, limit in LIMITS.items()]
    return f"| {name} | {' | '.join(said)} | {figures['largest']} |"


if __name__ == "__main__":
    main()
