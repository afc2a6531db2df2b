"""A conversation: streaming, stopping, going on, other versions of a message."""

from playwright.sync_api import expect

from tests.e2e.screen import Screen, flat
from tests.e2e.site import Site

MARKDOWN = "# Title\n\nSome **bold** words and `code`.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nEnd"


def numbered(count: int, first: int = 0) -> str:
    return " ".join(f"t{number}" for number in range(first, count))


def test_a_reply_streams_in_as_markdown(screen: Screen, site: Site) -> None:
    screen.open("/")
    screen.ask(MARKDOWN)
    session = screen.page.url.rsplit("/", 1)[1]
    expect(screen.body.locator("strong")).to_have_text("bold")
    expect(screen.body.locator("code")).to_have_text("code")
    expect(screen.body.locator("td").first).to_have_text("1")
    expect(screen.body).not_to_contain_text("**")
    assert site.reply(session)["text"] == MARKDOWN
    expect(screen.questions.last.locator(".user-text")).to_contain_text("# Title")
    expect(screen.rows.first).to_contain_text("Title")


def test_text_appears_while_it_is_written(screen: Screen, site: Site) -> None:
    screen.chat(site.session("ok-300-30-600"))
    screen.send("Count")
    expect(screen.questions.last).to_contain_text("Count")
    expect(screen.button("Stop generating")).to_be_visible()
    expect(screen.page.locator(".stream-status").first).to_contain_text("Waiting for ok-300-30-600")
    expect(screen.body).to_contain_text("t10")
    expect(screen.body).not_to_contain_text("t299")
    screen.finished()
    assert screen.text_of_reply() == numbered(300)


def test_stop_keeps_the_text_and_continue_goes_on(screen: Screen, site: Site) -> None:
    session = site.session("ok-400-10")
    screen.chat(session)
    screen.send("Count")
    expect(screen.body).to_contain_text("t20")
    screen.button("Stop generating").click()
    expect(screen.last.locator(".message-note")).to_contain_text("Stopped")
    kept = screen.text_of_reply()
    assert numbered(400).startswith(kept)
    assert flat(site.reply(session)["text"]) == kept

    screen.button("Continue", screen.last).click()
    screen.finished()
    expect(screen.last.locator(".message-note")).to_have_count(0)
    assert screen.text_of_reply() == flat(site.reply(session)["text"])
    assert screen.text_of_reply().startswith(kept)
    assert len(site.messages(session)) == 2


def test_a_double_click_sends_and_stops_nothing(screen: Screen, site: Site) -> None:
    session = site.session("ok-60-10")
    screen.chat(session)
    screen.composer.fill("Count")
    screen.page.locator(".composer-send").dblclick()
    screen.finished()
    assert screen.text_of_reply() == numbered(60)
    assert len(site.messages(session)) == 2


def test_escape_stops(screen: Screen, site: Site) -> None:
    screen.chat(site.session("ok-2000-10"))
    screen.send("Count")
    expect(screen.body).to_contain_text("t5")
    screen.page.keyboard.press("Escape")
    expect(screen.last.locator(".message-note")).to_contain_text("Stopped")
    expect(screen.composer).to_be_focused()


def test_regenerate_makes_another_version(screen: Screen, site: Site) -> None:
    session = site.session("ok-5-5")
    screen.chat(session)
    screen.ask("Count")
    screen.act(screen.last, "Regenerate")
    expect(screen.last.locator(".branches-count")).to_have_text("2 / 2")
    screen.finished()
    screen.button("Previous version", screen.last).click()
    expect(screen.last.locator(".branches-count")).to_have_text("1 / 2")
    screen.page.reload()
    expect(screen.last.locator(".branches-count")).to_have_text("1 / 2")


def test_editing_a_question_keeps_the_old_one(screen: Screen, site: Site) -> None:
    session = site.session()
    screen.chat(session)
    screen.ask("First words")
    screen.ask("Second words")
    screen.act(screen.questions.first, "Edit")
    editor = screen.page.get_by_label("Edit message")
    expect(editor).to_be_focused()
    editor.fill("Other words")
    editor.press("Enter")
    expect(screen.questions).to_have_count(1)
    screen.finished()
    expect(screen.body).to_have_text("Other words")

    switcher = screen.questions.first.locator(".branches")
    expect(switcher.locator(".branches-count")).to_have_text("2 / 2")
    screen.button("Previous version", switcher).click()
    expect(screen.questions).to_have_count(2)
    expect(screen.body).to_have_text("Second words")


