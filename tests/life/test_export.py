"""Everything that somebody owns, as an archive: whole, readable, without a secret."""

import asyncio
import io
import json
import zipfile
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from chatbox.db.quiet import reading
from chatbox.life.export import MOST_AT_ONCE
from tests.running import JSON, SECRET, Site, good, refused, until
from tests.team import OTHER, USER, Team
from tests.upstream import Upstream

# Tables that refer to accounts: the file that they are in, or why they are in none.
TABLES = {
    "sessions": "sessions.jsonl",
    "turns": "turns.jsonl",
    "providers": "providers.jsonl",
    "logins": "logins.jsonl",
    "identities": "identities.jsonl",
    "recovery_codes": "hashes of codes, which say nothing",
    "known_devices": "hashes of tokens, which say nothing",
    "links": "hashes of tokens; what an invitation is for belongs to the server",
    "grants": "what administrators decided belongs to the server",
}


async def export(team: Team, who: str) -> zipfile.ZipFile:
    answer = await team[who].get("/auth/me/export")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith('attachment; filename="chatbox-')
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    return archive


def lines(archive: zipfile.ZipFile, name: str) -> list[JSON]:
    return [json.loads(line) for line in archive.read(f"{name}.jsonl").splitlines()]


@pytest.fixture
async def shared(team: Team, upstream: Upstream) -> Team:
    """A team with a provider for everybody."""
    new = {"name": "up", "base_url": upstream.base_url, "secret": SECRET, "system": True}
    good(await team.owner.post("/providers", json=new))
    return team


async def test_the_archive_holds_everything_of_its_own_and_nothing_of_others(
    shared: Team,
) -> None:
    for who in (USER, OTHER):
        own = {"name": "own", "base_url": "https://models.test/v1", "secret": f"canary-of-{who}"}
        good(await shared[who].post("/providers", json={**own, "enabled": False}))
        body = {"content": f"Said by {who}", "model": "up/echo"}
        said = good(await shared[who].post("/chat", json=body))
        assert (await shared[who].delete(f"/sessions/{said['session_id']}")).status_code == 204
        said = good(await shared[who].post("/chat", json=body))
    good(await shared[OTHER].patch("/settings", json={"density": "compact"}))

    archive = await export(shared, OTHER)
    names = [
        *("README.txt", "account.json", "settings.json", "sessions.jsonl", "messages.jsonl"),
        *("turns.jsonl", "providers.jsonl", "models.jsonl", "logins.jsonl", "identities.jsonl"),
        "audit.jsonl",
    ]
    assert archive.namelist() == names
    account = json.loads(archive.read("account.json"))
    assert (account["username"], account["id"]) == (OTHER, shared.id_of(OTHER))
    assert json.loads(archive.read("settings.json"))["density"] == "compact"
    sessions, messages = lines(archive, "sessions"), lines(archive, "messages")
    assert [one["deleted_at"] is None for one in sessions] == [False, True]
    assert sessions[-1]["id"] == said["session_id"]
    assert [one["role"] for one in messages] == ["user", "assistant"] * 2
    assert messages[2]["parts"] == [{"type": "text", "text": f"Said by {OTHER}"}]
    assert messages[3]["parent_id"] == messages[2]["id"]
    assert messages[3]["id"] == said["message"]["id"]
    assert messages[3]["created_at"] == said["message"]["created_at"]
    assert [one["reply_id"] for one in lines(archive, "turns")][-1] == said["message"]["id"]
    (provider,) = lines(archive, "providers")
    assert (provider["name"], provider["has_secret"]) == ("own", True)
    assert [one["kind"] for one in lines(archive, "logins")] == ["browser"]
    actions = [one["action"] for one in lines(archive, "audit")]
    assert actions[0] == "user.join"
    assert actions[-1] == "account.export"
    assert shared.id_of(OTHER) in archive.read("README.txt").decode()

    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert f"Said by {USER}".encode() not in everything
    assert shared.id_of(USER).encode() not in everything
    for secret in (b"canary-of", SECRET.encode(), b"argon2"):
        assert secret not in everything


