"""Viewers come and go: each sees every character exactly once, and the turn does not care."""

import asyncio
import json
import random

import httpx
from websockets.asyncio.client import connect as connect_socket

from tests.faults.api import (
    Event,
    ended,
    following,
    make_session,
    numbered,
    read_message,
    send,
)
from tests.faults.processes import Server, Upstream

DROPS = 20


class Notebook:
    """The events of one turn as one viewer saw them, over all of its connections."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.done = asyncio.Event()
        self.dropped_often = asyncio.Event()

    @property
    def seq(self) -> int:
        return len(self.events)

    def note(self, seq: int, kind: str, data: dict[str, object]) -> None:
        assert seq == self.seq + 1, f"event {seq} after {self.seq}"
        self.events.append(Event(str(seq), kind, data))
        if kind == "done":
            self.done.set()

    @property
    def text(self) -> str:
        return "".join(event.data["text"] for event in self.events if event.kind == "delta")

    async def drops(self, watch: "Watch", chance: random.Random) -> None:
        """Connect again and again, and in the end stay."""
        for _ in range(DROPS):
            await watch.some(self, chance.randrange(1, 8))
        self.dropped_often.set()
        await watch.some(self, 1_000_000)


class Watch:
    """A way to follow a turn; `some` opens a connection and drops it after so many events."""

    def __init__(self, server: Server, client: httpx.AsyncClient, session: str, turn: str) -> None:
        self.server = server
        self.client = client
        self.session = session
        self.turn = turn

    async def some(self, book: Notebook, count: int) -> None:
        raise NotImplementedError

    def address(self, path: str, book: Notebook) -> str:
        return f"{path}?session={self.session}&turn={self.turn}&seq={book.seq}"


class TurnWatch(Watch):
    async def some(self, book: Notebook, count: int) -> None:
        headers = {"Last-Event-ID": str(book.seq)} if book.seq else {}
        async with following(self.client, f"/turns/{self.turn}/events", **headers) as events:
            async for event in events:
                if event.id is None:
                    continue
                book.note(int(event.id), event.kind, event.data)
                count -= 1
                if count == 0:
                    return


class FeedWatch(Watch):
    async def some(self, book: Notebook, count: int) -> None:
        async with following(self.client, self.address("/events", book)) as events:
            async for event in events:
                if event.kind != "turn_event":
                    continue
                book.note(event.data["seq"], event.data["type"], event.data["data"])
                count -= 1
                if count == 0 or book.done.is_set():
                    return


class SocketWatch(Watch):
    async def some(self, book: Notebook, count: int) -> None:
        url = self.server.url.replace("http://", "ws://") + "/api/v1"
        async with connect_socket(url + self.address("/ws", book)) as socket:
            async for text in socket:
                frame = json.loads(text)
                if frame["type"] != "turn_event":
                    continue
                data = frame["data"]
                book.note(data["seq"], data["type"], data["data"])
                count -= 1
                if count == 0 or book.done.is_set():
                    return


async def test_viewers_that_drop_and_resume_see_every_character_once(
    server: Server, client: httpx.AsyncClient
) -> None:
    seed = random.randrange(2**32)
    session = await make_session(client)
    started = await send(client, session, "ok-20000-5")
    turn = started["turn"]["id"]
    books = []
    viewers = []
    for offset, kind in enumerate((TurnWatch, FeedWatch, SocketWatch, TurnWatch)):
        book = Notebook()
        watch = kind(server, client, session, turn)
        viewers.append(asyncio.create_task(book.drops(watch, random.Random(seed + offset))))
        books.append(book)
    dropped = asyncio.gather(*(book.dropped_often.wait() for book in books))
    await asyncio.wait([asyncio.ensure_future(dropped), *viewers], return_when="FIRST_COMPLETED")
    assert dropped.done(), [viewer for viewer in viewers if viewer.done()]
    await client.post(f"/turns/{turn}/stop")
    await asyncio.wait_for(asyncio.gather(*viewers), 20)
    stored = (await read_message(client, started["reply"]["id"]))["text"]
    assert stored == numbered(stored.count(" "))
    for book in books:
        assert book.text == stored
        assert book.events[0].kind == "turn"
        assert [event.kind for event in book.events[-2:]] == ["usage", "done"]
    assert len({book.seq for book in books}) == 1


async def test_an_ended_turn_is_replayed_from_any_number(
    server: Server, client: httpx.AsyncClient
) -> None:
    started = await send(client, await make_session(client), "ok-50-4")
    url = f"/turns/{started['turn']['id']}/events"
    async with following(client, url) as events:
        live = [event async for event in events if event.id]
    assert [int(event.id or 0) for event in live] == list(range(1, len(live) + 1))
    for after in {0, 1, 2, len(live) // 2, len(live) - 1, len(live)}:
        async with following(client, url, **{"Last-Event-ID": str(after)}) as events:
            assert [event async for event in events] == live[after:]
    async with following(client, url, **{"Last-Event-ID": str(len(live) + 9)}) as events:
        replayed = [event async for event in events]
    assert replayed == [Event(None, "reset", {}), *live]


async def test_reply_survives_disconnect(client: httpx.AsyncClient, upstream: Upstream) -> None:
    body = {"content": "Hi", "model": "up/ok-60-10@left"}
    async with client.stream("POST", "/chat/stream", json=body) as response:
        first = await anext(response.aiter_raw())
    turn = json.loads(first.split(b"data: ", 1)[1].split(b"\n", 1)[0])
    reply = await ended(
        client, {"turn": {"id": turn["turn_id"]}, "reply": {"id": turn["reply_id"]}}
    )
    assert (reply["status"], reply["text"]) == ("done", numbered(60))
    (call,) = upstream.requests("ok-60-10@left")
    assert call["ended_by"] == "server"


async def test_a_tab_that_was_away_learns_what_happened(client: httpx.AsyncClient) -> None:
    """The cursor resumes the notifications: nothing twice, nothing left out."""
    async with following(client, "/events") as events:
        cursor = (await anext(events)).data["cursor"]
    started = await send(client, await make_session(client), "ok-3-1")
    await ended(client, started)
    kinds: list[str] = []
    ids: list[str | None] = []
    async with following(client, f"/events?after={cursor}") as events:
        async for event in events:
            kinds.append(event.kind)
            ids.append(event.id)
            if event.kind == "turn_ended":
                break
    assert kinds[0] == "hello"
    assert kinds.count("turn_started") == kinds.count("turn_ended") == 1
    assert "reset" not in kinds
    known = [name for name in ids if name]
    assert len(known) == len(set(known))
    async with following(client, f"/events?after={ids[-1]}") as events:
        assert (await anext(events)).kind == "hello"
    async with following(client, "/events?after=000000000000-7") as events:
        assert [(await anext(events)).kind, (await anext(events)).kind] == ["hello", "reset"]
