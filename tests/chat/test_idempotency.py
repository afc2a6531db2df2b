"""The same request twice is one turn."""

import asyncio
from pathlib import Path

import pytest

from tests.running import Site, config_in, good, refused, run_site
from tests.upstream import Upstream

KEY = {"Idempotency-Key": "key-1"}


@pytest.mark.parametrize("where", ["new session", "same session"])
async def test_twenty_at_once_are_one_turn(chat: Site, upstream: Upstream, where: str) -> None:
    body: dict[str, object] = {"content": "Once", "model": "up/ok-20-5"}
    if where == "same session":
        body["session_id"] = (await chat.session())["id"]
    answers = await asyncio.gather(
        *(chat.client.post("/chat", json=body, headers=KEY) for _ in range(20))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["turn"]["id"] for answer in answers}) == 1
    assert len(upstream.asked("ok-20-5")) == 1
    (session,) = good(await chat.client.get("/sessions"))["items"]
    assert session["message_count"] == 2
    assert len(await chat.messages(session["id"])) == 2


async def test_a_replayed_send_says_so_and_shows_the_same_turn(
    chat: Site, upstream: Upstream
) -> None:
    session = await chat.session(model="up/ok-3-1")
    url = f"/sessions/{session['id']}/messages"
    first = await chat.client.post(url, json={"content": "x"}, headers=KEY)
    assert "idempotency-replayed" not in first.headers
    await chat.follow(first.json()["turn"]["id"])
    again = await chat.client.post(url, json={"content": "x"}, headers=KEY)
    assert again.status_code == 202
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json()["turn"]["id"] == first.json()["turn"]["id"]
    assert again.json()["turn"]["status"] == "done"
    assert again.json()["reply"]["text"] == " t0 t1 t2"
    stream = await chat.client.post(
        url, json={"content": "x"}, headers={**KEY, "Accept": "text/event-stream"}
    )
    assert "event: done" in stream.text
    assert len(upstream.asked("ok-3-1")) == 1


async def test_the_key_holds_after_a_restart(data_dir: Path, upstream: Upstream) -> None:
    body = {"content": "Once", "model": "up/echo"}
    async with run_site(config_in(data_dir)) as site:
        await site.connect(upstream)
        first = good(await site.client.post("/chat", json=body, headers=KEY))
    async with run_site(config_in(data_dir)) as site:
        again = good(await site.client.post("/chat", json=body, headers=KEY))
    assert again == first
    assert len(upstream.asked("echo")) == 1


async def test_another_request_under_the_same_key_is_refused(chat: Site) -> None:
    body = {"content": "Once", "model": "up/echo"}
    answer = good(await chat.client.post("/chat", json=body, headers=KEY))
    others = [
        chat.client.post("/chat", json={**body, "content": "Twice"}, headers=KEY),
        chat.client.post("/chat", json={**body, "params": {"seed": 1}}, headers=KEY),
        chat.client.post(f"/messages/{answer['message']['id']}/regenerate", headers=KEY),
        chat.client.post(f"/messages/{answer['message']['id']}/continue", headers=KEY),
        chat.client.post(
            f"/sessions/{answer['session_id']}/messages", json={"content": "Once"}, headers=KEY
        ),
    ]
    for other in others:
        refused(await other, 409, "idempotency_mismatch")
    assert len(await chat.messages(answer["session_id"])) == 2


async def test_a_refused_request_does_not_use_the_key_up(chat: Site) -> None:
    bad = {"content": "Once", "model": "nobody/nothing"}
    refused(await chat.client.post("/chat", json=bad, headers=KEY), 404, "model_not_found")
    good(await chat.client.post("/chat", json={**bad, "model": "up/echo"}, headers=KEY))


async def test_keys_of_impossible_length_are_refused(chat: Site) -> None:
    for key in ("", "x" * 201):
        headers = {"Idempotency-Key": key}
        answer = await chat.client.post("/chat", json={"content": "x"}, headers=headers)
        refused(answer, 400, "invalid_request")


async def test_regenerating_is_idempotent_too(chat: Site) -> None:
    answer = await chat.say("Hello")
    url = f"/messages/{answer['message']['id']}/regenerate"
    answers = await asyncio.gather(*(chat.client.post(url, headers=KEY) for _ in range(5)))
    assert len({good(one)["turn"]["id"] for one in answers}) == 1
    await chat.follow(answers[0].json()["turn"]["id"])
    reply = (await chat.messages(answer["session_id"]))[-1]
    assert len(reply["sibling_ids"]) == 2


async def test_of_two_sends_in_one_session_one_wins(chat: Site) -> None:
    session = await chat.session(model="up/ok-50-5")
    url = f"/sessions/{session['id']}/messages"
    answers = await asyncio.gather(
        *(chat.client.post(url, json={"content": f"tab {n}"}) for n in range(3))
    )
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409]
    winner = next(answer.json() for answer in answers if answer.status_code == 202)
    await chat.follow(winner["turn"]["id"])
    assert [m["role"] for m in await chat.messages(session["id"])] == ["user", "assistant"]
