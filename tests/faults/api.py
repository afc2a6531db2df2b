"""What a client does: send, follow, drop the line, resume; and what a disk must look like."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, NamedTuple

import httpx

import chatbox.db  # noqa: F401  (chooses the SQLite library for the next line)

import sqlite3  # isort: skip

from chatbox.db.invariants import ALWAYS, Rule, violations

JSON = dict[str, Any]


class Event(NamedTuple):
    """A server-sent event; `id` is None when it has none."""

    id: str | None
    kind: str
    data: JSON


async def read_events(response: httpx.Response) -> AsyncIterator[Event]:
    """Read an event stream; a frame that was cut off at the end is dropped, as browsers do."""
    waiting = b""
    async for piece in response.aiter_raw():
        *frames, waiting = (waiting + piece).split(b"\n\n")
        for frame in frames:
            lines = [line.partition(": ") for line in frame.decode().split("\n")]
            fields = {name: value for name, _, value in lines}
            yield Event(fields.get("id"), fields["event"], json.loads(fields["data"]))


@asynccontextmanager
async def following(
    client: httpx.AsyncClient, url: str, **headers: str
) -> AsyncIterator[AsyncIterator[Event]]:
    """Open an event stream; leaving the block drops the connection."""
    async with client.stream("GET", url, headers=headers) as response:
        assert response.status_code == 200, await response.aread()
        events = read_events(response)
        try:
            yield events
        finally:
            await events.aclose()  # type: ignore[attr-defined]


async def make_session(client: httpx.AsyncClient, **fields: object) -> str:
    answer = await client.post("/sessions", json=fields)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def send(client: httpx.AsyncClient, session: str, model: str, content: str = "Hi") -> JSON:
    """Send a message; answer what was started."""
    body = {"content": content, "model": f"up/{model}"}
    answer = await client.post(f"/sessions/{session}/messages", json=body)
    assert answer.status_code == 202, answer.text
    started: JSON = answer.json()
    return started


async def ask(client: httpx.AsyncClient, model: str, content: str = "Hi") -> JSON:
    """Chat in a new session and wait; answer the reply, whatever became of it."""
    started = await send(client, await make_session(client), model, content)
    return await ended(client, started)


async def ended(client: httpx.AsyncClient, started: JSON) -> JSON:
    """Wait for the end of a turn; answer its reply."""
    async with following(client, f"/turns/{started['turn']['id']}/events") as events:
        async for _ in events:
            pass
    return await read_message(client, started["reply"]["id"])


async def read_message(client: httpx.AsyncClient, message_id: str) -> JSON:
    answer = await client.get(f"/messages/{message_id}")
    assert answer.status_code == 200, answer.text
    message: JSON = answer.json()
    return message


async def read_messages(client: httpx.AsyncClient, session: str) -> list[JSON]:
    answer = await client.get(f"/sessions/{session}/messages")
    assert answer.status_code == 200, answer.text
    items: list[JSON] = answer.json()["items"]
    return items


def numbered(count: int, first: int = 0) -> str:
    """What `ok-…` and `die@…` say in so many chunks."""
    return "".join(f" t{number}" for number in range(first, first + count))


def chunks_in(text: str) -> int:
    return text.count(" ")


def query(path: Path, sql: str, *values: object) -> list[Any]:
    """Run one statement on a database file; only while its server is down, when it writes."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    try:
        return connection.execute(sql, values).fetchall()
    finally:
        connection.close()


def assert_sound(path: Path) -> None:
    """What must be true of a database file after any fault."""
    assert violations_of(path, ALWAYS) == {}
    twice = "SELECT parent_id FROM messages WHERE role = 'user' AND parent_id IN (SELECT id FROM"
    assert query(path, f"{twice} messages WHERE role = 'user')") == []  # noqa: S608


def violations_of(path: Path, rules: Sequence[Rule]) -> dict[str, int]:
    with closing(sqlite3.connect(path, timeout=10)) as connection:
        return violations(connection, rules)
