"""The executable, and an empty system to run it in: no Python, no shell, no list of users."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scripts.places import load_script

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534


@pytest.fixture(scope="session")
def dist() -> Path:
    """Build the file and the folder, which takes no time when nothing has changed.

    Only one process does so at a time: the test files may run side by side.
    """
    if not may_change_root():
        pytest.skip("the executable is tried out in an empty system, which needs root on Linux")
    command = [os.path.realpath(sys.executable), "scripts/build_binary.py", "--both"]
    fcntl = pytest.importorskip("fcntl")
    with (ROOT / "chatbox.spec").open() as spec:
        fcntl.flock(spec, fcntl.LOCK_EX)
        built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return ROOT / "dist"


def may_change_root() -> bool:
    """Root may, but not in every container."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    return subprocess.run(["chroot", "/", "true"], capture_output=True).returncode == 0


class Empty:
    """A root directory with the executable, the C library and two folders of an ordinary user."""

    def __init__(self, root: Path, executable: Path) -> None:
        self.root = root
        for name in ("tmp", "home"):
            (root / name).mkdir()
            os.chown(root / name, NOBODY, NOBODY)
        (root / "dev").mkdir()
        (root / "dev" / "null").touch()  # making the device is forbidden in many containers
        (root / "dev" / "null").chmod(0o666)
        shutil.copy(executable, root / "chatbox")
        load_script("image_root").copy_libraries(executable, root)

    def command(self, *arguments: str, **environ: str) -> list[str]:
        """The command line of the executable for that user, with nothing else in its environment.

        The user may write in `/tmp` and `/home` and nowhere else.
        """
        variables = [f"{name}={value}" for name, value in environ.items()]
        changed = [str(shutil.which("chroot")), f"--userspec={NOBODY}:{NOBODY}", str(self.root)]
        return ["env", "-i", *variables, *changed, "/chatbox", *arguments]

    def run(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a command that ends by itself."""
        command = self.command(*arguments, **environ)
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    @property
    def left_in_tmp(self) -> list[str]:
        return [file.name for file in (self.root / "tmp").iterdir()]


@pytest.fixture
def empty(tmp_path: Path, dist: Path) -> Empty:
    root = tmp_path / "root"
    root.mkdir(mode=0o755)
    return Empty(root, dist / "chatbox")
