"""The audit log: tampering shows, old rows go by the book, people can list and export it."""

import json
from pathlib import Path

import httpx
import pytest

from chatbox.caller import OWNER
from chatbox.cli.doctor_data import check_data
from chatbox.db.database import Database
from chatbox.db.quiet import look
from chatbox.kit.clock import now_ms
from chatbox.system.audit import Entry, chained, record
from chatbox.system.audit_chain import Chain, check_chain, forget
from chatbox.system.audit_log import DAY_MS, AuditLog
from chatbox.system.site import SiteSettings
from tests.running import JSON, Site, config_in, good, refused
from tests.team import ADMIN, USER, Team
from tests.team import OWNER as OLGA


async def fill(database: Database, count: int) -> None:
    async with database.write() as writer:
        for number in range(count):
            await record(writer, Entry(action="test.do", object=f"x:{number}", actor="é\u2028"))


async def chain_of(database: Database) -> Chain:
    async with database.read() as reader:
        return await check_chain(reader)


async def run(database: Database, *statements: str) -> None:
    async with database.write() as writer:
        for statement in statements:
            await writer.execute(statement)


async def test_an_untouched_log_is_whole(database: Database) -> None:
    assert await chain_of(database) == Chain(0)
    await fill(database, 2_500)
    assert await chain_of(database) == Chain(2_500)


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("UPDATE audit SET actor = 'x' WHERE id = 4", 4),
        ("UPDATE audit SET at = at + 1 WHERE id = 4", 4),
        ("UPDATE audit SET result = 'fine' WHERE id = 4", 4),
        ("UPDATE audit SET detail = '{}' || ' ' WHERE id = 4", 4),
        ("UPDATE audit SET hash = zeroblob(32) WHERE id = 4", 4),
        ("UPDATE audit SET object = '', action = action || object WHERE id = 4", 4),
        ("UPDATE audit SET id = 1000 WHERE id = 4", 5),
        ("DELETE FROM audit WHERE id = 4", 5),
        ("DELETE FROM audit WHERE id = 1", 2),
        ("DELETE FROM audit WHERE id <= 4", 5),
        ("DELETE FROM audit WHERE id = 10", 10),
        ("DELETE FROM audit WHERE id >= 8", 8),
        ("DELETE FROM audit", 1),
    ],
)
async def test_what_was_changed_or_removed_shows(
    database: Database, statement: str, broken_at: int
) -> None:
    await fill(database, 10)
    await run(database, statement)
    assert (await chain_of(database)).broken_at == broken_at


async def test_two_rows_that_were_exchanged_show(database: Database) -> None:
    await fill(database, 10)
    await run(
        database,
        "UPDATE audit SET id = 99 WHERE id = 4",
        "UPDATE audit SET id = 4 WHERE id = 5",
        "UPDATE audit SET id = 5 WHERE id = 99",
    )
    assert (await chain_of(database)).broken_at == 4


async def rechain(database: Database) -> None:
    """Make a whole chain of rows whose times a test has changed."""
    async with database.write() as writer:
        before = bytes(32)
        rows = await writer.fetch_all(
            str,
            "SELECT json_array(id, at, actor, address, action, object, result, detail) FROM audit",
        )
        for row in rows:
            key, *told = json.loads(row)
            before = chained(before, *told)
            await writer.execute("UPDATE audit SET hash = :h WHERE id = :k", h=before, k=key)


@pytest.fixture
async def old(database: Database) -> Database:
    """A log of ten rows, the first six of which are ten days old."""
    await fill(database, 10)
    await run(database, "UPDATE audit SET at = at - 864000000 WHERE id <= 6")
    await rechain(database)
    assert await chain_of(database) == Chain(10)
    return database


async def forget_before(database: Database, days: int) -> int:
    async with database.write() as writer:
        return await forget(writer, before=now_ms() - days * DAY_MS)


async def test_old_rows_go_and_the_rest_stays_whole(old: Database) -> None:
    assert await forget_before(old, 5) == 6
    assert await chain_of(old) == Chain(5)
    assert await forget_before(old, 5) == 0
    assert await chain_of(old) == Chain(5)
    assert await forget_before(old, -1) == 5
    assert await chain_of(old) == Chain(1)
    await fill(old, 2)
    assert await chain_of(old) == Chain(3)


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("DELETE FROM audit WHERE id = 7", 8),
        ("DELETE FROM audit WHERE id <= 9", 10),
        ("DELETE FROM audit WHERE action = 'audit.forget'", 7),
        ("UPDATE audit SET detail = '{}' WHERE action = 'audit.forget'", 7),
        ("UPDATE audit SET detail = '[' WHERE action = 'audit.forget'", 7),
    ],
)
async def test_more_than_that_does_not_go_unseen(
    old: Database, statement: str, broken_at: int
) -> None:
    await forget_before(old, 5)
    await run(old, statement)
    assert (await chain_of(old)).broken_at == broken_at


