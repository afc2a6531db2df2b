"""Administration: system settings as their schema wants them, faults, history and reverting."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import type_of_opener
from tests.e2e.screen import Screen
from tests.e2e.site import Site
from tests.e2e.team import OWNER, Team, fits, make_team, reach
from tests.e2e.test_a11y import check


@pytest.fixture(scope="module")
def team(site: Site) -> Iterator[Team]:
    made = make_team(site, "adam")
    yield made
    made.close()


@pytest.fixture
def form(opener: type_of_opener, team: Team) -> Screen:
    """The owner's form."""
    screen = team.open(opener, OWNER, "/admin/system")
    expect(screen.page.get_by_label("Name of the server")).to_be_visible()
    return screen


def test_settings_are_changed_by_keyboard_and_taken_back(form: Screen, team: Team) -> None:
    page = form.page
    save = form.button("Save")
    expect(save).to_be_disabled()
    reach(form, page.get_by_label("Name of the server"))
    page.keyboard.press("Control+a")
    page.keyboard.type("Harbour")
    reach(form, page.get_by_label("Who needs a second factor")).select_option(
        label="Administrators and the owner"
    )
    page.get_by_label("Who needs a second factor").select_option(label="Nobody")
    reach(form, page.get_by_label("Replies at once per person"))
    page.keyboard.press("Control+a")
    page.keyboard.type("7")
    expect(page.get_by_text("2 changes not saved yet")).to_be_visible()
    page.get_by_role("link", name="Audit log").click()
    page.go_back()
    expect(page.get_by_label("Name of the server")).to_have_value("Harbour")
    reach(form, save).press("Enter")
    expect(page.get_by_text("Everything is saved")).to_be_visible()
    values = team.settings()
    assert (values["name"], values["turns_per_user"]) == ("Harbour", 7)

    reach(form, page.get_by_role("tab", name="Settings")).press("ArrowRight")
    change = page.locator(".admin-row").filter(has_text="Name of the server")
    expect(change).to_contain_text("the default")
    expect(change).to_contain_text("Harbour")
    expect(change).to_contain_text("Olga")
    reach(form, form.button("Take back: Name of the server")).press("Enter")
    expect(change).to_have_count(2)
    assert team.settings()["name"] == "chatbox"
    check(form, "history")


def test_every_fault_stands_at_its_field(form: Screen, team: Team) -> None:
    page = form.page
    form.watch.allow("400")
    hours = page.get_by_label("Invitations work for (hours)")
    hours.fill("0")
    hours.press("Enter")
    expect(page.get_by_text("Enter a whole number from 1 to 8,760.")).to_be_visible()
    expect(hours).to_be_focused()
    expect(hours).to_have_attribute("aria-invalid", "true")
    hours.fill("48")
    domains = page.get_by_label("E-mail domains that may register")
    domains.fill("example.org\nnot a domain")
    form.button("Save").click()
    expect(domains).to_have_attribute("aria-invalid", "true")
    assert team.settings()["invitation_hours"] == 72
    check(form, "faults")
    form.button("Discard").click()
    expect(domains).to_have_value("")
    expect(hours).to_have_value("72")


def test_what_is_the_owners_is_locked_for_administrators(
    opener: type_of_opener, team: Team
) -> None:
    screen = team.open(opener, "adam", "/admin/system")
    reading = screen.page.get_by_role("switch", name="Administrators may read the sessions")
    expect(reading).to_be_disabled()
    expect(screen.page.get_by_text("Only the owner can change this.").first).to_be_visible()
    expect(screen.page.get_by_label("Name of the server")).to_be_enabled()


def test_nothing_is_wider_than_a_phone(opener: type_of_opener, team: Team) -> None:
    screen = team.open(opener, OWNER, "/admin/system", viewport={"width": 360, "height": 740})
    expect(screen.page.get_by_label("Name of the server")).to_be_visible()
    assert fits(screen)
    check(screen, "system 360")


def test_in_chinese(opener: type_of_opener, team: Team) -> None:
    team.call("olga", "PATCH", "/settings", locale="zh-Hans")
    screen = team.open(opener, OWNER, "/admin/system")
    name = screen.page.get_by_label("服务器名称")
    name.fill("港湾")
    name.press("Enter")
    expect(screen.page.get_by_text("已全部保存")).to_be_visible()
    assert team.settings()["name"] == "港湾"
    text = screen.page.locator("main").inner_text()
    assert not re.search(r"[a-z]+_[a-z]+|Settings|person", text)
    team.call("olga", "PATCH", "/settings", locale="en")
