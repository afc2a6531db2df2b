"""Gives a snapshot back in the place of the database. Nothing is deleted.

The snapshot is copied beside the database and checked, and logins are taken out of the copy, for
some may have been ended since. What came since is written to a file of JSON lines (`since`), and
the copy takes the database's place (`replace`): wholly or not at all.
"""

import sqlite3
import threading
from pathlib import Path

import msgspec

from chatbox.db.files import give_to_owner
from chatbox.db.forget import forget_logins
from chatbox.db.quiet import reading
from chatbox.db.replace import STAGED, replace_database
from chatbox.db.since import Since, write_since
from chatbox.db.snapshots import Snapshot, list_snapshots, stamp
from chatbox.db.upgrade import Tell, refuse_link
from chatbox.errors import StartRefused
from chatbox.kit.files import copy_synced


class Returned(msgspec.Struct, frozen=True):
    """What was done: where the old files are now, and what was exported."""

    aside: Path
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
    directory = database.parent
    staged = directory / STAGED
    try:
        tell(f"Copying the snapshot {snapshot.path.name}")
        staged.unlink(missing_ok=True)
        copy_synced(snapshot.path, staged, stop=threading.Event())
        give_to_owner(staged)
        _check(staged, snapshot)
        forget_logins(staged)
        tell("Exporting what came since")
        since = write_since(database, snapshot.path)
        folder = f"replaced-{stamp()}"
        replace_database(directory, folder=folder, check=lambda new: _check(new, snapshot))
    except (OSError, sqlite3.Error) as failure:
        raise StartRefused(
            f"The snapshot {snapshot.path} could not be given back: {failure}. Make sure that the "
            f"disk works and has room, and try again. {database} was not changed."
        ) from failure
    finally:
        staged.unlink(missing_ok=True)
    return Returned(aside=directory / folder, since=since)


def _check(copy: Path, snapshot: Snapshot) -> None:
    try:
        with reading(copy) as connection:
            verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as failure:
        verdict = str(failure)
    if verdict != "ok":
        raise StartRefused(
            f"The snapshot {snapshot.path} is damaged: {verdict}. Choose another one with --to; "
            "`chatbox rollback --list` names them. Nothing was changed."
        )
