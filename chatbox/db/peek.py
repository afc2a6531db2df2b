"""Asks a database file one thing before it is migrated and opened."""

import sqlite3
from pathlib import Path

from chatbox.errors import StartRefused


def peek(path: Path, sql: str, *, table: str) -> int:
    """Run a SELECT of one number; 0 when the file or the table is not there.

    Raises `StartRefused` when the file is not a database.
    """
    if not path.exists():
        return 0
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    try:
        connection.execute("PRAGMA query_only = ON")
        known = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?"
        if not connection.execute(known, (table,)).fetchone()[0]:
            return 0
        return int(connection.execute(sql).fetchone()[0])
    except sqlite3.DatabaseError as failure:
        raise StartRefused(
            f"The file {path} cannot be read as a database: {failure}. Restore a snapshot or a "
            "backup. Nothing was changed."
        ) from failure
    finally:
        connection.close()
