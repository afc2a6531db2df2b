"""Sends that are repeated, raced and given up: each happens once, whole, or not at all."""

import asyncio
import json
import random

import httpx
import pytest

from tests.faults.api import assert_sound, ended, make_session, numbered, query, read_messages
from tests.faults.processes import Server, Upstream


async def test_one_idempotency_key_is_one_turn_even_after_a_restart(
    server: Server, client: httpx.AsyncClient, upstream: Upstream
) -> None:
    session = await make_session(client)
    url, model = f"/sessions/{session}/messages", "ok-20-5@once"
    body = {"content": "Once", "model": f"up/{model}"}
    headers = {"Idempotency-Key": "key-of-the-tab-1"}
    answers = await asyncio.gather(
        *(client.post(url, json=body, headers=headers) for _ in range(20))
    )
    assert {answer.status_code for answer in answers} <= {200, 202}
    assert len({answer.json()["turn"]["id"] for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 19
    reply = await ended(client, answers[0].json())
    assert reply["text"] == numbered(20)
    other = await client.post(url, json={**body, "content": "Twice"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_mismatch")
    server.kill()
    server.start()
    async with server.client() as again:
        answer = await again.post(url, json=body, headers=headers)
        assert answer.headers["idempotency-replayed"] == "true"
        assert answer.json()["turn"]["id"] == answers[0].json()["turn"]["id"]
        assert [m["text"] for m in await read_messages(again, session)] == ["Once", numbered(20)]
    assert len(upstream.requests(model)) == 1
    assert query(server.database, "SELECT count(*) FROM turns") == [(1,)]
    assert_sound(server.database)


@pytest.mark.parametrize("attempt", range(5))
async def test_two_tabs_that_send_at_once_never_interleave(
    client: httpx.AsyncClient, server: Server, attempt: int
) -> None:
    session = await make_session(client)
    url = f"/sessions/{session}/messages"
    answers = await asyncio.gather(
        *(
            client.post(url, json={"content": f"Tab {tab}", "model": "up/ok-10-5"})
            for tab in range(2)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [202, 409]
    busy = next(answer for answer in answers if answer.status_code == 409)
    won = next(answer for answer in answers if answer.status_code == 202).json()
    assert busy.json()["code"] == "session_busy"
    assert busy.json()["turn_id"] == won["turn"]["id"]
    await ended(client, won)
    question, reply = await read_messages(client, session)
    assert (question["parent_id"], reply["parent_id"]) == (None, question["id"])
    assert_sound(server.database)


async def test_a_request_that_is_given_up_is_done_or_not_done(
    server: Server, client: httpx.AsyncClient
) -> None:
    """Cut off at random moments of its transaction, beside others that are not."""
    chance = random.Random(7)
    sessions = [await make_session(client) for _ in range(40)]
    model = "ok-3-1"
    given_up = asyncio.gather(
        *(give_up(server, session, chance.uniform(0.0, 0.03)) for session in sessions[::2])
    )
    whole = await asyncio.gather(
        *(
            client.post(f"/sessions/{s}/messages", json={"content": "B", "model": f"up/{model}"})
            for s in sessions[1::2]
        )
    )
    await given_up
    for answer in whole:
        assert answer.status_code == 202
        assert (await ended(client, answer.json()))["text"] == numbered(3)
    await asyncio.sleep(0.5)
    for session in sessions[::2]:
        messages = await read_messages(client, session)
        assert [m["role"] for m in messages] in ([], ["user", "assistant"])
        assert [m["status"] for m in messages] in ([], ["done", "done"])
    assert (await client.get(server.url + "/readyz")).status_code == 200
    assert_sound(server.database)


async def give_up(server: Server, session: str, seconds: float) -> None:
    """Send a request and reset the connection a moment later."""
    host, port = server.url.removeprefix("http://").split(":")
    body = json.dumps({"content": "A", "model": "up/ok-3-1"}).encode()
    head = f"POST /api/v1/sessions/{session}/messages HTTP/1.1\r\nHost: {host}:{port}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(head.encode() + body)
    await asyncio.sleep(seconds)
    writer.transport.abort()
