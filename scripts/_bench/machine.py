"""The processes of `bench.py` and what Linux says they cost."""

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

try:
    import uvloop
except ImportError:
    uvloop = None  # type: ignore[assignment]

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
SAMPLE_SECONDS = 0.25
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Bench:
    """What is measured: a command of chatbox; and the CPUs that processes are pinned to."""

    command: tuple[str, ...]
    server_cpu: int | None
    load_cpu: int | None
    is_team: bool = False
    """Whether everybody signs in; the load is the owner then, without rate limits."""

    @property
    def is_pinned(self) -> bool:
        """Whether the server has a CPU for itself."""
        return self.server_cpu is not None

    @contextmanager
    def upstream(self) -> Iterator["Process"]:
        """Run the scripted upstream until the block ends."""
        with _running([sys.executable, "-m", "tests.upstream"], self.load_cpu) as process:
            process.wait_for("http")
            yield process

    @contextmanager
    def server(self, data: Path) -> Iterator["Process"]:
        """Run chatbox over a data directory until the block ends."""
        with _running(self.serve_command(data), self.server_cpu) as process:
            process.wait_for("http")
            if self.is_team:
                sign_up(process)
            yield process

    def serve_command(self, data: Path) -> list[str]:
        """What starts a server that looks for nothing."""
        flags = ["--port", "0", "--no-discover", "--no-demo-model", "--data-dir", str(data)]
        flags += ["--team"] if self.is_team else []
        return [*self.command, "serve", "--log-level", "warning", *flags]


def bench_of(executable: str | None, *, is_team: bool) -> Bench:
    """Measure the sources, or an executable."""
    command = (executable,) if executable else (sys.executable, "-m", "chatbox")
    return Bench(command, *cpus(), is_team)


@contextmanager
def _running(command: list[str], cpu: int | None) -> Iterator["Process"]:
    process = Process(command, cpu)
    try:
        yield process
    finally:
        process.stop()


class Process:
    """A child process; all figures include its own children."""

    def __init__(self, command: list[str], cpu: int | None) -> None:
        self._name = " ".join(command[:3])
        own = _affinity()
        _pin(cpu)  # the child inherits it
        try:
            self._child = subprocess.Popen(
                command, cwd=ROOT, env=_environ(), stdout=subprocess.PIPE, text=True
            )
        finally:
            if own is not None:
                os.sched_setaffinity(0, own)
        self.said = ""
        self.cookie = ""
        self.exit_code: int | None = None

    def wait_for(self, word: str) -> None:
        """Read its output up to the line with the word."""
        assert self._child.stdout is not None  # noqa: S101 - for the type checker
        for line in self._child.stdout:
            before, found, after = line.partition(word)
            if found:
                self.said = found + after.strip()
                return
        raise SystemExit(f"{self._name} did not start.")

    def stop(self) -> None:
        """End it with SIGTERM."""
        if self.exit_code is None:
            self._child.terminate()
            self.exit_code = self._child.wait(60)
            if self._child.stdout is not None:
                self._child.stdout.close()

    @property
    def port(self) -> int:
        """The port within what it said."""
        return int(self.said.split(":")[2].split("/")[0])

    @property
    def cpu_seconds(self) -> float:
        """User and system time so far."""
        total = 0
        for pid in self._tree():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / _TICKS

    @property
    def pss_mb(self) -> float:
        """Proportional set size in megabytes (10^6 bytes)."""
        total = 0
        for pid in self._tree():
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
        return total / 1e6

    @property
    def open_files(self) -> int:
        """How many descriptors are open."""
        return sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in self._tree())

    def _tree(self) -> list[int]:
        found = [self._child.pid]
        for pid in found:
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                found += map(int, task.read_text().split())
        return found


class Peak:
    """Watches the memory of a process from a thread while the block runs."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.mb = process.pss_mb

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self.mb = max(self.mb, self._process.pss_mb)

    def _watch(self) -> None:
        while not self._stop.wait(SAMPLE_SECONDS):
            self.mb = max(self.mb, self._process.pss_mb)


def pin_to(cpu: int | None) -> None:
    """Pin this process, the load."""
    _pin(cpu)


def cpus() -> tuple[int | None, int | None]:
    """One CPU for the server and another one for upstream and load, where that is possible."""
    mine = _affinity()
    if mine is None or len(mine) < 2:
        return None, None
    first, second, *_ = sorted(mine)
    return first, second


def connect(server: Process, upstream: Process) -> None:
    """Make the upstream the provider `up` of a server that has none."""
    provider = {"name": "up", "base_url": f"http://127.0.0.1:{upstream.port}/v1"}
    ask(server, "POST", "/providers", {**provider, "secret": "made-up"})


def reconnect(server: Process, upstream: Process) -> None:
    """The same, for a data directory that may have a provider `up` from another time."""
    for provider in ask(server, "GET", "/providers")["items"]:
        ask(server, "DELETE", f"/providers/{provider['id']}")
    connect(server, upstream)


OWNER = {"username": "owner", "password": "a password for the bench"}
NO_LIMITS = {
    "turns_per_user": 0,
    "sockets_per_user": 0,
    "sends_per_minute": 0,
    "writes_per_minute": 0,
    "requests_per_minute": 0,
    "sign_ins_per_minute": 0,
}


def sign_up(server: Process) -> None:
    """Set the owner up with the link that the server prints, and lift the limits of people."""
    server.wait_for("http")
    ask(server, "POST", "/auth/setup", {"token": server.said.partition("#")[2], **OWNER})
    ask(server, "PATCH", "/settings/system", NO_LIMITS)


def run_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run the load on the cheaper loop when there is one."""
    return uvloop.run(work) if uvloop is not None else asyncio.run(work)


def ask(
    server: Process, method: str, path: str, body: Mapping[str, object] | None = None
) -> dict[str, Any]:
    """Ask a server for JSON, outside the measured time; a cookie that it sets is kept."""
    url = f"http://127.0.0.1:{server.port}/api/v1{path}"
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "Cookie": server.cookie}
    request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=60) as answer:
        if cookie := answer.headers.get("Set-Cookie"):
            server.cookie = cookie.partition(";")[0]
        document: dict[str, Any] = json.loads(answer.read() or b"{}")
        return document


def load_average() -> float:
    """How busy the machine was in the last minute."""
    return round(os.getloadavg()[0], 2)


def settle(seconds: float) -> None:
    """Let the machine come to rest."""
    time.sleep(seconds)


def _affinity() -> set[int] | None:
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None


def _pin(cpu: int | None) -> None:
    if cpu is not None:
        os.sched_setaffinity(0, {cpu})


def _environ() -> dict[str, str]:
    names = [name for name in os.environ if not name.startswith(("CHATBOX_", "PYTHONDONTWRITE"))]
    own = {"PYTHONUNBUFFERED": "1", "CHATBOX_LIMITS_CONNECTIONS_PER_ADDRESS": "0"}
    own["CHATBOX_TRUSTED_PROXIES"] = "127.0.0.1"  # the load may come from anywhere
    return {name: os.environ[name] for name in names} | own
