"""Files that are whole or not there: synced to the disk, then given their name."""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

PIECE = 256 * 1024


class Stopped(Exception):
    """The work was told to stop."""


def sync_folder(folder: Path) -> None:
    """Make renames in a folder last; Windows does so by itself."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(file: BinaryIO) -> None:
    """Bring what was written to the disk."""
    file.flush()
    os.fsync(file.fileno())


def create_private(path: Path) -> BinaryIO:
    """Make a file that only its owner can read; it must not exist."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o600), "wb")


def replace_file(path: Path, content: bytes) -> None:
    """Write a small file in one step: whoever reads it finds the old or the new content."""
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    with create_private(partial) as file:
        file.write(content)
        sync_file(file)
    partial.replace(path)
    sync_folder(path.parent)


def copy_synced(
    source: Path,
    target: Path,
    *,
    stop: threading.Event,
    progress: Callable[[float], None] = lambda _: None,
) -> None:
    """Copy a file to a name that is not taken and sync it. Raises Stopped and OSError."""
    size = max(1, source.stat().st_size)
    done = 0
    with source.open("rb") as opened, create_private(target) as file:
        for piece in pieces_of(opened):
            if stop.is_set():
                raise Stopped
            file.write(piece)
            done += len(piece)
            progress(done / size)
        sync_file(file)


def size_of(path: Path) -> int:
    """How many bytes a file holds; quick enough for the event loop."""
    return path.stat().st_size


def pieces_of(file: BinaryIO) -> Iterator[bytes]:
    """Read a file to its end, a piece at a time."""
    while piece := file.read(PIECE):
        yield piece
