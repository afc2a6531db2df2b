"""SQLite's quick check of the file at the start: after a crash, and whenever it takes no time.

A damaged page is noticed when it is touched at the latest, but then chats have been written beside
it. The check reads the whole file: 1.6 to 3 ms a megabyte were measured.
"""

import logging
import sqlite3
from collections.abc import Callable
from enum import Enum
from pathlib import Path

from chatbox.db.quiet import has_log, reading
from chatbox.db.snapshots import damaged, unreadable

logger = logging.getLogger(__name__)

SMALL = 32_000_000
LARGE = 256_000_000
_TICK_STEPS = 20_000
# SQLITE_BUSY and SQLITE_CANTOPEN, as with too many open files: nothing was read (rescode.html).
_NO_VERDICT = {5, 14}


class Checked(Enum):
    """What became of the check at the start."""

    DONE = "done"
    NOT_NEEDED = "not needed"
    LATER = "later"


def check_at_start(path: Path) -> Checked:
    """Check a file whose last server was killed, and any small one; a large one is left for later.

    Raises `StartRefused` when it is damaged. Nothing on the disk changes.
    """
    size = path.stat().st_size if path.exists() else 0
    if size > SMALL and not has_log(path):
        return Checked.NOT_NEEDED
    if size > LARGE:
        return Checked.LATER
    if size:
        try:
            damage = _quick_check(path, lambda: True)
        except sqlite3.Error as failure:
            raise unreadable(path, failure) from failure
        if damage is not None:
            raise damaged(path, damage)
    return Checked.DONE


def first_damage(path: Path, *, is_wanted: Callable[[], bool]) -> str | None:
    """Say what the quick check finds first; None when it finds nothing, or is not wanted any more.

    Takes seconds for a large file, so it belongs into a thread of its own while a server runs.
    """
    try:
        return _quick_check(path, is_wanted, is_open_here=True)
    except sqlite3.Error as failure:
        if getattr(failure, "sqlite_errorcode", 0) & 0xFF in _NO_VERDICT and path.exists():
            logger.warning("the file could not be checked: %s", failure)
            return None
        return str(failure) if is_wanted() else None


def _quick_check(
    path: Path, is_wanted: Callable[[], bool], *, is_open_here: bool = False
) -> str | None:
    with reading(path, is_open_here=is_open_here) as connection:
        connection.set_progress_handler(lambda: 0 if is_wanted() else 1, _TICK_STEPS)
        verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    return None if verdict == "ok" else verdict
