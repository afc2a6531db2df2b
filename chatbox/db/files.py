"""Files beside the database: whose they are, and when they are safe on the disk."""

import os
from pathlib import Path


def give_to_owner(file: Path) -> None:
    """Let a file belong to whom the directory of the data belongs, when root made it."""
    if hasattr(os, "chown") and os.geteuid() == 0:
        owner = file.parent.stat()
        os.chown(file, owner.st_uid, owner.st_gid)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a directory, are on the disk."""
    if path.is_dir() and os.name != "posix":
        return  # Windows cannot open a directory
    descriptor = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> Path:
    """Make a folder beside the database that only its owner may enter."""
    folder.mkdir(mode=0o700, exist_ok=True)
    give_to_owner(folder)
    return folder
