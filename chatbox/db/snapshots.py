"""Copies of the database in `snapshots/`, made before migrations; and the way back to them."""

import re
import shutil
import sqlite3
from pathlib import Path

import msgspec

from chatbox.db.files import give_to_owner, make_folder
from chatbox.db.quiet import reading
from chatbox.errors import StartRefused
from chatbox.kit.clock import now_ms, rfc3339

_NAME = re.compile(r"chatbox-(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)(\d\d)\d*Z-before-(\w+)\.db")


class Snapshot(msgspec.Struct, frozen=True):
    """A copy made before a migration."""

    path: Path
    made_at: str
    before: str
    size: int


def list_snapshots(database: Path) -> list[Snapshot]:
    """List the snapshots of a database, newest first."""
    files = sorted(_folder(database).glob("chatbox-*.db"), reverse=True)
    named = ((file, _NAME.fullmatch(file.name)) for file in files)
    return [
        Snapshot(
            path=file,
            made_at=f"{name[1]} {name[2]}:{name[3]}:{name[4]} UTC",
            before=name[5],
            size=file.stat().st_size,
        )
        for file, name in named
        if name
    ]


def begin_snapshot(database: Path) -> Path:
    """Write a consistent copy whose name says that it is not kept yet.

    Raises `StartRefused` when the copy, and so the database, is damaged.
    """
    folder = make_folder(_folder(database))
    unfinished = folder / f"{database.stem}-{stamp()}.partial"
    with reading(database) as source:
        source.execute("VACUUM INTO ?", (str(unfinished),))
    unfinished.chmod(0o600)
    give_to_owner(unfinished)
    with reading(unfinished) as copy:
        verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if verdict != "ok":
        raise damaged(database, verdict)
    return unfinished


def keep_snapshot(unfinished: Path, *, label: str) -> Path:
    """Give a snapshot its name."""
    return unfinished.rename(unfinished.with_name(f"{unfinished.stem}-{label}.db"))


def clear_unfinished(database: Path) -> None:
    """Remove what snapshots that were never kept left behind."""
    for file in _folder(database).glob("chatbox-*.partial*"):
        file.unlink()


def stamp() -> str:
    """The time as a part of a file's name; later ones sort behind."""
    return rfc3339(now_ms()).replace(":", "").replace(".", "")


def unreadable(database: Path, failure: sqlite3.Error) -> StartRefused:
    """The refusal of a file after a failed read: it is damaged, or its disk does not work."""
    if not isinstance(failure, sqlite3.OperationalError):
        return damaged(database, failure)
    free = shutil.disk_usage(database.parent).free
    return StartRefused(
        f"The file {database} cannot be read: {failure}. {free / 1e6:,.0f} MB are free on its "
        "disk. Make room, or check the disk and whose the file is. Nothing was changed."
    )


def damaged(database: Path, why: object) -> StartRefused:
    """The refusal of a file that is no sound database, with the way back."""
    return StartRefused(
        f"The file {database} cannot be read as a database: {why}. {way_back(database)} Nothing "
        "was changed."
    )


def way_back(database: Path) -> str:
    """Say what to give back in the place of a file that is damaged: the newest sound snapshot."""
    for found in list_snapshots(database):
        if is_sound(found.path):
            return (
                f"Restore a backup, or give back the newest sound snapshot, {found.path.name}, "
                f"with `chatbox rollback --to {found.path.name}`."
            )
    return "Restore a backup; there is no sound snapshot."


def is_sound(file: Path) -> bool:
    """Tell whether a file is a database without signs of damage."""
    try:
        with reading(file) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.Error:
        return False


def _folder(database: Path) -> Path:
    return database.parent / "snapshots"
