"""Administration: the audit log in words, the rights to models, and reading what others wrote."""

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import type_of_opener
from tests.e2e.screen import Screen
from tests.e2e.site import Site
from tests.e2e.team import OWNER, PASSWORD, Team, fits, make_team, reach
from tests.e2e.test_a11y import check


@pytest.fixture(scope="module")
def team(site: Site) -> Iterator[Team]:
    made = make_team(site, "uma", "otto")
    made.change("otto", state="suspended")
    made.change("otto", state="active")
    made.site.call("PATCH", "/settings/system", turns_per_user=6)
    yield made
    made.close()


@pytest.fixture
def log(opener: type_of_opener, team: Team) -> Screen:
    """The owner's page of the audit log."""
    screen = team.open(opener, OWNER, "/admin/audit")
    expect(entries(screen).first).to_be_visible()
    return screen


def entries(screen: Screen) -> Locator:
    return screen.page.locator(".admin-entry")


def test_entries_are_sentences_and_open_by_keyboard(log: Screen) -> None:
    page = log.page
    expect(page.get_by_text("Olga suspended Otto.")).to_be_visible()
    changed = page.get_by_text("Olga changed “Replies at once per person” from the default to 6.")
    entry = entries(log).filter(has=changed)
    reach(log, entry.locator("summary")).press("Enter")
    expect(entry.locator(".admin-details")).to_contain_text("setting:turns_per_user")
    expect(entry.locator(".admin-details")).to_contain_text("127.0.0.1")
    reach(log, page.get_by_label("Action")).select_option(label="Suspended or let in")
    expect(entries(log)).to_have_count(2)
    page.get_by_label("Person").select_option(label="Uma")
    expect(page.get_by_text("There are no entries.")).to_be_visible()
    check(log, "audit")


def test_the_log_is_taken_along_and_its_chain_checked(
    log: Screen, team: Team, tmp_path: Path
) -> None:
    with log.page.expect_download() as download:
        reach(log, log.button("Export")).press("Enter")
        log.page.get_by_role("dialog").get_by_label("Password", exact=True).fill(PASSWORD)
        log.page.keyboard.press("Enter")
    saved = tmp_path / "audit.jsonl"
    download.value.save_as(saved)
    actions = [json.loads(line)["action"] for line in saved.read_text().splitlines()]
    assert {"team.enable", "user.join", "settings.change"} <= set(actions)

    reach(log, log.button("Check the chain")).press("Enter")
    expect(log.page.get_by_text("The chain is whole")).to_be_visible()
    with sqlite3.connect(team.site.server.database) as database:
        database.execute("UPDATE audit SET address = '10.9.9.9' WHERE id = 2")
    log.button("Check the chain").click()
    expect(log.page.get_by_text("The chain is broken at entry 2")).to_be_visible()


def test_a_provider_is_shared_and_granted_by_keyboard(opener: type_of_opener, team: Team) -> None:
    screen = team.open(opener, OWNER, "/settings/providers")
    page = screen.page
    reach(screen, page.get_by_role("switch", name="Share up with the team")).press("Space")
    expect(page.get_by_role("switch", name="Share up with the team")).to_be_checked()
    screen.open("/admin/rights")
    reach(screen, screen.button("Change who may use up")).press("Enter")
    dialog = page.get_by_role("dialog", name="Who may use up?")
    reach(screen, dialog.get_by_role("radio", name="Everybody who chats")).press("ArrowDown")
    expect(screen.button("Save", dialog)).to_be_disabled()
    reach(screen, screen.button("People: Add a person", dialog)).press("Enter")
    page.keyboard.type("uma")
    page.keyboard.press("Enter")
    expect(screen.button("Remove Uma", dialog)).to_be_visible()
    check(screen, "rights")
    reach(screen, screen.button("Save", dialog)).press("Enter")
    expect(page.locator(".admin-card").filter(has_text="up").first).to_contain_text("Uma")
    grants = team.call("olga", "GET", "/grants")["items"]
    assert [one["user_id"] for one in grants] == [team.ids["uma"]]
    assert fits(screen)


def test_what_others_wrote_is_read_with_a_banner(opener: type_of_opener, team: Team) -> None:
    made = team.call("uma", "POST", "/sessions", title="A plan of Uma's", model="up/echo")
    team.call("uma", "POST", "/chat", session_id=made["id"], content="Hello", model="up/echo")
    screen = team.open(opener, OWNER, "/admin/people")
    screen.button("Actions for Uma").click()
    expect(screen.menu_item("Read sessions")).to_have_count(0)
    team.call("olga", "PATCH", "/settings/system", admins_read_sessions=True)
    screen.page.reload()
    screen.button("Actions for Uma").click()
    screen.menu_item("Read sessions").click()
    expect(screen.page.get_by_text("You are reading what belongs to Uma.")).to_be_visible()
    reach(screen, screen.page.get_by_role("link", name="A plan of Uma's")).press("Enter")
    expect(screen.page.locator(".admin-message-text").first).to_have_text("Hello")
    check(screen, "reading")
    screen.open("/admin/audit")
    expect(screen.page.get_by_text("Olga read sessions of Uma.").first).to_be_visible()


def test_nothing_is_wider_than_a_phone(opener: type_of_opener, team: Team) -> None:
    screen = team.open(opener, OWNER, "/admin/audit", viewport={"width": 360, "height": 740})
    expect(entries(screen).first).to_be_visible()
    entries(screen).first.locator("summary").click()
    assert fits(screen)
    for section in ("rights", "server"):
        screen.open(f"/admin/{section}")
        expect(screen.page.locator(".admin-card").first).to_be_visible()
        assert fits(screen)


def test_in_chinese(opener: type_of_opener, team: Team) -> None:
    team.call("olga", "PATCH", "/settings", locale="zh-Hans")
    screen = team.open(opener, OWNER, "/admin/audit")
    expect(screen.page.get_by_text("Olga 停用了 Otto。")).to_be_visible()
    assert not re.search(
        r"audit\.|[a-z]\.[a-z]{3}", screen.page.locator(".admin-list").inner_text()
    )
    screen.open("/admin/rights")
    expect(screen.page.get_by_role("heading", level=2)).to_have_text("模型与权限")
    team.call("olga", "PATCH", "/settings", locale="en")
