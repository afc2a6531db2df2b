"""Settings: providers and their secrets, models, looks, language."""

from playwright.sync_api import Locator, expect

from tests.e2e.conftest import type_of_opener
from tests.e2e.screen import Screen
from tests.e2e.site import SECRET, Site
from tests.e2e.test_first_run import fill_form


def card_of(screen: Screen, name: str) -> Locator:
    return screen.page.locator(".provider").filter(has_text=name)


def provider_menu(screen: Screen, name: str, entry: str) -> None:
    screen.button(f"Actions for {name}").click()
    screen.menu_item(entry).click()


def test_a_provider_is_added_tested_changed_and_deleted(
    opener: type_of_opener, own_site: Site
) -> None:
    screen = opener(own_site).open("/settings/providers")
    page = screen.page
    screen.button("Add provider").click()
    secret = "sk-second-9Yq3"
    fill_form(screen, url=own_site.upstream.base_url, secret=secret, name="second")
    screen.button("Save and test").click()
    card = card_of(screen, "second")
    expect(card).to_contain_text("Working")
    expect(card).to_contain_text("key ending in 9Yq3")
    screen.button("Test: second").click()
    expect(card.locator(".provider-result")).to_contain_text("It answers and offers")

    provider_menu(screen, "second", "Edit")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("New API key")).to_have_value("")
    dialog.get_by_label("Name", exact=True).fill("renamed")
    screen.button("Save and test", dialog).click()
    expect(dialog).to_have_count(0)
    expect(card_of(screen, "renamed")).to_contain_text("key ending in 9Yq3")

    provider_menu(screen, "renamed", "Delete")
    screen.button("Delete", page.get_by_role("dialog")).click()
    expect(card_of(screen, "renamed")).to_have_count(0)
    own_site.soon(lambda: [p["name"] for p in own_site.call("GET", "/providers")["items"]], ["up"])


def test_the_secret_is_never_shown_again(opener: type_of_opener, site: Site) -> None:
    screen = opener(site)
    answers: list[str] = []
    screen.page.on(
        "response",
        lambda response: (
            answers.append(response.text())
            if "/api/v1/providers" in response.url and response.request.method != "OPTIONS"
            else None
        ),
    )
    screen.open("/settings/providers")
    provider_menu(screen, "up", "Edit")
    dialog = screen.page.get_by_role("dialog")
    expect(dialog.get_by_text(f"keep the key ending in {SECRET[-4:]}")).to_be_visible()
    screen.button("Show", dialog).click()
    assert SECRET not in screen.page.content()
    assert dialog.get_by_label("New API key").input_value() == ""
    assert answers
    assert not any(SECRET in answer for answer in answers)


def test_another_address_asks_for_the_key_again(opener: type_of_opener, own_site: Site) -> None:
    screen = opener(own_site).open("/settings/providers")
    provider_menu(screen, "up", "Edit")
    dialog = screen.page.get_by_role("dialog")
    dialog.get_by_label("Base URL").fill("http://127.0.0.1:9/v1")
    expect(dialog.get_by_text("The address changed: enter the key again.")).to_be_visible()


def test_a_provider_that_is_off_offers_nothing(opener: type_of_opener, own_site: Site) -> None:
    screen = opener(own_site).open("/settings/providers")
    switch = screen.page.get_by_role("switch", name="Use up")
    expect(switch).to_be_checked()
    switch.press("Space")
    expect(card_of(screen, "up")).to_contain_text("Off")
    screen.open("/")
    expect(screen.page.get_by_role("heading", level=1)).to_contain_text("Connect a model")


def test_models_are_switched_off_and_limited(opener: type_of_opener, own_site: Site) -> None:
    screen = opener(own_site).open("/settings/models")
    page = screen.page
    page.get_by_role("searchbox", name="Filter models").fill("nousage")
    switch = page.get_by_role("switch", name="Offer nousage in chats")
    expect(switch).to_be_checked()
    switch.press("Space")
    expect(switch).not_to_be_checked()
    page.get_by_role("searchbox", name="Filter models").fill("echo")
    screen.button("Actions for echo").click()
    screen.menu_item("Edit limits").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Context window (tokens)").fill("16000")
    screen.button("Save", dialog).click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("16k context")).to_be_visible()
    screen.open("/")
    page.locator(".model-chip").click()
    page.get_by_role("combobox", name="Choose a model").fill("nousage")
    expect(page.get_by_role("option")).to_have_count(0)


def test_theme_and_language_change_at_once_and_stay(opener: type_of_opener, own_site: Site) -> None:
    screen = opener(own_site).open("/settings/appearance")
    page = screen.page
    page.get_by_role("radio", name="Dark").check(force=True)
    expect(page.locator("html.theme-dark")).to_be_attached()
    page.get_by_label("Language").select_option("zh-Hans")
    expect(page.get_by_role("heading", level=1)).to_have_text("设置")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    own_site.soon(lambda: own_site.call("GET", "/settings")["locale"], "zh-Hans")

    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => { const root = document.documentElement;"
        " window.first = [root.className, root.lang, getComputedStyle(root)"
        ".backgroundColor]; });"
    )
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("设置")
    name, lang, colour = screen.evaluate("() => window.first")
    assert "theme-dark" in name
    assert lang == "zh-Hans"
    assert colour == screen.evaluate(
        "() => getComputedStyle(document.documentElement).backgroundColor"
    )


def test_the_system_scheme_is_followed(opener: type_of_opener, own_site: Site) -> None:
    screen = opener(own_site, color_scheme="dark").open("/")
    dark = screen.evaluate("() => getComputedStyle(document.documentElement).backgroundColor")
    screen.page.emulate_media(color_scheme="light")
    light = screen.evaluate("() => getComputedStyle(document.documentElement).backgroundColor")
    assert (dark, light) == ("rgb(22, 21, 19)", "rgb(251, 250, 248)")
    screen.page.emulate_media(reduced_motion="reduce")
    assert (
        screen.evaluate("() => getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    )


def test_shortcuts_are_changed_and_switched_off(screen: Screen) -> None:
    screen.open("/settings/shortcuts")
    screen.button("Change the shortcut for “Open the command palette”", exact=False).click()
    screen.page.keyboard.press("Control+j")
    expect(screen.page.get_by_role("dialog")).to_have_count(0)
    screen.page.keyboard.press("Control+j")
    palette = screen.page.get_by_role("dialog", name="Command palette")
    expect(palette).to_be_visible()
    screen.page.keyboard.press("Escape")
    screen.page.get_by_role("switch", name="Use keyboard shortcuts").press("Space")
    screen.page.keyboard.press("Control+j")
    screen.frames()
    expect(palette).to_have_count(0)


def test_about_tells_the_version(screen: Screen, site: Site) -> None:
    screen.open("/settings/about")
    expect(screen.page.get_by_text(site.call("GET", "/info")["version"]).first).to_be_visible()
    expect(screen.page.get_by_text("One user")).to_be_visible()
