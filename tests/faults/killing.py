"""Ends a piece of work by SIGKILL at its k-th operation on files, for every k; run as a program.

Python announces each file operation to audit hooks (`sys.addaudithook`), so the product needs no
places to fail at. Every attempt is a forked child on a fresh copy of a folder. What it left is
handed to a check, which runs in another child, for SQLite and forks do not mix.

    python -m tests.faults.killing MODULE FUNCTION FOLDER

MODULE.FUNCTION_work(folder) is the work and MODULE.FUNCTION_check(folder, ended) the check.
"""

import importlib
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

WATCHED = {"open", "os.chmod", "os.link", "os.mkdir", "os.remove", "os.rename", "os.truncate"}
WATCHED |= {"shutil.copyfile", "sqlite3.connect"}
MOST = 500


def main(module: str, function: str, folder: Path) -> int:
    """Answer how often the work was killed; raises when a check failed."""
    code = importlib.import_module(module)
    work, check = getattr(code, f"{function}_work"), getattr(code, f"{function}_check")
    for number in range(1, MOST):
        scene = folder.with_name(f"{folder.name}-{number}")
        shutil.copytree(folder, scene)
        status = in_child(lambda scene=scene, number=number: killed_at(number, scene, work))
        ended = os.WIFEXITED(status)
        if ended and os.WEXITSTATUS(status):
            raise SystemExit(f"the work failed at {number}")
        if in_child(lambda scene=scene, ended=ended: check(scene, ended)):
            raise SystemExit(f"the check failed after a kill at operation {number}")
        shutil.rmtree(scene)
        if ended:
            return number - 1
    raise SystemExit("the work never ended")


def killed_at(number: int, scene: Path, work: Callable[[Path], None]) -> None:
    """Do the work until the operation with this number, counted from 1, is about to happen."""
    left = number

    def hook(event: str, args: tuple[object, ...]) -> None:
        nonlocal left
        if event in WATCHED and str(args[0] if args else "").find(scene.name) >= 0:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    work(scene)


def in_child(act: Callable[[], None]) -> int:
    """Fork, act, and answer the wait status."""
    child = os.fork()
    if child == 0:
        try:
            act()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1]


if __name__ == "__main__":
    sys.stdout.write(f"{main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))}\n")
