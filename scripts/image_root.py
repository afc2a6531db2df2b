#!/usr/bin/env python3
"""Lay out the container image's root: the executable, the C library, three files and two folders.

There is no shell and no package manager in it. `Dockerfile` runs this, and so do the tests.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[1] / "dist" / "chatbox-dir"
# What every Linux with glibc has, and zlib, which PyInstaller's boot loader asks for.
SYSTEM_LIBRARIES = ("libc", "libdl", "libm", "libpthread", "libresolv", "librt", "libutil", "libz")
USER = 10001
FILES = {
    "etc/passwd": f"chatbox:x:{USER}:{USER}::/data:/opt/chatbox/chatbox\n",
    "etc/group": f"chatbox:x:{USER}:\n",
    "etc/nsswitch.conf": "hosts: files dns\n",
}


def main() -> int:
    """Lay out the folder that is named."""
    root = Path(sys.argv[1])
    shutil.copytree(PROGRAM, root / "opt" / "chatbox", symlinks=True)
    copy_libraries(PROGRAM / "chatbox", root)
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="ascii")
    make_folder(root / "data", mode=0o700, user=USER)
    make_folder(root / "tmp", mode=0o1777, user=0)
    return 0


def copy_libraries(program: Path, root: Path) -> None:
    """Copy the C library that a program was linked to here, to the same places below `root`."""
    told = subprocess.run(["ldd", program], capture_output=True, text=True, check=True)
    found = [Path(path) for path in re.findall(r"(/\S+) \(0x", told.stdout)]
    folder = next(path.parent for path in found if path.name == "libc.so.6")
    loader = next(path for path in found if path.name.startswith("ld-linux"))
    for file in (
        loader,
        *(file for name in SYSTEM_LIBRARIES for file in folder.glob(f"{name}.so.?")),
    ):
        target = root / file.relative_to("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)


def make_folder(path: Path, *, mode: int, user: int) -> None:
    """Make a folder of a user."""
    path.mkdir()
    path.chmod(mode)
    os.chown(path, user, user)


if __name__ == "__main__":
    sys.exit(main())
