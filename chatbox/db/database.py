"""`Database`: one writer connection and a few query-only readers on one file.

`write()` is BEGIN IMMEDIATE … COMMIT behind a lock, is never nested, survives cancellation and
must await nothing but the database. Every commit is synced to disk (synchronous=FULL): the
journal's group commits keep the number of commits small, so nothing acknowledged is ever lost.
The seam for another database is here: `Reader`, `Writer` and `Database`.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from chatbox.db.rows import decode_rows
from chatbox.kit.tasks import uncancelled

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


class Reader:
    """Runs SELECTs; each call is one trip to the connection's thread."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def fetch_all(self, row_type: type[T], sql: str, **params: Any) -> list[T]:
        """Read every row as `row_type`."""
        rows = await self._connection.execute_fetchall(sql, params)
        return decode_rows(row_type, list(rows))

    async def fetch_one(self, row_type: type[T], sql: str, **params: Any) -> T | None:
        """Read the first row, or None."""
        rows = await self.fetch_all(row_type, sql, **params)
        return rows[0] if rows else None


class Writer(Reader):
    """Runs statements inside the transaction that `Database.write` opened."""

    async def execute(self, sql: str, **params: Any) -> int:
        """Run a statement; answer how many rows it changed."""
        cursor = await self._connection.execute(sql, params)
        return cursor.rowcount

    async def insert(self, sql: str, **params: Any) -> int:
        """Run an INSERT; answer the new integer key."""
        cursor = await self._connection.execute(sql, params)
        return cursor.lastrowid or 0

    async def execute_many(self, sql: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run a statement once for each set of parameters."""
        await self._connection.executemany(sql, rows)


class _DirectWriter(Writer):
    """Runs statements on the connection's own thread, where nothing has to be waited for."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._direct = connection

    async def fetch_all(self, row_type: type[T], sql: str, **params: Any) -> list[T]:
        return decode_rows(row_type, self._direct.execute(sql, params).fetchall())

    async def execute(self, sql: str, **params: Any) -> int:
        return self._direct.execute(sql, params).rowcount

    async def insert(self, sql: str, **params: Any) -> int:
        return self._direct.execute(sql, params).lastrowid or 0

    async def execute_many(self, sql: str, rows: Iterable[Mapping[str, Any]]) -> None:
        self._direct.executemany(sql, rows)


Work = Callable[[Writer], Coroutine[Any, Any, T]]


class Database:
    """The open file; make it with `Database.open`, end it with `close`."""

    def __init__(self, path: Path, writer: aiosqlite.Connection) -> None:
        self.path = path
        self._writer = writer
        self._write_lock = asyncio.Lock()
        self._write_owner: asyncio.Task[Any] | None = None
        self._readers: list[aiosqlite.Connection] = []
        self._free_readers: asyncio.LifoQueue[aiosqlite.Connection] = asyncio.LifoQueue()

    @classmethod
    async def open(cls, path: Path) -> "Database":
        """Open the file for reading and writing; the schema must be migrated already."""
        database = cls(path, await _connect(path, _PRAGMAS + _WRITER_PRAGMAS))
        for _ in range(READERS):
            reader = await _connect(path, (*_PRAGMAS, "PRAGMA query_only = ON"))
            database._readers.append(reader)
            database._free_readers.put_nowait(reader)
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

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Reader]:
        """Lend a reader whose SELECTs all see one state of the file."""
        async with self.read() as reader:
            connection = reader._connection
            try:
                await uncancelled(_run(connection, "BEGIN"))
                yield reader
            finally:
                await uncancelled(_end(connection, "ROLLBACK"))

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Writer]:
        """Open the one write transaction; commit at the end, roll back on any exception."""
        async with self._transaction():
            await uncancelled(_run(self._writer, "BEGIN IMMEDIATE"))
            yield Writer(self._writer)

    @asynccontextmanager
    async def write_at_once(self, work: Work[T]) -> AsyncIterator[T]:
        """Run `work` in a write transaction, lend its result to the block, then commit.

        The whole of `work` is one trip to the writer's thread; a trip for each statement makes a
        queue of seconds when the loop is busy. It may await nothing but its writer and must leave
        what belongs to the event loop to the block.
        """
        async with self._transaction():
            connection = self._writer._conn
            trip = self._writer._execute(_run_work, connection, work)  # type: ignore[no-untyped-call]
            yield await uncancelled(trip)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[None]:
        if self._write_owner is not None and self._write_owner is asyncio.current_task():
            raise RuntimeError("write() inside write(): it would wait for itself for ever")
        async with self._write_lock:
            self._write_owner = asyncio.current_task()
            try:
                yield
                await uncancelled(_run(self._writer, "COMMIT"))
            finally:
                try:
                    if self._writer.in_transaction:
                        await uncancelled(_end(self._writer, "ROLLBACK"))
                finally:
                    self._write_owner = None


async def _connect(path: Path, pragmas: Iterable[str]) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(path, isolation_level=None, cached_statements=256)
    connection.row_factory = sqlite3.Row
    for pragma in pragmas:
        await connection.execute_fetchall(pragma)
    return connection


def _run_work(connection: sqlite3.Connection, work: Work[T]) -> T:
    """Begin, and drive a coroutine that never has to wait to its end."""
    connection.execute("BEGIN IMMEDIATE")
    running = work(_DirectWriter(connection))
    try:
        running.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    running.close()
    raise RuntimeError("write_at_once: the work awaited something else than its writer")


async def _run(connection: aiosqlite.Connection, sql: str) -> None:
    await connection.execute_fetchall(sql)


async def _end(connection: aiosqlite.Connection, sql: str) -> None:
    if connection.in_transaction:
        await connection.execute_fetchall(sql)
