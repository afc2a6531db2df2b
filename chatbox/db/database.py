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


class _Piece:
    """A work that waits for a transaction it may share."""

    def __init__(self, work: Work[Any], before_commit: Callable[[Any], None]) -> None:
        self.work = work
        self.before_commit = before_commit
        self.result: Any = None
        self.failure: BaseException | None = None
        self.is_settled = False

    def settle(self, failure: BaseException | None) -> None:
        """The transaction has ended; its failure is that of all its pieces."""
        self.is_settled = True
        self.failure = self.failure or failure


class Database:
    """The open file; make it with `Database.open`, end it with `close`."""

    def __init__(self, path: Path, writer: aiosqlite.Connection) -> None:
        self.path = path
        self._writer = writer
        self._write_lock = asyncio.Lock()
        self._write_owner: asyncio.Task[Any] | None = None
        self._pieces: list[_Piece] = []
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

    async def write_together(self, work: Work[T], *, before_commit: Callable[[T], None]) -> T:
        """Run `work` in one transaction with whatever else waits to be written this way.

        A burst of small writes then costs a few commits instead of one each. Every work is a
        savepoint: one that raises is undone alone. `before_commit` is called on the event loop
        with the result; the result is returned when it is on disk.
        """
        mine = _Piece(work, before_commit)
        self._pieces.append(mine)
        taken: list[_Piece] = []
        try:
            async with self._transaction():
                if not mine.is_settled:
                    taken, self._pieces = self._pieces[:MOST_PIECES], self._pieces[MOST_PIECES:]
                    await uncancelled(self._run_pieces(taken))
        except BaseException as failure:
            for piece in taken:
                piece.settle(failure)
            raise
        for piece in taken:
            piece.settle(None)
        if mine.failure is not None:
            raise mine.failure
        result: T = mine.result
        return result

    async def _run_pieces(self, pieces: list[_Piece]) -> None:
        works = [piece.work for piece in pieces]
        trip = self._writer._execute(_run_works, self._writer._conn, works)  # type: ignore[no-untyped-call]
        for piece, (result, failure) in zip(pieces, await trip, strict=True):
            piece.result, piece.failure = result, failure
            if failure is None:
                piece.before_commit(result)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[None]:
        if self._write_owner is not None and self._write_owner is asyncio.current_task():
            raise RuntimeError("write() inside write(): it would wait for itself for ever")
        async with self._write_lock:
            self._write_owner = asyncio.current_task()
            try:
                yield
                await uncancelled(_end(self._writer, "COMMIT"))
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
    return _drive(connection, work)


def _run_works(
    connection: sqlite3.Connection, works: list[Work[Any]]
) -> list[tuple[Any, BaseException | None]]:
    """Begin, and drive several; one that raises is undone alone."""
    connection.execute("BEGIN IMMEDIATE")
    outcomes: list[tuple[Any, BaseException | None]] = []
    for work in works:
        connection.execute("SAVEPOINT piece")
        try:
            outcomes.append((_drive(connection, work), None))
        except sqlite3.OperationalError:  # the disk, not the work: the transaction cannot go on
            raise
        except Exception as failure:
            connection.execute("ROLLBACK TO piece")
            outcomes.append((None, failure))
        connection.execute("RELEASE piece")
    return outcomes


def _drive(connection: sqlite3.Connection, work: Work[T]) -> T:
    running = work(_DirectWriter(connection))
    try:
        running.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    running.close()
    raise RuntimeError("the work awaited something else than its writer")


async def _run(connection: aiosqlite.Connection, sql: str) -> None:
    await connection.execute_fetchall(sql)


async def _end(connection: aiosqlite.Connection, sql: str) -> None:
    if connection.in_transaction:
        await connection.execute_fetchall(sql)
