"""Sending a message: what is stored, what the provider gets, what is refused."""

import json
from typing import Any

import httpx
import msgspec

from chatbox.config import Limits
from tests.running import UNKNOWN, Site, config_in, good, refused, run_site, text_of
from tests.upstream import Upstream


async def test_sending_begins_a_turn_at_once(chat: Site) -> None:
    session = await chat.session(model="up/ok-5-1")
    answer = await chat.client.post(f"/sessions/{session['id']}/messages", json={"content": "Hi"})
    assert answer.status_code == 202
    started = answer.json()
    assert answer.headers["location"] == f"/api/v1/turns/{started['turn']['id']}"
    assert started["turn"]["status"] == "running"
    assert started["user_message"]["text"] == "Hi"
    assert started["reply"]["status"] == "pending"
    assert started["reply"]["parent_id"] == started["user_message"]["id"]
    assert started["session"]["running_turn_id"] == started["turn"]["id"]
    await chat.follow(started["turn"]["id"])
    assert (await chat.turn(started["turn"]["id"]))["status"] == "done"
    now = good(await chat.client.get(f"/sessions/{session['id']}"))
    assert now["running_turn_id"] is None
    assert now["message_count"] == 2


async def test_the_answer_can_be_the_stream(chat: Site) -> None:
    session = await chat.session(model="up/ok-5-1")
    url = f"/sessions/{session['id']}/messages"
    headers = {"Accept": "text/event-stream"}
    answer = await chat.client.post(url, json={"content": "Hi"}, headers=headers)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "event: done" in answer.text


async def test_counts_of_another_encoding_are_made_anew(chat: Site) -> None:
    class Count(msgspec.Struct, frozen=True):
        tokens: int
        tokens_encoding: str

    async def counts() -> list[Count]:
        async with chat.server.database.read() as reader:
            return await reader.fetch_all(
                Count, "SELECT tokens, tokens_encoding FROM messages ORDER BY id"
            )

    session = (await chat.say("One two three"))["session_id"]
    before = await counts()
    async with chat.server.database.write() as writer:
        await writer.execute("UPDATE messages SET tokens = 999, tokens_encoding = 'other'")
    await chat.say("Four", session_id=session)
    assert (await counts())[:2] == before


async def test_chat_makes_a_session_and_waits(chat: Site) -> None:
    answer = await chat.say("What is a cat? Tell me more.", system_prompt="Be brief.")
    assert answer["message"]["text"] == "What is a cat? Tell me more."
    session = good(await chat.client.get(f"/sessions/{answer['session_id']}"))
    assert session["title"] == "What is a cat?"
    assert session["model"] == "up/echo"
    assert session["system_prompt"] == "Be brief."


async def test_the_provider_gets_prompt_history_and_merged_params(
    chat: Site, upstream: Upstream
) -> None:
    params = {"temperature": 0.5, "max_tokens": 64, "stop": ["END"]}
    session = await chat.session(model="up/echo", system_prompt="Be kind.", params=params)
    await chat.say("One", None, session_id=session["id"])
    more = {"temperature": 1, "seed": 7}
    await chat.say("Two", None, session_id=session["id"], params=more)
    body = upstream.asked("echo")[-1].body
    assert body["messages"] == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "One"},
        {"role": "assistant", "content": "One"},
        {"role": "user", "content": "Two"},
    ]
    assert body["temperature"] == 1
    assert body["seed"] == 7
    assert body["stop"] == ["END"]
    assert body["stream"] is True
    assert 64 in (body.get("max_tokens"), body.get("max_completion_tokens"))
    assert (good(await chat.client.get(f"/sessions/{session['id']}")))["params"] == params


async def test_what_looks_like_a_template_is_sent_as_it_is(chat: Site, upstream: Upstream) -> None:
    odd = "{{7*7}} ${HOME} {0.__class__} %(x)s <script>'\"; DROP TABLE messages; --\x00\u2028"
    answer = await chat.say(odd)
    assert answer["message"]["text"] == odd.replace("\x00", "\ufffd")  # as adapters read NUL
    assert (await chat.messages(answer["session_id"]))[0]["text"] == odd
    assert upstream.asked("echo")[-1].body["messages"][-1]["content"] == odd


async def test_thinking_is_kept_apart_and_not_sent_back(chat: Site, upstream: Upstream) -> None:
    events = await chat.stream("2 + 2?", "up/deepseek")
    assert text_of(events, "thinking") == "Let me see"
    assert text_of(events) == "Four."
    usage = next(event.data for event in events if event.kind == "usage")
    assert (usage["input_tokens"], usage["cached_tokens"], usage["reasoning_tokens"]) == (20, 16, 4)
    session_id = events[0].data["session_id"]
    reply = (await chat.messages(session_id))[-1]
    assert reply["parts"] == [
        {"type": "thinking", "text": "Let me see"},
        {"type": "text", "text": "Four."},
    ]
    await chat.say("Sure?", "up/echo", session_id=session_id)
    sent = upstream.asked("echo")[-1].body["messages"]
    assert [message["content"] for message in sent] == ["2 + 2?", "Four.", "Sure?"]


