"""Reading and writing through a connection: a trip to its thread for each statement, or one in all.

`Reader` and `Writer` make a trip for each call. Work that is written for them runs as well on the
thread itself, in one trip, as long as it awaits nothing else.
"""

import sqlite3
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any, TypeVar

import aiosqlite

from chatbox.db.rows import array_sql, decode_array, decode_rows

T = TypeVar("T")


class Reader:
    """Runs SELECTs; each call is one trip to the connection's thread."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def fetch_all(self, row_type: type[T], sql: str, **params: Any) -> list[T]:
        """Read every row as `row_type`."""
        rows = await self._connection.execute_fetchall(sql, params)
        return decode_rows(row_type, list(rows))

    async def fetch_list(self, row_type: type[T], sql: str, **params: Any) -> list[T]:
        """Read every row as `row_type`, all in one step (`rows.array_sql`)."""
        (text,) = await self.fetch_all(str, array_sql(row_type, sql), **params)
        return decode_array(row_type, text)

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


class Direct(Writer):
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


Look = Callable[[Reader], Coroutine[Any, Any, T]]
Work = Callable[[Writer], Coroutine[Any, Any, T]]
Outcome = tuple[Any, Exception | None]
"""What a work returned, or what it raised."""


def run_plainly(connection: sqlite3.Connection, work: Look[T] | Work[T]) -> T:
    """Drive a coroutine without a transaction around it."""
    running = work(Direct(connection))
    try:
        running.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    running.close()
    raise RuntimeError("the work awaited something else than its connection")


def run_look(connection: sqlite3.Connection, work: Look[T]) -> T:
    """Drive a coroutine that only reads, within a transaction that leaves nothing behind."""
    connection.execute("BEGIN")
    try:
        return run_plainly(connection, work)
    finally:
        connection.execute("ROLLBACK")


def run_looks(connection: sqlite3.Connection, looks: list[Work[Any]]) -> list[Outcome]:
    """Drive several coroutines that only read; one that raises is told so alone."""
    return [_attempt(connection, look) for look in looks]


def run_works(connection: sqlite3.Connection, works: list[Work[Any]]) -> list[Outcome]:
    """Drive several coroutines in one transaction; one that raises is undone alone."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        outcomes = [_run_piece(connection, work) for work in works]
        connection.execute("COMMIT")
        return outcomes
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _run_piece(connection: sqlite3.Connection, work: Work[Any]) -> Outcome:
    connection.execute("SAVEPOINT piece")
    outcome = _attempt(connection, work)
    if isinstance(outcome[1], sqlite3.OperationalError):
        raise outcome[1]  # the disk, not the work: the transaction cannot go on
    if outcome[1] is not None:
        connection.execute("ROLLBACK TO piece")
    connection.execute("RELEASE piece")
    return outcome


def _attempt(connection: sqlite3.Connection, work: Look[Any] | Work[Any]) -> Outcome:
    try:
        return run_plainly(connection, work), None
    except Exception as failure:
        return None, failure
