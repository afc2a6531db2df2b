"""Gives a snapshot back in the place of the database. Nothing is deleted.

1. The snapshot is copied beside the database, checked and synced.
2. What came since the snapshot is written to a file of JSON lines (`since`).
3. The present file and its log are moved into `set-aside/`, as they are.
4. The copy is renamed to the database.

Killed before step 3 has begun, everything is as it was; later, the next start completes the rest
(`settle`), for the copy is known to be whole when the database is not there.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec

from chatbox.db.files import make_folder, sync
from chatbox.db.quiet import beside, reading
from chatbox.db.since import Since, write_since
from chatbox.db.snapshots import Snapshot, list_snapshots, stamp
from chatbox.db.upgrade import Tell, put_in_place, refuse_link
from chatbox.errors import StartRefused

COPY = ".returning-"
_LOGS = ("-wal", "-shm", "-journal")


class Returned(msgspec.Struct, frozen=True):
    """What was done: where the old file is now, and what was exported."""

    set_aside: list[Path]
    since: Since


def choose_snapshot(database: Path, name: str | None) -> Snapshot:
    """Find a snapshot by its file name, or the newest one; raises `StartRefused`."""
    found = list_snapshots(database)
    if not found:
        raise StartRefused(
            f"There is no snapshot in {database.parent / 'snapshots'}: no upgrade has changed "
            f"{database}. Restore a backup instead. Nothing was changed."
        )
    if name is None:
        return found[0]
    wanted = Path(name).name
    for snapshot in found:
        if snapshot.path.name == wanted:
            return snapshot
    raise StartRefused(
        f"There is no snapshot {name}. `chatbox rollback --list` names those that there are. "
        "Nothing was changed."
    )


def give_back(database: Path, snapshot: Snapshot, tell: Tell) -> Returned:
    """Put a snapshot in the place of the database; raises `StartRefused` when that cannot be."""
    refuse_link(database)
    at = stamp()
    copy = beside(database, COPY + at)
    try:
        tell(f"Copying the snapshot {snapshot.path.name}")
        shutil.copyfile(snapshot.path, copy)
        _check(copy, snapshot)
        tell("Exporting what came since")
        since = write_since(database, snapshot.path)
        return Returned(set_aside=list(_swap(database, copy, at)), since=since)
    except (OSError, sqlite3.Error) as failure:
        if database.exists():
            copy.unlink(missing_ok=True)
        raise StartRefused(
            f"The snapshot {snapshot.path} could not be given back: {failure}. Make sure that the "
            f"disk works and has room, and try again. {database} was not changed."
        ) from failure


def settle(database: Path) -> None:
    """Complete what was killed between moving the old file away and putting the new one there."""
    for copy in sorted(database.parent.glob(f"{database.name}{COPY}*"), reverse=True):
        if database.exists():
            copy.unlink()  # it was killed earlier: the copy may be cut off
        else:
            list(_swap(database, copy, copy.name.rpartition(COPY)[2]))


def _check(copy: Path, snapshot: Snapshot) -> None:
    try:
        with reading(copy) as connection:
            verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as failure:
        verdict = str(failure)
    if verdict != "ok":
        copy.unlink()
        raise StartRefused(
            f"The snapshot {snapshot.path} is damaged: {verdict}. Choose another one with --to; "
            "`chatbox rollback --list` names them. Nothing was changed."
        )


def _swap(database: Path, copy: Path, at: str) -> Iterator[Path]:
    """Move the old files away and the copy to their place; answer where the old ones are.

    `at` names them, so that what was cut off in between goes on under the same name.
    """
    folder = make_folder(database.parent / "set-aside")
    name = f"{database.stem}-{at}.db"
    for ending in ("", *_LOGS):
        file = beside(database, ending)
        if file.exists():
            yield file.rename(folder / f"{name}{ending}")
    sync(folder)
    put_in_place(copy, database)
