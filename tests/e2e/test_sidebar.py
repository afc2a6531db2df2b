"""The list of chats."""

from playwright.sync_api import expect

from tests.e2e.conftest import type_of_opener
from tests.e2e.screen import Screen
from tests.e2e.site import Site


def test_search_finds_by_title(screen: Screen, site: Site) -> None:
    site.session(title="Apples and pears")
    found = site.session(title="Quinces for jam")
    site.say(found, "About quinces")
    screen.open("/")
    search = screen.page.get_by_role("textbox", name="Search chats")
    search.fill("quince")
    expect(screen.rows).to_have_count(1)
    expect(screen.rows).to_contain_text("Quinces for jam")
    search.press("Enter")
    expect(screen.page).to_have_url(f"{site.url}/c/{found}")
    search.fill("nothing like this")
    expect(screen.page.get_by_text("No chat has “nothing like this” in its title.")).to_be_visible()
    search.press("Escape")
    expect(screen.rows.filter(has_text="Apples")).to_be_visible()


def test_a_chat_is_renamed(screen: Screen, site: Site) -> None:
    session = site.session(title="Old title")
    screen.open("/")
    screen.row_menu("Old title", "Rename")
    field = screen.page.get_by_label("New title for")
    expect(field).to_be_focused()
    field.fill("Better title")
    field.press("Enter")
    row = screen.rows.filter(has_text="Better title")
    expect(row).to_be_visible()
    expect(row).to_be_focused()
    screen.page.reload()
    expect(row).to_be_visible()
    assert site.record(session)["title"] == "Better title"


def test_a_name_given_by_hand_stays(screen: Screen, site: Site) -> None:
    session = site.session(title="My name")
    screen.chat(session)
    screen.ask("Words that would make a title")
    expect(screen.page.locator(".chat-title")).to_have_text("My name")
    assert site.record(session)["title"] == "My name"


def test_a_chat_is_pinned(screen: Screen, site: Site) -> None:
    site.session(title="Important")
    site.session(title="Newer")
    screen.open("/")
    screen.row_menu("Important", "Pin")
    pinned = screen.page.get_by_role("region", name="Pinned")
    expect(pinned.locator(".side-link")).to_contain_text("Important")
    screen.row_menu("Important", "Unpin")
    expect(pinned).to_have_count(0)


def test_a_chat_is_archived_and_comes_back(screen: Screen, site: Site) -> None:
    site.session(title="For the archive")
    screen.open("/")
    row = screen.rows.filter(has_text="For the archive")
    screen.row_menu("For the archive", "Archive")
    expect(row).to_have_count(0)
    screen.button("Undo", screen.toasts).click()
    expect(row).to_be_visible()
    screen.row_menu("For the archive", "Archive")
    screen.button("Archived chats").click()
    expect(row).to_be_visible()
    screen.row_menu("For the archive", "Move back to chats")
    expect(screen.page.get_by_text("No archived chats.")).to_be_visible()
    screen.button("Back to chats").click()
    expect(row).to_be_visible()


def test_a_deletion_can_be_undone(screen: Screen, site: Site) -> None:
    neighbour = site.session(title="Neighbour")
    session = site.session(title="By mistake")
    site.say(session, "Some words")
    screen.chat(session)
    screen.row_menu("By mistake", "Delete")
    expect(screen.page).to_have_url(f"{site.url}/")
    expect(screen.rows.filter(has_text="By mistake")).to_have_count(0)
    screen.button("Undo", screen.toasts).click()
    expect(screen.rows.filter(has_text="By mistake")).to_be_visible()
    screen.rows.filter(has_text="By mistake").click()
    expect(screen.body).to_have_text("Some words")
    assert neighbour != session


def test_deleting_by_keyboard_moves_to_the_neighbour(screen: Screen, site: Site) -> None:
    for name in ("Row C", "Row B", "Row A"):
        site.session(title=name)
    screen.open("/")
    screen.rows.filter(has_text="Row A").focus()
    screen.page.keyboard.press("ArrowDown")
    expect(screen.rows.filter(has_text="Row B")).to_be_focused()
    screen.page.keyboard.press("Delete")
    expect(screen.rows.filter(has_text="Row B")).to_have_count(0)
    expect(screen.rows.filter(has_text="Row C")).to_be_focused()


def test_older_chats_come_while_scrolling(opener: type_of_opener, own_site: Site) -> None:
    for number in range(120):
        own_site.session(title=f"Chat {number}")
    screen = opener(own_site).open("/")
    expect(screen.rows.first).to_contain_text("Chat 119")
    for _ in range(12):
        screen.page.locator(".side-scroll").evaluate("node => { node.scrollTop = 1e6; }")
        screen.frames(6)
        if screen.rows.count() >= 120:
            break
        screen.page.wait_for_timeout(60)
    expect(screen.rows).to_have_count(120)


def test_the_sidebar_is_a_sheet_on_phones(opener: type_of_opener, site: Site) -> None:
    site.session(title="On the phone")
    phone = opener(site, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    phone.open("/")
    expect(phone.rows).to_have_count(0)
    phone.button("Open sidebar").tap()
    sheet = phone.page.get_by_role("dialog")
    expect(sheet).to_be_visible()
    phone.rows.filter(has_text="On the phone").tap()
    expect(sheet).to_have_count(0)
    width = phone.evaluate("() => document.documentElement.scrollWidth")
    assert width <= 360
