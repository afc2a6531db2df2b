#!/usr/bin/env python3
"""Build the executable: the file `dist/chatbox`, or with `--onedir` the folder `dist/chatbox-dir`.

It is made by the Python that runs this script, from the packages of `requirements-build.txt` in an
environment of their own. The same commit, Python and system give the same bytes; what is there and
made from the same sources is left alone. Standard library only.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - the point is to say so on an older one
    sys.exit("chatbox needs Python 3.11 or later; this is Python " + sys.version.split()[0] + ".")

import _setup

BUILD, DIST = _setup.ROOT / "build", _setup.ROOT / "dist"
NAME = "chatbox.exe" if os.name == "nt" else "chatbox"
PROGRAMS = {"onefile": DIST / NAME, "onedir": DIST / "chatbox-dir" / NAME}
# Programs that chatbox starts, such as a browser, must not load the executable's libraries.
HOOK = """\
import os

if commit := {commit!r}:
    os.environ.setdefault("CHATBOX_COMMIT", commit)
for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"):
    if (before := os.environ.pop(f"{{name}}_ORIG", None)) is not None:
        os.environ[name] = before
    else:
        os.environ.pop(name, None)
"""


def main() -> int:
    """Build, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--onedir", action="store_true", help="a folder that unpacks nothing")
    parser.add_argument("--both", action="store_true", help="the file and the folder")
    options = parser.parse_args()
    kinds = [*PROGRAMS] if options.both else ["onedir" if options.onedir else "onefile"]
    with _setup.telling():
        check_tools()
        _setup.prepare()  # the UI and the token tables
        wanted = sources_hash()
        if stale := [kind for kind in kinds if not is_fresh(kind, wanted)]:
            environment = _setup.prepare_apart(BUILD / "venv", "requirements-build.txt")
            with _setup.step("Building the executable"):
                build(environment, stale)
            if "onefile" in stale:
                list_parts(environment)
        for kind in kinds:
            print(describe(PROGRAMS[kind]))
            stamp_of(kind).write_text(wanted, "ascii")
    return 0


def is_fresh(kind: str, wanted: str) -> bool:
    """Tell whether a program is there and was made from these sources."""
    stamp = stamp_of(kind)
    return PROGRAMS[kind].exists() and stamp.is_file() and stamp.read_text("ascii") == wanted


def stamp_of(kind: str) -> Path:
    """The file that remembers what a program was made from."""
    return BUILD / f"{kind}.sha256"


def check_tools() -> None:
    """Say at once what a long build would fail for at its end."""
    if sys.platform == "linux" and not (shutil.which("objcopy") and shutil.which("strip")):
        raise _setup.SetupFailed(
            "Building the executable needs objcopy and strip: install the package binutils and run"
            " the same command again."
        )


def sources_hash() -> str:
    """Hash everything that goes into the executable."""
    digest = hashlib.sha256(f"{sys.version} {commit()}".encode())
    inputs = [_setup.ROOT / name for name in ("chatbox.spec", "requirements-build.txt")]
    inputs += [Path(__file__), *files_in(_setup.ROOT / "migrations")]
    inputs += files_in(_setup.ROOT / "chatbox")
    for path in inputs:
        if "node_modules" not in path.parts and path.suffix != ".pyc":
            digest.update(f"{path.relative_to(_setup.ROOT)} {sha256(path)}".encode())
    return digest.hexdigest()


def build(environment: _setup.Environment, kinds: list[str]) -> None:
    """Run PyInstaller."""
    BUILD.mkdir(exist_ok=True)
    hook = BUILD / "start.py"
    hook.write_text(HOOK.format(commit=commit()), encoding="utf-8")
    variables = {
        "CHATBOX_HOOK": str(hook),
        "CHATBOX_KINDS": " ".join(kinds),
        "PYTHONHASHSEED": "0",
        "SOURCE_DATE_EPOCH": os.environ.get("SOURCE_DATE_EPOCH") or commit_time(),
        "PYINSTALLER_CONFIG_DIR": str(BUILD / "cache"),
    }
    command = [str(environment.python), "-m", "PyInstaller", "--noconfirm", "--clean"]
    command += ["--log-level=WARN", f"--distpath={DIST}", f"--workpath={BUILD / 'work'}"]
    os.environ.update(variables)
    _setup.run([*command, "chatbox.spec"], advice="Read the lines above.")


def commit() -> str:
    """Name what is built; a checkout with changes is said to have them."""
    if told := os.environ.get("CHATBOX_COMMIT"):
        return told
    head = git("rev-parse", "HEAD")
    return f"{head}-changed" if head and git("status", "--porcelain") else head


def commit_time() -> str:
    """The time that stands in the executable; without git, the earliest that a zip file knows."""
    return git("log", "-1", "--format=%ct") or "315532800"


def git(*arguments: str) -> str:
    """Ask git; nothing where there is no git or no repository."""
    try:
        told = subprocess.run(
            ["git", *arguments], cwd=_setup.ROOT, capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return told.stdout.strip() if told.returncode == 0 else ""


def list_parts(environment: _setup.Environment) -> None:
    """Write what is in the executable, and under which licences, beside it."""
    program = PROGRAMS["onefile"]
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    version = (told.stdout.split() or ["", "unknown"])[1]
    command = [str(environment.python), "scripts/parts.py", str(program), version]
    _setup.run(command, advice="Read the lines above.")


def describe(program: Path) -> str:
    """Start it once, for what cannot tell its version is no executable; tell its size and hash."""
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    if told.returncode != 0:
        raise _setup.SetupFailed(f"{told.stderr}\nThe executable was built but does not start.")
    files = [program] if program.parent == DIST else files_in(program.parent)
    size = sum(file.stat().st_size for file in files) / 1e6
    name = program.relative_to(_setup.ROOT)
    return f"{told.stdout.strip()}\n{name}: {size:.1f} MB, sha256 {sha256(program)}"


def files_in(folder: Path) -> list[Path]:
    """List the files of a folder, in one order everywhere."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def sha256(path: Path) -> str:
    """Hash a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
