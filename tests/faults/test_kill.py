"""A server that is killed at any moment has lost nearly nothing, and nothing that it promised."""

import asyncio
import random
import time
from collections.abc import Callable

import httpx
import pytest

from tests.faults.api import (
    JSON,
    assert_sound,
    chunks_in,
    ended,
    following,
    make_session,
    numbered,
    read_message,
    read_messages,
    send,
)
from tests.faults.processes import HAS_PROC, Server, Upstream

LOSS_SECONDS = 0.3
PACES = ("ok-5000-2", "ok-2000-10", "ok-500-50", "ok-200-100-200")

pytestmark = pytest.mark.skipif(not HAS_PROC, reason="needs Linux's /proc")


class Sent:
    """A message on its way, and what the server had said about it when it died."""

    def __init__(self, session: str, model: str) -> None:
        self.session = session
        self.model = model
        self.started: JSON | None = None

    async def go(self, client: httpx.AsyncClient) -> None:
        try:
            self.started = await send(client, self.session, self.model)
        except httpx.TransportError:
            return  # killed before it answered: the message may be there or not


async def kill_at_some_moment(server: Server, moment: float) -> tuple[float, float]:
    """Kill; answer when, and how long the server was kept from a CPU in the half second before."""
    samples = [(time.monotonic(), server.waited)]
    end = samples[0][0] + moment
    while (now := time.monotonic()) < end:
        await asyncio.sleep(min(0.05, end - now))
        samples.append((time.monotonic(), server.waited))
    killed = time.time()
    server.kill()
    recent = [waited for at, waited in samples if at >= end - 0.5]
    return killed, max(recent) - min(recent)


async def test_random_kills_lose_less_than_a_moment(
    make_server: Callable[..., Server], upstream: Upstream, rounds: int
) -> None:
    """200 rounds with CHATBOX_FAULT_ROUNDS=200. Time the kernel gave to others is not charged."""
    server = make_server().start()
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    for number in range(rounds):
        upstream.forget()
        async with server.client() as client:
            sent = [
                Sent(await make_session(client), f"{pace}@{number}")
                for pace in chance.sample(PACES, 3)
            ]
            going = asyncio.gather(*(message.go(client) for message in sent))
            killed, waited = await kill_at_some_moment(server, chance.uniform(0.0, 1.5))
            await going
        server.start()
        async with server.client() as client:
            for message in sent:
                await check(client, upstream, message, before=killed - LOSS_SECONDS - waited)
            await check_continue(client, next((m for m in sent if m.started), None))
        assert_sound(server.database)
    print(f"seed {seed}: {rounds} rounds")  # noqa: T201  (shown when a round failed)


async def check(
    client: httpx.AsyncClient, upstream: Upstream, message: Sent, *, before: float
) -> None:
    items = await read_messages(client, message.session)
    if not items:
        assert message.started is None, "an acknowledged message is lost"
        return
    question, reply = items
    assert (question["role"], question["text"], question["status"]) == ("user", "Hi", "done")
    assert (reply["role"], reply["status"]) == ("assistant", "interrupted")
    assert reply["error"]["retryable"]
    calls = upstream.requests(message.model)
    assert len(calls) <= 1, "the provider was asked twice"
    times = calls[0]["chunk_times"] if calls else []
    kept = chunks_in(reply["text"])
    assert reply["text"] == numbered(kept), "something is doubled, torn or missing within the text"
    assert kept <= len(times)
    due = sum(at < before for at in times)
    assert kept >= due, f"{message.model}: {kept} chunks kept of {due} that were due"


async def check_continue(client: httpx.AsyncClient, message: Sent | None) -> None:
    """The interrupted reply goes on: the same message grows."""
    if message is None or message.started is None:
        return
    reply_id = message.started["reply"]["id"]
    before = (await read_message(client, reply_id))["text"]
    answer = await client.post(f"/messages/{reply_id}/continue", json={})
    assert answer.status_code == 202, answer.text
    turn = answer.json()["turn"]["id"]
    async with following(client, f"/turns/{turn}/events") as events:
        async for event in events:
            if event.kind == "delta":
                break
    await client.post(f"/turns/{turn}/stop")
    async with following(client, f"/turns/{turn}/events") as events:
        assert [event async for event in events][-1].kind == "done"
    after = await read_message(client, reply_id)
    assert after["status"] == "stopped"
    assert after["text"].startswith(before)
    more = after["text"][len(before) :]
    assert more == numbered(chunks_in(more))
    assert more


async def test_a_kill_while_a_reply_is_continued_keeps_both_parts(
    server: Server, client: httpx.AsyncClient
) -> None:
    await add_model(client, "ok-1000-10")
    started = await send(client, await make_session(client), "ok-1000-10")
    reply_id = started["reply"]["id"]
    await asyncio.sleep(0.3)
    await client.post(f"/turns/{started['turn']['id']}/stop")
    first = (await ended(client, started))["text"]
    answer = await client.post(f"/messages/{reply_id}/continue", json={})
    assert answer.status_code == 202, answer.text
    await asyncio.sleep(0.8)
    server.kill()
    server.start()
    async with server.client() as again:
        reply = await read_message(again, reply_id)
    assert (reply["status"], reply["model"]) == ("interrupted", "up/ok-1000-10")
    assert reply["text"].startswith(first)
    more = reply["text"][len(first) :]
    assert more == numbered(chunks_in(more))
    assert more
    assert_sound(server.database)


async def add_model(client: httpx.AsyncClient, name: str) -> None:
    """Add a model that the upstream does not list, so that it is a session's own later on."""
    provider = (await client.get("/providers")).json()["items"][0]["id"]
    answer = await client.post("/models", json={"provider_id": provider, "name": name})
    assert answer.status_code == 201, answer.text
