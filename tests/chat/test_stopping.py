"""Stopping a reply and going on with it."""

from tests.running import Site, good, refused, text_of, until
from tests.upstream import Upstream


async def test_stopping_keeps_what_was_written_and_frees_the_provider(
    chat: Site, upstream: Upstream
) -> None:
    session = await chat.session(model="up/ok-2000-2")
    started = await chat.begin(session["id"])
    turn_id = started["turn"]["id"]
    await chat.follow(turn_id, until="delta")
    answer = await chat.client.post(f"/turns/{turn_id}/stop")
    assert answer.status_code == 202
    events = await chat.follow(turn_id)
    assert events[-1].data["status"] == "stopped"
    assert not [event for event in events if event.kind == "error"]
    reply = (await chat.messages(session["id"]))[-1]
    assert reply["status"] == "stopped"
    assert reply["finish_reason"] == "stopped"
    assert reply["error"] is None
    assert reply["text"] == text_of(events) != ""
    assert reply["usage"]["estimated"] is True
    record = upstream.asked("ok-2000-2")[-1]
    await until(lambda: record.ended is not None)
    assert record.ended_by == "peer"


async def test_stopping_before_the_first_token_leaves_an_empty_reply(chat: Site) -> None:
    session = await chat.session(model="up/silent")
    started = await chat.begin(session["id"])
    await chat.client.post(f"/turns/{started['turn']['id']}/stop")
    events = await chat.follow(started["turn"]["id"])
    assert [event.kind for event in events] == ["turn", "usage", "done"]
    reply = (await chat.messages(session["id"]))[-1]
    assert (reply["status"], reply["text"], reply["parts"]) == ("stopped", "", [])


async def test_stopping_twice_or_too_late_changes_nothing(chat: Site) -> None:
    answer = await chat.say("Hello")
    before = await chat.messages(answer["session_id"])
    for _ in range(2):
        stopped = await chat.client.post(f"/turns/{answer['turn']['id']}/stop")
        assert stopped.status_code == 202
        assert stopped.json()["status"] == "done"
    assert await chat.messages(answer["session_id"]) == before


async def test_a_stopped_reply_goes_on_in_the_same_message(chat: Site, upstream: Upstream) -> None:
    session = await chat.session(model="up/stall@3")
    started = await chat.begin(session["id"], "Count")
    reply_id = started["reply"]["id"]
    await chat.follow(started["turn"]["id"], until="delta")
    await chat.client.post(f"/turns/{started['turn']['id']}/stop")
    first = text_of(await chat.follow(started["turn"]["id"]))
    answer = await chat.client.post(f"/messages/{reply_id}/continue", json={})
    assert answer.status_code == 202
    second = answer.json()
    assert second["reply"]["id"] == reply_id
    assert second["reply"]["text"] == first
    assert second["user_message"] is None
    events = await chat.follow(second["turn"]["id"], until="delta")
    assert events[0].data["continued"] is True
    await chat.client.post(f"/turns/{second['turn']['id']}/stop")
    events = await chat.follow(second["turn"]["id"])
    reply = good(await chat.client.get(f"/messages/{reply_id}"))
    assert reply["text"] == first + text_of(events)
    assert reply["turn_id"] == second["turn"]["id"]
    assert events[-1].data["text_length"] == len(text_of(events))
    sent = upstream.asked("stall@3")[-1].body["messages"]
    assert [message["role"] for message in sent] == ["user", "assistant", "user"]
    assert sent[1]["content"] == first
    assert len(await chat.messages(session["id"])) == 2


async def test_a_reply_cut_off_by_its_length_can_be_continued(chat: Site) -> None:
    answer = await chat.say("Talk", "up/length")
    assert answer["message"]["finish_reason"] == "length"
    more = await chat.client.post(f"/messages/{answer['message']['id']}/continue", json={})
    events = await chat.follow(good(more)["turn"]["id"])
    reply = good(await chat.client.get(f"/messages/{answer['message']['id']}"))
    assert reply["text"] == answer["message"]["text"] + text_of(events)


async def test_what_is_complete_cannot_be_continued(chat: Site) -> None:
    answer = await chat.say("Hello")
    question, reply = await chat.messages(answer["session_id"])
    for message in (question, reply):
        more = await chat.client.post(f"/messages/{message['id']}/continue", json={})
        refused(more, 409, "cannot_continue")


async def test_the_reply_is_finished_though_its_reader_left(chat: Site) -> None:
    body = {"content": "Hello", "model": "up/ok-30-2"}
    async with chat.client.stream("POST", "/chat/stream", json=body) as response:
        async for line in response.aiter_lines():
            if line.startswith("data: "):
                break
    (session,) = good(await chat.client.get("/sessions"))["items"]
    if session["running_turn_id"]:
        await chat.follow(session["running_turn_id"])
    reply = (await chat.messages(session["id"]))[-1]
    assert reply["status"] == "done"
    assert reply["text"] == "".join(f" t{n}" for n in range(30))


async def test_a_pending_reply_is_shown_with_its_text_so_far(chat: Site) -> None:
    session = await chat.session(model="up/stall@4")
    started = await chat.begin(session["id"])
    seen = await chat.follow(started["turn"]["id"], until="delta")
    reply = (await chat.messages(session["id"]))[-1]
    assert reply["status"] == "pending"
    assert reply["text"].startswith(text_of(seen))
    assert reply["text"]
