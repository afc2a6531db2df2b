"""Consistent copies of a database file, made while others write to it, and whether one is sound.

A copy holds every commit that was there when it began. It is read as a file that nobody changes
(`immutable`), so checking it makes no files beside it.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import msgspec

from chatbox.errors import BackupFailed
from chatbox.kit.files import Stopped, create_private, sync_file, sync_folder

SET_NAME = "chatbox"
_STEPS = 2_000
"""Instructions of SQLite between two looks at whether to stop: about a millisecond."""


class Contents(msgspec.Struct, frozen=True):
    """What a sound copy holds. `fingerprint` is that of its master key, if it knows one.

    `foreign` names triggers and views, which chatbox has none of.
    """

    migrations: list[str]
    fingerprint: str | None
    holds_secrets: bool
    sessions: int
    messages: int
    foreign: list[str]


def copy_database(
    source: Path,
    target: Path,
    *,
    stop: threading.Event,
    progress: Callable[[float], None] = lambda _: None,
) -> None:
    """Write a copy to a name that is not taken and sync it. Raises BackupFailed and Stopped."""
    if not source.exists():
        raise BackupFailed(f"There is no database {source}.")
    create_private(target).close()
    with _failing(source, "cannot be copied", stop), _reading(source, stop) as reader:
        reader.set_progress_handler(_watch(source, target, stop, progress), _STEPS)
        reader.execute("VACUUM INTO ?", (str(target),))
    with target.open("rb+") as file:
        sync_file(file)
    sync_folder(target.parent)


def check_copy(
    path: Path, known: Sequence[str], *, stop: threading.Event, called: Path | None = None
) -> Contents:
    """Look whether a file is a whole database of this program or an older one; tell what it holds.

    `known` are the names of this program's migrations. It must not have a write-ahead log.
    `called` is what failures call it. Raises BackupFailed and Stopped.
    """
    called = called or path
    with (
        _failing(called, "is not a sound database", stop),
        _reading(path, stop, immutable=True) as reader,
    ):
        verdict = reader.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if verdict != "ok":
            raise BackupFailed(f"The file {called} is damaged: {verdict}.")
        if broken := reader.execute("PRAGMA foreign_key_check").fetchone():
            raise BackupFailed(f"The file {called} is damaged: rows of {broken[0]} lack others.")
        return _contents(reader, called, known)


def _contents(reader: sqlite3.Connection, path: Path, known: Sequence[str]) -> Contents:
    # A view could be endless, and is no table of ours.
    tables = {
        row[0] for row in reader.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    }
    if not {"_sqlite_migrations", "instance", "providers", "sessions", "messages"} <= tables:
        raise BackupFailed(f"The file {path} is a database, but not one of chatbox.")
    applied = reader.execute(
        "SELECT name FROM _sqlite_migrations WHERE migration_set = ? ORDER BY rowid", (SET_NAME,)
    )
    migrations = [row[0] for row in applied]
    if newer := [name for name in migrations if name not in known]:
        raise BackupFailed(
            f"The file {path} was written by a newer chatbox (it knows {newer[-1]}). Use that "
            "version."
        )
    fingerprint = reader.execute(
        "SELECT key_fingerprint FROM instance WHERE key_fingerprint <> ''"
    ).fetchone()
    foreign = reader.execute("SELECT name FROM sqlite_schema WHERE type IN ('trigger', 'view')")
    return Contents(
        migrations=migrations,
        fingerprint=None if fingerprint is None else str(fingerprint[0]),
        holds_secrets=_holds_secrets(reader),
        sessions=_count(reader, "SELECT count(*) FROM sessions WHERE deleted_at IS NULL"),
        messages=_count(reader, "SELECT count(*) FROM messages"),
        foreign=[str(row[0]) for row in foreign],
    )


def _holds_secrets(reader: sqlite3.Connection) -> bool:
    """Tell whether there is anything that only the master key opens."""
    if _count(reader, "SELECT count(*) FROM providers WHERE secret IS NOT NULL"):
        return True
    known = "SELECT count(*) FROM pragma_table_info('users') WHERE name = 'totp_secret'"
    sealed = "SELECT count(*) FROM users WHERE totp_secret IS NOT NULL"
    return bool(_count(reader, known) and _count(reader, sealed))


def _count(reader: sqlite3.Connection, sql: str) -> int:
    return int(reader.execute(sql).fetchone()[0])


@contextmanager
def _reading(
    path: Path, stop: threading.Event, *, immutable: bool = False
) -> Iterator[sqlite3.Connection]:
    options = "mode=ro&immutable=1" if immutable else "mode=rw"
    address = f"file:{quote(str(path))}?{options}"
    reader = sqlite3.connect(address, uri=True, isolation_level=None, timeout=10)
    reader.set_progress_handler(stop.is_set, _STEPS)
    try:
        yield reader
    finally:
        reader.close()


def _watch(
    source: Path, target: Path, stop: threading.Event, progress: Callable[[float], None]
) -> Callable[[], bool]:
    """What SQLite asks every now and then: whether to stop."""
    size = max(1, source.stat().st_size)

    def watch() -> bool:
        with contextlib.suppress(OSError):  # not begun yet
            progress(min(1.0, target.stat().st_size / size))
        return stop.is_set()

    return watch


@contextmanager
def _failing(path: Path, how: str, stop: threading.Event) -> Iterator[None]:
    """Turn SQLite's failures into sentences."""
    try:
        yield
    except sqlite3.DatabaseError as failure:
        if stop.is_set():
            raise Stopped from failure
        raise BackupFailed(f"The file {path} {how}: {failure}.") from failure
