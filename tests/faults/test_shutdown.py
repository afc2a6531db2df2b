"""SIGTERM: new turns are refused, running ones get their time, nothing is left half done."""

import asyncio
import contextlib
from collections.abc import Callable

import httpx
import pytest

from tests.faults.api import (
    assert_sound,
    chunks_in,
    following,
    make_session,
    numbered,
    query,
    read_message,
    send,
)
from tests.faults.processes import Server, Upstream


async def test_sigterm_lets_replies_finish_and_interrupts_the_rest(
    make_server: Callable[..., Server], upstream: Upstream
) -> None:
    server = make_server().start(shutdown_seconds="2")
    async with server.client() as client:
        short = await send(client, await make_session(client), "ok-60-10")
        long = await send(client, await make_session(client), "ok-2000-10")
        spare = await make_session(client)
        await asyncio.sleep(0.2)
        async with following(client, f"/turns/{long['turn']['id']}/events") as events:
            server.terminate()
            await asyncio.sleep(0.1)
            await refused_as_stopping(client, spare)
            seen = [event async for event in events]
    assert await asyncio.to_thread(server.wait) == 0
    assert [event.kind for event in seen[-2:]] == ["usage", "done"], "its viewer saw the end"
    assert seen[-1].data["status"] == "interrupted"
    wal = server.database.with_name("chatbox.db-wal")
    assert not wal.exists() or wal.stat().st_size == 0
    assert_sound(server.database)
    assert query(server.database, "SELECT count(*) FROM journal") == [(0,)]
    server.start()
    async with server.client() as client:
        kept = await read_message(client, short["reply"]["id"])
        assert (kept["status"], kept["text"]) == ("done", numbered(60))
        cut = await read_message(client, long["reply"]["id"])
        assert cut["status"] == "interrupted"
        assert cut["text"] == numbered(chunks_in(cut["text"]))
        assert cut["text"] == "".join(e.data["text"] for e in seen if e.kind == "delta")


async def refused_as_stopping(client: httpx.AsyncClient, session: str) -> None:
    body = {"content": "Too late", "model": "up/ok-1-1"}
    answer = await client.post(f"/sessions/{session}/messages", json=body)
    assert answer.status_code == 503, answer.text
    assert answer.json()["code"] == "shutting_down"
    for url, sent in (("/chat", body), ("/chat/stream", body)):
        assert (await client.post(url, json=sent)).status_code == 503


async def test_sigterm_ends_idle_tabs_at_once(server: Server, client: httpx.AsyncClient) -> None:
    async with following(client, "/events") as events:
        assert (await anext(events)).kind == "hello"
        server.terminate()
        assert [event.kind async for event in events] == []
    assert await asyncio.to_thread(server.wait, 5) == 0


async def test_half_a_request_does_not_delay_the_end(server: Server) -> None:
    host = server.url.removeprefix("http://")
    address, port = host.split(":")
    begin = f"POST /api/v1/sessions HTTP/1.1\r\nHost: {host}\r\n"
    body = 'Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{"ti'
    writers = []
    for sent in (begin, begin + body):
        _, writer = await asyncio.open_connection(address, int(port))
        writer.write(sent.encode())
        writers.append(writer)
    await asyncio.sleep(0.3)
    server.terminate()
    assert await asyncio.to_thread(server.wait, 5) == 0
    assert "Traceback" not in server.log.read_text()
    for writer in writers:
        writer.close()


async def test_a_second_signal_does_not_wait(make_server: Callable[..., Server]) -> None:
    server = make_server().start(shutdown_seconds="60")
    async with server.client() as client:
        started = await send(client, await make_session(client), "ok-2000-10")
        await asyncio.sleep(0.3)
        server.terminate()
        await asyncio.sleep(0.5)
        server.terminate()
        await asyncio.to_thread(server.wait, 15)
    server.start()
    async with server.client() as client:
        reply = await read_message(client, started["reply"]["id"])
    assert reply["status"] == "interrupted"
    assert chunks_in(reply["text"]) > 10
    assert_sound(server.database)


# What a client may send in the last moment, on a connection that was let in already.
LAST_WORDS = {
    "half-a-head": "GET / HTTP/1.1\r\n",
    "events": "GET /api/v1/events HTTP/1.1\r\nhost: {}\r\n\r\n",
    "socket": (
        "GET /api/v1/ws HTTP/1.1\r\nhost: {}\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
        "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    ),
}


@pytest.mark.parametrize("words", LAST_WORDS)
async def test_who_comes_last_does_not_hold_up_the_end(server: Server, words: str) -> None:
    authority = server.url.removeprefix("http://")
    host, port = authority.split(":")
    sent = LAST_WORDS[words].format(authority).encode()

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await asyncio.sleep(0.06)
            writer.write(sent)
            await reader.read(-1)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    holding = []
    server.terminate()
    with contextlib.suppress(ConnectionError):
        while True:
            holding.append(asyncio.create_task(hold(*await asyncio.open_connection(host, port))))
            await asyncio.sleep(0.01)
    assert await asyncio.to_thread(server.wait, 8.0) == 0
    await asyncio.gather(*holding)
    assert "timeout graceful shutdown exceeded" not in server.log.read_text()
