"""Several tabs on one server show the same, soon, and stay quick."""

from playwright.sync_api import expect

from tests.e2e.conftest import type_of_opener
from tests.e2e.screen import Screen
from tests.e2e.site import Site
from tests.e2e.test_chat import numbered

SOON = 1_000


def second_tab(screen: Screen) -> Screen:
    """Another tab of the same browser."""
    return Screen(screen.page.context.new_page(), screen.base, screen.watch)


def test_two_tabs_show_the_same_within_a_second(screen: Screen, site: Site) -> None:
    session = site.session("ok-60-10", title="Shared")
    screen.chat(session)
    other = second_tab(screen).chat(session)
    screen.send("Count")
    expect(other.questions.last).to_contain_text("Count", timeout=SOON)
    expect(other.body).to_contain_text("t0", timeout=SOON)
    expect(other.body).to_contain_text("t59", timeout=5_000)
    for tab in (screen, other):
        tab.finished()
        assert tab.text_of_reply() == numbered(60)

    other.row_menu("Shared", "Rename")
    other.page.get_by_label("New title for").fill("Renamed")
    other.page.keyboard.press("Enter")
    expect(screen.page.locator(".chat-title")).to_have_text("Renamed", timeout=SOON)
    expect(screen.rows.first).to_contain_text("Renamed", timeout=SOON)


def test_two_browsers_show_the_same(opener: type_of_opener, site: Site) -> None:
    session = site.session("ok-2000-10")
    first, second = opener(site).chat(session), opener(site).chat(session)
    first.send("Count")
    expect(second.body).to_contain_text("t5")
    second.button("Stop generating").click()
    for screen in (first, second):
        expect(screen.last.locator(".message-note")).to_contain_text("Stopped")
    assert first.text_of_reply() == second.text_of_reply()


def test_a_deleted_chat_explains_itself(opener: type_of_opener, site: Site) -> None:
    session = site.session(title="Doomed")
    site.say(session, "Some words")
    reader = opener(site).chat(session)
    reader.composer.fill("A draft")
    site.call("DELETE", f"/sessions/{session}")
    expect(reader.page.get_by_role("heading", name="This chat was deleted")).to_be_visible(
        timeout=SOON
    )
    expect(reader.rows.filter(has_text="Doomed")).to_have_count(0)
    reader.button("Restore chat").click()
    expect(reader.body).to_have_text("Some words")
    expect(reader.composer).to_have_value("A draft")


def test_settings_reach_other_tabs(opener: type_of_opener, own_site: Site) -> None:
    reader = opener(own_site).open("/")
    expect(reader.composer).to_be_visible()
    own_site.call("PATCH", "/settings", theme="dark")
    expect(reader.page.locator("html.theme-dark")).to_be_attached()
    own_site.call("PATCH", "/settings", locale="zh-Hans")
    expect(reader.page.locator("html")).to_have_attribute("lang", "zh-Hans")


def test_eight_tabs_stay_responsive(screen: Screen, site: Site) -> None:
    session = site.session("ok-150-10")
    tabs = [screen, *(second_tab(screen) for _ in range(7))]
    for tab in tabs:
        tab.chat(session)
    screen.send("Count")
    for tab in tabs:
        expect(tab.body).to_contain_text("t10", timeout=5_000)
    # A plain request of the last tab still gets a connection.
    took = tabs[-1].evaluate(
        "async () => { const start = performance.now(); await fetch('/api/v1/info');"
        " return performance.now() - start; }"
    )
    assert took < 2_000, took
    for tab in tabs:
        tab.finished()
        assert tab.text_of_reply() == numbered(150)