async def test_usage_is_estimated_when_the_provider_tells_none(chat: Site) -> None:
    for model, estimated in (("up/usage-missing", True), ("up/ok-3-1", False)):
        usage = (await chat.say("Hello", model))["message"]["usage"]
        assert usage["estimated"] is estimated
        assert usage["input_tokens"] > 0
        assert usage["output_tokens"] > 0
    for model in ("up/usage-neg", "up/usage-huge", "up/usage-float"):
        usage = (await chat.say("Hello", model))["message"]["usage"]
        assert 0 <= usage["input_tokens"] <= 2**53
        assert 0 <= usage["output_tokens"] <= 2**53


async def test_the_context_account_is_shown(chat: Site) -> None:
    account = (await chat.say("Hello"))["message"]["context"]
    assert account["window"] == 8_192
    assert account["kept"] == 1
    assert account["dropped"] == 0
    assert 0 < account["used"] <= account["budget"] < account["window"]
    assert account["reserve"] == 1_024


async def test_a_second_message_while_a_reply_is_written_is_a_409(chat: Site) -> None:
    session = await chat.session(model="up/stall@1")
    started = await chat.begin(session["id"])
    url = f"/sessions/{session['id']}/messages"
    problem = refused(await chat.client.post(url, json={"content": "x"}), 409, "session_busy")
    assert problem["turn_id"] == started["turn"]["id"]
    for verb in ("regenerate", "continue"):
        again = await chat.client.post(f"/messages/{started['reply']['id']}/{verb}", json={})
        refused(again, 409, "session_busy")
    refused(await chat.client.delete(f"/sessions/{session['id']}"), 409, "session_busy")
    refused(await chat.client.delete(f"/messages/{started['reply']['id']}"), 409, "session_busy")
    assert len(await chat.messages(session["id"])) == 2


async def test_messages_that_say_nothing_are_refused(chat: Site) -> None:
    session = await chat.session()
    url = f"/sessions/{session['id']}/messages"
    for content in ("", " ", "\n\t  \n"):
        refused(await chat.client.post(url, json={"content": content}), 400, "invalid_request")
        answer = await chat.client.post("/chat", json={"content": content})
        refused(answer, 400, "invalid_request")
    assert (await chat.client.get("/sessions")).json()["items"] == [session]


async def test_a_message_longer_than_the_window_is_explained(
    chat: Site, upstream: Upstream
) -> None:
    body = {"content": "word " * 20_000, "model": "up/echo"}
    problem = refused(
        await chat.client.post("/chat", json=body), 400, "message_too_long_for_context"
    )
    assert problem["tokens"] > problem["budget"]
    assert problem["window"] == 8_192
    assert not upstream.asked("echo")
    assert (await chat.client.get("/sessions")).json()["items"] == []


async def test_unknown_places_are_refused_and_nothing_is_written(chat: Site) -> None:
    other = await chat.say("Elsewhere")
    session = await chat.session()
    foreign = other["message"]["id"]
    url = f"/sessions/{session['id']}/messages"
    for parent in (UNKNOWN, foreign, "x" * 36):
        answer = await chat.client.post(url, json={"content": "x", "parent_id": parent})
        refused(answer, 404, "not_found")
    answer = await chat.client.post(f"/sessions/{UNKNOWN}/messages", json={"content": "x"})
    refused(answer, 404, "not_found")
    answer = await chat.client.post("/chat", json={"content": "x", "session_id": UNKNOWN})
    refused(answer, 404, "not_found")
    assert await chat.messages(session["id"]) == []


async def test_a_client_made_message_id_is_kept(chat: Site) -> None:
    session = await chat.session(model="up/echo")
    mine = "0199aaaa-0000-7000-8000-000000000001"
    started = await chat.begin(session["id"], message_id=mine)
    assert started["user_message"]["id"] == mine
    await chat.follow(started["turn"]["id"])
    url = f"/sessions/{session['id']}/messages"
    answer = await chat.client.post(url, json={"content": "x", "message_id": mine.upper()})
    refused(answer, 400, "invalid_request")


async def test_too_many_running_turns_are_refused(data_dir: Any, upstream: Upstream) -> None:
    config = config_in(data_dir, limits=Limits(running_turns=2))
    async with run_site(config) as site:
        await site.connect(upstream)
        for _ in range(2):
            await site.begin((await site.session(model="up/stall@1"))["id"])
        answer = await site.client.post("/chat", json={"content": "x"})
        refused(answer, 429, "too_many_turns")
        assert answer.headers["retry-after"]


async def test_without_any_model_sending_says_so(client: httpx.AsyncClient) -> None:
    refused(await client.post("/chat", json={"content": "x"}), 409, "no_model")
    assert (await client.get("/sessions")).json()["items"] == []


async def test_stored_json_is_what_the_stream_said(chat: Site) -> None:
    events = await chat.stream("naïve \u2028 日本語 👩‍🚀 \x85 end", "up/echo")
    reply = (await chat.messages(events[0].data["session_id"]))[-1]
    assert reply["text"] == text_of(events)
    assert json.loads(json.dumps(reply)) == reply
