"""Starts that must be refused, with a sentence that helps; and what a start puts right."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.faults.api import make_session, query
from tests.faults.processes import ROOT, Server

NOBODY = 65_534


async def test_a_second_server_on_the_directory_is_refused(server: Server, tmp_path: Path) -> None:
    second = Server(tmp_path)
    second.command = [*server.command]
    said = second.refused()
    assert f"process {server.pid}" in said
    assert str(server.data) in said
    async with server.client() as client:
        assert await make_session(client)
        assert (await client.get(server.url + "/readyz")).status_code == 200


def test_a_data_directory_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a directory")
    said = Server(tmp_path).refused()
    assert "cannot be used" in said
    assert "--data-dir" in said
    assert "Traceback" not in said


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_read_only_directory_is_refused(make_server: Callable[..., Server]) -> None:
    server = make_server()
    server.data.chmod(0o500)
    try:
        said = server.refused()
    finally:
        server.data.chmod(0o700)
    assert "--data-dir" in said
    assert "Traceback" not in said


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_open_permissions_are_tightened(make_server: Callable[..., Server]) -> None:
    server = make_server()
    server.data.chmod(0o755)
    server.database.chmod(0o644)
    key = server.data.with_name("data.master-key")
    key.chmod(0o644)
    server.start()
    assert server.data.stat().st_mode & 0o777 == 0o700
    assert key.stat().st_mode & 0o777 == 0o600
    files = list(server.data.glob("chatbox*"))
    assert {file.name for file in files} >= {"chatbox.db", "chatbox.db-wal", "chatbox.lock"}
    assert {oct(file.stat().st_mode & 0o777) for file in files} == {"0o600"}


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_directory_of_other_things_is_left_as_it_is(tmp_path: Path) -> None:
    server = Server(tmp_path)
    server.data.mkdir()
    server.data.chmod(0o755)
    (server.data / "notes.txt").touch()
    said = server.refused()
    assert f"--data-dir {server.data}/chatbox" in said
    assert "Traceback" not in said
    assert server.data.stat().st_mode & 0o777 == 0o755
    assert [file.name for file in server.data.iterdir()] == ["notes.txt"]


def test_a_lost_key_is_replaced_only_when_no_secret_needs_it(
    make_server: Callable[..., Server], tmp_path: Path
) -> None:
    with_secret = make_server()
    with_secret.data.with_name("data.master-key").unlink()
    said = with_secret.refused()
    assert "holds secrets" in said
    assert not with_secret.data.with_name("data.master-key").exists()
    without = Server(tmp_path)
    try:
        assert without.start().stop() == 0
        without.data.with_name("data.master-key").unlink()
        assert without.start().stop() == 0
        assert without.data.with_name("data.master-key").exists()
    finally:
        without.kill()


def test_the_current_directory_can_be_the_data_directory(tmp_path: Path) -> None:
    server = Server(tmp_path)
    server.data.mkdir(mode=0o700)
    relative = os.path.relpath(server.data, ROOT)
    server.command[server.command.index(str(server.data))] = relative
    try:
        assert server.start().stop() == 0
    finally:
        server.kill()
    assert server.database.exists()
    assert server.data.with_name("data.master-key").exists()


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_ctrl_c_while_starting_says_nothing(tmp_path: Path) -> None:
    server = Server(tmp_path)
    process = server.spawn()
    for _ in range(500):
        if server.data.exists():
            break
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    assert server.wait() in (0, 130)
    assert "Traceback" not in server.log.read_text()


def test_a_file_that_is_no_database_is_refused_untouched(
    make_server: Callable[..., Server],
) -> None:
    server = make_server()
    content = b"garbage " * 4_096
    server.database.write_bytes(content)
    said = server.refused()
    assert str(server.database) in said
    assert "Traceback" not in said
    assert server.database.read_bytes() == content


def test_a_database_of_a_newer_program_is_refused_untouched(
    make_server: Callable[..., Server],
) -> None:
    server = make_server()
    query(
        server.database,
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, ?, ?)",
        "chatbox",
        "m9999_from_the_future",
        "2030-01-01",
    )
    before = server.database.read_bytes()
    assert "newer" in server.refused()
    assert server.database.read_bytes() == before


def test_where_others_reach_it_the_server_asks_who_they_are(
    make_server: Callable[..., Server],
) -> None:
    """It prints the owner's link; once there is an owner, every start is a team's."""
    server = make_server("--host", "0.0.0.0")  # noqa: S104
    server.start()
    token = server.wait_for("/setup#").strip()
    port = server.url.rpartition(":")[2]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", trust_env=False) as client:
        assert client.get("/sessions").status_code == 401
        new = {"token": token, "username": "olga", "password": "correct horse battery"}
        assert client.post("/auth/setup", json=new).status_code == 201
        assert client.get("/sessions").status_code == 200
    assert server.stop() == 0
    server.command = server.command[:-2]
    server.start()
    with httpx.Client(base_url=f"{server.url}/api/v1", trust_env=False) as client:
        assert client.get("/info").json()["mode"] == "team"
        assert client.get("/sessions").status_code == 401
    assert server.stop() == 0
