"""What the process and the disk say about themselves; None where a system does not tell."""

import gc
import os
import shutil
import threading
import time
from pathlib import Path

import msgspec

from chatbox.system.backup.state import BackupState, last_backup

_PROC = Path("/proc/self")


class Machine(msgspec.Struct, frozen=True):
    """One look: bytes, seconds and counts."""

    memory_bytes: int | None
    open_files: int | None
    most_open_files: int | None
    threads: int
    cpu_seconds: float
    database_bytes: int
    wal_bytes: int
    free_bytes: int
    disk_bytes: int
    backups: BackupState
    collections: tuple[int, ...]
    collected: tuple[int, ...]


def look_at_machine(database: Path) -> Machine:
    """Take a look; it asks the file system, so it belongs on a thread."""
    disk = shutil.disk_usage(database.parent)
    garbage = gc.get_stats()
    return Machine(
        memory_bytes=_resident_bytes(),
        open_files=_open_files(),
        most_open_files=_most_open_files(),
        threads=threading.active_count(),
        cpu_seconds=time.process_time(),
        database_bytes=_size(database),
        wal_bytes=_size(database.with_name(f"{database.name}-wal")),
        free_bytes=disk.free,
        disk_bytes=disk.total,
        backups=last_backup(database.parent),
        collections=tuple(generation["collections"] for generation in garbage),
        collected=tuple(generation["collected"] for generation in garbage),
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # such as the log of a database that has just been closed
        return 0


def _resident_bytes() -> int | None:
    try:
        pages = int((_PROC / "statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def _open_files() -> int | None:
    try:
        return len(os.listdir(_PROC / "fd"))
    except OSError:
        return None


def _most_open_files() -> int | None:
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return None
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if most == resource.RLIM_INFINITY else most
