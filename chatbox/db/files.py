"""Files and folders beside the database: whose they are."""

import os
from pathlib import Path


def give_to_owner(file: Path) -> None:
    """Let a file belong to whom the directory of the data belongs, when root made it."""
    if hasattr(os, "chown") and os.geteuid() == 0:
        owner = file.parent.stat()
        os.chown(file, owner.st_uid, owner.st_gid)


def make_folder(folder: Path) -> Path:
    """Make a folder beside the database that only its owner may enter."""
    folder.mkdir(mode=0o700, exist_ok=True)
    give_to_owner(folder)
    return folder
