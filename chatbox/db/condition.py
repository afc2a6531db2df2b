"""Whether the file can be written, and what is done when it cannot.

A full disk makes SQLite refuse every write, deletions included, but harms nothing: chatbox gives up
a file it kept for this (the ballast), so that replies under way can still be saved, refuses
everything else, and goes on by itself when there is room again. A sync that failed is worse: the
kernel may have dropped what it could not write, and later commits would seem to work. After one,
and after signs of damage, nothing is written until a restart.
"""

import errno
import logging
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal

from chatbox.errors import StorageFailed, StorageFull

logger = logging.getLogger(__name__)

State = Literal["ok", "full", "broken"]
SMALL_DISK_SHARE = 0.05
# Primary result codes of SQLite (https://www.sqlite.org/rescode.html).
_FULL, _IOERR = 13, 10
_READONLY, _CORRUPT, _NOTADB = 8, 11, 26
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
LOOK_SECONDS = 1.0  # a look lets go of the interpreter's lock, which can take long to get back
PROBE_BYTES = 64 * 1024


class Condition:
    """The state of one database file and its disk; `changed` is called when the state changes."""

    def __init__(self, path: Path, *, ballast_bytes: int = 0, least_free_bytes: int = 0) -> None:
        self.state: State = "ok"
        self.detail = ""
        self.changed: Callable[[], None] = lambda: None
        self._path = path
        self._folder = path.parent
        self._ballast = path.with_name("chatbox.ballast")
        self._ballast_bytes = ballast_bytes
        self._least_free = least_free_bytes
        self._has_room, self._looked_at = True, -LOOK_SECONDS

    def check(self, *, urgent: bool = False) -> None:
        """Raise when nothing may be written; what is urgent may use the ballast's room."""
        if self.state == "broken":
            raise StorageFailed(self.detail)
        if self.state == "full" and not urgent:
            raise StorageFull(self.detail)

    def check_room(self) -> None:
        """Raise before something is begun that will need room later."""
        self.check()
        if time.monotonic() >= self._looked_at + LOOK_SECONDS:
            self._looked_at = time.monotonic()
            self._has_room = self.free_bytes() >= self._needed()
        if not self._has_room:
            raise StorageFull(
                f"Only {_megabytes(self.free_bytes())} MB are free where the database is. Free "
                "some space; nothing was sent."
            )

    def free_bytes(self) -> int:
        """What is free on the disk of the data directory."""
        return shutil.disk_usage(self._folder).free

    def note(self, failure: sqlite3.Error) -> None:
        """Learn from a failed write."""
        code = _code(failure)
        if code == _FULL or (code == _IOERR and self._lacks_room()):
            _drop(self._ballast)
            self._become(
                "full",
                "The disk is full. Chats can be read, but nothing new is written until there is "
                "room again.",
            )
        elif code in (_IOERR, _READONLY, _CORRUPT, _NOTADB):
            self._become(
                "broken",
                f"Writing to the database failed ({failure}). Chats can be read, but nothing is "
                "written until chatbox is restarted. Check the disk first.",
            )

    def distrust(self, damage: str) -> None:
        """Learn that the file is damaged: nothing is written to it any more."""
        self._become(
            "broken",
            f"The database {self._path.name} is damaged ({damage}). Chats can be read as far as "
            "that goes, but nothing is written. Stop chatbox and restore a backup.",
        )

    async def recover(self) -> None:
        """Go on when there is room again, and take the ballast on board; a job of the server."""
        if self.state == "broken":
            return
        has_room = self.free_bytes() > 2 * self._ballast_bytes + self._needed()
        if has_room and self._ballast_bytes > 0 and not self._ballast.exists():
            self._take_ballast()
        if has_room and self.state == "full" and not self._lacks_room():
            self._become("ok", "")

    def _needed(self) -> int:
        """The room that must stay free; less on a disk that is small altogether."""
        return min(self._least_free, int(shutil.disk_usage(self._folder).total * SMALL_DISK_SHARE))

    def _lacks_room(self) -> bool:
        """Try it: SQLite does not tell a write that found no room from a sync that failed.

        A quota and a limit on the size of files count as well.
        """
        probe = self._path.with_name("chatbox.probe")
        sizes = (file.stat().st_size for file in self._folder.glob(f"{self._path.name}*"))
        try:
            with probe.open("wb", buffering=0) as file:
                file.seek(max(sizes, default=0))
                file.write(os.urandom(PROBE_BYTES))
        except OSError as failure:
            return failure.errno in _NO_ROOM
        finally:
            _drop(probe)
        return False

    def _take_ballast(self) -> None:
        try:
            with self._ballast.open("wb") as file:
                _fill(file.fileno(), self._ballast_bytes)
            self._ballast.chmod(0o600)
        except OSError as failure:
            _drop(self._ballast)
            logger.warning("no room for the ballast file: %s", failure.strerror)

    def _become(self, state: State, detail: str) -> None:
        if self.state == state or self.state == "broken":
            return
        self.state, self.detail = state, detail
        if state == "ok":
            logger.warning("the database can be written again")
        else:
            logger.error("the database cannot be written", extra={"state": state, "why": detail})
        self.changed()


def _code(failure: sqlite3.Error) -> int:
    """The primary result code; some libraries give the extended one."""
    code: int = getattr(failure, "sqlite_errorcode", 0)
    return code & 0xFF


def _drop(file: Path) -> None:
    """Remove a file if that is possible: a system that became read-only does not even look."""
    with suppress(OSError):
        file.unlink()


def _fill(descriptor: int, size: int) -> None:
    """Take up blocks on the disk for real: holes and compressible bytes would take none."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)
        return
    piece = os.urandom(1024 * 1024)
    for start in range(0, size, len(piece)):
        os.write(descriptor, piece[: size - start])


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f}"
