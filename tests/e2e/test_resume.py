"""Whatever happens to the connection, the reader ends up with every character exactly once."""

import re
import time

from playwright.sync_api import expect

from tests.e2e.conftest import type_of_opener
from tests.e2e.line import Line
from tests.e2e.screen import Screen, flat
from tests.e2e.site import Site
from tests.e2e.test_chat import numbered

NETWORK = ("ERR_", "WebSocket", "Failed to load resource")


def test_a_reload_in_mid_stream_goes_on_exactly(screen: Screen, site: Site) -> None:
    session = site.session("ok-300-10")
    screen.chat(session)
    screen.send("Count")
    expect(screen.body).to_contain_text("t20")
    for _ in range(3):
        screen.page.reload()
        expect(screen.body).to_contain_text("t20")
    screen.finished()
    assert screen.text_of_reply() == numbered(300)
    screen.page.reload()
    screen.finished()
    assert screen.text_of_reply() == numbered(300)


def test_twenty_dropped_connections(opener: type_of_opener, own_site: Site, line: Line) -> None:
    session = own_site.session("ok-600-10")
    screen = opener(line.url)
    screen.watch.allow(*NETWORK)
    screen.chat(session)
    screen.send("Count")
    expect(screen.body).to_contain_text("t5")
    shown = ""
    while line.cuts < 20:
        line.cut()
        screen.evaluate("() => dispatchEvent(new Event('online'))")
        screen.page.wait_for_timeout(150)
        now = screen.text_of_reply()
        assert numbered(600).startswith(now.rstrip("t")), now[-80:]
        assert len(now) >= len(shown)
        shown = now
    screen.finished(30)
    assert screen.text_of_reply() == numbered(600)


def test_a_long_silence_reconnects_by_itself(
    opener: type_of_opener, own_site: Site, line: Line
) -> None:
    session = own_site.session("ok-250-10")
    screen = opener(line.url)
    screen.watch.allow(*NETWORK)
    screen.chat(session)
    screen.send("Count")
    expect(screen.body).to_contain_text("t5")
    line.down()
    expect(
        screen.page.get_by_text("Reconnecting…").or_(screen.page.get_by_text("reconnecting…")).first
    ).to_be_visible()
    line.up()
    screen.finished(20)
    assert screen.text_of_reply() == numbered(250)


def test_events_come_over_sse_when_websockets_do_not_work(
    opener: type_of_opener, own_site: Site
) -> None:
    session = own_site.session("ok-100-10")
    screen = opener(own_site)
    screen.watch.allow(*NETWORK)
    screen.page.route_web_socket("**/api/v1/ws*", lambda socket: socket.close())
    screen.chat(session)
    with screen.page.expect_request("**/api/v1/events?*"):
        pass
    screen.send("Count")
    expect(screen.body).to_contain_text("t5")
    screen.finished()
    assert screen.text_of_reply() == numbered(100)


def test_a_killed_server_keeps_what_was_written(opener: type_of_opener, own_site: Site) -> None:
    session = own_site.session("ok-500-10")
    screen = opener(own_site)
    screen.watch.allow(*NETWORK)
    screen.chat(session)
    screen.send("Count")
    expect(screen.body).to_contain_text("t100")
    own_site.server.kill()
    expect(screen.page.get_by_text("econnecting…").first).to_be_visible()
    own_site.start()
    expect(screen.last.locator(".message-note")).to_contain_text("Interrupted", timeout=20_000)
    shown = screen.text_of_reply()
    assert shown == flat(own_site.reply(session)["text"])
    assert numbered(500).startswith(shown.rstrip("t"))
    assert "t20" in shown
    own_site.call("PATCH", f"/sessions/{session}", model="up/ok-3-10")
    screen.button("Continue", screen.last).click()
    screen.finished()
    assert screen.text_of_reply().startswith(shown)


def test_a_server_told_to_stop_lets_the_reply_end(opener: type_of_opener, own_site: Site) -> None:
    session = own_site.session("ok-120-10")
    screen = opener(own_site)
    screen.watch.allow(*NETWORK)
    screen.chat(session)
    screen.send("Count")
    expect(screen.body).to_contain_text("t10")
    own_site.server.terminate()
    assert own_site.server.wait(15) == 0
    own_site.start()
    screen.finished(20)
    assert screen.text_of_reply() == numbered(120)
    assert own_site.reply(session)["status"] == "done"


def test_a_reply_that_ended_in_another_chat_is_marked(screen: Screen, site: Site) -> None:
    busy, other = site.session("ok-300-20", title="Busy"), site.session(title="Other")
    screen.chat(busy)
    screen.send("Count")
    expect(screen.body).to_contain_text("t3")
    row = screen.page.locator(".side-row").filter(has_text="Busy")
    screen.rows.filter(has_text="Other").click()
    expect(row).to_contain_text("Reply in progress")
    expect(row).to_contain_text("Unread reply")
    assert screen.page.title().startswith("(1)")
    row.locator(".side-link").click()
    expect(row).not_to_contain_text("Unread reply")
    screen.finished()
    assert screen.text_of_reply() == numbered(300)
    assert other in {item["id"] for item in site.call("GET", "/sessions")["items"]}


def test_a_slow_first_word_is_waited_for(screen: Screen, site: Site) -> None:
    screen.chat(site.session("ok-3-1-6000"))
    started = time.monotonic()
    screen.send("Go")
    expect(screen.page.locator(".stream-status").first).to_contain_text(re.compile("[2-5] s"))
    screen.finished()
    assert time.monotonic() - started > 5.9
