"""The same events over a WebSocket, and a change of focus without reconnecting."""

import asyncio
import json

import pytest
from websockets.asyncio.client import ClientConnection

from chatbox.config import Limits
from tests.running import JSON, UNKNOWN, Site, config_in, next_frame, run_site, until


async def look_at(connection: ClientConnection, session: str | None, **seen: object) -> None:
    await connection.send(json.dumps({"type": "focus", "session": session, **seen}))


async def turn_frames(connection: ClientConnection) -> list[JSON]:
    """Collect a turn's events as a tab sees them, to its last one."""
    found: list[JSON] = []
    while not found or found[-1]["type"] != "done":
        found.append((await next_frame(connection, "turn_event"))["data"])
    return found


async def test_a_socket_says_what_the_stream_says(chat: Site) -> None:
    session = await chat.session(model="up/ok-10-1")
    async with chat.feed(session=session["id"]) as events:
        hello = await anext(events)
        async with chat.socket(session=session["id"]) as socket:
            first = json.loads(await socket.recv())
            assert first == {"type": "hello", "data": hello.data}
            started = await chat.begin(session["id"])
            async for event in events:
                frame = json.loads(await socket.recv())
                assert (frame["type"], frame["data"]) == (event.kind, event.data)
                assert frame.get("id") == event.id
                if event.kind == "turn_ended":
                    break
    assert event.data["turn_id"] == started["turn"]["id"]


async def test_the_focus_changes_without_reconnecting(chat: Site) -> None:
    session = await chat.session(model="up/ok-40-5")
    async with chat.socket() as socket:
        await next_frame(socket, "hello")
        started = await chat.begin(session["id"])
        turn_id = started["turn"]["id"]
        await next_frame(socket, "turn_started")
        await look_at(socket, session["id"])
        first = [(await next_frame(socket, "turn_event"))["data"] for _ in range(3)]
        await look_at(socket, None)
        await look_at(socket, session["id"], turn=turn_id, seq=3)
        rest = await turn_frames(socket)
    numbers = [frame["seq"] for frame in rest]
    last = numbers[-1]
    assert [frame["seq"] for frame in first] == [1, 2, 3]
    assert numbers[numbers.index(4) :] == list(range(4, last + 1))
    whole = await chat.follow(turn_id)
    assert [frame["data"] for frame in rest[-3:]] == [event.data for event in whole[-3:]]


async def test_a_cursor_resumes_here_too(site: Site) -> None:
    async with site.socket() as socket:
        cursor = (await next_frame(socket, "hello"))["data"]["cursor"]
    session = await site.session(title="missed")
    async with site.socket(after=cursor) as socket:
        assert (await next_frame(socket, "session"))["data"]["session"] == session
    async with site.socket(after="nonsense") as socket:
        assert (await next_frame(socket, "reset"))["data"] == {}


async def test_an_unknown_focus_is_silence(chat: Site) -> None:
    async with chat.socket(session=UNKNOWN, turn="x", seq=7) as socket:
        await next_frame(socket, "hello")
        await look_at(socket, "'; DROP TABLE sessions; --", turn="x", seq=-5)
        session = await chat.session(title="still there")
        assert (await next_frame(socket, "session"))["data"]["session"] == session


@pytest.mark.parametrize(
    "said", ["", "x", '{"type":"other"}', "[" * 1_000, '{"type":"focus","seq":"x"}', "x" * 5_000]
)
async def test_anything_else_ends_the_connection_and_nothing_more(site: Site, said: str) -> None:
    async with site.socket() as socket:
        await next_frame(socket, "hello")
        await socket.send(said)
        async with asyncio.timeout(5):
            await socket.wait_closed()
    async with site.socket() as socket:
        await next_frame(socket, "hello")


async def test_a_binary_frame_ends_the_connection(site: Site) -> None:
    async with site.socket() as socket:
        await next_frame(socket, "hello")
        await socket.send(b"\x00\xff")
        async with asyncio.timeout(5):
            await socket.wait_closed()


async def test_too_many_sockets_are_refused_and_the_rest_are_served(data_dir: object) -> None:
    config = config_in(data_dir, limits=Limits(viewers=1))  # type: ignore[arg-type]
    async with run_site(config) as site, site.socket() as first:
        await next_frame(first, "hello")
        with pytest.raises(Exception, match="403|rejected|1013"):
            async with site.socket() as second:
                await second.recv()
        session = await site.session()
        assert (await next_frame(first, "session"))["data"]["session"] == session


async def test_closed_sockets_are_forgotten(site: Site) -> None:
    for _ in range(5):
        async with site.socket() as socket:
            await next_frame(socket, "hello")
    await until(lambda: site.server.hub.viewer_count == 0)
