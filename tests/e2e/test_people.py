"""Administration: people and invitations, by keyboard, in both languages, and who sees none."""

import re
import sqlite3
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import type_of_opener
from tests.e2e.screen import Screen
from tests.e2e.site import Site
from tests.e2e.team import OWNER, PASSWORD, Team, fits, make_team, reach
from tests.e2e.test_a11y import check


@pytest.fixture(scope="module")
def team(site: Site) -> Iterator[Team]:
    made = make_team(site)
    yield made
    made.close()


@pytest.fixture
def people(opener: type_of_opener, team: Team) -> Screen:
    """The owner's page of people."""
    screen = team.open(opener, OWNER, "/admin/people")
    expect(row(screen, "Vera")).to_be_visible()
    return screen


def row(screen: Screen, name: str) -> Locator:
    heading = screen.page.get_by_role("heading", name=re.compile(f"^{name}\\b"))
    return screen.page.locator(".admin-row").filter(has=heading)


def choose(screen: Screen, name: str, entry: str) -> None:
    """Choose from a person's menu with the keyboard."""
    reach(screen, screen.button(f"Actions for {name}")).press("Enter")
    item = screen.menu_item(entry)
    expect(item).to_be_visible()
    while not item.evaluate("node => node === document.activeElement"):
        screen.page.keyboard.press("ArrowDown")
    item.press("Enter")


def test_a_person_is_added_and_changed_by_keyboard(people: Screen, team: Team) -> None:
    page = people.page
    reach(people, people.button("Add person")).press("Enter")
    dialog = page.get_by_role("dialog")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("Enter a user name.")).to_be_visible()
    page.keyboard.type("uma")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("already", exact=False)).to_be_visible()
    dialog.get_by_label("User name").fill("ida")
    page.keyboard.press("Tab")
    page.keyboard.type("Ida")
    reach(people, dialog.get_by_label("Role")).press("ArrowDown")
    people.button("Add", dialog).press("Enter")

    once = page.get_by_role("dialog", name="Ida was added")
    url = once.get_by_label("Link", exact=True).input_value()
    assert re.search(r"/reset#[\w-]{43}$", url)
    expect(people.button("Copy link", once)).to_be_focused()
    page.keyboard.press("Escape")
    expect(row(people, "Ida")).to_contain_text("Viewer")
    expect(row(people, "Ida")).to_contain_text("never signed in")

    people.watch.allow("409")
    choose(people, "Ida", "Change name, e-mail, role")
    ida = team.call("olga", "GET", "/users?q=ida")["items"][0]
    team.call("olga", "PATCH", f"/users/{ida['id']}", email="ida@example.org")
    dialog.get_by_label("Name", exact=True).fill("Ida B")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("Somebody changed this meanwhile: Ida, ida@")).to_be_visible()
    reach(people, people.button("Use theirs", dialog)).press("Enter")
    expect(dialog.get_by_label("E-mail address")).to_have_value("ida@example.org")
    dialog.get_by_label("Role").select_option(label="User")
    people.button("Save", dialog).press("Enter")
    expect(row(people, "Ida")).to_contain_text("ida@example.org")
    expect(row(people, "Ida")).to_contain_text("User")


def test_people_are_found_suspended_and_let_in_again(people: Screen, team: Team) -> None:
    page = people.page
    reach(people, page.get_by_role("searchbox", name="Search people"))
    page.keyboard.type("ott")
    expect(page.locator(".admin-row")).to_have_count(1)
    choose(people, "Otto", "Suspend")
    expect(row(people, "Otto")).to_contain_text("Suspended")
    assert team.person("otto")["state"] == "suspended"
    page.get_by_label("State").select_option(label="Active")
    expect(page.get_by_text("Nobody matches.")).to_be_visible()
    page.get_by_label("State").select_option(label="Suspended")
    choose(people, "Otto", "Let in again")
    expect(row(people, "Otto")).not_to_contain_text("Suspended")
    assert team.person("otto")["state"] == "active"


def test_what_opens_an_account_asks_who_is_there(people: Screen, team: Team) -> None:
    database = sqlite3.connect(team.site.server.database)
    with database:
        database.execute("UPDATE logins SET verified_at = 0")
    database.close()
    people.watch.allow("403")
    choose(people, "Uma", "Make a reset link")
    page = people.page
    proof = page.get_by_role("dialog")
    proof.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    once = page.get_by_role("dialog", name="Reset link for Uma")
    expect(once.get_by_label("Link", exact=True)).to_have_value(re.compile("/reset#"))


def test_a_deletion_wants_the_name(people: Screen) -> None:
    choose(people, "Vera", "Delete")
    dialog = people.page.get_by_role("dialog", name="Delete Vera?")
    submit = people.button("Delete for ever", dialog)
    expect(submit).to_be_disabled()
    people.page.keyboard.type("vera")
    expect(submit).to_be_enabled()
    check(people, "delete")
    people.page.keyboard.press("Escape")
    expect(people.button("Actions for Vera")).to_be_focused()


