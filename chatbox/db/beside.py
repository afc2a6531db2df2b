"""Opens the database for a short change by a command, whether a server runs on it or not.

Any number of processes may write to one file: SQLite lets one wait for the other. What must not be
is that another file takes its place meanwhile, as upgrades, restores and rollbacks do. They hold
the directory lock, and so does this while no server does.
"""

import sqlite3
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from chatbox.db.database import Database
from chatbox.db.lock import DirectoryLock, LockTaken, check_owner, is_served
from chatbox.db.migrate import check_sqlite, known_schema
from chatbox.db.replace import settle
from chatbox.errors import StartRefused


@asynccontextmanager
async def open_beside(path: Path, *, checkpoints: bool = True) -> AsyncGenerator[Database, None]:
    """Lend the database; without `checkpoints` its log is left to another program.

    Raises `StartRefused` when it is not there, is of another schema, is being replaced, or cannot
    be written.
    """
    check_sqlite()
    _check_there(path)
    try:
        with _holding(path.parent) as is_alone:
            _check_schema(path)
            database = await Database.open(path, checkpoints=checkpoints and is_alone)
            try:
                yield database
            finally:
                await database.close()
    except sqlite3.OperationalError as failure:
        raise StartRefused(
            f"The database {path} could not be changed: {failure}. Make sure that its disk works "
            "and has room, and try again."
        ) from failure


@contextmanager
def _holding(directory: Path) -> Iterator[bool]:
    """Keep the file in its place; lends whether no server runs."""
    try:
        with DirectoryLock(directory):
            settle(directory)
            yield True
            return
    except LockTaken as taken:
        if not is_served(directory):
            raise StartRefused(
                f"The database in {directory} is being opened, upgraded or replaced just now. Try "
                "again in a moment. Nothing was changed."
            ) from taken
    yield False


def _check_there(path: Path) -> None:
    if not path.exists():
        raise StartRefused(
            f"There is no database {path} yet. Start the server once, or name its directory with "
            "--data-dir."
        )
    check_owner(path.parent)


def _check_schema(path: Path) -> None:
    if known_schema(path).pending:
        raise StartRefused(
            f"The database {path} is of an older chatbox. Start the server, or run `chatbox "
            "migrate`, and try again. Nothing was changed."
        )
