"""Copying works everywhere, says that it worked, and gives clean text."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import type_of_opener
from tests.e2e.line import Line
from tests.e2e.screen import Screen
from tests.e2e.site import Site

CODE = "print('a < b')\nprint(\"c\")"
TEXT = f"Some **bold** words.\n\n```python\n{CODE}\n```\n\nAfter it."


def pasted(screen: Screen) -> str:
    """What the clipboard holds, by pasting it into the composer."""
    screen.composer.fill("")
    screen.composer.focus()
    screen.page.keyboard.press("Control+v")
    return screen.composer.input_value()


@pytest.mark.parametrize("origin", ["secure", "plain"])
def test_messages_and_code_are_copied(
    opener: type_of_opener, own_site: Site, line: Line, origin: str
) -> None:
    session = own_site.session()
    own_site.say(session, TEXT)
    screen = opener(line.url if origin == "secure" else line.plain_url)
    if origin == "secure":
        screen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    screen.chat(session)
    screen.watch.allow("Cross-Origin-Opener-Policy header has been ignored")
    assert screen.evaluate("() => isSecureContext") is (origin == "secure")
    assert screen.evaluate("() => navigator.clipboard === undefined") is (origin == "plain")

    screen.act(screen.last, "Copy")
    expect(screen.button("Copied", screen.last)).to_be_visible()
    assert pasted(screen).strip() == TEXT

    code = screen.body.locator(".md-code")
    code.locator('[data-action="copy-code"]').click()
    expect(code.locator('[data-action="copy-code"]')).to_have_text("Copied")
    assert pasted(screen).strip() == CODE


def test_a_copy_that_fails_says_so(opener: type_of_opener, own_site: Site, line: Line) -> None:
    session = own_site.session()
    own_site.say(session, TEXT)
    screen = opener(line.plain_url).chat(session)
    screen.watch.allow("Cross-Origin-Opener-Policy header has been ignored")
    screen.evaluate("() => { document.execCommand = () => false; }")
    screen.act(screen.last, "Copy")
    expect(screen.toasts).to_contain_text("Copying did not work")


def test_a_selection_copies_without_buttons(screen: Screen, site: Site) -> None:
    session = site.session()
    site.say(session, TEXT)
    screen.chat(session)
    screen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    screen.evaluate("() => getSelection().selectAllChildren(document.querySelector('.reply-body'))")
    screen.page.keyboard.press("Control+c")
    copied = pasted(screen)
    assert "Copy" not in copied
    assert "print('a < b')" in copied
    assert "Some bold words." in copied.replace("**", "")


def test_code_wraps_and_downloads(screen: Screen, site: Site) -> None:
    session = site.session()
    site.say(session, TEXT)
    screen.chat(session)
    code = screen.body.locator(".md-code")
    wrap = code.locator('[data-action="wrap-code"]')
    wrap.click()
    expect(wrap).to_have_attribute("aria-pressed", "true")
    with screen.page.expect_download() as download:
        code.locator('[data-action="download-code"]').click()
    assert download.value.suggested_filename.endswith(".py")
    assert download.value.path().read_text().strip() == CODE
