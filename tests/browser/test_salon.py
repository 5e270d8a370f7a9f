"""The appointment book of a salon on a tablet: somebody walks in, is moved by dragging, and arrives."""

from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe

from comptoir.base import clock
from comptoir.testing.factories import Shop
from comptoir_booking.board import HOURS, NOTICE, STEPS
from comptoir_booking.changes import move_visit
from comptoir_booking.models import Booking
from comptoir_booking.tests.salon import EVERY_DAY, Salon
from comptoir_booking.wall_time import DAY

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TABLET_PX = 820


@pytest.fixture
def salon(transactional_db) -> Salon:
    salon = Salon(Shop(), zone="UTC")
    for code in ("anna", "bela"):
        salon.person(code, weekly=[(day, "09:00", "18:00") for day in EVERY_DAY])
    salon.service("cut", minutes=60)
    return salon


def test_who_walks_in_is_booked_dragged_and_arrives(salon, log_in):
    day = clock.now().date() + DAY
    page = log_in(f"/admin/appointments/?at=nantes&on={day}", locale="en", width_px=TABLET_PX)
    assert problems_of(page) == []

    # A click on an empty place knows who and when.
    with page.expect_navigation():
        page.get_by_role("link", name="Book: Anna, 10:00", include_hidden=True).click(
            position={"x": 40, "y": 4}
        )
    assert page.locator("#id_time").input_value() == "10:00"
    assert problems_of(page) == []
    page.select_option("#id_service-0", index=1)
    page.fill("#id_name", "Marie Rivière")
    with page.expect_navigation():
        page.get_by_role("button", name="Book", exact=True).click()
    card = page.locator("[data-move]")
    assert "Marie Rivière" in card.inner_text()

    # Dragged to Bela, one hour later; a question is asked before anything moves.
    grip, column = card.bounding_box(), page.locator(".bk-column[data-person=bela]").bounding_box()
    page.mouse.move(grip["x"] + 20, grip["y"] + 10)
    page.mouse.down()
    page.mouse.move(grip["x"] + 60, grip["y"] + 40, steps=3)
    page.mouse.move(column["x"] + 40, grip["y"] + 10 + grip["height"], steps=5)
    page.mouse.up()
    assert page.locator("[data-part=becomes]").inner_text() == "Bela, 11:00"
    assert problems_of(page) == []
    with page.expect_navigation():
        page.locator(".bk-dialog").get_by_role("button", name="Move").click()

    booking = Booking.objects.get()
    assert booking.starts_at == datetime(day.year, day.month, day.day, 11, tzinfo=UTC)
    assert booking.allocations.get().resource.code == "bela"

    with page.expect_navigation():
        page.locator(".bk-card a").click()
    assert problems_of(page) == []
    assert page.get_by_role("button", name="Has arrived").count() == 0

    # Her time comes, whatever the hour is at which this runs.
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    move_visit(visit=booking.visit, start=now, overrides=frozenset({HOURS, NOTICE, STEPS}))
    with page.expect_navigation():
        page.reload()
    with page.expect_navigation():
        page.get_by_role("button", name="Has arrived").click()
    booking.refresh_from_db()
    assert booking.state == "arrived"
    assert page.locator(".bk-card--arrived").count() >= 1


def problems_of(page) -> list[str]:
    """What a screen reader, or somebody who sees badly, would stumble over in what is ours."""
    found = Axe().run(
        page, context="main", options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}
    )
    return [
        f"{one['id']}: {one['nodes'][0]['target']}" for one in found.response["violations"] if one["nodes"]
    ]
