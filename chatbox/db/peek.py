"""Asks a database file one thing before it is migrated and opened."""

import sqlite3
from pathlib import Path

from chatbox.db.quiet import reading
from chatbox.db.snapshots import unreadable


def peek(path: Path, sql: str, *, table: str) -> int:
    """Run a SELECT of one number; 0 when the file or the table is not there.

    Raises `StartRefused` when the file is not a database. Nothing on the disk changes.
    """
    number = peek_value(path, sql, table=table)
    return number if isinstance(number, int) else 0


def peek_value(path: Path, sql: str, *, table: str) -> object:
    """Run a SELECT of one value; None when the file, the table or the row is not there."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    known = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?"
    try:
        with reading(path) as connection:
            if not connection.execute(known, (table,)).fetchone()[0]:
                return None
            row = connection.execute(sql).fetchone()
            return None if row is None else row[0]
    except sqlite3.DatabaseError as failure:
        raise unreadable(path, failure) from failure
