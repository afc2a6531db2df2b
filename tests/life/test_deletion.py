"""Deleting an account leaves nothing of it anywhere, and keeps what is not its own."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from chatbox.chat.leaving import STEP, remove_some
from chatbox.db.database import Database
from chatbox.db.invariants import ALWAYS, violations
from chatbox.db.quiet import reading
from tests.running import JSON, SECRET, Site, good, refused, run_site, until
from tests.team import ADMIN, OTHER, OWNER, PASSWORD, USER, VIEWER, Team
from tests.upstream import Upstream

Rows = dict[str, set[tuple[Any, ...]]]
EVERYBODY_HAS = (
    "UPDATE users SET email = username || '@mail.test', totp_secret = x'00', totp_confirmed_at = 1",
    "INSERT INTO recovery_codes (user_id, code_hash) SELECT id, CAST(username AS BLOB) FROM users",
    """
    INSERT INTO identities (public_id, user_id, issuer, subject, created_at, used_at)
    SELECT public_id, id, 'https://issuer.test', username, 0, 0 FROM users
    """,
    """
    INSERT INTO known_devices (token_hash, user_id, created_at, used_at)
    SELECT CAST(username || 'device' AS BLOB), id, 0, 0 FROM users
    """,
    """
    INSERT INTO links (public_id, kind, token_hash, user_id, created_by, created_at, expires_at)
    SELECT public_id, 'reset', CAST(username || 'link' AS BLOB), id, id, 0, 9 FROM users
    """,
    "UPDATE sessions SET deleted_at = 1 WHERE title LIKE '%thrown away%'",
)


async def connect(team: Team, who: str) -> None:
    """Give somebody a provider of his own, which nobody ever asks."""
    new = {"name": "own", "base_url": "https://models.test/v1", "secret": f"canary-of-{who}"}
    good(await team[who].post("/providers", json={**new, "enabled": False}))


async def share(team: Team, who: str, upstream: Upstream) -> JSON:
    """Let an administrator share a provider with everybody."""
    new = {"name": "up", "base_url": upstream.base_url, "secret": SECRET, "system": True}
    return good(await team[who].post("/providers", json=new))


async def say(team: Team, who: str, content: str, model: str = "up/echo") -> JSON:
    return good(await team[who].post("/chat", json={"content": content, "model": model}))


@pytest.fixture
async def full(team: Team, upstream: Upstream) -> Team:
    """A team in which everybody has something of every kind."""
    await share(team, OWNER, upstream)
    for who in (OWNER, ADMIN, USER, OTHER):
        await connect(team, who)
        await say(team, who, f"canary of {who}")
        await say(team, who, f"thrown away by {who}")
        good(await team[who].patch("/settings", json={"density": "compact"}))
    await team.sign_in(USER)
    async with team.site.server.database.write() as writer:
        for sql in EVERYBODY_HAS:
            await writer.execute(sql)
    return team


def rows_of(team: Team) -> Rows:
    """Everything in the file."""
    with reading(team.site.server.database.path, is_open_here=True) as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        ).fetchall()
        return {
            table: set(connection.execute(f"SELECT * FROM {table}"))  # noqa: S608
            for (table,) in tables
        }


def references_to_users(team: Team) -> list[str]:
    """Every column that refers to an account, as a statement that counts how often."""
    with reading(team.site.server.database.path, is_open_here=True) as connection:
        return [
            f'SELECT count(*) FROM {table} WHERE "{column}" = :key'  # noqa: S608
            for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type='table'")
            for _, _, parent, column, *_ in connection.execute(f"PRAGMA foreign_key_list({table})")
            if parent == "users"
        ]


async def count(team: Team, sql: str, **values: object) -> int:
    async with team.site.server.database.read() as reader:
        return await reader.fetch_one(int, sql, **values) or 0


def found_in(rows: Iterable[tuple[Any, ...]], needle: str) -> bool:
    return any(needle in repr(row) for row in rows)


def assert_sound(team: Team) -> None:
    with reading(team.site.server.database.path, is_open_here=True) as connection:
        assert violations(connection, ALWAYS) == {}


async def test_nothing_is_left_of_a_deleted_account_and_nothing_else_is_missing(
    full: Team,
) -> None:
    public_id = full.id_of(USER)
    key = await count(full, "SELECT id FROM users WHERE public_id = :id", id=public_id)
    columns = references_to_users(full)
    with_rows = [sql for sql in columns if await count(full, sql, key=key)]
    assert len(columns) >= 9
    assert len(with_rows) >= 8, "the account has something of nearly every kind"
    before = rows_of(full)
    assert (await full[USER].delete("/auth/me")).status_code == 204

    after = rows_of(full)
    assert [sql for sql in columns if await count(full, sql, key=key)] == []
    assert_sound(full)
    logged = after.pop("audit")
    for table, rows in after.items():
        for needle in (USER, public_id):
            assert not found_in(rows, needle), (table, needle)
    assert found_in(logged, public_id), "the log outlives the account"
    assert not found_in(logged, f"'{USER}'"), "but does not name it"
    gone = {table: before[table] - after[table] for table in after}
    for who in (OWNER, ADMIN, OTHER, VIEWER):
        for table in gone:
            assert not found_in(gone[table], f"'{who}") or table == "users"
            assert not found_in(gone[table], full.id_of(who)), (table, who)
    sizes = {table: len(gone[table]) for table in ("users", "sessions", "messages", "turns")}
    assert sizes == {"users": 1, "sessions": 2, "messages": 4, "turns": 2}
    assert {table for table in after if after[table] - before[table]} == set()
    await say(full, OTHER, "still here")


async def test_a_deleted_account_can_do_nothing_and_its_name_is_free(team: Team) -> None:
    old = team[USER]
    good(await old.patch("/settings", json={"density": "compact"}))
    good(await old.post("/sessions", json={}))
    answer = await old.delete("/auth/me")
    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["set-cookie"]
    refused(await old.get("/auth/me"), 401, "login_required")
    body = {"username": USER, "password": PASSWORD}
    refused(await team.browser().post("/auth/login", json=body), 401, "login_failed")
    refused(await team.owner.get(f"/users/{team.id_of(USER)}"), 404, "not_found")
    await team.invite(USER, "user")
    assert good(await team[USER].get("/sessions"))["items"] == []
    assert good(await team[USER].get("/settings"))["density"] == "comfortable"
    async with team[USER].stream("GET", "/events", params={"after": "x"}) as events:
        assert events.status_code == 200


async def test_who_may_delete_whom(team: Team) -> None:
    refused(await team.owner.delete("/auth/me"), 403, "forbidden")
    refused(await team.owner.delete(f"/users/{team.id_of(OWNER)}"), 403, "forbidden")
    refused(await team[ADMIN].delete(f"/users/{team.id_of(OWNER)}"), 404, "not_found")
    refused(await team[ADMIN].delete(f"/users/{team.id_of(ADMIN)}"), 404, "not_found")
    refused(await team[USER].delete(f"/users/{team.id_of(OTHER)}"), 403, "forbidden")
    assert (await team[ADMIN].delete(f"/users/{team.id_of(OTHER)}")).status_code == 204
    again = await team[ADMIN].delete(f"/users/{team.id_of(OTHER)}")
    refused(again, 404, "not_found")
    people = good(await team.owner.get("/users"))["items"]
    assert OTHER not in [one["username"] for one in people]


async def test_the_only_person_of_a_server_is_not_deleted(site: Site) -> None:
    refused(await site.client.delete("/auth/me"), 403, "forbidden")


async def test_what_was_shared_stays_with_everybody_and_as_restricted_as_it_was(
    team: Team, upstream: Upstream
) -> None:
    shared = await share(team, ADMIN, upstream)
    await connect(team, ADMIN)
    grant = {"provider_id": shared["id"], "user_id": team.id_of(USER)}
    good(await team.owner.post("/grants", json=grant))
    assert (await team.owner.delete(f"/users/{team.id_of(ADMIN)}")).status_code == 204
    await say(team, USER, "Hi")
    assert upstream.asked("echo")[-1].secret == SECRET
    names = [one["name"] for one in good(await team.owner.get("/providers"))["items"]]
    assert names == ["up"], "what was its own is gone"

    assert (await team[USER].delete("/auth/me")).status_code == 204
    body = {"content": "Hi", "model": "up/echo"}
    refused(await team[OTHER].post("/chat", json=body), 404, "model_not_found")
    await say(team, OWNER, "Hi")


async def test_a_reply_under_way_is_stopped_and_leaves_nothing(
    team: Team, upstream: Upstream
) -> None:
    await share(team, OWNER, upstream)
    session = good(await team[USER].post("/sessions", json={}))
    body = {"content": "Hi", "model": "up/silent"}
    good(await team[USER].post(f"/sessions/{session['id']}/messages", json=body))
    hub = team.site.server.hub
    assert hub.running_count == 1
    assert (await team.owner.delete(f"/users/{team.id_of(USER)}")).status_code == 204
    await until(lambda: hub.running_count == 0)
    assert_sound(team)


async def test_a_deletion_that_was_cut_off_is_completed_by_the_next_start(
    data_dir: Path, team: Team
) -> None:
    database = team.site.server.database
    public_id = team.id_of(USER)
    async with database.write() as writer:
        await writer.execute("UPDATE users SET state = 'deleted' WHERE public_id = :i", i=public_id)
        await writer.execute(
            "DELETE FROM logins WHERE user_id NOT IN (SELECT id FROM users WHERE state = 'active')"
        )
    refused(await team.owner.get(f"/users/{public_id}"), 404, "not_found")
    async with run_site(team.site.server.config) as again:
        path, find = again.server.database.path, "SELECT count(*) FROM users WHERE public_id = ?"

        def left() -> int:
            with reading(path, is_open_here=True) as connection:
                found: int = connection.execute(find, (public_id,)).fetchone()[0]
                return found

        await until(lambda: left() == 0)


async def test_every_step_of_a_large_removal_leaves_a_sound_file(database: Database) -> None:
    most = 3 * STEP + 7
    async with database.write() as writer:
        for session in (1, 2, 3):
            await writer.execute(
                """
                INSERT INTO sessions (id, public_id, user_id, created_at, updated_at, active_at)
                VALUES (:id, 's' || :id, 1, 0, 0, 0)
                """,
                id=session,
            )
        await writer.execute(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most)
            INSERT INTO messages (id, public_id, session_id, parent_id, role, status, created_at)
            SELECT i, 'm' || i, 1, nullif(i - 1, 0), iif(i % 2, 'user', 'assistant'), 'done', 0
            FROM n
            """,
            most=most,
        )
        await writer.execute(
            """
            INSERT INTO turns (public_id, user_id, session_id, user_message_id, reply_id, status,
                model, started_at)
            SELECT 't' || id, 1, 1, parent_id, id, 'done', 'm', 0
            FROM messages WHERE role = 'assistant'
            """
        )
        await writer.execute(
            "UPDATE sessions SET message_count = :most, active_leaf_id = :most WHERE id = 1",
            most=most,
        )
    steps, is_more = 0, True
    while is_more:
        async with database.write() as writer:
            is_more = await remove_some(writer, 1)
        with reading(database.path, is_open_here=True) as connection:
            assert violations(connection, ALWAYS) == {}
        steps += 1
    assert steps == 4
    async with database.read() as reader:
        for sql in ("SELECT count(*) FROM turns", "SELECT count(*) FROM sessions"):
            assert await reader.fetch_one(int, sql) == 0
