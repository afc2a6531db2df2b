"""Who scrolls: the reader. The page follows only as long as it is let."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import type_of_opener
from tests.e2e.screen import Screen
from tests.e2e.site import Site

CODE = "```\n" + "\n".join(f"code {n} " + "wide " * 30 for n in range(30)) + "\n```"


def long_chat(site: Site, model: str = "ok-400-10", rounds: int = 5) -> str:
    session = site.session(model)
    for number in range(rounds):
        site.say(session, f"Question {number}\n\n" + "Some words of some length. " * 90)
    return session


def gap(screen: Screen) -> float:
    """How far the end is."""
    return float(
        screen.scroller.evaluate("node => node.scrollHeight - node.clientHeight - node.scrollTop")
    )


def stream(screen: Screen, site: Site) -> None:
    """Start a reply that is longer than the screen, and wait until the page follows it."""
    screen.send("markdown:" + "\n\n".join(f"Paragraph {n}. " + "Words. " * 30 for n in range(60)))
    expect(screen.body).to_contain_text("Paragraph 12.")


LET_GO = {
    "wheel": lambda screen: screen.page.mouse.wheel(0, -40),
    "key": lambda screen: screen.page.keyboard.press("PageUp"),
    "scrollbar": lambda screen: screen.scroller.evaluate("node => { node.scrollTop -= 60; }"),
}


@pytest.mark.parametrize("means", LET_GO)
def test_the_first_movement_up_ends_the_following(screen: Screen, site: Site, means: str) -> None:
    screen.chat(long_chat(site, "ok-3000-3"))
    screen.send("Count")
    expect(screen.body).to_contain_text("t900", timeout=20_000)
    screen.scroller.hover()
    if means == "key":
        screen.last.focus()
    assert gap(screen) < 5
    LET_GO[means](screen)
    screen.frames(20)
    before = screen.top_of(screen.questions.last), screen.scroll_top()
    expect(screen.body).to_contain_text("t1200", timeout=20_000)
    after = screen.top_of(screen.questions.last), screen.scroll_top()
    assert abs(after[0] - before[0]) < 1, (before, after)
    screen.button("Stop generating").click()


def test_jump_to_latest_appears_and_follows_again(screen: Screen, site: Site) -> None:
    screen.chat(long_chat(site, "ok-3000-3"))
    screen.send("Count")
    expect(screen.body).to_contain_text("t900", timeout=20_000)
    jump = screen.button("Jump to latest", exact=False)
    expect(jump).to_have_count(0)
    screen.scroller.hover()
    screen.page.mouse.wheel(0, -600)
    expect(jump).to_be_visible()
    expect(jump).to_contain_text("New content below")
    jump.click()
    expect(jump).to_have_count(0)
    screen.frames(4)
    assert gap(screen) < 5
    screen.button("Stop generating").click()


def test_a_question_goes_near_the_top_and_a_short_reply_moves_nothing(
    screen: Screen, site: Site
) -> None:
    screen.chat(long_chat(site, "ok-60-30-200"))
    screen.send("Short one")
    expect(screen.questions).to_have_count(6)
    expect(screen.body).to_contain_text("t1")
    screen.frames(4)
    top = screen.top_of(screen.scroller)
    first = screen.top_of(screen.questions.last)
    assert 0 <= first - top < 120, (first, top)
    moves = set()
    while screen.page.locator("[data-streaming]").count():
        moves.add(round(screen.top_of(screen.questions.last)))
    assert max(moves) - min(moves) <= 2, moves
    screen.finished()


def test_a_chat_opens_at_its_end_before_the_first_paint(screen: Screen, site: Site) -> None:
    session = long_chat(site)
    screen.page.add_init_script(
        "window.seen = []; new MutationObserver(() => { if (window.watching) return;"
        " const box = document.querySelector('[data-scroller]'); if (!box) return;"
        " window.watching = true; let n = 0; const look = () => { window.seen.push("
        " box.scrollHeight - box.clientHeight - box.scrollTop); if (n++ < 20)"
        " requestAnimationFrame(look); }; requestAnimationFrame(look); })"
        ".observe(document, {childList: true, subtree: true});"
    )
    screen.chat(session)
    screen.frames(30)
    seen = screen.evaluate("() => window.seen")
    assert max(seen) < 5, seen


def test_older_messages_keep_the_place(screen: Screen, site: Site) -> None:
    session = site.session()
    for number in range(90):
        site.say(session, f"Question {number}\n\n" + "Some words. " * (number % 7 * 20))
    screen.chat(session)
    screen.scroller.hover()
    worst = 0.0
    for _ in range(200):
        marker = screen.evaluate(
            "() => { const box = document.querySelector('[data-scroller]').getBoundingClientRect();"
            " const row = [...document.querySelectorAll('[data-row]')].find((one) =>"
            " one.getBoundingClientRect().top > box.top + 100);"
            " return row && [row.id, row.getBoundingClientRect().top,"
            " document.querySelector('[data-scroller]').scrollTop]; }"
        )
        screen.page.mouse.wheel(0, -400)
        screen.frames(2)
        if marker is None:
            continue
        found = screen.evaluate(
            "([id, top]) => { const row = document.getElementById(id);"
            " return row ? row.getBoundingClientRect().top - top : null; }",
            marker,
        )
        if found is not None and marker[2] > 500:
            worst = max(worst, abs(found - 400))
        if "Question 0" in screen.questions.first.inner_text():
            break
    expect(screen.questions.first).to_contain_text("Question 0")
    assert worst <= 2, worst


def test_scrolling_in_code_keeps_following(screen: Screen, site: Site) -> None:
    session = site.session()
    site.say(session, "~~~\nx\n~~~\n\n" + CODE)
    screen.chat(session)
    scrolls = screen.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert scrolls
    wide = screen.body.locator("pre").last
    assert wide.evaluate("node => node.scrollWidth > node.clientWidth")


def settled(screen: Screen) -> float:
    """Where the newest question stands once the fling has come to rest."""
    before, now = 0.0, 1.0
    while before != now:
        before = screen.top_of(screen.questions.last)
        screen.frames(6)
        now = screen.top_of(screen.questions.last)
    return now


def test_touch_lets_go(opener: type_of_opener, site: Site) -> None:
    phone = opener(site, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    phone.chat(long_chat(site, "ok-3000-3", rounds=2))
    phone.composer.fill("Count")
    phone.button("Send").tap()
    expect(phone.body).to_contain_text("t900", timeout=20_000)
    devtools = phone.page.context.new_cdp_session(phone.page)
    for y in range(200, 400, 20):
        kind = "touchStart" if y == 200 else "touchMove"
        devtools.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": 180, "y": y}]}
        )
    devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    before = settled(phone)
    expect(phone.body).to_contain_text("t1300", timeout=20_000)
    assert abs(phone.top_of(phone.questions.last) - before) < 1
    phone.button("Stop generating").tap()
