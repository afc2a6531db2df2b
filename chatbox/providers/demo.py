"""A tiny real model on this machine's processor, to see that chatbox works before a key is at hand.

The model runs in a process of its own (`demo_server.py`) and speaks OpenAI's dialect, so to the
rest of chatbox it is a provider like any other. Any other GGUF file runs the same way.
"""

import asyncio
import contextlib
import os
import sys
import tempfile
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import msgspec

from chatbox.providers.demo_fetch import (
    DemoModelFailed,
    Progress,
    ensure_engine,
    ensure_weights,
)

ALIAS = "smollm2-135m"
CONTEXT_TOKENS = 4096
_LOAD_SECONDS = 300.0


class _Announcement(msgspec.Struct):
    url: str


class DemoModel:
    """The child process and what it needs; `start` and `stop` once each."""

    def __init__(self, cache: Path, *, model_path: Path | None = None) -> None:
        self._cache = cache
        self._model_path = model_path
        self._process: asyncio.subprocess.Process | None = None

    @property
    def alias(self) -> str:
        """The name under which the server lists the model."""
        return self._model_path.stem if self._model_path else ALIAS

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process and running else None

    async def start(self, progress: Progress) -> str:
        """Fetch what is missing, start the server and return its base URL once it answers.

        `progress` gets sentences for the user, several a second while downloading.
        Raises `DemoModelFailed`.
        """
        model = self._model_path or await ensure_weights(self._cache, progress)
        await asyncio.to_thread(_check_gguf, model)
        engine = await ensure_engine(self._cache, progress)
        progress("Starting the demo model")
        # No pipe: nobody would read it later, and a full pipe blocks the child.
        with tempfile.TemporaryFile() as log:
            try:
                async with asyncio.timeout(_LOAD_SECONDS):
                    self._process = await _spawn(_command(model, engine, self.alias), log)
                    url = await _announced_url(self._process)
                    await _until_healthy(url, self._process)
            except (OSError, TimeoutError, msgspec.DecodeError) as failure:
                await self.stop()
                words = await asyncio.to_thread(_last_words, log)
                raise DemoModelFailed(f"The demo model did not start: {words}") from failure
            except BaseException:
                await asyncio.shield(self.stop())
                raise
        return f"{url}/v1"

    async def wait(self) -> None:
        """Return when the child has ended, however it did."""
        if self._process is not None:
            await self._process.wait()

    async def stop(self) -> None:
        """End the child; safe to call at any time."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 3.0)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _command(model: Path, engine: Path | None, alias: str) -> list[str]:
    script = str(Path(__file__).with_name("demo_server.py"))
    command = [sys.executable, "-I", script, "--model", str(model), "--alias", alias]
    command += ["--context", str(CONTEXT_TOKENS), "--threads", str(_threads())]
    return command + (["--engine", str(engine)] if engine else [])


def _threads() -> int:
    """Leave a core to the chat server; llama.cpp collapses when its threads must share one."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min((cores or 1) - 1, 4))


def _check_gguf(model: Path) -> None:
    try:
        with model.open("rb") as file:
            magic = file.read(4)
    except OSError as failure:
        raise DemoModelFailed(f"{model} cannot be read: {failure.strerror}.") from failure
    if magic != b"GGUF":
        raise DemoModelFailed(f"{model} is not a GGUF file.")


async def _spawn(command: list[str], log: IO[bytes]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=log,
    )


async def _announced_url(process: asyncio.subprocess.Process) -> str:
    line = await process.stdout.readline() if process.stdout else b""
    return msgspec.json.decode(line, type=_Announcement).url


async def _until_healthy(url: str, process: asyncio.subprocess.Process) -> None:
    address = urlsplit(url)
    while process.returncode is None:
        if await _is_healthy(str(address.hostname), address.port or 80):
            return
        await asyncio.sleep(0.05)
    raise ChildProcessError(process.returncode)


async def _is_healthy(host: str, port: int) -> bool:
    """Ask /health by hand; the server answers 503 while it loads."""
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    try:
        writer.write(f"GET /health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        return b" 200 " in await asyncio.wait_for(reader.readline(), 5.0)
    except (OSError, TimeoutError):
        return False
    finally:
        writer.close()


def _last_words(log: IO[bytes]) -> str:
    """The engine's first error (`0.00.004 E srv  load_model: …`), else the last line of all."""
    log.seek(0)
    lines = log.read().decode(errors="replace").strip().splitlines()
    errors = [line.partition(" E ")[2] for line in lines if " E " in line]
    words = (errors[:1] or lines[-1:] or ["it gave no reason"])[0]
    return " ".join(words.split())[:300]
