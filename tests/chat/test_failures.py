"""What a provider does wrong, and how it is told and kept."""

import pytest

from chatbox.config import Upstream as Clocks
from tests.running import SECRET, Site, config_in, good, refused, run_site, text_of
from tests.upstream import Upstream

BEFORE_OUTPUT = {
    "401": "secret_rejected",
    "402": "credit_exhausted",
    "404": "model_missing",
    "echo-secret-401": "secret_rejected",
    "429-retry-after-120": "rate_limited",
    "redirect": "redirect_refused",
    "html200": "answer_unreadable",
    "json-array": "answer_unreadable",
    "context-400": "context_exceeded",
}
AFTER_OUTPUT = {
    "die@3": "stream_broken",
    "cut@3": "stream_broken",
    "cleancut@3": "stream_broken",
    "openrouter-error": "upstream_failed",
    "error-event": "upstream_failed",
}


@pytest.mark.parametrize("model", BEFORE_OUTPUT)
async def test_a_failure_before_any_output_is_told_and_stored(chat: Site, model: str) -> None:
    events = await chat.stream("Hello", f"up/{model}")
    assert [event.kind for event in events] == ["turn", "error", "done"]
    assert events[1].data["code"] == BEFORE_OUTPUT[model]
    assert events[-1].data["status"] == "failed"
    question, reply = await chat.messages(events[0].data["session_id"])
    assert question["status"] == "done"
    assert reply["status"] == "failed"
    assert reply["error"] == events[1].data
    assert reply["usage"] is None
    assert "<" not in reply["error"]["detail"]
    assert SECRET not in str(reply)
    again = await chat.say("Still there?", session_id=events[0].data["session_id"])
    assert again["message"]["status"] == "done"


@pytest.mark.parametrize("model", AFTER_OUTPUT)
async def test_a_failure_after_output_keeps_it_and_can_be_continued(chat: Site, model: str) -> None:
    events = await chat.stream("Hello", f"up/{model}")
    assert [event.kind for event in events][-3:] == ["error", "usage", "done"]
    assert events[-3].data["code"] == AFTER_OUTPUT[model]
    assert events[-1].data["status"] == "interrupted"
    reply = (await chat.messages(events[0].data["session_id"]))[-1]
    assert reply["status"] == "interrupted"
    assert reply["text"] == text_of(events) != ""
    more = await chat.client.post(f"/messages/{reply['id']}/continue", json={})
    assert more.status_code == 202


async def test_the_waiting_form_answers_a_502_that_names_the_turn(chat: Site) -> None:
    answer = await chat.client.post("/chat", json={"content": "x", "model": "up/401"})
    problem = refused(answer, 502, "provider_failed")
    assert problem["cause"] == "secret_rejected"
    assert (await chat.turn(problem["turn_id"]))["status"] == "failed"
    assert len(await chat.messages(problem["session_id"])) == 2


async def test_a_partial_answer_is_an_answer_in_the_waiting_form(chat: Site) -> None:
    answer = await chat.say("Hello", "up/cut@3")
    assert answer["turn"]["status"] == "interrupted"
    assert answer["message"]["text"] == " t0 t1 t2"
    assert answer["message"]["error"]["code"] == "stream_broken"


@pytest.mark.parametrize("model", ["429-then-ok", "503-then-ok"])
async def test_a_passing_failure_is_retried_unseen(
    chat: Site, upstream: Upstream, model: str
) -> None:
    events = await chat.stream("Hello", f"up/{model}")
    assert events[-1].data["status"] == "done"
    assert len(upstream.asked(model)) == 2
    assert len(await chat.messages(events[0].data["session_id"])) == 2


async def test_retries_end(data_dir: object, upstream: Upstream) -> None:
    config = config_in(data_dir, upstream=Clocks(max_retries=1))  # type: ignore[arg-type]
    async with run_site(config) as site:
        await site.connect(upstream)
        events = await site.stream("Hello", "up/529")
        assert events[1].data["code"] == "provider_overloaded"
        assert len(upstream.asked("529")) == 2


async def test_nothing_is_retried_after_output(chat: Site, upstream: Upstream) -> None:
    await chat.stream("Hello", "up/die@3")
    assert len(upstream.asked("die@3")) == 1


async def test_a_silent_provider_ends_by_the_clock_that_is_named(
    data_dir: object, upstream: Upstream
) -> None:
    clocks = Clocks(
        first_token_seconds=0.2,
        local_first_token_seconds=0.2,
        idle_seconds=0.2,
        max_retries=0,
    )
    config = config_in(data_dir, upstream=clocks)  # type: ignore[arg-type]
    async with run_site(config) as site:
        await site.connect(upstream)
        for model, words in (("silent", "did not begin"), ("stall@2", "nothing more")):
            events = await site.stream("Hello", f"up/{model}")
            failure = next(event.data for event in events if event.kind == "error")
            assert failure["code"] == "clock_expired"
            assert words in failure["detail"]


async def test_a_refusal_teaches_the_window(chat: Site) -> None:
    model = "/models/up%2Fcontext-400"
    await chat.client.patch(model, json={"context_window": 100_000})
    await chat.stream("Hello", "up/context-400")
    assert good(await chat.client.get(model))["context_window"] == 8_192
    events = await chat.stream("Hello", "up/context-400")
    reply = (await chat.messages(events[0].data["session_id"]))[-1]
    assert reply["context"]["window"] == 8_192


async def test_the_providers_own_count_corrects_ours(chat: Site) -> None:
    """`ok-…` always tells 10 input tokens, far less than such a long message has."""
    long = "several plain words " * 60
    first = (await chat.say(long, "up/deepseek"))["message"]["context"]
    assert first["ratio"] == 1.0
    database = chat.server.database
    async with database.write() as writer:
        await writer.execute("UPDATE models SET token_ratio = 2.0 WHERE name = 'deepseek'")
    second = (await chat.say(long, "up/deepseek"))["message"]["context"]
    assert second["ratio"] == 2.0
    assert second["used"] >= first["used"] * 2 - 2


async def test_events_of_a_foreign_kind_never_reach_the_page(chat: Site) -> None:
    events = await chat.stream("Hello", "up/exec-event")
    assert {event.kind for event in events} <= {"turn", "delta", "usage", "done"}


@pytest.mark.parametrize(
    ("model", "text"),
    [
        ("u2028", "a\u2028b\u2029c\u0085d"),
        ("utf8-split", "naïve 日本語 👩‍🚀"),
        ("crlf-split", "Four"),
    ],
)
async def test_text_arrives_exactly(chat: Site, model: str, text: str) -> None:
    events = await chat.stream("Hello", f"up/{model}")
    assert text_of(events) == text
    assert (await chat.messages(events[0].data["session_id"]))[-1]["text"] == text
