"""One server, and one backup, per data directory: lock files that hold the PID of their owner.

A newline behind the PID says that a server is serving: the database stays the file that it is, so
a command may write to it, too. Without one it may be upgraded or replaced just now.
"""

import logging
import os
import time
from pathlib import Path
from types import TracebackType

from chatbox.errors import StartRefused

try:
    import fcntl
except ImportError:  # Windows: the open handle itself is the lock
    fcntl = None  # type: ignore[assignment]

logger = logging.getLogger(__name__)

_MOMENT = 0.02  # seconds


class LockTaken(StartRefused):
    """Somebody else holds the lock."""


class DirectoryLock:
    """Holds the data directory while the `with` block runs.

    Raises `LockTaken`, and `StartRefused` when the lock file cannot be written.
    """

    FILE = "chatbox.lock"
    TRIES = 16
    TAKEN = (
        "Another chatbox (process {owner}) is using {directory}. Stop it, or choose another "
        "directory with --data-dir."
    )

    def __init__(self, directory: Path) -> None:
        self._path = directory / self.FILE
        self._descriptor = -1

    def __enter__(self) -> "DirectoryLock":
        try:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as failure:
            raise _cannot_lock(self._path, failure) from failure
        if not self._take():
            owner = os.read(self._descriptor, 32).decode(errors="replace").strip() or "unknown"
            os.close(self._descriptor)
            raise LockTaken(self.TAKEN.format(owner=owner, directory=self._path.parent))
        try:
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, f"{os.getpid()}".encode(), 0)
        except OSError as failure:
            os.close(self._descriptor)
            raise _cannot_lock(self._path, failure) from failure
        return self

    def serve(self) -> None:
        """Say that the database stays in its place from now on."""
        try:
            os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)
        except OSError as failure:
            raise _cannot_lock(self._path, failure) from failure

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._descriptor)

    def _take(self) -> bool:
        """Take the lock; others hold it for a moment when they look, or change an account."""
        for _ in range(self.TRIES - 1):
            if _lock(self._descriptor):
                return True
            time.sleep(_MOMENT)
        return _lock(self._descriptor)


class BackupLock(DirectoryLock):
    """Lets one backup of a data directory be made at a time, whether a server runs or not."""

    FILE = "chatbox.backup-lock"
    TRIES = 1
    TAKEN = (
        "Another backup of {directory} is being made (process {owner}). Wait until it has ended."
    )


def _cannot_lock(path: Path, failure: OSError) -> StartRefused:
    return StartRefused(
        f"The lock file {path} cannot be written: {failure.strerror}. Make room on the disk, or "
        "make the file yours."
    )


def owner_of(directory: Path) -> int | None:
    """The process id of another chatbox that holds the directory; 0 when its id is not known."""
    text = _held(directory)
    if text is None:
        return None
    owner = int(text) if text.strip().isdigit() else 0
    return None if owner == os.getpid() else owner


def is_served(directory: Path) -> bool:
    """Tell whether a server is past its start and has the database open."""
    text = _held(directory)
    return text is not None and text.endswith("\n")


def _held(directory: Path) -> str | None:
    """What the lock file says; None when nobody holds it."""
    try:
        descriptor = os.open(directory / DirectoryLock.FILE, os.O_RDONLY)
    except OSError:
        return None
    try:
        if _share(descriptor):
            return None
        return os.read(descriptor, 32).decode(errors="replace")
    except OSError:  # Windows lets nobody read what is locked
        return ""
    finally:
        os.close(descriptor)


def _share(descriptor: int) -> bool:
    """Try the lock without taking it from anybody."""
    if fcntl is None:
        return _lock(descriptor)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _lock(descriptor: int) -> bool:
    if fcntl is None:
        import msvcrt  # noqa: PLC0415 - exists on Windows only

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def check_owner(directory: Path) -> None:
    """Refuse to make files that the owner of the directory could not use."""
    if os.name != "posix":
        return
    owner = directory.stat().st_uid
    if owner != os.geteuid():
        raise StartRefused(
            f"The data directory {directory} belongs to another user (id {owner}), who could not "
            "use what is made in it now. Run this command as that user, as with sudo -u."
        )


def prepare_directory(directory: Path) -> None:
    """Make the data directory, or tighten it to its owner; raise `StartRefused` when impossible.

    Only chatbox's own directory is tightened, not one that others may need for something else.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not os.access(directory, os.W_OK | os.X_OK):
            raise _not_writable(directory)
        if os.name == "posix" and directory.stat().st_mode & 0o077:
            _tighten(directory)
        for file in directory.glob("chatbox.db*"):
            if not os.access(file, os.R_OK | os.W_OK):
                raise _not_writable(file)
            if file.stat().st_mode & 0o077:
                file.chmod(0o600)
    except OSError as failure:
        raise StartRefused(
            f"The data directory {directory} cannot be used: {failure.strerror}. Choose another "
            "one with --data-dir or make it yours."
        ) from failure


def _not_writable(path: Path) -> StartRefused:
    if os.name != "posix":
        return StartRefused(f"{path} cannot be read and written to. Nothing was changed.")
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        return StartRefused(
            f"{path} cannot be written to: its disk is read-only. Mount it for writing, or choose "
            "another directory with --data-dir. Nothing was changed."
        )
    owner = path.stat().st_uid
    whose = "this user" if owner == os.geteuid() else f"another user (number {owner})"
    return StartRefused(
        f"{path} cannot be read and written to; it belongs to {whose}. Start chatbox as its owner, "
        "change owner or mode (chown, chmod), or choose another directory with --data-dir. Nothing "
        "was changed."
    )


def _tighten(directory: Path) -> None:
    names = {path.name for path in directory.iterdir()}
    if "chatbox.db" not in names and names - {"chatbox.lock"}:
        raise StartRefused(
            f"The directory {directory} is open to other users and holds other things than "
            "chatbox's. The data directory is made private, so choose one of its own, such as "
            f"--data-dir {directory / 'chatbox'}."
        )
    directory.chmod(0o700)
    logger.warning("Made the data directory %s private: others can no longer read it.", directory)
