"""Choosing a model, its parameters, and the account of what was sent."""

import time

from playwright.sync_api import Route, expect

from tests.e2e.screen import Screen
from tests.e2e.site import Site


def open_picker(screen: Screen) -> None:
    screen.page.locator(".model-chip").click()
    expect(screen.page.get_by_role("dialog", name="Choose a model")).to_be_visible()


def test_the_chosen_model_answers(screen: Screen, site: Site) -> None:
    screen.open("/")
    open_picker(screen)
    search = screen.page.get_by_role("combobox", name="Choose a model")
    search.fill("nousage")
    expect(screen.page.get_by_role("option")).to_have_count(1)
    search.press("Enter")
    expect(screen.page.locator(".model-chip-name")).to_have_text("nousage")
    site.upstream.forget()
    screen.ask("Hello")
    assert site.upstream.requests()[0]["model"] == "nousage"
    expect(screen.last.locator(".message-meta")).to_contain_text("nousage")


def test_a_change_holds_from_the_next_message_on(screen: Screen, site: Site) -> None:
    screen.chat(site.session())
    screen.ask("One")
    open_picker(screen)
    expect(screen.page.get_by_text("Changes apply from the next message on.")).to_be_visible()
    screen.page.get_by_role("combobox", name="Choose a model").fill("length")
    screen.page.keyboard.press("Enter")
    screen.ask("Two")
    expect(screen.replies.first.locator(".message-meta")).to_contain_text("echo")
    expect(screen.last.locator(".message-meta")).to_contain_text("length")


def test_a_message_does_not_overtake_the_change_before_it(screen: Screen, site: Site) -> None:
    def delay(route: Route) -> None:
        time.sleep(0.5)  # the page goes on meanwhile
        route.continue_()

    screen.chat(site.session())
    screen.page.route("**/api/v1/sessions/*", delay)
    open_picker(screen)
    screen.page.get_by_role("combobox", name="Choose a model").fill("length")
    screen.page.keyboard.press("Enter")
    screen.ask("One")
    expect(screen.last.locator(".message-meta")).to_contain_text("length")


def test_parameters_reach_the_provider(screen: Screen, site: Site) -> None:
    screen.open("/")
    open_picker(screen)
    screen.button("Parameters…").click()
    page = screen.page
    page.get_by_label("System prompt").fill("Be brief.")
    for name, key, presses in (("Temperature", "ArrowLeft", 3), ("Top-p", "ArrowLeft", 2)):
        slider = page.get_by_role("slider", name=name)
        slider.focus()
        for _ in range(presses):
            slider.press(key)
    page.get_by_label("Reply limit (tokens)").fill("321")
    page.get_by_label("Reasoning effort").select_option("low")
    page.get_by_label("Stop sequences").fill("END\n\\n\\n")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    site.upstream.forget()
    screen.ask("Hello")
    body = site.upstream.requests()[0]["body"]
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}
    assert body["temperature"] == 0.7
    assert body["top_p"] == 0.9
    assert body.get("max_tokens", body.get("max_completion_tokens")) == 321
    assert body["reasoning_effort"] == "low"
    assert body["stop"] == ["END", "\n\n"]
    expect(page.locator(".system-chip")).to_contain_text("Be brief.")
    session = page.url.rsplit("/", 1)[1]

    open_picker(screen)
    screen.button("Parameters… (6 set)").click()
    screen.button("Reset").click()
    page.keyboard.press("Escape")
    while site.record(session)["params"] or site.record(session)["system_prompt"]:
        page.wait_for_timeout(50)
    site.upstream.forget()
    screen.ask("Again")
    body = site.upstream.requests()[0]["body"]
    assert "temperature" not in body
    assert body["messages"][0]["role"] == "user"


def test_the_meter_and_the_account_match_the_server(screen: Screen, site: Site) -> None:
    session = site.session()
    screen.chat(session)
    screen.ask("Some words to count")
    reply = site.reply(session)
    context, usage = reply["context"], reply["usage"]
    meter = screen.page.locator(".composer-meter-button")
    expect(meter).to_have_accessible_name(f"Context window: {context['used']} / 8k")
    meter.click()
    account = screen.page.get_by_role("dialog", name="Context window")
    lines = dict(
        zip(
            account.locator("dt").all_inner_texts(),
            account.locator("dd").all_inner_texts(),
            strict=True,
        )
    )
    assert lines["Conversation"] == str(context["history_tokens"])
    assert lines["Messages sent"] == str(context["kept"])
    assert lines["Read by the model"] == f"{usage['input_tokens']:,}"
    assert lines["Written"] == f"{usage['output_tokens']:,}"
    assert lines["Cost"] == "—"


def test_a_full_window_says_what_was_left_out(screen: Screen, site: Site) -> None:
    session = site.session()
    for _ in range(7):
        site.say(session, "words " * 900)
    dropped = site.reply(session)["context"]["dropped"]
    assert dropped > 0
    screen.chat(session)
    screen.page.locator(".composer-meter-button").click()
    expect(screen.page.get_by_role("dialog")).to_contain_text(
        f"The {dropped} oldest messages no longer fit"
    )


def test_a_model_that_is_gone_is_named(screen: Screen, site: Site) -> None:
    screen.chat(site.session("no-such-model"))
    expect(screen.page.locator(".model-chip")).to_have_accessible_name(
        "Model: no-such-model, not available"
    )
    screen.ask("Hello")
    expect(screen.last.locator(".message-error")).to_contain_text("does not offer this model")
