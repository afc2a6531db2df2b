"""`Database`: transactions, readers and what cancellation may not do to them."""

import asyncio
import random
import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from chatbox.db import SQLITE_VERSION
from chatbox.db.database import Conflict, Database, Reader
from chatbox.db.migrate import OLDEST_SQLITE

ADD = "INSERT INTO instance (id, key_fingerprint, created_at) VALUES (1, :name, 0)"
BIG_TABLES = {"users", "providers", "models", "sessions", "messages", "turns", "journal"}


async def make_notes(database: Database) -> None:
    async with database.write() as writer:
        await writer.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, a INT, b INT) STRICT")


async def count_users(reader: Reader) -> int | None:
    return await reader.fetch_one(int, "SELECT count(*) FROM users")


def modes_in(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


async def names(database: Database) -> list[str]:
    async with database.read() as reader:
        return await reader.fetch_all(str, "SELECT key_fingerprint FROM instance")


async def test_a_commit_is_seen_by_every_reader(database: Database) -> None:
    async with database.write() as writer:
        assert await writer.execute(ADD, name="one") == 1
        assert await names(database) == []
    assert await names(database) == ["one"]


async def test_an_error_rolls_everything_back(database: Database) -> None:
    async def fail_half_way() -> None:
        async with database.write() as writer:
            await writer.execute(ADD, name="one")
            raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        await fail_half_way()
    assert await names(database) == []
    async with database.write() as writer:
        await writer.execute(ADD, name="two")
    assert await names(database) == ["two"]


async def test_a_broken_constraint_is_a_conflict_and_rolls_back(database: Database) -> None:
    await make_notes(database)
    with pytest.raises(Conflict):
        async with database.write() as writer:
            await writer.execute_many("INSERT INTO notes (id) VALUES (7)", [{}, {}])
    async with database.read() as reader:
        assert await reader.fetch_all(int, "SELECT id FROM notes") == []


async def test_a_conflict_that_is_caught_keeps_the_rest(database: Database) -> None:
    await make_notes(database)
    async with database.write() as writer:
        await writer.execute("INSERT INTO notes (id) VALUES (7)")
        with pytest.raises(Conflict):
            await writer.execute("INSERT INTO notes (id) VALUES (7)")
    async with database.read() as reader:
        assert await reader.fetch_all(int, "SELECT id FROM notes") == [7]


async def test_write_inside_write_raises_instead_of_waiting_for_ever(database: Database) -> None:
    with pytest.raises(RuntimeError, match="inside write"):
        async with database.write(), database.write():
            pass
    async with database.write() as writer:
        await writer.execute(ADD, name="one")
    assert await names(database) == ["one"]


async def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        async with database.read() as reader:
            await reader.fetch_all(int, "DELETE FROM users RETURNING id")
    async with database.read() as reader:
        assert await reader.fetch_one(int, "SELECT count(*) FROM users") == 1


async def test_a_snapshot_sees_one_state(database: Database) -> None:
    count = "SELECT count(*) FROM instance"
    looked, written = threading.Event(), threading.Event()

    async def look_twice(reader: Reader) -> list[int | None]:
        before = await reader.fetch_one(int, count)
        looked.set()
        assert written.wait(10)
        return [before, await reader.fetch_one(int, count)]

    looking = asyncio.create_task(database.snapshot(look_twice))
    assert await asyncio.to_thread(looked.wait, 10)
    async with database.write() as writer:
        await writer.execute(ADD, name="one")
    async with database.read() as current:
        assert await current.fetch_one(int, count) == 1
    written.set()
    assert await looking == [0, 0]


async def test_a_failed_snapshot_leaves_no_transaction_behind(database: Database) -> None:
    for _ in range(5):
        with pytest.raises(sqlite3.OperationalError):
            await database.snapshot(lambda reader: reader.fetch_one(int, "SELECT no FROM where"))
    assert not [one for one in database._readers if one.in_transaction]
    assert await database.snapshot(count_users) == 1


async def test_work_on_a_thread_may_wait_for_its_connection_alone(database: Database) -> None:
    async def wander(reader: Reader) -> None:
        await reader.fetch_one(int, "SELECT 1")
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="awaited something else"):
        await database.snapshot(wander)
    assert await database.snapshot(count_users) == 1