async def test_nothing_goes_unless_the_owner_says_so(old: Database) -> None:
    site = SiteSettings(old)
    audit = AuditLog(old, site)
    await audit.forget()
    assert (await audit.check()).entries == 10
    await site.change(OWNER, {"audit_days": 5})
    await audit.forget()
    check = await audit.check()
    assert (check.ok, check.entries) == (True, 6)


async def test_the_doctor_checks_the_chain(database: Database, data_dir: Path) -> None:
    def found() -> str:
        findings = check_data(config_in(data_dir), deep=True)
        return next(f"{one.state} {one.text}" for one in findings if one.check == "audit")

    assert found() == "ok The audit log is empty."
    await fill(database, 5)
    assert found() == "ok The audit log is whole: 5 entries."
    assert look(data_dir / "chatbox.db", check_chain) == Chain(5)
    await run(database, "DELETE FROM audit WHERE id = 3")
    assert found().startswith("failure The audit log was changed: entry 4 does not fit")
    await run(database, "DELETE FROM audit")
    assert found().startswith("failure The audit log was changed: entry 1 ")


# --- over HTTP ----------------------------------------------------------------


async def entries(client: httpx.AsyncClient, **query: str | int) -> list[JSON]:
    items: list[JSON] = good(await client.get("/audit", params=query))["items"]
    return items


async def test_people_find_what_was_done(team: Team) -> None:
    for turns in (1, 2):
        change = {"turns_per_user": turns}
        good(await team[ADMIN].patch("/settings/system", json=change))
    newest = (await entries(team.owner))[0]
    assert newest | {"id": 0, "at": ""} == {
        "id": 0,
        "at": "",
        "actor": team.id_of(ADMIN),
        "actor_name": team.people[ADMIN]["name"],
        "address": "127.0.0.1",
        "action": "settings.change",
        "object": "setting:turns_per_user",
        "result": "ok",
        "detail": {"old": "1", "new": "2"},
    }
    mine = await entries(team.owner, actor=team.id_of(ADMIN), action="settings.change")
    assert len(mine) == 2
    assert {item["action"] for item in await entries(team.owner, action="settings.")} == {
        "settings.change"
    }
    assert await entries(team.owner, action="settings") == []
    assert await entries(team.owner, action="%") == []
    assert len(await entries(team.owner, limit=500)) > 5


async def test_pages_are_whole_and_do_not_overlap(team: Team) -> None:
    every = [item["id"] for item in await entries(team.owner, limit=500)]
    found, cursor = [], None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = good(await team.owner.get("/audit", params=query))
        found += [item["id"] for item in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert found == every == sorted(every, reverse=True)


async def lines_of(client: httpx.AsyncClient) -> list[JSON]:
    answer = await client.get("/audit/export")
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert "attachment" in answer.headers["content-disposition"]
    return [json.loads(line) for line in answer.content.removesuffix(b"\n").split(b"\n")]


async def test_the_export_is_the_whole_log_and_is_noted(team: Team) -> None:
    await fill(team.site.server.database, 1_200)
    lines = await lines_of(team.owner)
    assert lines[-1]["action"] == "audit.export"
    assert lines[-1]["actor"] == team.id_of(OLGA)
    assert [line["id"] for line in lines] == list(range(1, len(lines) + 1))
    assert len({line["hash"] for line in lines}) == len(lines) > 1_200
    check = good(await team.owner.get("/audit/check"))
    assert check == {"ok": True, "entries": len(lines), "broken_at": None}
    await run(team.site.server.database, "UPDATE audit SET address = 'x' WHERE id = 2")
    assert good(await team.owner.get("/audit/check")) == {
        "ok": False,
        "entries": 2,
        "broken_at": 2,
    }
    await run(team.site.server.database, "DELETE FROM audit")


async def test_no_secret_and_no_text_is_in_it(team: Team) -> None:
    for who in (USER, OLGA):
        await team.sign_in(who)
        answer = await team.browser().post(
            "/auth/login", json={"username": who, "password": "canary-wrong-password"}
        )
        refused(answer, 401, "login_failed")
    cookies = {one.cookies["chatbox"] for one in team.clients.values()}
    text = json.dumps(await lines_of(team.owner))
    for secret in ("canary", "correct horse", *cookies):
        assert secret not in text


async def test_others_see_nothing_of_it(team: Team) -> None:
    for url in ("/audit", "/audit/export", "/audit/check"):
        refused(await team[USER].get(url), 403, "forbidden")
        refused(await team.browser().get(url), 401, "login_required")


async def test_who_is_alone_has_one_too(site: Site) -> None:
    assert await entries(site.client) == []
    good(await site.client.patch("/settings/system", json={"name": "Mine"}))
    (entry,) = await entries(site.client)
    assert (entry["action"], entry["actor_name"]) == ("settings.change", "Owner")
    assert [line["action"] for line in await lines_of(site.client)] == [
        "settings.change",
        "audit.export",
    ]