def test_escape_leaves_the_edit_without_a_change(screen: Screen, site: Site) -> None:
    screen.chat(site.session())
    screen.ask("Some words")
    screen.composer.press("ArrowUp")
    editor = screen.page.get_by_label("Edit message")
    expect(editor).to_be_focused()
    editor.fill("Never mind")
    editor.press("Escape")
    expect(editor).to_have_count(0)
    expect(screen.questions.first).to_contain_text("Some words")
    expect(screen.composer).to_be_focused()


def test_a_version_switch_keeps_the_message_in_its_place(screen: Screen, site: Site) -> None:
    session = site.session()
    for number in range(6):
        site.say(session, f"Question {number}\n\n" + "A line of words. " * 60)
    screen.chat(session)
    fourth = screen.questions.nth(3)
    screen.act(fourth, "Edit")
    editor = screen.page.get_by_label("Edit message")
    editor.fill("Edited")
    editor.press("Enter")
    screen.finished()
    switcher = screen.page.locator(".branches").last
    for _ in range(2):
        for name in ("Previous version", "Next version"):
            count = switcher.locator(".branches-count").inner_text()
            message = screen.page.locator("article").filter(has=screen.page.locator(".branches"))
            switcher.scroll_into_view_if_needed()
            screen.frames(4)
            before = screen.top_of(message)
            screen.button(name, switcher).click()
            expect(switcher.locator(".branches-count")).not_to_have_text(count)
            screen.frames()
            assert abs(screen.top_of(message) - before) <= 2, name


def test_a_reply_can_be_edited_and_messages_deleted(screen: Screen, site: Site) -> None:
    session = site.session()
    screen.chat(session)
    screen.ask("Keep this")
    screen.act_in_menu(screen.last, "Edit reply")
    editor = screen.page.get_by_label("Edit reply")
    editor.fill("My own words")
    editor.press("Control+Enter")
    expect(screen.body).to_have_text("My own words")
    expect(screen.last).to_contain_text("edited")

    screen.ask("Remove this")
    screen.act_in_menu(screen.questions.last, "Delete message")
    dialog = screen.page.get_by_role("dialog")
    expect(dialog).to_contain_text("the one below it")
    screen.button("Delete", dialog).click()
    expect(screen.questions).to_have_count(1)
    site.soon(lambda: len(site.messages(session)), 2)


def test_reasoning_is_closed_and_no_part_of_the_answer(screen: Screen, site: Site) -> None:
    session = site.session("deepseek")
    screen.chat(session)
    screen.ask("Think")
    reasoning = screen.last.locator(".reasoning")
    expect(reasoning).not_to_have_attribute("open", "")
    thought = next(
        part["text"] for part in site.reply(session)["parts"] if part["type"] == "thinking"
    )
    assert flat(thought) not in screen.text_of_reply()
    reasoning.locator("summary").click()
    expect(reasoning.locator(".reasoning-text")).to_have_text(thought.strip())
    screen.page.reload()
    screen.last.locator(".reasoning summary").click()
    expect(screen.last.locator(".reasoning-text")).to_have_text(thought.strip())


def test_a_reply_cut_by_the_limit_says_so(screen: Screen, site: Site) -> None:
    screen.chat(site.session("length"))
    screen.ask("Go")
    expect(screen.last.locator(".message-note")).to_contain_text("length limit")
    expect(screen.button("Continue", screen.last)).to_be_visible()


def test_the_screen_reader_hears_beginning_and_end(screen: Screen, site: Site) -> None:
    screen.chat(site.session("ok-30-10"))
    expect(screen.page.get_by_role("log")).to_have_attribute("aria-live", "off")
    screen.send("Count")
    status = screen.page.get_by_role("status").filter(has_text="Reply finished, 30 words")
    expect(status).to_be_attached()
