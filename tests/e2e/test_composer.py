"""Writing: keys, input methods, drafts, messages that wait, messages that were not sent."""

from pathlib import Path

from playwright.sync_api import Browser, Route, expect

from tests.e2e.browser import Watch, find_chromium
from tests.e2e.conftest import type_of_opener
from tests.e2e.line import Line
from tests.e2e.screen import Screen
from tests.e2e.site import Site

# (what happens, the events): each order is one that a browser is known to produce.
IME_ORDERS = {
    "composing": [("compositionstart", {}), ("keydown", {"isComposing": True, "keyCode": 229})],
    "229 before the end": [
        ("compositionstart", {}),
        ("keydown", {"keyCode": 229}),
        ("compositionend", {}),
    ],
    "plain Enter right after the end": [
        ("compositionstart", {}),
        ("compositionend", {}),
        ("keydown", {"keyCode": 13}),
    ],
    "229 after the end": [
        ("compositionstart", {}),
        ("compositionend", {}),
        ("keydown", {"keyCode": 229}),
    ],
}
PLAY = """(node, events) => {
  for (const [type, more] of events) {
    const common = {bubbles: true, cancelable: true, composed: true};
    if (type !== "keydown") node.dispatchEvent(new CompositionEvent(type, {...common, data: "字"}));
    else {
      const event = new KeyboardEvent(type, {...common, key: "Enter", code: "Enter", ...more});
      Object.defineProperty(event, "keyCode", {value: more.keyCode});
      node.dispatchEvent(event);
    }
  }
}"""

STORED_DRAFTS = """() => new Promise((done) => {
  const open = indexedDB.open("chatbox");
  open.onsuccess = () => {
    const all = open.result.transaction("kv").objectStore("kv").getAll();
    all.onsuccess = () => { open.result.close(); done(JSON.stringify(all.result)); };
  };
})"""


def test_enter_sends_and_shift_enter_makes_a_line(screen: Screen, site: Site) -> None:
    session = site.session()
    screen.chat(session)
    screen.composer.press_sequentially("one")
    screen.composer.press("Shift+Enter")
    screen.composer.press_sequentially("two")
    expect(screen.composer).to_have_value("one\ntwo")
    screen.composer.press("Enter")
    expect(screen.composer).to_have_value("")
    screen.finished()
    assert site.messages(session)[0]["text"] == "one\ntwo"


def test_the_setting_swaps_enter_and_control_enter(opener: type_of_opener, own_site: Site) -> None:
    own_site.call("PATCH", "/settings", send_key="mod_enter")
    screen = opener(own_site).chat(own_site.session())
    screen.composer.press_sequentially("one")
    screen.composer.press("Enter")
    expect(screen.composer).to_have_value("one\n")
    screen.composer.press("Control+Enter")
    screen.finished()


def test_no_enter_of_an_input_method_sends(screen: Screen, site: Site) -> None:
    session = site.session()
    screen.chat(session)
    screen.composer.fill("你好")
    for order, events in IME_ORDERS.items():
        screen.composer.evaluate(PLAY, events)
        assert screen.composer.input_value() == "你好", order
    assert site.messages(session) == []
    screen.page.wait_for_timeout(120)  # the grace after compositionend is 100 ms
    screen.composer.press("Enter")
    screen.finished()
    assert site.messages(session)[0]["text"] == "你好"


def test_no_enter_of_an_input_method_renames_or_searches(screen: Screen, site: Site) -> None:
    session = site.session(title="Old name")
    screen.chat(session)
    screen.page.locator(".chat-title button").click()
    field = screen.page.locator(".chat-title-input")
    search = screen.page.get_by_role("textbox", name="Search chats")
    for events in IME_ORDERS.values():
        field.fill("新")
        field.evaluate(PLAY, events)
        expect(field).to_be_visible()
        search.evaluate(PLAY, events)
    field.press("Escape")
    assert site.record(session)["title"] == "Old name"
    expect(screen.page).to_have_url(f"{site.url}/c/{session}")


