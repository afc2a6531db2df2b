"""What goes wrong is said in plain words, with a way on; the text so far stays."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import type_of_opener
from tests.e2e.screen import Screen, flat
from tests.e2e.site import SECRET, Site

# (behaviour of the provider, what the page says)
FAILURES = {
    "401": "The provider rejected the key.",
    "402": "has no credit left",
    "404": "does not offer this model any more",
    "429": "The provider is limiting requests.",
    "500": "The provider",
    "529": "The provider is overloaded.",
    "echo-secret-401": "The provider rejected the key.",
    "context-400": "does not fit into the model's context window",
    "context-llamacpp": "does not fit into the model's context window",
    "redirect": "The provider's address leads elsewhere.",
    "html200": "could not be read",
    "json-array": "could not be read",
    "json-error": "The provider",
    "longline": "larger than this server accepts",
    "endless": "larger than this server accepts",
    "gzipbomb": "larger than this server accepts",
    "openrouter-error": "The provider",
    "error-event": "The provider",
}
# (behaviour, what is kept, what the page says)
INTERRUPTIONS = {
    "die@20": "broke off",
    "cut@20": "broke off",
    "cleancut@20": "broke off",
}


@pytest.fixture(scope="module")
def impatient(site: Site) -> Site:
    """The server again, with clocks that a test can wait for."""
    assert site.server.stop() == 0
    return site.start(
        upstream_local_first_token_seconds="1.5",
        upstream_idle_seconds="1.5",
        upstream_first_token_seconds="1.5",
        upstream_max_retries="0",
    )


@pytest.mark.parametrize("behaviour", FAILURES)
def test_a_failed_reply_says_why(screen: Screen, impatient: Site, behaviour: str) -> None:
    session = impatient.session(behaviour)
    screen.chat(session)
    screen.send("Hello")
    error = screen.last.locator(".message-error, .message-note")
    expect(error).to_contain_text(FAILURES[behaviour], timeout=20_000)
    screen.finished()
    text = flat(screen.last.inner_text())
    assert SECRET not in screen.page.content()
    assert "<html" not in text
    assert "Traceback" not in text
    expect(
        screen.button("Try again", screen.last).or_(screen.button("Continue", screen.last)).first
    ).to_be_visible()
    assert flat(impatient.reply(session)["text"]) == screen.text_of_reply()


@pytest.mark.parametrize("behaviour", INTERRUPTIONS)
def test_an_interrupted_reply_keeps_its_text(
    screen: Screen, impatient: Site, behaviour: str
) -> None:
    session = impatient.session(behaviour)
    screen.chat(session)
    screen.send("Hello")
    expect(screen.last).to_contain_text(INTERRUPTIONS[behaviour])
    assert screen.text_of_reply() == " ".join(f"t{n}" for n in range(20))
    expect(screen.button("Continue", screen.last)).to_be_visible()


@pytest.mark.parametrize("behaviour", ["silent", "stall@5", "comments-only"])
def test_a_provider_that_falls_silent(screen: Screen, impatient: Site, behaviour: str) -> None:
    screen.chat(impatient.session(behaviour))
    screen.send("Hello")
    expect(screen.last).to_contain_text("The provider took too long to answer.")


def test_a_failed_reply_is_tried_again(screen: Screen, impatient: Site) -> None:
    session = impatient.session("503-then-ok@e2e")
    screen.chat(session)
    screen.send("Hello")
    error = screen.last.locator(".message-error")
    expect(error).to_contain_text("The provider is overloaded.")
    error.locator("summary").click()
    expect(error.locator("code").first).to_have_text("provider_overloaded")
    screen.button("Try again", error).click()
    expect(screen.body).to_contain_text("t2")
    expect(screen.last.locator(".branches-count")).to_have_text("2 / 2")


def test_a_refused_key_leads_to_the_settings(screen: Screen, impatient: Site) -> None:
    screen.chat(impatient.session("401"))
    screen.send("Hello")
    screen.page.get_by_role("link", name="Open provider settings").click()
    expect(screen.page).to_have_url(f"{impatient.url}/settings/providers")


def test_a_provider_that_is_gone(opener: type_of_opener, own_site: Site) -> None:
    provider = own_site.call("GET", "/providers")["items"][0]
    own_site.call(
        "PATCH", f"/providers/{provider['id']}", base_url="http://127.0.0.1:9/v1", secret="x"
    )
    screen = opener(own_site).chat(own_site.session())
    screen.send("Hello")
    expect(screen.last.locator(".message-error")).to_contain_text("Can't reach the provider.")


def test_a_message_too_long_for_the_model(screen: Screen, impatient: Site) -> None:
    screen.watch.allow("400")
    screen.chat(impatient.session())
    screen.send("word " * 12_000)
    row = screen.page.locator('.user[data-state="failed"]')
    expect(row).to_contain_text("the model has room for")
    screen.button("Edit", row).click()
    expect(screen.composer).not_to_have_value("")


@pytest.mark.parametrize(
    "behaviour",
    [
        "u2028",
        "utf8-split",
        "crlf-split",
        "bom",
        "nospace",
        "multiline",
        "exec-event",
        "parts",
        "tools",
    ],
)
def test_odd_but_legal_streams_are_shown_whole(
    screen: Screen, impatient: Site, behaviour: str
) -> None:
    session = impatient.session(behaviour)
    screen.chat(session)
    screen.ask("Hello")
    assert screen.text_of_reply() == flat(impatient.reply(session)["text"])
    expect(screen.last.locator(".message-error")).to_have_count(0)
