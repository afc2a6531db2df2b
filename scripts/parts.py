#!/usr/bin/env python3
"""List what is in the executable: `dist/sbom.cdx.json` (CycloneDX 1.5) and `dist/licenses.txt`.

`build_binary.py` runs it with the Python of `build/venv`. What counts is what the executable holds,
not what a lock names; the web page's parts are the npm packages that are no tools.
"""

import json
import sqlite3
import ssl
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from importlib.metadata import Distribution, distribution, packages_distributions
from pathlib import Path
from typing import Any, cast

from PyInstaller.archive.readers import CArchiveReader

ROOT = Path(__file__).resolve().parents[1]
DIST, UI = ROOT / "dist", ROOT / "chatbox" / "ui"
_TOOLS = ("esbuild", "@esbuild/", "commander")  # they make the page and are not in it
_LICENSES = ("LICENSE", "LICENCE", "COPYING", "NOTICE")


@dataclass(frozen=True)
class Part:
    """A part of the executable, with what its licence says."""

    name: str
    version: str
    kind: str
    license: str
    text: str

    def component(self) -> dict[str, Any]:
        """What CycloneDX says of it."""
        found: dict[str, Any] = {"type": "library", "name": self.name, "version": self.version}
        if self.kind in ("pypi", "npm"):
            found["purl"] = f"pkg:{self.kind}/{self.name.replace('@', '%40')}@{self.version}"
        if self.license:
            found["licenses"] = [{"license": {"name": self.license}}]
        return found


def main() -> int:
    """Write both files; the one-file executable and its version are the arguments."""
    program, version = Path(sys.argv[1]), sys.argv[2]
    parts = [*own_parts(), *python_parts(program), *npm_parts()]
    parts.sort(key=lambda part: (part.kind, part.name.lower()))
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "chatbox", "version": version}},
        "components": [part.component() for part in parts],
    }
    (DIST / "sbom.cdx.json").write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8")
    with (DIST / "licenses.txt").open("w", encoding="utf-8", newline="\n") as file:
        for part in parts:
            file.write(f"{'=' * 78}\n{part.name} {part.version}: {part.license}\n\n{part.text}\n")
    return 0


def own_parts() -> Iterator[Part]:
    """What comes with Python itself."""
    python = ".".join(map(str, sys.version_info[:3]))
    folder = Path(sys.base_prefix, "lib", f"python{sys.version_info[0]}.{sys.version_info[1]}")
    yield Part("CPython", python, "python", "PSF-2.0", texts_in(folder))
    openssl = ssl.OPENSSL_VERSION.split()[1]
    yield Part("OpenSSL", openssl, "python", "Apache-2.0", "")
    try:
        from pysqlite3 import sqlite_version  # noqa: PLC0415 - not on every system
    except ImportError:
        sqlite_version = sqlite3.sqlite_version
    yield Part("SQLite", sqlite_version, "python", "public domain", "")


def python_parts(program: Path) -> Iterator[Part]:
    """The packages of which a module is in the executable."""
    archive = CArchiveReader(str(program))
    modules = set(archive.open_embedded_archive("PYZ.pyz").toc)
    files = {name.replace("\\", "/") for name in archive.toc}
    tops = {name.partition(".")[0] for name in modules}
    tops |= {name.partition("/")[0].partition(".")[0] for name in files}
    owners = packages_distributions()
    names = {owner for top in tops for owner in owners.get(top, ())}
    for name in sorted(names - {"chatbox", "pyinstaller", "setuptools", "pip"}):
        found = distribution(name)
        yield Part(name, found.version, "pypi", license_of(found), texts_of(found))


def license_of(found: Distribution) -> str:
    """The name of a package's licence, from wherever its metadata says it."""
    told = cast(Message, found.metadata)
    words = told.get("License-Expression") or told.get("License") or ""
    kinds = [kind for kind in told.get_all("Classifier", []) if kind.startswith("License ::")]
    return words.partition("\n")[0] or (kinds or [""])[0].rpartition(":: ")[2]


def npm_parts() -> Iterator[Part]:
    """The packages that the web page is made of."""
    lock = json.loads((UI / "package-lock.json").read_text(encoding="utf-8"))
    for place, entry in lock["packages"].items():
        name = place.rpartition("node_modules/")[2]
        if name and not entry.get("dev") and not name.startswith(_TOOLS):
            words = entry.get("license", "")
            yield Part(name, entry["version"], "npm", words, texts_in(UI / place))


def texts_of(found: Distribution) -> str:
    """The licences that a Python package brings along."""
    paths = [path for path in found.files or () if path.name.upper().startswith(_LICENSES)]
    located = [Path(str(path.locate())) for path in paths if ".dist-info" in str(path)]
    return "\n".join(path.read_text("utf-8", "replace") for path in sorted(located))


def texts_in(folder: Path) -> str:
    """The licences that lie in a folder."""
    if not folder.is_dir():
        return ""
    paths = sorted(path for path in folder.iterdir() if path.name.upper().startswith(_LICENSES))
    return "\n".join(path.read_text("utf-8", "replace") for path in paths if path.is_file())


if __name__ == "__main__":
    sys.exit(main())
