"""Where the tests of the scripts work: the project itself and clean copies of it."""

import importlib.util
import os
import shutil
import socket
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
# What git ignores, and what no fresh clone has.
_NOT_CLONED = shutil.ignore_patterns(
    ".git",
    ".venv*",
    "node_modules",
    "build",
    "dist",
    "*.gz",
    "*.bin",
    "__pycache__",
    ".*_cache",
    ".hypothesis",
)


def clean_copy(target: Path) -> Path:
    """Copy the project as a fresh clone would be, without git."""
    shutil.copytree(ROOT, target, ignore=_NOT_CLONED, symlinks=True)
    return target


def load_script(name: str) -> ModuleType:
    """Import a script by its path: the folder is no package."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def bare_environ(home: Path, **more: str) -> dict[str, str]:
    """What a new user has: an empty home and nothing of the test run's own environment."""
    home.mkdir(exist_ok=True)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CHATBOX_", "VIRTUAL_ENV", "PYTHON", "XDG_", "UV_"))
    }
    return kept | {"HOME": str(home)} | more


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
