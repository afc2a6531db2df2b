"""Disks that are full or broken: reading goes on, nothing acknowledged is lost, room heals."""

import asyncio
import contextlib
import os
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.faults.api import JSON, assert_sound, ended, make_session, numbered, query, send
from tests.faults.processes import Server, Upstream

MB = 1024 * 1024
BALLAST = {"storage_ballast_bytes": str(8 * MB)}

pytestmark = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root mounts, limits and traces"
)


def server_on(disk: Path) -> Server:
    """A server whose data is on the disk, and whose log is not."""
    server = Server(disk)
    server.output, server.log = disk.parent / "full.out", disk.parent / "full.log"
    return server


def fill(path: Path) -> None:
    """Take all the room there is."""
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(256 * 1024))


async def storage_of(client: httpx.AsyncClient) -> JSON:
    found: JSON = (await client.get("/info")).json()["storage"]
    return found


async def becomes(client: httpx.AsyncClient, state: str) -> None:
    async with asyncio.timeout(20):
        while (await storage_of(client))["state"] != state:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def refused(client: httpx.AsyncClient, session: str, *, status: int, code: str) -> None:
    """Sending and changing are refused; reading works."""
    body = {"content": "More", "model": "up/ok-5-1"}
    for answer in (
        await client.post(f"/sessions/{session}/messages", json=body),
        await client.patch(f"/sessions/{session}", json={"title": "New"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert (await client.get(f"/sessions/{session}/messages")).status_code == 200
    ready = await client.get(str(client.base_url).replace("/api/v1", "/readyz"))
    assert (ready.status_code, ready.json()["code"]) == (503, "not_ready")


async def test_a_full_disk_saves_what_runs_refuses_what_is_new_and_heals(
    small_disk: Path, upstream: Upstream
) -> None:
    server = Server(small_disk).start(**BALLAST)
    try:
        async with server.client() as client:
            assert await storage_of(client) == {"state": "ok", "detail": ""}
            session = await make_session(client)
            running = await send(client, session, "ok-150-10")
            await asyncio.sleep(0.5)
            fill(small_disk / "filler")
            assert (await ended(client, running))["text"] == numbered(150)
            asked = len(upstream.requests())
            await becomes(client, "full")
            assert not (server.data / "chatbox.ballast").exists()
            await refused(client, session, status=507, code="storage_full")
            assert len(upstream.requests()) == asked, "a provider was asked for nothing"

            (small_disk / "filler").unlink()
            await becomes(client, "ok")
            assert (server.data / "chatbox.ballast").exists()
            again = await send(client, session, "ok-5-1")
            assert (await ended(client, again))["status"] == "done"
        assert server.stop() == 0
        assert_sound(server.database)
    finally:
        server.kill()


async def test_a_server_stops_on_a_full_disk_and_starts_again_with_room(small_disk: Path) -> None:
    server = server_on(small_disk).start(**BALLAST)
    try:
        async with server.client() as client:
            session = await make_session(client)
            large = {"system_prompt": "x" * 190_000}
            for _ in range(10):  # 2 MB that the database must grow by when the server stops
                await client.post("/sessions", json=large)
            fill(small_disk / "filler")
            while (await storage_of(client))["state"] == "ok":  # the log may have room for more
                await client.post("/sessions", json=large)
        fill(small_disk / "filler too")
        assert server.stop() == 0
        (small_disk / "filler").unlink()
        async with server.start(**BALLAST).client() as client:
            assert (await client.get(f"/sessions/{session}")).status_code == 200
        assert server.stop() == 0
        assert_sound(server.database)
    finally:
        server.kill()


@pytest.mark.parametrize("what", ["chatbox.db", "nothing"])
async def test_a_start_on_a_full_disk_is_refused(small_disk: Path, what: str) -> None:
    server = server_on(small_disk)
    for file in server.data.iterdir():
        if file.name != what:
            file.unlink()
    fill(small_disk / "filler")
    for _ in range(2):
        said = server.refused(**BALLAST)
        assert "Make room" in said
        assert "Traceback" not in said


async def test_a_file_that_may_not_grow_is_read_only_until_it_may(
    server: Server, client: httpx.AsyncClient
) -> None:
    session = await make_session(client)
    wal = server.database.with_name("chatbox.db-wal")
    size = max(server.database.stat().st_size, wal.stat().st_size)
    limits = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (size + 8192, limits[1]))
    body = {"title": "x" * 200}
    statuses = [(await client.post("/sessions", json=body)).status_code for _ in range(40)]
    assert set(statuses) <= {201, 503, 507}
    assert statuses[-1] == 507
    await becomes(client, "full")
    assert (await client.get(f"/sessions/{session}")).status_code == 200
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, limits)
    await becomes(client, "ok")
    assert (await client.post("/sessions", json=body)).status_code == 201
    stored = query(server.database, "SELECT count(*) FROM sessions WHERE title LIKE 'xxx%'")
    assert stored == [(statuses.count(201) + 1,)]
    assert_sound(server.database)


@contextlib.contextmanager
def failing_syncs(server: Server, first: int) -> Iterator[None]:
    """Let the disk answer EIO to one sync, counted from now on."""
    rule = f"inject=fdatasync,fsync:error=EIO:when={first}"
    command = ["strace", "-f", "-q", "-e", "trace=fdatasync,fsync", "-e", rule]
    with subprocess.Popen(
        [*command, "-p", str(server.pid), "-o", "/dev/null"], stderr=subprocess.PIPE
    ) as tracer:
        try:
            yield
        finally:
            tracer.terminate()


def wait_for_tracer(server: Server) -> None:
    deadline = time.monotonic() + 10
    while "TracerPid:\t0\n" in Path(f"/proc/{server.pid}/status").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
async def test_after_a_failed_sync_nothing_is_acknowledged_until_a_restart(
    make_server: Callable[..., Server], rounds: int
) -> None:
    """40 places with CHATBOX_FAULT_ROUNDS=40."""
    for first in range(1, max(3, rounds // 2)):
        server = make_server().start()
        acknowledged: list[str] = []
        async with server.client() as client:
            reader = await make_session(client)
            with failing_syncs(server, first):
                wait_for_tracer(server)
                for number in range(first + 4):
                    answer = await client.post("/sessions", json={"title": f"n{number}"})
                    if answer.status_code == 201:
                        acknowledged.append(answer.json()["id"])
            assert len(acknowledged) < first + 4, "the failure was not noticed"
            await refused(client, reader, status=503, code="storage_failed")
            assert "restarted" in (await storage_of(client))["detail"]
        server.kill()
        server.start()
        async with server.client() as client:
            for session in acknowledged:
                assert (await client.get(f"/sessions/{session}")).status_code == 200
            assert await make_session(client)
        assert server.stop() == 0
        assert_sound(server.database)
