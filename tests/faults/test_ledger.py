"""Twenty writers, a server that is killed again and again, and a ledger kept outside.

Every write that was acknowledged is there exactly once; every write that was not is there once or
not at all; and nothing else is there.
"""

import asyncio
import os
import random
import uuid
from collections.abc import Callable

import httpx

from tests.faults.api import JSON, assert_sound, query
from tests.faults.processes import Server, Upstream

WRITERS = 20


class Ledger:
    """What one writer asked for: by id, the texts acknowledged, and the one nobody knows about."""

    def __init__(self) -> None:
        self.titles: dict[str, list[str]] = {}
        self.messages: dict[str, list[str]] = {}
        self.unknown: set[str] = set()


class Writer:
    """Creates sessions, renames them and sends messages until the line breaks."""

    def __init__(self, client: httpx.AsyncClient, chance: random.Random) -> None:
        self.client = client
        self.chance = chance
        self.ledger = Ledger()

    async def go(self) -> None:
        try:
            while True:
                session = str(uuid.uuid4())
                await self.create(session)
                for _ in range(self.chance.randrange(3)):
                    await self.rename(session)
                await self.send(session)
        except httpx.TransportError:
            return

    async def create(self, session: str) -> None:
        self.ledger.unknown.add(session)
        await self.ask("POST", "/sessions", {"id": session, "title": "first"}, status=201)
        self.ledger.unknown.discard(session)
        self.ledger.titles[session] = ["first"]

    async def rename(self, session: str) -> None:
        title = f"title {self.chance.random()}"
        self.ledger.titles[session].append(title)  # the last one may or may not be there
        self.ledger.unknown.add(title)
        await self.ask("PATCH", f"/sessions/{session}", {"title": title}, status=200)
        self.ledger.unknown.discard(title)

    async def send(self, session: str) -> None:
        message = str(uuid.uuid4())
        self.ledger.unknown.add(message)
        body = {"content": message, "message_id": message, "model": "up/ok-3-1"}
        await self.ask("POST", f"/sessions/{session}/messages", body, status=202)
        self.ledger.unknown.discard(message)
        self.ledger.messages[message] = [session]

    async def ask(self, method: str, path: str, body: JSON, *, status: int) -> None:
        answer = await self.client.request(method, path, json=body)
        assert answer.status_code == status, answer.text


async def test_kills_under_twenty_writers_keep_the_ledger(
    make_server: Callable[..., Server], upstream: Upstream
) -> None:
    """50 rounds with CHATBOX_FAULT_ROUNDS=50."""
    rounds = int(os.environ.get("CHATBOX_FAULT_ROUNDS", "3"))
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    server = make_server()
    ledgers: list[Ledger] = []
    for _ in range(rounds):
        server.start()
        async with server.client() as client:
            writers = [Writer(client, random.Random(chance.random())) for _ in range(WRITERS)]
            tasks = [asyncio.create_task(writer.go()) for writer in writers]
            await asyncio.sleep(chance.uniform(0.3, 1.5))
            server.kill()
            await asyncio.gather(*tasks)
        server.start()
        assert server.stop() == 0
        ledgers += [writer.ledger for writer in writers]
        check(server, ledgers)
        assert_sound(server.database)
    print(f"seed {seed}: {rounds} rounds")  # noqa: T201  (shown when a round failed)


def check(server: Server, ledgers: list[Ledger]) -> None:
    """Compare what is stored with what was acknowledged."""
    titles = dict(query(server.database, "SELECT public_id, title FROM sessions"))
    sent = query(
        server.database,
        "SELECT m.public_id, s.public_id, m.parts FROM messages m "
        "JOIN sessions s ON s.id = m.session_id WHERE m.role = 'user'",
    )
    stored = {message: (session, parts) for message, session, parts in sent}
    replies = query(
        server.database,
        "SELECT u.public_id, count(*) FROM messages m JOIN messages u ON u.id = m.parent_id "
        "WHERE m.role = 'assistant' GROUP BY u.public_id",
    )
    assert len(sent) == len(stored)
    for ledger in ledgers:
        for session, wanted in ledger.titles.items():
            assert session in titles, "an acknowledged session is lost"
            allowed = {wanted[-1]} | ({wanted[-2]} if wanted[-1] in ledger.unknown else set())
            assert titles[session] in allowed, "an acknowledged title is lost"
        for message, (session,) in ledger.messages.items():
            assert stored[message][0] == session
            assert message in stored[message][1]
    assert dict(replies) == dict.fromkeys(stored, 1), "each question has one reply"
