"""The programs under test as processes, and what can be asked about them from outside."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0
HAS_PROC = Path("/proc/self/smaps_rollup").exists()


class Program:
    """A child process whose output goes to files; `start` waits for a word on its output."""

    def __init__(self, folder: Path, name: str, command: list[str]) -> None:
        self.command = command
        self.descriptors: tuple[int, ...] = ()
        self.output = folder / f"{name}.out"
        self.log = folder / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def spawn(self, environ: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        with self.output.open("wb") as output, self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env={**_plain_environ(), **(environ or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=log,
                pass_fds=self.descriptors,
            )
        return self.process

    def wait_for(self, word: str) -> str:
        """Wait for a line that contains a word; answer what follows it."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            _, found, rest = self.output.read_text().partition(word)
            if found and "\n" in rest:
                return rest.splitlines()[0]
            if self.process is None or self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise AssertionError(f"{self.command[2]} did not start:\n{self.log.read_text()}")

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def kill(self) -> None:
        """End it as a power cut would end the process: no handler runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def terminate(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)

    def wait(self, seconds: float = 30.0) -> int:
        assert self.process is not None
        return self.process.wait(seconds)


def copy_prepared(prepared: Path, folder: Path) -> Path:
    """Put a copy of a data directory and its master key into a folder; answer the folder."""
    shutil.copytree(prepared / "data", folder / "data")
    shutil.copy2(prepared / "data.master-key", folder)
    return folder


class Upstream(Program):
    """The scripted provider."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "upstream", [sys.executable, "-m", "tests.upstream"])
        self.base_url = ""

    def start(self) -> "Upstream":
        self.spawn()
        self.base_url = "http" + self.wait_for("http")
        return self

    def requests(self, model: str | None = None) -> list[dict[str, Any]]:
        """What came for a model, oldest first, and what was sent when."""
        answer = httpx.get(f"{self.base_url}/_control/requests", trust_env=False, timeout=30)
        items: list[dict[str, Any]] = answer.json()["items"]
        return [item for item in items if model is None or item["model"] == model]

    def forget(self) -> None:
        httpx.delete(f"{self.base_url}/_control/requests", trust_env=False, timeout=30)


class Server(Program):
    """`chatbox serve` on a data directory; it may be started again after it ended."""

    def __init__(self, folder: Path, *flags: str) -> None:
        self.data = folder / "data"
        self.database = self.data / "chatbox.db"
        command = [sys.executable, "-m", "chatbox", "serve", "--port", "0", "--no-discover"]
        command += ["--no-demo-model", "--data-dir", str(self.data), *flags]
        super().__init__(folder, "server", command)
        self.url = ""

    def start(self, **environ: str) -> "Server":
        """Start; keyword arguments are configuration, as `upstream_idle_seconds="1"`."""
        variables = {f"CHATBOX_{name.upper()}": value for name, value in environ.items()}
        self.spawn(variables)
        self.url = self.wait_for("ready: ").strip()
        return self

    def refused(self, **environ: str) -> str:
        """Start, expecting a refusal; answer what it said."""
        before = self.log.stat().st_size if self.log.exists() else 0
        self.spawn({f"CHATBOX_{name.upper()}": value for name, value in environ.items()})
        assert self.wait() == 2, self.output.read_text()
        return self.log.read_bytes()[before:].decode()

    def stop(self) -> int:
        """Ask it to end; answer its exit code."""
        self.terminate()
        return self.wait()

    def client(self) -> httpx.AsyncClient:
        limits = httpx.Limits(max_connections=None)
        return httpx.AsyncClient(
            base_url=f"{self.url}/api/v1", trust_env=False, timeout=60, limits=limits
        )

    @property
    def rss(self) -> int:
        """Resident memory in bytes."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no VmRSS")

    @property
    def waited(self) -> float:
        """Seconds its threads were ready to run and the kernel ran something else."""
        total = 0
        for task in Path(f"/proc/{self.pid}/task").glob("*/schedstat"):
            total += int(task.read_text().split()[1])
        return total / 1e9


def _plain_environ() -> dict[str, str]:
    """The environment without what would configure a server or a proxy, or slow its start."""
    plain = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CHATBOX_", "PYTHONDONTWRITE"))
        and not name.upper().endswith("_PROXY")
    }
    return {**plain, "CHATBOX_STORAGE_BALLAST_BYTES": "0"}  # 16 MB to copy for every server
