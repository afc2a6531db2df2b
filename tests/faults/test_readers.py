"""Many readers, and readers that do not read: the turn, the others and the memory do not notice."""

import asyncio
import json
import time

import httpx
import pytest

from tests.faults.api import (
    following,
    make_session,
    numbered,
    query,
    read_message,
    send,
)
from tests.faults.processes import HAS_PROC, Server, Upstream

MEBIBYTE = 1024 * 1024
WORDS = 24_000
WIDE = 40_000_000

pytestmark = pytest.mark.skipif(not HAS_PROC, reason="needs Linux's /proc")


class Reader:
    """A reader on a raw socket, which can be told not to read."""

    def __init__(self, server: Server, path: str) -> None:
        self.host, port = server.url.removeprefix("http://").split(":")
        self.port = int(port)
        self.path = path
        self.received = b""

    async def open(self) -> None:
        self.reader, self.writer = await asyncio.open_connection(
            self.host, self.port, limit=16 * 1024
        )
        head = f"GET {self.path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n\r\n"
        self.writer.write(head.encode())
        self.received = await self.reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in self.received, self.received

    async def read(self) -> str:
        """Read to the end of the turn or of the connection; answer the text."""
        while b"event: done" not in self.received[-4096:]:
            piece = await self.reader.read(65_536)
            if not piece:
                break
            self.received += piece
        self.writer.close()
        return self.text

    @property
    def text(self) -> str:
        lines = self.received.split(b"\n")
        data = [line[6:] for line in lines if line.startswith(b'data: {"text"')]
        return "".join(json.loads(line)["text"] for line in data)

    @property
    def is_done(self) -> bool:
        return b"event: done" in self.received


async def test_a_hundred_readers_of_which_twenty_do_not_read(
    server: Server, upstream: Upstream
) -> None:
    """1.4 MB of text for each of 100 readers; those that slept can have the rest later."""
    assert server.stop() == 0
    query(server.database, "UPDATE models SET context_window = ?", WIDE)
    server.start()
    text = "".join(f"{number:057d} \n" for number in range(WORDS))
    async with server.client() as client:
        await make_session(client)
        begun = await send(client, await make_session(client), "markdown", f"markdown:{text}")
        before = highest = server.rss
        path = f"/api/v1/turns/{begun['turn']['id']}/events"
        readers = [Reader(server, path) for _ in range(100)]
        await asyncio.gather(*(reader.open() for reader in readers))
        sleepers, awake = readers[:20], readers[20:]
        reading = asyncio.gather(*(reader.read() for reader in awake))
        while not reading.done():
            highest = max(highest, server.rss)
            await asyncio.sleep(0.1)
        assert all(said == text for said in await reading)
        reply = await read_message(client, begun["reply"]["id"])
        assert (reply["status"], reply["text"]) == ("done", text)
        for reader in sleepers:
            assert text.startswith(await asyncio.wait_for(reader.read(), 30))
        again = Reader(server, path)
        await again.open()
        assert await again.read() == text
    assert highest - before < 100 * MEBIBYTE, f"{(highest - before) / MEBIBYTE:.0f} MB more"


async def test_eight_tabs_do_not_slow_the_api(server: Server, client: httpx.AsyncClient) -> None:
    """Eight tabs that follow everything, twenty replies being written, and requests in between."""
    alone = await latency(client)
    sessions = [await make_session(client) for _ in range(20)]
    heard: list[set[str]] = [set() for _ in range(8)]
    tabs = [
        asyncio.create_task(listen(client, f"/events?session={session}", ended))
        for session, ended in zip(sessions, heard, strict=False)
    ]
    await asyncio.sleep(0.2)
    begun = [await send(client, session, "ok-100-20") for session in sessions]
    busy = await latency(client)
    await asyncio.wait_for(asyncio.gather(*tabs), 30)
    turns = {item["turn"]["id"] for item in begun}
    assert all(ended == turns for ended in heard), "every tab hears of every turn once"
    for item in begun:
        assert (await read_message(client, item["reply"]["id"]))["text"] == numbered(100)
    assert busy < 0.5 + 20 * alone, f"{alone * 1000:.0f} ms alone, {busy * 1000:.0f} ms busy"


async def listen(client: httpx.AsyncClient, url: str, ended: set[str]) -> None:
    async with following(client, url) as events:
        async for event in events:
            if event.kind == "turn_ended":
                assert event.data["turn_id"] not in ended
                ended.add(event.data["turn_id"])
                if len(ended) == 20:
                    return


async def latency(client: httpx.AsyncClient) -> float:
    """The slowest but one of thirty requests, in seconds."""
    taken = []
    for number in range(30):
        begin = time.monotonic()
        answer = await client.get("/sessions" if number % 2 else "/models")
        assert answer.status_code == 200
        taken.append(time.monotonic() - begin)
    return sorted(taken)[-2]
