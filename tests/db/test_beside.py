"""A command changes the database beside a server, alone, or not at all."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chatbox.db.beside import open_beside
from chatbox.db.database import Database
from chatbox.db.lock import DirectoryLock
from chatbox.db.quiet import has_log
from chatbox.errors import StartRefused

HOLD = """
import sys
from pathlib import Path
from chatbox.db.lock import DirectoryLock
with DirectoryLock(Path(sys.argv[1])) as lock:
    if sys.argv[2] == "serves":
        lock.serve()
    print("held", flush=True)
    sys.stdin.read()
"""
BUMP = "UPDATE users SET created_at = created_at + 1"
RENAME = "UPDATE users SET name = :name"


@contextmanager
def held(directory: Path, how: str) -> Iterator[None]:
    command = [sys.executable, "-c", HOLD, str(directory), how]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        yield
        other.kill()


async def rename(path: Path, name: str) -> None:
    async with open_beside(path) as database, database.write() as writer:
        await writer.execute(RENAME, name=name)


async def name_in(database: Database) -> str | None:
    async with database.read() as reader:
        return await reader.fetch_one(str, "SELECT name FROM users")


async def test_alone_it_takes_the_directory_and_leaves_a_single_file(data_dir: Path) -> None:
    path = data_dir / "chatbox.db"
    async with open_beside(path) as database, database.write() as writer:
        await writer.execute(RENAME, name="Anna")
        with pytest.raises(StartRefused, match="is using"), DirectoryLock(data_dir):
            pass
    with DirectoryLock(data_dir):
        assert not has_log(path)


async def test_it_writes_beside_a_server_which_sees_it_at_once(
    database: Database, data_dir: Path
) -> None:
    with held(data_dir, "serves"):
        for number in range(3):
            writing = asyncio.gather(*(change(database, BUMP) for _ in range(5)))
            await rename(data_dir / "chatbox.db", f"name {number}")
            assert await name_in(database) == f"name {number}"
            await writing
    assert has_log(data_dir / "chatbox.db"), "the log belongs to the server"


async def test_a_database_that_may_be_replaced_is_left_alone(data_dir: Path) -> None:
    path = data_dir / "chatbox.db"
    before = path.read_bytes()
    with held(data_dir, "starts"), pytest.raises(StartRefused, match="Try again in a moment"):
        await rename(path, "x")
    assert path.read_bytes() == before


async def test_a_missing_an_older_and_a_newer_database_are_refused(
    data_dir: Path, tmp_path: Path, database: Database
) -> None:
    with pytest.raises(StartRefused, match="no database .* yet"):
        await rename(tmp_path / "none" / "chatbox.db", "x")
    await change(database, "UPDATE _sqlite_migrations SET name = 'm9_x' WHERE name LIKE 'm0003%'")
    with pytest.raises(StartRefused, match="newer chatbox"):
        await rename(data_dir / "chatbox.db", "x")
    await change(database, "DELETE FROM _sqlite_migrations WHERE name = 'm9_x'")
    with pytest.raises(StartRefused, match="older chatbox"):
        await rename(data_dir / "chatbox.db", "x")


async def change(database: Database, sql: str) -> None:
    async with database.write() as writer:
        await writer.execute(sql)
