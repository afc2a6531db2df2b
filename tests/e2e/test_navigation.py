"""Addresses, titles, history, the palette and the keys."""

from playwright.sync_api import expect

from tests.e2e.conftest import type_of_opener
from tests.e2e.screen import Screen
from tests.e2e.site import Site


def test_back_and_forward_and_titles(screen: Screen, site: Site) -> None:
    first, second = site.session(title="First chat"), site.session(title="Second chat")
    for session in (first, second):
        site.say(session, f"In {session}")
    screen.open("/")
    page = screen.page
    screen.rows.filter(has_text="First chat").click()
    expect(page).to_have_title("First chat · chatbox")
    screen.rows.filter(has_text="Second chat").click()
    expect(page).to_have_title("Second chat · chatbox")
    expect(screen.body).to_contain_text(second)
    page.get_by_role("link", name="Settings").click()
    expect(page).to_have_title("Appearance · Settings · chatbox")
    page.go_back()
    expect(screen.body).to_contain_text(second)
    page.go_back()
    expect(screen.body).to_contain_text(first)
    expect(page).to_have_title("First chat · chatbox")
    page.go_forward()
    expect(page).to_have_title("Second chat · chatbox")


def test_coming_back_finds_the_same_place(screen: Screen, site: Site) -> None:
    long, other = site.session(title="Long one"), site.session(title="Another")
    for number in range(8):
        site.say(long, f"Question {number}\n\n" + "Some words. " * 150)
    screen.chat(long)
    screen.scroller.hover()
    screen.page.mouse.wheel(0, -900)
    screen.frames(4)
    expect(screen.button("Jump to latest")).to_be_visible()
    before = screen.scroll_top()
    screen.rows.filter(has_text="Another").click()
    expect(screen.page).to_have_url(f"{site.url}/c/{other}")
    screen.page.go_back()
    expect(screen.replies).to_have_count(8)
    screen.frames(4)
    assert abs(screen.scroll_top() - before) <= 4


def test_an_unknown_chat_and_an_unknown_page_explain_themselves(screen: Screen, site: Site) -> None:
    screen.watch.allow("404")
    screen.open("/c/00000000-0000-7000-8000-00000000dead")
    expect(screen.page.get_by_role("heading", level=1)).to_have_text("This chat does not exist")
    screen.open("/no/such/page")
    expect(screen.page.get_by_role("heading", level=1)).to_have_text("Page not found")
    screen.button("Start a new chat").click()
    expect(screen.page).to_have_url(f"{site.url}/")


def test_a_link_to_a_message_shows_it(screen: Screen, site: Site) -> None:
    session = site.session()
    for number in range(12):
        site.say(session, f"Question {number}\n\n" + "Some words. " * 80)
    target = site.messages(session)[4]
    screen.chat(session)
    screen.page.goto("about:blank")
    screen.open(f"/c/{session}#m-{target['id']}")
    row = screen.page.locator(f"#m-{target['id']}")
    expect(row).to_be_in_viewport()
    expect(row).to_be_focused()
    expect(row).to_contain_text("Question 2")


def test_a_link_far_back_in_a_long_chat(screen: Screen, site: Site) -> None:
    session = site.session()
    for number in range(75):
        site.say(session, f"Question {number}")
    target = site.messages(session)[3]
    screen.open(f"/c/{session}#m-{target['id']}")
    expect(screen.page.locator(f"#m-{target['id']}")).to_be_in_viewport()


def test_the_palette_reaches_chats_settings_and_looks(
    opener: type_of_opener, own_site: Site
) -> None:
    session = own_site.session(title="Findable chat")
    screen = opener(own_site).open("/")
    page = screen.page
    expect(screen.composer).to_be_focused()

    def choose(query: str) -> None:
        page.keyboard.press("Control+k")
        expect(page.get_by_role("dialog", name="Command palette")).to_be_visible()
        page.keyboard.type(query)
        option = page.get_by_role("dialog").get_by_role("option").first
        expect(option).to_contain_text(query, ignore_case=True)
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_have_count(0)

    choose("Findable")
    expect(page).to_have_url(f"{own_site.url}/c/{session}")
    choose("Settings: Models")
    expect(page).to_have_url(f"{own_site.url}/settings/models")
    choose("Theme: Dark")
    expect(page.locator("html.theme-dark")).to_be_attached()
    choose("New chat")
    expect(page).to_have_url(f"{own_site.url}/")
    expect(screen.composer).to_be_focused()


def test_keys(screen: Screen, site: Site) -> None:
    screen.chat(site.session(title="Keys"))
    page = screen.page
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Command palette")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator("body").focus()
    page.evaluate("() => document.activeElement?.blur()")
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_contain_text("Open the command palette")
    expect(sheet).to_contain_text("Stop generating")
    page.keyboard.press("Escape")
    screen.composer.focus()
    page.keyboard.type("?")
    expect(screen.composer).to_have_value("?")
    expect(sheet).to_have_count(0)
    screen.composer.fill("")


def test_everything_important_is_reached_by_keyboard(opener: type_of_opener, site: Site) -> None:
    session = site.session()
    site.say(session, "Some words")
    screen = opener(site, viewport={"width": 320, "height": 640}).chat(session)
    page = screen.page
    page.evaluate("() => document.activeElement?.blur()")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Skip to content")).to_be_focused()
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.add(
            page.evaluate(
                "() => document.activeElement?.getAttribute('aria-label')"
                " ?? document.activeElement?.textContent ?? ''"
            )
        )
    for wanted in ("Open sidebar", "Chat menu", "Copy", "Regenerate", "Message", "More actions"):
        assert wanted in seen, (wanted, seen)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 320
