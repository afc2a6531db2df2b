"""Settings → Server: what it shows of real traffic, by eye, by keyboard and as a table."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import type_of_opener
from tests.e2e.screen import Screen
from tests.e2e.site import Site
from tests.e2e.test_a11y import check

TWO_SAMPLES = 35_000


@pytest.fixture
def shown(screen: Screen, site: Site) -> Screen:
    """The page, some replies later, with the first points of its charts."""
    session = site.session()
    site.say(session, "Hello")
    site.say(session, "Hello again")
    screen.open("/settings/server")
    drawn = chart(screen, "Memory").locator('path[d^="M"][class="chart-line"]')
    dot = chart(screen, "Memory").locator('path[d^="M"][class="chart-dots"]')
    expect(drawn.or_(dot)).to_have_count(1, timeout=TWO_SAMPLES)
    return screen


def chart(screen: Screen, title: str) -> Locator:
    return screen.page.locator("figure.chart").filter(
        has=screen.page.get_by_role("heading", name=title, exact=True)
    )


def card(screen: Screen, label: str) -> Locator:
    return screen.page.locator(".server-card").filter(has_text=re.compile(f"^{label}"))


def test_the_page_shows_the_server_and_reads_point_by_point(shown: Screen, site: Site) -> None:
    now = site.call("GET", "/admin/stats")["now"]
    expect(card(shown, "Version")).to_contain_text(now["version"])
    expect(card(shown, "Storage")).to_contain_text("Works")
    expect(card(shown, "Replies since the start")).to_contain_text("none failed")
    assert now["turns"] >= 2
    memory = chart(shown, "Memory")
    expect(memory.get_by_role("img", name="Memory")).to_be_visible()
    assert "Highest value" in (memory.locator("desc").text_content() or "")

    slider = memory.get_by_role("slider")
    slider.focus()
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"in use \d.*B"))
    slider.press("Home")
    expect(slider).to_have_attribute("aria-valuenow", "0")
    expect(memory.locator(".chart-values")).to_contain_text("—")
    slider.press("End")
    expect(memory.locator(".chart-values")).to_contain_text("B")

    memory.get_by_text("View as table").click()
    rows = memory.get_by_role("row")
    expect(rows.first).to_contain_text("Time")
    expect(rows.nth(1)).to_contain_text("B")

    shown.page.get_by_label("How far to look back").select_option(label="Last day")
    expect(slider).to_have_attribute("aria-valuemax", "287")
    check(shown, "server")


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_nothing_is_wider_than_the_screen(opener: type_of_opener, site: Site, width: int) -> None:
    screen = opener(site, viewport={"width": width, "height": 800}).open("/settings/server")
    expect(screen.page.locator("figure.chart").first).to_be_visible()
    assert screen.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert screen.evaluate(
        "[...document.querySelectorAll('.settings-body *')].every("
        "one => one.getBoundingClientRect().right <= innerWidth + 1)"
    )
    check(screen, f"server {width}")


def test_a_server_that_is_gone_is_said_and_numbers_stay(
    opener: type_of_opener, own_site: Site
) -> None:
    screen = opener(own_site).open("/settings/server")
    expect(card(screen, "Storage")).to_contain_text("Works")
    screen.watch.allow("ERR_CONNECTION_REFUSED", "WebSocket connection")
    own_site.server.kill()
    expect(screen.page.get_by_text("The numbers are not up to date")).to_be_visible(timeout=20_000)
    expect(card(screen, "Storage")).to_contain_text("Works")


def test_in_chinese(opener: type_of_opener, own_site: Site) -> None:
    own_site.call("PATCH", "/settings", locale="zh-Hans")
    screen = opener(own_site).open("/settings/server")
    expect(screen.page.get_by_role("heading", name="服务器")).to_be_visible()
    expect(card(screen, "存储")).to_contain_text("正常")
    main = screen.page.locator("main").inner_text()
    assert not re.search(r"server\.|Requests|Memory", main)
