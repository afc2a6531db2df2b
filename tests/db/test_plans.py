"""No query of everyday use reads a big table from end to end."""

import re

import pytest

from tests.running import Site, good

# Tables and their aliases; a user has few providers and models, and they are read whole.
BIG = {"s", "sessions", "m", "messages", "t", "turns", "r", "u", "journal"}
MODELS = "FROM models m"
# One scan each, at start-up or once an hour.
RARE = ("t.status = 'running' ORDER BY", "deleted_at < ", "marks IS NOT NULL AND ended_at")
DATA = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")


@pytest.fixture
async def statements(chat: Site) -> set[str]:
    """What the server asked its database while it was used."""
    found: set[str] = set()
    database = chat.server.database
    for connection in (database._writer, *database._readers):
        await connection.set_trace_callback(found.add)
    return found


async def use_everything(chat: Site) -> None:
    client = chat.client
    answer = await chat.say("Hello")
    session, reply = answer["session_id"], answer["message"]["id"]
    headers = {"Idempotency-Key": "k"}
    body = {"content": "More", "session_id": session, "model": "up/cut@3"}
    more = good(await client.post("/chat", json=body, headers=headers))
    again = await client.post(f"/messages/{more['message']['id']}/continue", json={})
    await chat.follow(good(again)["turn"]["id"])
    for query in ({}, {"from": "end"}, {"limit": 1}, {"limit": 1, "from": "end"}):
        await chat.messages(session, **query)
    for url in ("/sessions", "/sessions?q=el", "/sessions?archived=true", "/sessions?limit=1"):
        good(await client.get(url))
    cursor = good(await client.get("/models?limit=1"))["next_cursor"]
    good(await client.get(f"/models?cursor={cursor}&enabled=true"))
    second = await chat.session(title="x")
    page = good(await client.get("/sessions?limit=1"))
    good(await client.get(f"/sessions?limit=1&cursor={page['next_cursor']}"))
    for change in ({"pinned": True}, {"text": "Other"}):
        good(await client.patch(f"/messages/{reply}", json=change))
    good(await client.patch(f"/sessions/{session}", json={"active_message_id": reply}))
    await chat.turn(answer["turn"]["id"])
    await client.delete(f"/messages/{reply}")
    await client.delete(f"/sessions/{second['id']}")
    await client.post(f"/sessions/{second['id']}/restore")
    await chat.server.journal.flush()
    await chat.server._tidy()


async def test_no_hot_query_scans_a_big_table(chat: Site, statements: set[str]) -> None:
    await use_everything(chat)
    asked = {sql for sql in statements if DATA.match(sql) and "sqlite_" not in sql}
    assert len(asked) > 60
    scans = []
    async with chat.server.database.read() as reader:
        for sql in asked:
            if any(rare in sql for rare in RARE):
                continue
            plan = await reader._connection.execute_fetchall(f"EXPLAIN QUERY PLAN {sql}")
            for row in plan:
                step = str(row["detail"])
                table = step.split()[1] if step.startswith("SCAN") else ""
                if table in BIG and not (table == "m" and MODELS in sql):
                    scans.append(f"{step}: {' '.join(sql.split())[:300]}")
    assert not scans, "\n".join(scans)


async def test_rare_jobs_use_an_index_where_it_matters(chat: Site) -> None:
    jobs = {
        "DELETE FROM sessions WHERE deleted_at < 5": "sessions_deleted",
        "UPDATE turns SET marks = NULL WHERE marks IS NOT NULL AND ended_at < 5": (
            "turns_with_marks"
        ),
    }
    async with chat.server.database.read() as reader:
        for sql, index in jobs.items():
            plan = await reader._connection.execute_fetchall(f"EXPLAIN QUERY PLAN {sql}")
            assert index in " ".join(str(row["detail"]) for row in plan), sql
