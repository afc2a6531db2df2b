"""Reads a database file and leaves no trace: neither a changed byte nor a new file beside it.

An ordinary connection would write the log of a server that crashed back into the file when it is
closed, or leave an empty log behind. How to avoid that depends on what is there.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from chatbox.db.lock import owner_of
from chatbox.db.trips import Look, run_look

T = TypeVar("T")


@contextmanager
def reading(path: Path, *, is_open_here: bool = False) -> Iterator[sqlite3.Connection]:
    """Lend a connection that only reads; raises `sqlite3.Error` when the file cannot be read.

    `is_open_here`: the server of this very process may write meanwhile.
    """
    way = "mode=ro" if is_open_here else _way(path)
    address = f"{path.absolute().as_uri()}?{way}"
    connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=10)
    try:
        yield connection
    finally:
        connection.close()


def look(path: Path, work: Look[T]) -> T:
    """Run the SELECTs of a store on a file that no server of this process has open."""
    with reading(path) as connection:
        connection.row_factory = sqlite3.Row
        return run_look(connection, work)


def beside(path: Path, ending: str) -> Path:
    """Name a file that SQLite keeps beside the database, such as `-wal`."""
    return path.with_name(path.name + ending)


def has_log(path: Path) -> bool:
    """Tell whether a write-ahead log with content is there: its server runs, or was killed."""
    wal = beside(path, "-wal")
    return wal.exists() and wal.stat().st_size > 0


def _way(path: Path) -> str:
    wal = beside(path, "-wal")
    if wal.exists() and owner_of(path.parent) is not None:
        return "mode=ro"  # a server keeps the log and its index: nothing is made or removed
    if not has_log(path):
        return "immutable=1"
    # SQLite then builds the index of the log in memory (os_unix.c, `walBeginShmUnreliable`).
    return "mode=ro&readonly_shm=1" if beside(path, "-shm").exists() else "mode=ro"
