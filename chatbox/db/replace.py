"""Puts another database file in the place of the present one, wholly or not at all.

The present files move together into a folder beside them: a write-ahead log that stayed would be
played into the new file. A mark says where to before the first one moves and goes after the last
step, and the database itself moves last, so whatever stops the work can be undone or completed.
Nothing here is done while a server runs: hold the `DirectoryLock`.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec

from chatbox.errors import StartRefused
from chatbox.kit.files import replace_file, sync_folder

MARK = "chatbox.restoring"
STAGED = "chatbox.restore.partial"
FETCHED = "chatbox.restore-fetched.partial"
_DATABASE = "chatbox.db"
_FILES = ("chatbox.db-shm", "chatbox.db-wal", _DATABASE)


class _Mark(msgspec.Struct, frozen=True):
    folder: str
    had_database: bool


def replace_database(directory: Path, *, folder: str, check: Callable[[Path], object]) -> None:
    """Give the staged file the database's name; `check` judges it there and may raise.

    The present files are in `folder` afterwards. When anything fails, everything is as it was.
    """
    aside, database = directory / folder, directory / _DATABASE
    present = [directory / name for name in _FILES if (directory / name).exists()]
    mark = _Mark(folder=folder, had_database=database.exists())
    if present:
        aside.mkdir(mode=0o700)
    replace_file(directory / MARK, msgspec.json.encode(mark))
    try:
        for file in present:
            file.rename(aside / file.name)
        if present:
            sync_folder(aside)
        sync_folder(directory)
        (directory / STAGED).rename(database)
        sync_folder(directory)
        check(database)
    except BaseException:
        if _is_complete(directory, mark):
            database.unlink()
        _undo(directory, mark)
        raise
    _forget(directory)


def settle(directory: Path) -> str | None:
    """Undo or complete what was interrupted; answer in a sentence what was done, if anything.

    Raises `StartRefused` when the mark cannot be read.
    """
    for left in directory.glob("chatbox.restor*.partial*"):
        left.unlink(missing_ok=True)
    try:
        mark = msgspec.json.decode((directory / MARK).read_bytes(), type=_Mark)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as failure:
        raise StartRefused(
            f"A restore was interrupted, and the file {directory / MARK} that tells how far it "
            f"came cannot be read. The database from before is {directory / _DATABASE} or in a "
            "folder replaced-… beside it. Put it in place, then delete that file."
        ) from failure
    if _is_complete(directory, mark):
        _forget(directory)
        return (
            "An interrupted restore was complete: the restored database is in place, and the one "
            f"from before is in {directory / mark.folder}."
        )
    _undo(directory, mark)
    return "An interrupted restore was undone: the database is the one from before it."


def _is_complete(directory: Path, mark: _Mark) -> bool:
    """Tell whether the file that has the database's name is the new one."""
    has_moved = (directory / mark.folder / _DATABASE).exists()
    return (directory / _DATABASE).exists() and has_moved == mark.had_database


def _undo(directory: Path, mark: _Mark) -> None:
    aside = directory / mark.folder
    for name in _FILES:
        if (aside / name).exists():
            (aside / name).rename(directory / name)
    if aside.exists():
        aside.rmdir()
    _forget(directory)


def _forget(directory: Path) -> None:
    sync_folder(directory)
    (directory / MARK).unlink()
    sync_folder(directory)
