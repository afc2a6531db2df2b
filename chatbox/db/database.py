"""`Database`: one writer connection and a few query-only readers on one file.

`write()` is BEGIN IMMEDIATE … COMMIT behind a lock, is never nested, survives cancellation and
must await nothing but the database. Every commit is synced to disk (synchronous=FULL): the
journal's group commits keep the number of commits small, so nothing acknowledged is ever lost.
The seam for another database is here: `Reader`, `Writer` and `Database`.
"""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from chatbox.db.condition import Condition
from chatbox.db.group import GroupCommit
from chatbox.db.trips import (
    Look,
    Outcome,
    Reader,
    Work,
    Writer,
    run_look,
    run_looks,
    run_plainly,
    run_works,
)
from chatbox.kit.tasks import uncancelled

__all__ = ["Conflict", "Database", "Look", "Reader", "StorageFailed", "Work", "Writer"]

logger = logging.getLogger(__name__)

S = TypeVar("S")
T = TypeVar("T")
READERS = 2
Conflict = sqlite3.IntegrityError
"""Raised by `execute` when a UNIQUE or foreign key constraint is broken."""
StorageFailed = sqlite3.Error
"""Raised by everything here when the file or the disk does not work."""

_PRAGMAS = (
    "PRAGMA busy_timeout = 10000",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -4096",
)
_WRITER_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA journal_size_limit = 67108864",
)
_NO_CHECKPOINTS = ("PRAGMA wal_autocheckpoint = 0",)


class Database:
    """The open file; make it with `Database.open`, end it with `close`."""

    def __init__(self, path: Path, writer: aiosqlite.Connection, condition: Condition) -> None:
        self.path = path
        self._checkpoints = True
        self.condition = condition
        self._writer = writer
        self._write_lock = asyncio.Lock()
        self._write_owner: asyncio.Task[Any] | None = None
        self._group = GroupCommit(self._write_works)
        self._looks = GroupCommit(self._read_looks, self._read_look)
        self._readers: list[aiosqlite.Connection] = []
        self._users = [0] * READERS

    @classmethod
    async def open(
        cls, path: Path, condition: Condition | None = None, *, checkpoints: bool = True
    ) -> "Database":
        """Open the file for reading and writing; the schema must be migrated already.

        Without `checkpoints` the log is written back into the file by another program alone.
        """
        more = () if checkpoints else _NO_CHECKPOINTS
        writer = await _connect(path, (*_PRAGMAS, *_WRITER_PRAGMAS, *more))
        database = cls(path, writer, condition or Condition(path))
        database._checkpoints = checkpoints
        try:
            for _ in range(READERS):
                reader = await _connect(path, (*_PRAGMAS, "PRAGMA query_only = ON"))
                database._readers.append(reader)
        except sqlite3.Error:
            await database.close()
            raise
        return database

    @property
    def waiting(self) -> int:
        """How many small writes wait for a transaction."""
        return self._group.waiting

    async def close(self) -> None:
        """Write what waits, write the WAL back if that is ours to do, close every connection."""
        await self._group.finish()
        await self._looks.finish()
        async with self._write_lock:
            for reader in self._readers:
                await reader.close()
            try:
                if self._checkpoints:
                    await self._writer.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.Error as failure:
                logger.warning("the WAL is left for the next start: %s", failure)
            finally:  # a connection that stays open keeps the process alive
                await self._writer.close()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Reader]:
        """Lend a reader: each SELECT sees the newest commit."""
        number = self._borrow()
        try:
            yield Reader(self._readers[number])
        finally:
            self._users[number] -= 1

    async def snapshot(self, work: Look[T]) -> T:
        """Run SELECTs that all see one state of the file, in one trip to a reader's thread.

        Like the work of `write_together`, `work` may await nothing but its reader.
        """
        return await self._trip(run_look, work)

    async def look_together(self, work: Look[T]) -> T:
        """Run a small look of which there are many at once, in a trip that it shares with others.

        A busy event loop lets go of the interpreter's lock every 5 ms, so there are a few hundred
        trips a second at most, however short they are. Each SELECT of a look sees what was
        committed before it was asked for; the next trip takes those that come while one is under
        way.
        """
        return await self._looks.add(work)

    async def _read_look(self, look: Work[T]) -> T:
        return await self._trip(run_plainly, look)

    async def _read_looks(self, looks: list[Work[Any]]) -> list[Outcome]:
        return await self._trip(run_looks, looks)

    async def _trip(self, run: Callable[[sqlite3.Connection, S], T], work: S) -> T:
        """Let a reader's own thread run something with its connection."""
        number = self._borrow()
        try:
            reader = self._readers[number]
            trip = reader._execute(run, reader._conn, work)  # type: ignore[no-untyped-call]
            result: T = await trip
            return result
        finally:
            self._users[number] -= 1

    def _borrow(self) -> int:
        """The number of the reader with the fewest users: it makes one trip after the other.

        Nobody keeps a transaction open over several trips, so any number may share it.
        """
        number = min(range(READERS), key=self._users.__getitem__)
        self._users[number] += 1
        return number

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Writer]:
        """Open the one write transaction; commit at the end, roll back on any exception."""
        async with self._transaction():
            await uncancelled(_run(self._writer, "BEGIN IMMEDIATE"))
            yield Writer(self._writer)

    async def write_together(self, work: Work[T], *, urgent: bool = False) -> T:
        """Run `work` and commit, in one trip to the writer's thread; return when it is on disk.

        Whatever else waits to be written this way shares the transaction: a burst of small writes
        costs a few syncs instead of one each. Every work is a savepoint, so one that raises is
        undone alone. `work` may await nothing but its writer and must leave alone what belongs to
        the event loop. What is urgent is tried on a full disk, too.
        """
        self.condition.check(urgent=urgent)
        self._refuse_nesting()
        return await self._group.add(work)

    async def _write_works(self, works: list[Work[Any]]) -> list[Outcome]:
        """Commit works together; a transaction that fails fails all of them."""
        async with self._writing():
            connection = self._writer._conn
            trip = self._writer._execute(run_works, connection, works)  # type: ignore[no-untyped-call]
            try:
                outcomes: list[Outcome] = await trip
            except sqlite3.Error as failure:
                self.condition.note(failure)
                raise
            return outcomes

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[None]:
        self.condition.check()
        async with self._writing():
            try:
                yield
                await uncancelled(_end(self._writer, "COMMIT"))
            except sqlite3.Error as failure:
                self.condition.note(failure)
                raise
            finally:
                if self._writer.in_transaction:
                    await uncancelled(_end(self._writer, "ROLLBACK"))

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[None]:
        self._refuse_nesting()
        async with self._write_lock:
            self._write_owner = asyncio.current_task()
            try:
                yield
            finally:
                self._write_owner = None

    def _refuse_nesting(self) -> None:
        if self._write_owner is not None and self._write_owner is asyncio.current_task():
            raise RuntimeError("write() inside write(): it would wait for itself for ever")


async def _connect(path: Path, pragmas: Iterable[str]) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(path, isolation_level=None, cached_statements=256)
    connection.row_factory = sqlite3.Row
    try:
        for pragma in pragmas:
            await connection.execute_fetchall(pragma)
    except sqlite3.Error:  # else its thread would keep the process alive
        await connection.close()
        raise
    return connection


async def _run(connection: aiosqlite.Connection, sql: str) -> None:
    await connection.execute_fetchall(sql)


async def _end(connection: aiosqlite.Connection, sql: str) -> None:
    if connection.in_transaction:
        await connection.execute_fetchall(sql)
