"""What is killed in `test_upgrade`, and what must be true afterwards."""

import shutil
from pathlib import Path

import sqlite_utils  # noqa: F401 - before the children are forked, or each would import it

import chatbox.db  # noqa: F401 - chooses the SQLite library for the next line

import sqlite3  # isort: skip
from chatbox.db import migrate as module
from chatbox.db.invariants import ALWAYS, violations
from chatbox.db.lock import DirectoryLock
from chatbox.db.migrate import migrate
from chatbox.db.replace import settle
from chatbox.db.returning import choose_snapshot, give_back
from chatbox.db.snapshots import list_snapshots

SECOND = '''
"""A second migration, for the test."""

from sqlite_utils import Database, Migrations

migrations = Migrations("chatbox")


@migrations()
def m9000_colours(db: Database) -> None:
    """Give sessions a colour."""
    db.execute("ALTER TABLE sessions ADD COLUMN colour TEXT DEFAULT 'red'")
    db.execute("UPDATE sessions SET title = title || ', upgraded'")
'''


def newer_program(folder: Path) -> None:
    """Let this process be a program with one migration more; `folder` holds its `migrations`."""
    module.__file__ = str(folder / "package" / "db" / "migrate.py")


def facts(path: Path) -> tuple[bool, list[object]]:
    """Whether the file is the new version, and the titles in it; it must be sound."""
    connection = sqlite3.connect(path)
    try:
        assert violations(connection, ALWAYS) == {}
        table = connection.execute("SELECT name FROM pragma_table_info('sessions')").fetchall()
        titles = connection.execute("SELECT title FROM sessions ORDER BY id").fetchall()
        return ("colour",) in table, [row[0] for row in titles]
    finally:
        connection.close()


def upgrade_work(folder: Path) -> None:
    """What a start does."""
    newer_program(folder)
    with DirectoryLock(folder / "data"):
        migrate(folder / "data" / "chatbox.db")


def upgrade_check(folder: Path, ended: bool) -> None:
    """The old version or the new one; the next start carries on, and nothing is left behind."""
    database = folder / "data" / "chatbox.db"
    old, new = (False, ["In the file", "In the log"]), [", upgraded"]
    shutil.copytree(folder / "data", folder / "look")
    found = facts(folder / "look" / "chatbox.db")
    whole = (True, [f"{title}{new[0]}" for title in old[1]])
    assert found == whole if ended else found in (old, whole), found
    upgrade_work(folder)
    assert facts(database) == whole
    names = {file.name for file in (folder / "data").iterdir()}
    assert names == {"chatbox.db", "chatbox.lock", "snapshots"}, names
    kept = sorted((folder / "data" / "snapshots").iterdir())
    assert 1 <= len(kept) <= 2, kept
    assert all(file.name.endswith("-before-m9000_colours.db") for file in kept)
    assert all(facts(file) == old for file in kept)


def rollback_work(folder: Path) -> None:
    """What `chatbox rollback` does, by the program of before; it may be tried again."""
    database = folder / "data" / "chatbox.db"
    with DirectoryLock(folder / "data"):
        settle(database.parent)
        give_back(database, choose_snapshot(database, None), lambda _: None)


def rollback_check(folder: Path, ended: bool) -> None:
    """The next start has the newer file or the snapshot, and every version is somewhere."""
    database = folder / "data" / "chatbox.db"
    with DirectoryLock(folder / "data"):
        settle(database.parent)
    newer = (True, ["In the file, upgraded", "In the log, upgraded", "Later"])
    older = (False, ["In the file", "In the log"])
    aside = sorted((folder / "data").glob("replaced-*/*.db"))
    if not aside:
        assert not ended
        assert facts(database) == newer
        rollback_work(folder)
        aside = sorted((folder / "data").glob("replaced-*/*.db"))
    assert facts(database) == older
    assert [facts(file) for file in aside] == [newer]
    (kept,) = list_snapshots(database)
    assert facts(kept.path) == older
    assert not [*database.parent.glob("chatbox.db?*"), *database.parent.glob("chatbox.rest*")]


def first_work(folder: Path) -> None:
    """The first start of all."""
    with DirectoryLock(folder / "data"):
        migrate(folder / "data" / "chatbox.db")


def first_check(folder: Path, ended: bool) -> None:
    """There is no database yet, or a whole one."""
    database = folder / "data" / "chatbox.db"
    if ended or database.exists():
        assert facts(database) == (False, [])
    first_work(folder)
    assert facts(database) == (False, [])
    assert {file.name for file in database.parent.iterdir()} == {"chatbox.db", "chatbox.lock"}
