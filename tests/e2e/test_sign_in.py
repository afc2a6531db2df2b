"""The ways in: by keyboard, in both languages, wrong at first, and back to where one was."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import type_of_opener
from tests.e2e.screen import Screen
from tests.e2e.site import Site
from tests.e2e.team import PASSWORD, Team, code_of
from tests.e2e.test_a11y import check

REFUSED = r"status of 40[13]"
AGAIN = "other horse battery"


def sign_in(screen: Screen, who: str, password: str = PASSWORD) -> None:
    page = screen.page
    page.locator("#username").fill(who)
    page.locator("#password").fill(password)
    page.locator("#password").press("Enter")


def type_in(page: Page, *texts: str) -> None:
    """Type into the focused field and on through the next ones, with nothing but keys."""
    for number, text in enumerate(texts):
        if number > 0:
            page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_the_first_owner_sets_the_server_up(opener: type_of_opener, new_site: Site) -> None:
    new_site.start(team="true")
    link = new_site.server.wait_for("works once:\n\n").strip()
    screen = opener(new_site)
    page = screen.page
    screen.watch.allow(REFUSED)
    screen.open("/c/anything")
    expect(page.get_by_text("printed a set-up link")).to_be_visible()
    page.goto(link)
    expect(page.locator("#username")).to_be_focused()
    assert page.url.endswith("/setup")
    check(screen, "set-up")
    type_in(page, "o")
    expect(page.get_by_text("Fill in this field.")).to_be_visible()
    expect(page.locator("#username")).to_have_attribute("aria-invalid", "true")
    page.keyboard.type("olga")
    page.keyboard.press("Tab")
    page.keyboard.type("Olga")
    page.keyboard.press("Tab")
    page.keyboard.type("short")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="at least 10")).to_be_visible()
    expect(page.locator("#password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Connect a model")).to_be_visible()
    expect(page.locator(".side-user")).to_contain_text("Olga")
    expect(page.locator(".side-user")).to_contain_text("Owner")
    page.goto(link)
    expect(page.locator("h1")).to_be_visible()
    other = opener(new_site)
    other.watch.allow(REFUSED)
    other.page.goto(link)
    expect(other.page.get_by_role("heading", name="does not work any more")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "who", "wrong", "wanted"),
    [("en-GB", "uma", "password is not right", "User"), ("zh-CN", "otto", "密码不正确", "用户")],
)
def test_signing_in_by_keyboard_with_a_second_factor(
    opener: type_of_opener, team: Team, language: str, who: str, wrong: str, wanted: str
) -> None:
    secret = team.enrol(who)
    session = str(team.call(who, "POST", "/sessions", title="Mine")["id"])
    screen = opener(team.site, locale=language)
    page = screen.page
    screen.watch.allow(REFUSED)
    screen.open(f"/c/{session}")
    expect(page.locator("#username")).to_be_focused()
    type_in(page, who, "wrong " + PASSWORD)
    expect(page.get_by_role("alert").filter(has_text=wrong)).to_be_visible()
    expect(page.locator("#password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_be_focused()
    type_in(page, "000000")
    expect(page.locator("#code")).to_have_attribute("aria-invalid", "true")
    check(screen, "code")
    page.keyboard.type(code_of(secret))
    page.keyboard.press("Enter")
    expect(page.locator(".side-user")).to_contain_text(wanted)
    assert page.url == f"{team.site.url}/c/{session}"


def test_password_managers_know_the_form(opener: type_of_opener, team: Team) -> None:
    screen = opener(team.site).open("/")
    page = screen.page
    form = page.locator("form")
    expect(form).to_have_attribute("method", "post")
    name, password = form.locator("#username"), form.locator("#password")
    expect(name).to_have_attribute("autocomplete", "username")
    expect(password).to_have_attribute("autocomplete", "current-password")
    expect(password).to_have_attribute("type", "password")
    screen.button("Show password").click()
    expect(password).to_have_attribute("type", "text")
    # Filled in without a single key, as managers do.
    for field, text in ((name, "vera"), (password, PASSWORD)):
        field.evaluate("(node, text) => { node.value = text; }", text)
    form.locator("[type=submit]").click()
    expect(page.locator(".side-user")).to_contain_text("Vera")
    expect(page.get_by_text("lets you read chats")).to_be_visible()
    expect(screen.composer).to_have_count(0)


def test_the_pages_at_the_door(opener: type_of_opener, team: Team) -> None:
    invited = str(team.call("olga", "POST", "/invitations", role="user")["url"])
    screen = opener(team.site)
    page = screen.page
    screen.watch.allow(REFUSED)
    for path in ("/login", "/reset", "/register", "/setup", "/invitation#nonsense"):
        screen.open(path)
        expect(page.locator("main h1")).to_be_visible()
        check(screen, path)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(invited)
    expect(page.locator("#password")).to_have_attribute("autocomplete", "new-password")
    check(screen, "invitation")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator("#username").fill("ines")
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1").first).to_contain_text("model")


def test_whoever_comes_joins_where_registration_is_open(opener: type_of_opener, team: Team) -> None:
    """With an e-mail domain but no mail server to send the link, the page says so at once."""
    screen = opener(team.site)
    page = screen.page
    try:
        team.call("olga", "PATCH", "/settings/system", registration="open")
        screen.open("/login")
        page.get_by_role("link", name="Create an account").click()
        page.locator("#username").fill("oona")
        page.locator("#password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator(".side-user")).to_contain_text("oona")
        page.context.clear_cookies()
        team.call("olga", "PATCH", "/settings/system", registration_domains=["example.org"])
        screen.open("/register")
        expect(page.get_by_text("New accounts need an invitation")).to_be_visible()
        expect(page.locator("form")).to_have_count(0)
    finally:
        reverted = {"registration": "invitation", "registration_domains": []}
        team.call("olga", "PATCH", "/settings/system", **reverted)


def test_a_reset_link_sets_a_new_password(opener: type_of_opener, team: Team) -> None:
    team.add("rita", "user")
    link = str(team.call("olga", "POST", f"/users/{team.ids['rita']}/reset-link")["url"])
    screen = opener(team.site)
    screen.watch.allow(REFUSED)
    page = screen.page
    page.goto(link)
    expect(page.locator("#username")).to_have_value("rita")
    type_in(page, AGAIN)
    expect(page.get_by_role("heading", name="The new password is set")).to_be_visible()
    page.get_by_role("link", name="Go to the sign-in page").click()
    sign_in(screen, "rita", AGAIN)
    expect(page.locator(".side-user")).to_contain_text("Rita")


def test_an_ended_login_returns_to_its_page_with_the_draft(
    opener: type_of_opener, team: Team
) -> None:
    team.add("dora", "user")
    session = str(team.call("dora", "POST", "/sessions", title="Doras")["id"])
    screen = team.open(opener, "dora", f"/c/{session}")
    screen.watch.allow(REFUSED, "WebSocket")
    screen.composer.fill("half a thought")
    team.call("olga", "DELETE", f"/users/{team.ids['dora']}/logins")
    page = screen.page
    expect(page.locator("#username")).to_be_visible()
    sign_in(screen, "dora")
    expect(screen.composer).to_have_value("half a thought")
    assert page.url == f"{team.site.url}/c/{session}"


def test_drafts_are_not_shown_to_the_next_person(opener: type_of_opener, team: Team) -> None:
    for who in ("anna", "bert"):
        team.add(who, "user")
    screen = team.open(opener, "anna", "/")
    page = screen.page
    screen.watch.allow(REFUSED, "WebSocket")
    screen.composer.fill("a secret of Anna's")
    team.call("olga", "DELETE", f"/users/{team.ids['anna']}/logins")
    expect(page.locator("#username")).to_be_visible()
    sign_in(screen, "bert")
    expect(screen.composer).to_have_value("")
    assert "Anna" not in page.locator("body").inner_text()
    page.locator(".side-user").click()
    screen.menu_item("Sign out").click()
    expect(page.locator("#username")).to_be_visible()
    sign_in(screen, "anna")
    expect(screen.composer).to_have_value("a secret of Anna's")
    page.locator(".side-user").click()
    screen.menu_item("Sign out").click()
    expect(page.locator("#username")).to_be_visible()
    sign_in(screen, "anna")
    expect(screen.composer).to_be_visible()
    expect(screen.composer).to_have_value("")


def test_signing_out_signs_the_other_tabs_out(opener: type_of_opener, team: Team) -> None:
    team.add("tina", "user")
    screen = team.open(opener, "tina", "/")
    screen.watch.allow(REFUSED, "WebSocket")
    other = Screen(screen.page.context.new_page(), screen.base, screen.watch).open(
        "/settings/about"
    )
    expect(other.page.locator(".side-user")).to_be_visible()
    screen.page.locator(".side-user").click()
    screen.menu_item("Sign out").click()
    expect(screen.page.locator("#username")).to_be_visible()
    expect(other.page.locator("#username")).to_be_visible()
    sign_in(other, "tina")
    expect(other.page.locator(".side-user")).to_be_visible()
    expect(screen.page.locator(".side-user")).to_be_visible()