def test_enter_of_a_touch_keyboard_makes_a_line(opener: type_of_opener, site: Site) -> None:
    phone = opener(site, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    phone.chat(site.session())
    phone.composer.tap()
    phone.composer.press_sequentially("one")
    phone.composer.press("Enter")
    expect(phone.composer).to_have_value("one\n")
    phone.composer.press_sequentially("two")
    phone.button("Send").tap()
    phone.finished()
    expect(phone.body).to_contain_text("two")


def test_drafts_survive_a_reload_and_belong_to_their_chat(screen: Screen, site: Site) -> None:
    first, second = site.session(title="Chat A"), site.session(title="Chat B")
    screen.chat(first)
    screen.composer.fill("For the first")
    screen.chat(second)
    expect(screen.composer).to_have_value("")
    screen.composer.fill("For the second")
    screen.page.reload()
    expect(screen.composer).to_have_value("For the second")
    screen.rows.filter(has_text="Chat A").click()
    expect(screen.composer).to_have_value("For the first")
    expect(screen.page.locator(".side-row").filter(has_text="Chat B")).to_contain_text(
        "Unsent draft"
    )
    screen.open("/")
    expect(screen.composer).to_have_value("")


def test_a_draft_that_is_being_stored_survives_a_reload(screen: Screen, site: Site) -> None:
    screen.chat(site.session())
    screen.evaluate("() => { IDBObjectStore.prototype.put = () => ({}); }")  # it never ends
    screen.composer.fill("On its way")
    screen.page.wait_for_timeout(400)
    screen.page.reload()
    expect(screen.composer).to_have_value("On its way")


def test_a_draft_of_a_hidden_page_does_not_come_back(screen: Screen, site: Site) -> None:
    screen.chat(site.session())
    screen.composer.evaluate(
        """node => {
            node.value = "Old";
            node.dispatchEvent(new Event("input", { bubbles: true }));
            Object.defineProperty(document, "hidden", { value: true, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
            delete document.hidden;
        }"""
    )
    screen.composer.fill("Newer")
    screen.page.wait_for_timeout(400)
    screen.page.reload()
    expect(screen.composer).to_have_value("Newer")


def test_a_draft_survives_a_killed_browser(browser: Browser, tmp_path: Path, site: Site) -> None:
    session = site.session()
    for visit in ("write", "read"):
        context = browser.browser_type.launch_persistent_context(
            tmp_path / "profile", executable_path=find_chromium(), args=["--no-sandbox"]
        )
        watch = Watch(context)
        screen = Screen(context.pages[0], site.url, watch).chat(session)
        if visit == "write":
            screen.composer.press_sequentially("Not lost")
            while "Not lost" not in screen.evaluate(STORED_DRAFTS):
                screen.page.wait_for_timeout(20)
        else:
            expect(screen.composer).to_have_value("Not lost")
        context.close()
        watch.check()


def test_typing_while_a_reply_streams_loses_nothing(screen: Screen, site: Site) -> None:
    screen.chat(site.session("ok-300-8"))
    screen.send("Count")
    expect(screen.body).to_contain_text("t3")
    words = "the quick brown fox jumps over the lazy dog " * 3
    screen.composer.press_sequentially(words, delay=4)
    expect(screen.composer).to_have_value(words)
    assert screen.composer.evaluate("node => node.selectionStart") == len(words)
    screen.finished()


def test_a_message_waits_for_the_running_reply(screen: Screen, site: Site) -> None:
    session = site.session("ok-400-10")
    screen.chat(session)
    screen.send("First")
    expect(screen.body).to_contain_text("t3")
    for text in ("Second", "Third", "Fourth"):
        screen.send(text)
    queue = screen.page.locator(".composer-queue-item")
    expect(queue).to_have_count(3)
    screen.button("Edit waiting message", queue.nth(0)).click()
    screen.page.locator(".composer-queue-edit").fill("Second, edited")
    screen.page.locator(".composer-queue-edit").press("Enter")
    screen.button("Remove waiting message", queue.nth(1)).click()
    expect(queue).to_have_count(2)
    screen.button("Stop generating").click()
    expect(queue).to_have_count(1)
    expect(queue).to_have_count(0, timeout=15_000)
    screen.finished(20)
    asked = [m["text"] for m in site.messages(session) if m["role"] == "user"]
    assert asked == ["First", "Second, edited", "Fourth"]


def test_a_message_that_was_not_sent_is_sent_once(
    opener: type_of_opener, own_site: Site, line: Line
) -> None:
    session = own_site.session()
    screen = opener(line.url)
    screen.watch.allow("ERR_", "WebSocket", "Failed to load resource")
    screen.chat(session)
    line.down()
    screen.send("Only once")
    row = screen.page.locator('.user[data-state="failed"]')
    expect(row).to_contain_text("Not sent")
    expect(row).to_contain_text("Can't reach the chatbox server")
    expect(row).to_contain_text("Only once")
    screen.button("Try again", row).click()
    expect(row).to_be_visible()
    line.up()
    screen.button("Try again", row).click()
    screen.finished()
    assert [m["text"] for m in own_site.messages(session)] == ["Only once", "Only once"]
    expect(screen.questions).to_have_count(1)


def test_an_answer_that_was_lost_does_not_post_twice(
    opener: type_of_opener, own_site: Site, line: Line
) -> None:
    session = own_site.session("ok-40-30")
    screen = opener(line.url)
    screen.watch.allow("ERR_", "WebSocket", "Failed to load resource")
    screen.chat(session)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    posts = "**/api/v1/sessions/*/messages"
    screen.page.route(posts, lose, times=1)
    screen.send("Only once")
    expect(screen.last).to_be_visible()
    row = screen.page.locator('.user[data-state="failed"]')
    if row.count():
        screen.button("Try again", row).click()
    screen.finished()
    expect(screen.questions).to_have_count(1)
    assert len(own_site.messages(session)) == 2
    assert len(own_site.upstream.requests("ok-40-30")) >= 1


def test_an_unsent_message_survives_a_reload(
    opener: type_of_opener, own_site: Site, line: Line
) -> None:
    screen = opener(line.url)
    screen.watch.allow("ERR_", "WebSocket", "Failed to load resource")
    with screen.page.expect_response("**/assets/Transcript-*.js"):
        screen.open("/")
    expect(screen.page.locator(".model-chip-name")).to_have_text("echo")
    line.down()
    screen.send("Kept")
    expect(screen.page.locator('.user[data-state="failed"]')).to_contain_text("Kept")
    line.up()
    screen.page.on("dialog", lambda dialog: dialog.accept())
    screen.page.reload()
    row = screen.page.locator('.user[data-state="failed"]')
    expect(row).to_contain_text("Kept")
    screen.button("Try again", row).click()
    screen.finished()
    expect(screen.body).to_have_text("Kept")


def test_without_a_network_messages_wait(opener: type_of_opener, own_site: Site) -> None:
    session = own_site.session()
    screen = opener(own_site)
    screen.watch.allow("ERR_", "WebSocket", "Failed to load resource")
    screen.chat(session)
    screen.page.context.set_offline(True)
    expect(screen.page.get_by_text("You are offline.")).to_be_visible()
    screen.composer.fill("When online")
    expect(screen.button("Send when online")).to_be_visible()
    screen.composer.press("Enter")
    expect(screen.page.locator(".composer-queue-item")).to_contain_text("When online")
    screen.page.context.set_offline(False)
    screen.finished()
    expect(screen.body).to_have_text("When online")


def test_a_large_paste_does_not_block(screen: Screen, site: Site) -> None:
    screen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    screen.chat(site.session())
    lines = "\n".join(f"line {number} with some words" for number in range(20_000))
    screen.evaluate("text => navigator.clipboard.writeText(text)", lines)
    screen.composer.focus()
    screen.page.keyboard.press("Control+v")
    expect(screen.composer).to_have_value(lines)
    took = screen.composer.evaluate(
        "async (node) => { const start = performance.now(); node.setSelectionRange(0, 0);"
        " document.execCommand('insertText', false, 'x'); await new Promise(requestAnimationFrame);"
        " return performance.now() - start; }"
    )
    assert took < 1_000, took
    screen.composer.fill("")