def test_administrators_see_why_they_may_not(opener: type_of_opener, team: Team) -> None:
    screen = team.open(opener, "adam", "/admin/people")
    expect(row(screen, "Olga")).to_contain_text("Only the owner changes the owner's account.")
    expect(row(screen, "Adam")).to_contain_text("This is you.")
    expect(screen.button("Actions for Olga")).to_have_count(0)
    screen.button("Actions for Uma").click()
    expect(screen.menu_item("Hand the server over")).to_have_count(0)
    screen.page.keyboard.press("Escape")
    screen.button("Add person").click()
    roles = screen.page.get_by_role("dialog").get_by_label("Role")
    expect(roles.locator("option")).to_have_text(["User", "Viewer"])


def test_nobody_else_gets_in(opener: type_of_opener, team: Team) -> None:
    screen = team.open(opener, "uma", "/admin/people")
    expect(screen.page.get_by_text("Administration is not open to you.")).to_be_visible()
    screen.open("/settings/appearance")
    expect(screen.page.get_by_role("heading", level=1)).to_have_text("Settings")
    expect(screen.page.get_by_role("link", name="Administration")).to_have_count(0)


def test_invitations_are_made_and_revoked_by_keyboard(opener: type_of_opener, team: Team) -> None:
    screen = team.open(opener, OWNER, "/admin/invitations")
    page = screen.page
    reach(screen, screen.button("Invite somebody")).press("Enter")
    dialog = page.get_by_role("dialog")
    reach(screen, dialog.get_by_label("E-mail address"))
    page.keyboard.type("new@example.org")
    page.keyboard.press("Enter")
    made = page.get_by_role("dialog", name="The invitation is ready")
    expect(made.get_by_label("Link", exact=True)).to_have_value(re.compile("/invitation#"))
    page.keyboard.press("Escape")
    expect(row(screen, "new@example.org")).to_contain_text("Open")
    expect(page.locator(".admin-row").filter(has_text="Used")).not_to_have_count(0)
    reach(screen, screen.button("Revoke: new@example.org")).press("Enter")
    expect(row(screen, "new@example.org")).to_have_count(0)
    check(screen, "invitations")


def test_nothing_is_wider_than_the_screen(opener: type_of_opener, team: Team) -> None:
    screen = team.open(opener, OWNER, "/admin/people")
    for width in (1440, 768, 360):
        screen.page.set_viewport_size({"width": width, "height": 800})
        expect(row(screen, "Vera")).to_be_visible()
        assert fits(screen)
    check(screen, "people 360")


def test_in_chinese(opener: type_of_opener, team: Team) -> None:
    team.call("olga", "PATCH", "/settings", locale="zh-Hans")
    screen = team.open(opener, OWNER, "/admin/people")
    expect(row(screen, "Olga")).to_contain_text("这是您自己的账号。")
    for section, heading in (("people", "成员"), ("invitations", "邀请")):
        screen.open(f"/admin/{section}")
        expect(screen.page.get_by_role("heading", level=2)).to_have_text(heading)
        expect(screen.page.locator(".admin-row").first).to_be_visible()
        assert not re.search(r"admin\.|Owner|Search|Open", screen.page.locator("main").inner_text())
    team.call("olga", "PATCH", "/settings", locale="en")


def test_logins_end_an_account_goes_and_the_server_is_handed_over(
    opener: type_of_opener, own_site: Site
) -> None:
    team = make_team(own_site, "adam", "uma")
    screen = team.open(opener, OWNER, "/admin/people")
    page = screen.page
    choose(screen, "Uma", "End all logins")
    screen.button("End them", page.get_by_role("dialog")).press("Enter")
    expect(screen.toasts.filter(has_text="All logins of Uma have ended.")).to_be_visible()
    assert team.ended("uma")
    choose(screen, "Uma", "Delete")
    page.keyboard.type("uma")
    page.keyboard.press("Enter")
    expect(row(screen, "Uma")).to_have_count(0)
    choose(screen, "Adam", "Hand the server over")
    page.keyboard.type("adam")
    page.keyboard.press("Enter")
    expect(row(screen, "Adam")).to_contain_text("Only the owner changes the owner's account.")
    expect(row(screen, "Olga")).to_contain_text("Administrator")
    team.close()


def test_one_person_becomes_a_team_and_one_again(opener: type_of_opener, own_site: Site) -> None:
    session = own_site.session(title="Kept")
    screen = opener(own_site).open("/settings/server")
    page = screen.page
    reach(screen, screen.button("Set up accounts")).press("Enter")
    dialog = page.get_by_role("dialog")
    page.keyboard.type("olga")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("A password has at least 10 characters.")).to_be_visible()
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(row(screen, "olga")).to_contain_text("This is you.")
    expect(page.get_by_role("link", name="Kept")).to_be_visible()
    assert own_site.client.get(f"{own_site.url}/api/v1/sessions").status_code == 401

    screen.open("/admin/server")
    reach(screen, screen.button("Use the server alone")).press("Enter")
    check(screen, "back to one person")
    screen.button("Use it alone", page.get_by_role("dialog")).press("Enter")
    expect(screen.button("Set up accounts")).to_be_visible()
    assert own_site.record(session)["title"] == "Kept"
