"""The journal: group commits, and what happens when one fails."""

import asyncio

import msgspec
import pytest

from chatbox.chat.journal import ENDING_TRIES, Journal
from chatbox.chat.store.turns import TurnEnd, list_journal
from chatbox.db.database import Database
from chatbox.llm.messages import TextPart

FULL = (
    "CREATE TRIGGER full_{table} BEFORE {what} ON {table} "
    "BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
)


@pytest.fixture
async def turns(database: Database) -> list[int]:
    """Three running turns."""
    keys = []
    async with database.write() as writer:
        for number in range(3):
            session = await writer.insert(
                "INSERT INTO sessions (public_id, user_id, created_at, updated_at, active_at) "
                "VALUES (:id, 1, 0, 0, 0)",
                id=f"s{number}",
            )
            reply = await writer.insert(
                "INSERT INTO messages (public_id, session_id, role, status, created_at) "
                "VALUES (:id, :session, 'assistant', 'pending', 0)",
                id=f"m{number}",
                session=session,
            )
            keys.append(
                await writer.insert(
                    "INSERT INTO turns (public_id, user_id, session_id, reply_id, status, model, "
                    "started_at) VALUES (:id, 1, :session, :reply, 'running', 'x', 0)",
                    id=f"t{number}",
                    session=session,
                    reply=reply,
                )
            )
    return keys


@pytest.fixture
async def journal(database: Database) -> Journal:
    return Journal(database)


def end_of(key: int, text: str) -> TurnEnd:
    done = msgspec.Raw(msgspec.json.encode({"status": "done"}))
    return TurnEnd(
        turn_key=key,
        reply_key=key,
        session_key=key,
        status="done",
        parts=(TextPart(text),),
        finish_reason="stop",
        error=None,
        usage=None,
        tokens=None,
        tokens_encoding=None,
        marks=f"T{len(text)}",
        outcome=(("done", done),),
        at=1,
    )


async def rows(database: Database) -> list[str]:
    async with database.read() as reader:
        return await reader.fetch_all(
            str,
            "SELECT turn_id || ':' || seq || ':' || marks || ':' || text FROM journal "
            "ORDER BY turn_id, seq",
        )


async def statuses(database: Database) -> list[str]:
    async with database.read() as reader:
        return await reader.fetch_all(str, "SELECT status FROM turns ORDER BY id")


async def break_disk(database: Database, table: str, what: str) -> None:
    async with database.write() as writer:
        await writer.execute(FULL.format(table=table, what=what))


async def mend_disk(database: Database, table: str) -> None:
    async with database.write() as writer:
        await writer.execute(f"DROP TRIGGER full_{table}")


async def test_every_character_reaches_the_disk(
    database: Database, journal: Journal, turns: list[int]
) -> None:
    odd = 'NUL \0, "quoted", \\, \u2028, \U0001f600, \x01, é\r\n'
    journal.append(turns[0], 1, mark="t1,", text=odd)
    journal.append(turns[1], 1, mark="t1,", text="plain")
    assert await journal.flush()
    async with database.read() as reader:
        for key, text in zip(turns, [odd, "plain"], strict=False):
            (row,) = await list_journal(reader, key)
            assert (row.seq, row.marks, row.text) == (1, "t1,", text)


async def test_one_commit_takes_what_every_turn_has_said(
    database: Database, journal: Journal, turns: list[int]
) -> None:
    for key in turns:
        journal.append(key, 2, mark="T2", text="ab")
        journal.append(key, 3, mark="R1", text="c")
    assert await rows(database) == []
    assert await journal.flush()
    assert await rows(database) == [f"{key}:2:T2R1:abc" for key in turns]
    journal.append(turns[0], 4, mark="T1", text="d")
    assert await journal.flush()
    assert (await rows(database))[:2] == [f"{turns[0]}:2:T2R1:abc", f"{turns[0]}:4:T1:d"]


async def test_an_ending_writes_the_reply_once_and_takes_the_rows_away(
    database: Database, journal: Journal, turns: list[int]
) -> None:
    journal.append(turns[0], 2, mark="T2", text="ab")
    await journal.flush()
    journal.append(turns[0], 3, mark="T1", text="c")
    finishing = asyncio.create_task(journal.finish(end_of(turns[0], "abc")))
    await asyncio.sleep(0)
    assert await journal.flush()
    await finishing
    assert await rows(database) == []
    assert await statuses(database) == ["done", "running", "running"]


async def test_the_running_journal_commits_by_itself(
    database: Database, journal: Journal, turns: list[int]
) -> None:
    running = asyncio.create_task(journal.run())
    async with asyncio.timeout(10):
        await asyncio.gather(*(journal.finish(end_of(key, "x")) for key in turns))
    running.cancel()
    assert await statuses(database) == ["done"] * 3


async def test_a_failed_commit_loses_nothing_and_keeps_the_order(
    database: Database, journal: Journal, turns: list[int]
) -> None:
    await break_disk(database, "journal", "INSERT")
    journal.append(turns[0], 2, mark="T2", text="ab")
    journal.append(turns[1], 2, mark="T1", text="x")
    assert not await journal.flush()
    journal.append(turns[0], 3, mark="T1", text="c")
    assert not await journal.flush()
    assert await rows(database) == []
    await mend_disk(database, "journal")
    assert await journal.flush()
    assert await rows(database) == [f"{turns[0]}:2:T2T1:abc", f"{turns[1]}:2:T1:x"]


async def test_a_disk_that_stays_broken_is_told_once(
    database: Database, journal: Journal, turns: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    for told in (1, 2):
        await break_disk(database, "journal", "INSERT")
        journal.append(turns[0], told, mark="T2", text="ab")
        for _ in range(3):
            assert not await journal.flush()
        assert [record.message for record in caplog.records].count("journal commit failed") == told
        await mend_disk(database, "journal")
        assert await journal.flush()


async def test_an_ending_waits_for_the_disk_to_recover(
    database: Database, journal: Journal, turns: list[int]
) -> None:
    await break_disk(database, "turns", "UPDATE")
    finishing = asyncio.create_task(journal.finish(end_of(turns[0], "abc")))
    await asyncio.sleep(0)
    for _ in range(ENDING_TRIES - 1):
        assert not await journal.flush()
    assert not finishing.done()
    await mend_disk(database, "turns")
    assert await journal.flush()
    await finishing
    assert await statuses(database) == ["done", "running", "running"]


async def test_an_ending_that_fails_tells_so_and_is_written_when_the_disk_works_again(
    database: Database, journal: Journal, turns: list[int]
) -> None:
    journal.append(turns[0], 2, mark="T3", text="abc")
    await journal.flush()
    await break_disk(database, "turns", "UPDATE")
    finishing = asyncio.create_task(journal.finish(end_of(turns[0], "abc")))
    await asyncio.sleep(0)
    for _ in range(ENDING_TRIES):
        assert not await journal.flush()
    with pytest.raises(Exception, match="disk is full"):
        await finishing
    assert await rows(database) == [f"{turns[0]}:2:T3:abc"]
    await mend_disk(database, "turns")
    assert await journal.flush()
    assert await rows(database) == []


async def test_text_of_a_turn_that_has_ended_meanwhile_is_dropped(
    database: Database, journal: Journal, turns: list[int]
) -> None:
    finishing = asyncio.create_task(journal.finish(end_of(turns[0], "abc")))
    await asyncio.sleep(0)
    await journal.flush()
    await finishing
    journal.append(turns[0], 9, mark="T1", text="late")
    assert await journal.flush()
    assert await rows(database) == []
