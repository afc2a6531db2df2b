"""One upstream for all fault tests; every server gets a copy of one prepared data directory."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.faults.processes import Server, Upstream, copy_prepared

SECRET = "canary-first-Zx81kQ"  # noqa: S105


@pytest.fixture(scope="session")
def upstream_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    process = Upstream(tmp_path_factory.mktemp("upstream")).start()
    yield process
    process.kill()


@pytest.fixture
def upstream(upstream_process: Upstream) -> Upstream:
    upstream_process.forget()
    return upstream_process


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, upstream_process: Upstream) -> Path:
    """A folder with a data directory that knows the provider `up`, and its master key."""
    folder = tmp_path_factory.mktemp("prepared")
    server = Server(folder).start()
    try:
        asyncio.run(connect(server, name="up", base_url=upstream_process.base_url, secret=SECRET))
        assert server.stop() == 0
    finally:
        server.kill()
    return folder


async def connect(server: Server, **provider: str) -> str:
    async with server.client() as client:
        answer = await client.post("/providers", json=provider)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


@pytest.fixture
def make_server(tmp_path: Path, prepared: Path) -> Iterator[Callable[..., Server]]:
    """Make servers, not started yet, each on its own copy of the prepared directory."""
    made: list[Server] = []

    def make(*flags: str) -> Server:
        folder = tmp_path / f"server{len(made)}"
        folder.mkdir()
        made.append(Server(copy_prepared(prepared, folder), *flags))
        return made[-1]

    yield make
    for server in made:
        server.kill()


@pytest.fixture
def server(make_server: Callable[..., Server], upstream: Upstream) -> Server:
    """A running server that knows the scripted upstream as `up`."""
    return make_server().start()


@pytest.fixture
async def client(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with server.client() as open_client:
        yield open_client


@pytest.fixture
def rounds() -> int:
    """How many random kills to try."""
    return int(os.environ.get("CHATBOX_FAULT_ROUNDS", "6"))


@pytest.fixture
def small_disk(tmp_path: Path, prepared: Path) -> Iterator[Path]:
    """A disk of 64 MB in memory with the prepared data directory on it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m,mode=0700", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield copy_prepared(prepared, disk)
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)