def test_every_table_of_a_person_is_in_the_archive_or_has_a_reason(fresh_file: Path) -> None:
    with reading(fresh_file) as connection:
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        found = {
            table
            for (table,) in tables.fetchall()
            for _, _, parent, *_ in connection.execute(f"PRAGMA foreign_key_list({table})")
            if parent == "users"
        }
    assert found == set(TABLES)


async def test_one_person_takes_everything_out_as_well(chat: Site) -> None:
    said = await chat.say("Hello")
    answer = await chat.client.get("/auth/me/export")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert lines(archive, "messages")[-1]["id"] == said["message"]["id"]


async def test_long_sessions_and_large_messages_are_whole(shared: Team) -> None:
    """Steps end within sessions, and between messages that are larger than a step."""
    sizes = [10, 1_200_000, 5, 700_000, 700_000, 1] + [50] * 1_200
    database = shared.site.server.database
    session = good(await shared[USER].post("/sessions", json={}))["id"]
    async with database.write() as writer:
        for number, size in enumerate(sizes):
            await writer.execute(
                """
                INSERT INTO messages (public_id, session_id, parent_id, role, status, parts,
                    created_at)
                SELECT :id, s.id, (SELECT max(id) FROM messages WHERE session_id = s.id), 'user',
                    'done', json_array(:text), 0
                FROM sessions s WHERE s.public_id = :session
                """,
                id=f"m{number}",
                text="x" * size,
                session=session,
            )
        await writer.execute(
            """
            UPDATE sessions SET message_count = :count,
                active_leaf_id = (SELECT max(id) FROM messages WHERE session_id = sessions.id)
            WHERE public_id = :session
            """,
            count=len(sizes),
            session=session,
        )
    messages = lines(await export(shared, USER), "messages")
    assert [len(one["parts"][0]) for one in messages] == sizes


async def test_an_archive_is_made_once_at_a_time_and_not_without_a_fresh_proof(
    shared: Team,
) -> None:
    database = shared.site.server.database
    exports = shared.site.server.exports
    exports._running |= set(range(-MOST_AT_ONCE, 0))
    refused(await shared[USER].get("/auth/me/export"), 429, "limit_reached")
    exports._running.clear()
    async with database.write() as writer:
        await writer.execute("UPDATE logins SET verified_at = 0")
    refused(await shared[USER].get("/auth/me/export"), 403, "step_up_required")


async def test_an_archive_ends_with_its_login_and_cannot_be_taken_for_whole(
    shared: Team,
) -> None:
    """The reader does not read, so the archive is under way when the account is suspended."""
    database = shared.site.server.database
    session = good(await shared[USER].post("/sessions", json={}))["id"]
    async with database.write() as writer:
        for number in range(40):
            await writer.execute(
                """
                INSERT INTO messages (public_id, session_id, parent_id, role, status, parts,
                    created_at)
                SELECT :id, s.id, (SELECT max(id) FROM messages WHERE session_id = s.id), 'user',
                    'done', json_array(hex(randomblob(500000))), 0
                FROM sessions s WHERE s.public_id = :session
                """,
                id=f"m{number}",
                session=session,
            )
        await writer.execute(
            """
            UPDATE sessions SET message_count = 40,
                active_leaf_id = (SELECT max(id) FROM messages WHERE session_id = sessions.id)
            WHERE public_id = :session
            """,
            session=session,
        )
    exports = shared.site.server.exports
    async with shared[USER].stream("GET", "/auth/me/export") as response:
        pieces = response.aiter_bytes()
        taken = await anext(pieces)
        assert exports._running
        change = {"state": "suspended"}
        url = f"/users/{shared.id_of(USER)}"
        good(await shared.owner.patch(url, json=change))
        await until(lambda: not exports._running)
        with suppress(httpx.RemoteProtocolError):
            async for piece in pieces:
                taken += piece
    assert not zipfile.is_zipfile(io.BytesIO(taken))


async def test_of_many_who_ask_at_once_one_gets_an_archive(shared: Team) -> None:
    database, exports = shared.site.server.database, shared.site.server.exports
    async with database.write():
        asked = [asyncio.create_task(shared[USER].get("/auth/me/export")) for _ in range(5)]
        await asyncio.sleep(0.3)  # each of them has come to the writer by then, or was refused
    statuses = sorted([answer.status_code for answer in await asyncio.gather(*asked)])
    assert statuses == [200] + [429] * 4
    assert not exports._running
