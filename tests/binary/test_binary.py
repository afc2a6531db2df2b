"""The executable alone, in a system without Python: it serves, streams, ends and leaves nothing."""

import asyncio
import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import chatbox
from tests.binary.conftest import NOBODY, Empty
from tests.faults.processes import START_SECONDS, Program
from tests.faults.processes import Upstream as ScriptedProvider
from tests.running import SECRET, events_of, good, next_of, text_of

MOST_BYTES = 40_000_000
DATA = "/home/Überall 数据/chat box"


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[ScriptedProvider]:
    started = ScriptedProvider(tmp_path).start()
    yield started
    started.kill()


class Serving(Program):
    """`chatbox serve` in the empty system, in a process group of its own as under a terminal."""

    def __init__(self, empty: Empty, folder: Path) -> None:
        command = empty.command("serve", "--port", "0", "--no-discover", "--data-dir", DATA)
        super().__init__(folder, "server", command)
        self.spawn()
        self.url = self.wait_for("ready: ").strip()


@pytest.fixture
def serving(empty: Empty, tmp_path: Path) -> Iterator[Serving]:
    started = Serving(empty, tmp_path)
    yield started
    started.terminate()
    started.wait()


def client_of(serving: Serving) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=serving.url, trust_env=False, timeout=30)


def test_it_is_small_and_tells_what_it_is(empty: Empty) -> None:
    assert (empty.root / "chatbox").stat().st_size < MOST_BYTES
    told = empty.run("--version")
    assert told.returncode == 0, told.stderr
    words = rf"chatbox {re.escape(chatbox.__version__)}.*, Python 3\.\d+\.\d+, SQLite 3\.\d+\.\d+\n"
    assert re.fullmatch(words, told.stdout)
    helped = empty.run("--help")
    assert helped.returncode == 0
    assert "serve" in helped.stdout
    assert empty.left_in_tmp == []


def test_nothing_strange_is_in_it(dist: Path) -> None:
    """No code that runs by itself at every start of Python, no test tool, nobody's paths."""
    folder = dist / "chatbox-dir"
    names = {path.name.lower() for path in folder.rglob("*")}
    assert not {name for name in names if name.endswith((".pth", ".egg-link"))}
    assert not names & {"record", "installer", "direct_url.json", "sqlite3", "_sqlite3"}
    parts = {
        part["name"] for part in json.loads((dist / "sbom.cdx.json").read_text())["components"]
    }
    assert {"litestar", "cryptography", "preact", "CPython", "SQLite"} <= parts
    assert not parts & {"pytest", "mypy", "ruff", "pip", "setuptools", "pyinstaller", "rich"}
    assert "MIT License" in (dist / "licenses.txt").read_text()


def test_without_a_home_it_asks_for_a_directory(empty: Empty) -> None:
    refused = empty.run("serve")
    assert refused.returncode == 2
    assert "--data-dir" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert empty.left_in_tmp == []


async def test_it_serves_its_pages_and_streams_a_chat(
    serving: Serving, provider: ScriptedProvider, empty: Empty
) -> None:
    async with client_of(serving) as client:
        page = await client.get("/")
        assert "chatbox" in page.text
        for asset in re.findall(r'(?:src|href)="(/assets/[^"]+)"', page.text):
            assert (await client.get(asset)).is_success, asset
        document = (await client.get("/schema/openapi.json")).json()
        assert all(
            verb["description"] for path in document["paths"].values() for verb in path.values()
        )
        new = {"name": "up", "base_url": provider.base_url, "secret": SECRET}
        good(await client.post("/api/v1/providers", json=new))
        question = {"content": "Good morning", "model": "up/echo"}
        async with client.stream("POST", "/api/v1/chat/stream", json=question) as response:
            events = [event async for event in events_of(response)]
    assert "Good morning" in text_of(events)
    assert events[-1].data["status"] == "done"

    serving.terminate()
    assert serving.wait() == 0
    assert empty.left_in_tmp == []
    folder = empty.root / DATA.lstrip("/")
    database = folder / "chatbox.db"
    assert (folder.stat().st_mode & 0o777, database.stat().st_mode & 0o777) == (0o700, 0o600)
    assert database.stat().st_uid == NOBODY
    backed_up = empty.run("backup", "--data-dir", DATA)
    assert backed_up.returncode == 0, backed_up.stderr
    assert "Backed up 1 sessions" in backed_up.stdout


async def test_ctrl_c_lets_a_running_reply_finish(
    serving: Serving, provider: ScriptedProvider, empty: Empty
) -> None:
    """A terminal tells the boot loader and the server, and the boot loader tells the server."""
    async with client_of(serving) as client:
        new = {"name": "up", "base_url": provider.base_url, "secret": SECRET}
        good(await client.post("/api/v1/providers", json=new))
        question = {"content": "Count", "model": "up/ok-20-50"}
        async with client.stream("POST", "/api/v1/chat/stream", json=question) as response:
            events = events_of(response)
            await next_of(events, "delta")
            for pid in (*children_of(serving.pid), serving.pid):
                os.kill(pid, signal.SIGINT)
            rest = [event async for event in events]
    assert rest[-1].data["status"] == "done", rest[-1]
    assert serving.wait() == 0
    assert empty.left_in_tmp == []


async def test_it_restarts_in_place(serving: Serving, empty: Empty) -> None:
    os.kill(serving.pid, signal.SIGUSR2)
    async with asyncio.timeout(START_SECONDS):
        while serving.output.read_text().count("ready: ") < 2:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.05)
    assert serving.output.read_text().count(serving.url) == 2, "it is the same socket"
    async with client_of(serving) as client:
        assert (await client.get("/healthz")).is_success
    serving.terminate()
    assert serving.wait() == 0
    assert empty.left_in_tmp == []


def children_of(pid: int) -> list[int]:
    told = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in told.split()]
