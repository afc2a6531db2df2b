"""`Database`: one writer connection and a few query-only readers on one file.

`write()` is BEGIN IMMEDIATE … COMMIT behind a lock, is never nested, survives cancellation and
must await nothing but the database. Every commit is synced to disk (synchronous=FULL): the
journal's group commits keep the number of commits small, so nothing acknowledged is ever lost.
The seam for another database is here: `Reader`, `Writer` and `Database`.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from chatbox.db.condition import Condition
from chatbox.db.trips import Look, Reader, Work, Writer, run_look, run_works
from chatbox.kit.tasks import uncancelled

__all__ = ["Conflict", "Database", "Look", "Reader", "StorageFailed", "Work", "Writer"]

T = TypeVar("T")
READERS = 2
MOST_PIECES = 64
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


class _Piece:
    """A work that waits for a transaction it may share."""

    def __init__(self, work: Work[Any]) -> None:
        self.work = work
        self.result: Any = None
        self.failure: BaseException | None = None
        self.is_settled = False


class Database:
    """The open file; make it with `Database.open`, end it with `close`."""

    def __init__(self, path: Path, writer: aiosqlite.Connection, condition: Condition) -> None:
        self.path = path
        self.condition = condition
        self._writer = writer
        self._write_lock = asyncio.Lock()
        self._write_owner: asyncio.Task[Any] | None = None
        self._pieces: list[_Piece] = []
        self._readers: list[aiosqlite.Connection] = []
        self._free_readers: asyncio.LifoQueue[aiosqlite.Connection] = asyncio.LifoQueue()

    @classmethod
    async def open(cls, path: Path, condition: Condition | None = None) -> "Database":
        """Open the file for reading and writing; the schema must be migrated already."""
        writer = await _connect(path, _PRAGMAS + _WRITER_PRAGMAS)
        database = cls(path, writer, condition or Condition(path))
        try:
            for _ in range(READERS):
                reader = await _connect(path, (*_PRAGMAS, "PRAGMA query_only = ON"))
                database._readers.append(reader)
                database._free_readers.put_nowait(reader)
        except sqlite3.Error:
            await database.close()
            raise
        return database

    async def close(self) -> None:
        """Write the WAL back into the file and close every connection."""
        async with self._write_lock:
            for reader in self._readers:
                await reader.close()
            await self._writer.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
            await self._writer.close()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Reader]:
        """Lend a reader: each SELECT sees the newest commit."""
        connection = await self._free_readers.get()
        try:
            yield Reader(connection)
        finally:
            self._free_readers.put_nowait(connection)

    async def snapshot(self, work: Look[T]) -> T:
        """Run SELECTs that all see one state of the file, in one trip to a reader's thread.

        Like the work of `write_together`, `work` may await nothing but its reader.
        """
        connection = await self._free_readers.get()
        try:
            direct = connection._conn
            return await connection._execute(run_look, direct, work)  # type: ignore[no-untyped-call, no-any-return]
        finally:  # after a cancellation the thread may still be at it; the next one queues behind
            self._free_readers.put_nowait(connection)

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
        mine = _Piece(work)
        self._pieces.append(mine)
        try:
            async with self._writing():
                if not mine.is_settled:
                    await uncancelled(self._write_pieces())
        except asyncio.CancelledError:
            if mine in self._pieces:
                self._pieces.remove(mine)
            raise
        if mine.failure is not None:
            raise mine.failure
        result: T = mine.result
        return result

    async def _write_pieces(self) -> None:
        """Write the oldest pieces; a transaction that fails fails all of them."""
        taken, self._pieces = self._pieces[:MOST_PIECES], self._pieces[MOST_PIECES:]
        works = [piece.work for piece in taken]
        connection = self._writer._conn
        try:
            trip = self._writer._execute(run_works, connection, works)  # type: ignore[no-untyped-call]
            for piece, (result, failure) in zip(taken, await trip, strict=True):
                piece.result, piece.failure = result, failure
        except BaseException as failure:
            for piece in taken:
                piece.failure = failure
            if isinstance(failure, sqlite3.Error):
                self.condition.note(failure)
            raise
        finally:
            for piece in taken:
                piece.is_settled = True

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
        if self._write_owner is not None and self._write_owner is asyncio.current_task():
            raise RuntimeError("write() inside write(): it would wait for itself for ever")
        async with self._write_lock:
            self._write_owner = asyncio.current_task()
            try:
                yield
            finally:
                self._write_owner = None


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