async def test_insert_and_execute_many_tell_what_they_did(database: Database) -> None:
    await make_notes(database)
    async with database.write() as writer:
        assert await writer.insert("INSERT INTO notes (a) VALUES (:a)", a=1) == 1
        assert await writer.insert("INSERT INTO notes (a) VALUES (:a)", a=2) == 2
        await writer.execute_many(
            "INSERT INTO notes (a) VALUES (:a)", [{"a": number} for number in range(5)]
        )
        assert await writer.execute("UPDATE notes SET b = 1") == 7


async def test_cancelled_writes_are_whole_or_absent_and_nothing_hangs(database: Database) -> None:
    """400 rounds of ten writers, cancelled at random: 0 torn, 0 acknowledged and lost."""
    await make_notes(database)
    chance = random.Random(20_261_122)
    acknowledged: set[int] = set()

    async def write(number: int) -> None:
        async with database.write() as writer:
            await writer.execute("INSERT INTO notes (id, a) VALUES (:n, :n)", n=number)
            await asyncio.sleep(0)
            await writer.execute("UPDATE notes SET b = a WHERE id = :n", n=number)
        acknowledged.add(number)

    async def one_round(first: int) -> None:
        tasks = [asyncio.create_task(write(first + offset)) for offset in range(10)]
        for _ in range(chance.randrange(12)):
            await asyncio.sleep(0)
        for task in chance.sample(tasks, 5):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async with asyncio.timeout(60):
        # Durability is the disk's part and is not at stake here; the rounds are a lot quicker.
        await database._writer.execute_fetchall("PRAGMA synchronous = OFF")
        for number in range(400):
            await one_round(number * 10)
    async with database.read() as reader:
        stored = set(await reader.fetch_all(int, "SELECT id FROM notes"))
        torn = await reader.fetch_all(int, "SELECT id FROM notes WHERE b IS NOT a")
    assert not torn
    assert acknowledged <= stored
    assert 1_500 < len(stored) < 4_000
    assert not database._writer.in_transaction


async def test_a_cancelled_reader_is_handed_back(database: Database) -> None:
    async def read_slowly(reader: Reader) -> None:
        for _ in range(100):
            await reader.fetch_one(int, "SELECT count(*) FROM users")

    for steps in range(20):
        task = asyncio.create_task(database.snapshot(read_slowly))
        for _ in range(steps % 5):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(5), database.read() as one, database.read() as other:
        assert [await count_users(reader) for reader in (one, other)] == [1, 1]
    assert not [one for one in database._readers if one.in_transaction]


async def test_every_table_is_strict(database: Database) -> None:
    async with database.read() as reader:
        strict = await reader.fetch_all(
            str, "SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict"
        )
    assert set(strict) >= BIG_TABLES | {"instance"}


async def test_foreign_keys_hold(database: Database) -> None:
    with pytest.raises(Conflict, match="FOREIGN KEY"):
        async with database.write() as writer:
            await writer.execute(
                "INSERT INTO sessions (public_id, user_id, created_at, updated_at, active_at) "
                "VALUES ('x', 99, 0, 0, 0)"
            )


async def test_files_are_their_owners_alone_and_the_wal_is_written_back(data_dir: Path) -> None:
    database = await Database.open(data_dir / "chatbox.db")
    async with database.write() as writer:
        await writer.execute(ADD, name="one")
    await database.close()
    assert modes_in(data_dir) == {"chatbox.db": 0o600}
    with sqlite3.connect(data_dir / "chatbox.db") as plain:
        assert plain.execute("SELECT count(*) FROM instance").fetchone() == (1,)
    plain.close()


def test_sqlite_is_new_enough() -> None:
    assert tuple(map(int, SQLITE_VERSION.split("."))) >= OLDEST_SQLITE


@pytest.mark.parametrize("checkpoints", [True, False])
async def test_another_program_may_own_the_checkpoints(data_dir: Path, checkpoints: bool) -> None:
    path = data_dir / "chatbox.db"
    database = await Database.open(path, checkpoints=checkpoints)
    before = path.stat().st_size
    for number in range(3):
        async with database.write() as writer:
            await writer.execute(
                "INSERT INTO sessions (public_id, user_id, title, system_prompt, created_at, "
                "updated_at, active_at) "
                "VALUES (:id, 1, '', hex(randomblob(2000000)), 0, 0, 0)",
                id=str(number),
            )
    assert (path.stat().st_size > before) is checkpoints
    watcher = sqlite3.connect(path)
    watcher.execute("SELECT count(*) FROM sessions").fetchone()
    await database.close()
    assert (path.with_name("chatbox.db-wal").stat().st_size == 0) is checkpoints
    watcher.close()
