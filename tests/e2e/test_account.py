"""Settings of one's own account, and the proof that some of them ask for."""

from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.conftest import type_of_opener
from tests.e2e.screen import Screen
from tests.e2e.team import OWNER, PASSWORD, Team, code_of
from tests.e2e.test_a11y import check

REFUSED = r"status of 40[139]"
AGAIN = "other horse battery"


def prove(screen: Screen) -> None:
    """Answer the question who it is."""
    dialog = screen.page.get_by_role("dialog", name="Confirm that it is you")
    expect(dialog.locator("#proof-password")).to_be_focused()
    screen.page.keyboard.type(PASSWORD)
    screen.page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)


def test_names_and_password(opener: type_of_opener, team: Team) -> None:
    team.add("nina", "user")
    screen = team.open(opener, "nina", "/settings/profile")
    screen.watch.allow(REFUSED)
    page = screen.page
    check(screen, "profile")
    page.locator("#name").fill("Nina N.")
    page.locator("#username").fill("vera")
    page.locator("#username").press("Enter")
    expect(page.locator("#username")).to_have_attribute("aria-invalid", "true")
    page.locator("#username").fill("nina2")
    page.locator("#username").press("Enter")
    expect(page.locator(".side-user")).to_contain_text("Nina N.")
    page.get_by_role("link", name="Security").click()
    page.locator("#current_password").fill("not " + PASSWORD)
    page.locator("#password").fill(AGAIN)
    page.locator("#password").press("Enter")
    expect(page.locator("#current_password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(screen.toasts.filter(has_text="The password is changed")).to_be_visible()
    expect(page.locator("#current_password")).to_have_value("")


def test_setting_up_a_second_factor_asks_for_a_proof(opener: type_of_opener, team: Team) -> None:
    team.add("paul", "user")
    screen = team.open(opener, "paul", "/settings/security")
    screen.watch.allow(REFUSED)
    page = screen.page
    expect(screen.button("Set up two-step sign-in")).to_be_visible()
    team.grow_old("paul")
    screen.button("Set up two-step sign-in").click()
    expect(page.get_by_role("dialog", name="Confirm that it is you")).to_be_visible()
    check(screen, "proof")
    prove(screen)
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    check(screen, "QR code")
    secret = page.locator(".account-secret code").inner_text().replace(" ", "")
    page.locator("#code").fill(code_of(secret, -1))
    page.locator("#code").press("Enter")
    codes = page.locator(".account-code-list code")
    expect(codes).to_have_count(10)
    check(screen, "recovery codes")
    page.emulate_media(media="print")
    expect(codes.first).to_be_visible()
    expect(screen.button("Download")).not_to_be_visible()
    page.emulate_media(media="screen")
    with page.expect_download() as download:
        screen.button("Download").click()
    kept = Path(download.value.path()).read_text()
    assert all(code in kept for code in codes.all_inner_texts())
    expect(screen.button("Done")).to_be_disabled()
    page.get_by_label("I have kept them").check()
    screen.button("Done").click()
    expect(page.get_by_text("10 recovery codes are left")).to_be_visible()
    screen.button("Turn off").click()
    screen.button("Turn off", page.get_by_role("dialog")).click()
    expect(screen.button("Set up two-step sign-in")).to_be_visible()


def test_a_proof_can_be_refused(opener: type_of_opener, team: Team) -> None:
    screen = team.open(opener, "vera", "/settings/security")
    screen.watch.allow(REFUSED)
    page = screen.page
    expect(screen.button("Set up two-step sign-in")).to_be_visible()
    team.grow_old("vera")
    screen.button("Set up two-step sign-in").click()
    dialog = page.get_by_role("dialog", name="Confirm that it is you")
    dialog.locator("#proof-password").fill("not " + PASSWORD)
    dialog.locator("#proof-password").press("Enter")
    expect(dialog.locator("#proof-password")).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Escape")
    expect(page.get_by_text("it needs your confirmation")).to_be_visible()


def test_a_required_second_factor_comes_first(opener: type_of_opener, team: Team) -> None:
    team.enrol(OWNER)
    team.add("quin", "user")
    team.call("olga", "PATCH", "/settings/system", require_totp="everybody")
    try:
        team.grow_old("quin")
        screen = team.open(opener, "quin", "/settings/about")
        screen.watch.allow(REFUSED)
        page = screen.page
        expect(page.get_by_role("heading", name="Set up two-step sign-in")).to_be_visible()
        prove(screen)
        secret = page.locator(".account-secret code").inner_text().replace(" ", "")
        page.locator("#code").fill(code_of(secret))
        page.locator("#code").press("Enter")
        page.get_by_label("I have kept them").check()
        screen.button("Done").click()
        expect(page.get_by_role("heading", name="About")).to_be_visible()
    finally:
        team.call("olga", "PATCH", "/settings/system", require_totp="nobody")


def test_devices_can_be_signed_out(opener: type_of_opener, team: Team) -> None:
    team.add("dirk", "user")
    first = team.open(opener, "dirk", "/settings/devices")
    second = opener(team.site).open("/")
    for screen in (first, second):
        screen.watch.allow(REFUSED, "WebSocket")
    second.page.locator("#username").fill("dirk")
    second.page.locator("#password").fill(PASSWORD)
    second.page.keyboard.press("Enter")
    expect(second.page.locator(".side-user")).to_be_visible()
    first.page.reload()
    lines = first.page.locator(".account-list li")
    expect(lines).to_have_count(2)
    expect(lines.filter(has_text="This device")).to_have_count(1)
    check(first, "devices")
    first.button("Sign out all others").click()
    expect(lines).to_have_count(1)
    expect(second.page.locator("#username")).to_be_visible()


def test_taking_out_and_deleting_ones_data(opener: type_of_opener, team: Team) -> None:
    team.add("luis", "user")
    screen = team.open(opener, "luis", "/settings/data")
    screen.watch.allow(REFUSED, "WebSocket")
    page = screen.page
    expect(screen.button("Download your data")).to_be_visible()
    check(screen, "data")
    screen.button("Download your data").click()
    with page.expect_download() as download:
        prove(screen)
    assert Path(download.value.path()).read_bytes()[:2] == b"PK"
    screen.button("Delete your account…").click()
    expect(screen.button("Delete for good")).to_be_disabled()
    page.keyboard.type("luis")
    page.keyboard.press("Enter")
    expect(page.locator("#username")).to_be_visible()
    page.locator("#username").fill("luis")
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("password is not right")).to_be_visible()
