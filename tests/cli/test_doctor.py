"""What the doctor notices, that it says what to do, and that it changes nothing."""

import asyncio
import base64
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

import chatbox
from chatbox.cli.doctor_place import file_system_of
from chatbox.cli.main import main
from chatbox.db.lock import DirectoryLock
from chatbox.db.replace import MARK
from chatbox.kit.clock import now_ms
from chatbox.kit.secretbox import SecretBox
from chatbox.system.backup.state import FILE, Attempt, note_attempt
from tests.db.test_invariants import SOUND
from tests.db.test_migrate import change, leave_log
from tests.running import MASTER_KEY, Site, config_in, run_site
from tests.upstream import Upstream

pytestmark = pytest.mark.usefixtures("plain_environment")
Found = dict[str, tuple[str, str]]
NEWER = "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES "
NEWER += "('chatbox', 'm9999_future', '2030-01-01')"


@pytest.fixture
def healthy(data_dir: Path) -> Path:
    """A data directory and its key, with one session in it."""
    write_key(data_dir, MASTER_KEY)
    change(
        data_dir / "chatbox.db",
        "INSERT INTO sessions (public_id, user_id, title, created_at, updated_at, active_at) "
        "VALUES ('s', 1, 'Kept', 0, 0, 0)",
    )
    fingerprint = SecretBox(MASTER_KEY).fingerprint
    change(
        data_dir / "chatbox.db",
        "INSERT INTO instance (id, key_fingerprint, created_at) VALUES (1, ?, 0)",
        fingerprint,
    )
    note_attempt(data_dir, Attempt(at=now_ms(), seconds=1.0, where="", name="backup"))
    return data_dir


def write_key(data: Path, key: bytes) -> Path:
    file = data.with_name(f"{data.name}.master-key")
    file.write_bytes(base64.b64encode(key))
    file.chmod(0o600)
    return file


def state_of(data: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every file with its mode, time and content."""
    files = [data, *data.rglob("*"), *data.parent.glob(f"{data.name}.*")]
    return {
        str(file): (file.stat().st_mode, file.stat().st_mtime_ns, content(file)) for file in files
    }


def content(file: Path) -> bytes:
    return file.read_bytes() if file.is_file() else b""


def examined(data: Path, *flags: str, code: int) -> Found:
    """Run the doctor, which must change nothing; what it found by check.

    While a server runs it is the server that changes its files.
    """
    still = data.exists() and not (data / "chatbox.db-shm").exists()
    before = state_of(data) if still else {}
    written: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout.write", written.append)
        assert main(["doctor", "--data-dir", str(data), "--json", *flags]) == code
    assert (state_of(data) if still else {}) == before
    checks = json.loads("".join(written))["checks"]
    return {one["check"]: (one["state"], one["text"]) for one in checks}


def test_a_healthy_directory_has_nothing_to_complain_about(healthy: Path) -> None:
    found = examined(healthy, "--deep", code=0)
    assert {name: state for name, (state, _) in found.items() if state != "ok"} == {}
    assert set(found) == {
        "sqlite", "directory", "disk", "space", "modes", "server", "leftovers", "snapshots",
        "backup", "database", "clock", "key", "soundness", "audit", "secrets",
    }  # fmt: skip


def test_the_lines_for_people_name_state_and_check(
    healthy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--data-dir", str(healthy)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith(("ok       ", "warning  ")) for line in lines)
    assert lines[0].split()[1] == "sqlite"


def test_a_directory_that_is_not_there_is_no_failure_and_is_not_made(tmp_path: Path) -> None:
    found = examined(tmp_path / "none", "--deep", code=0)
    assert found["directory"][0] == "warning"
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("length", [0, 100, 5000, 40_960])
def test_a_truncated_file_fails_and_names_the_way_back(healthy: Path, length: int) -> None:
    snapshots = healthy / "snapshots"
    snapshots.mkdir()
    name = "chatbox-2026-01-01T000000000Z-before-m0002_x.db"
    shutil.copy(healthy / "chatbox.db", snapshots / name)
    os.truncate(healthy / "chatbox.db", length)
    if length == 0:
        assert examined(healthy, code=0)["database"][0] == "warning"
        return
    state, text = examined(healthy, "--deep", code=1)["database"]
    assert state == "failure"
    assert f"chatbox rollback --to {name}" in text


def test_replies_that_the_next_start_completes_are_no_damage(data_dir: Path) -> None:
    write_key(data_dir, MASTER_KEY)
    with closing(sqlite3.connect(data_dir / "chatbox.db", isolation_level=None)) as connection:
        connection.executescript(SOUND)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    state, text = examined(data_dir, "--deep", code=0)["soundness"]
    assert (state, text) == ("warning", "Unfinished replies: 1. The next start completes them.")


def test_damage_deep_in_the_file_is_found_by_a_deep_look(healthy: Path) -> None:
    file = healthy / "chatbox.db"
    with sqlite3.connect(file) as connection:
        sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'turns_by_reply'"
        page = connection.execute(sql).fetchone()[0]
    connection.close()
    damaged = bytearray(file.read_bytes())
    damaged[(page - 1) * 4096 : (page - 1) * 4096 + 8] = b"\xff" * 8
    file.write_bytes(damaged)
    assert examined(healthy, code=0)["database"][0] == "ok"
    state, text = examined(healthy, "--deep", code=1)["soundness"]
    assert state == "failure"
    assert "damaged" in text


def test_a_broken_rule_is_a_failure(healthy: Path) -> None:
    change(healthy / "chatbox.db", "UPDATE sessions SET message_count = 3")
    state, text = examined(healthy, "--deep", code=1)["soundness"]
    assert state == "failure"
    assert "counts other messages" in text


def test_a_newer_schema_is_a_failure(healthy: Path) -> None:
    change(healthy / "chatbox.db", NEWER)
    state, text = examined(healthy, code=1)["database"]
    assert (state, "m9999_future" in text) == ("failure", True)


def test_pending_migrations_are_a_warning(healthy: Path) -> None:
    change(healthy / "chatbox.db", "DELETE FROM _sqlite_migrations")
    database = healthy / "chatbox.db"
    state, text = examined(healthy, code=0)["database"]
    assert (state, "m0001_initial" in text) == ("warning", True)
    assert database.exists()


def test_the_log_of_a_killed_server_is_a_warning_and_stays(healthy: Path) -> None:
    leave_log(healthy / "chatbox.db", "UPDATE sessions SET title = 'In the log'")
    found = examined(healthy, "--deep", code=0)
    assert found["server"][0] == "warning"
    assert found["soundness"][0] == "ok"


def test_another_key_is_a_failure_only_when_secrets_need_the_old_one(healthy: Path) -> None:
    write_key(healthy, bytes(32))
    assert examined(healthy, code=0)["key"][0] == "ok"
    change(
        healthy / "chatbox.db",
        "INSERT INTO providers (public_id, user_id, name, kind, base_url, secret, source, "
        "created_at, updated_at) VALUES ('p', 1, 'up', 'openai', 'http://127.0.0.1:9', x'00', "
        "'user', 0, 0)",
    )
    state, text = examined(healthy, "--deep", code=1)["key"]
    assert (state, "master key is not the one" in text) == ("failure", True)
    healthy.with_name("data.master-key").unlink()
    assert "missing" in examined(healthy, code=1)["key"][1]
    healthy.with_name("data.master-key").write_text("no key")
    assert "32 bytes" in examined(healthy, code=1)["key"][1]


def test_open_modes_leftovers_and_a_future_session_are_warnings(healthy: Path) -> None:
    healthy.chmod(0o755)
    (healthy / "chatbox.db.upgrading").touch()
    change(healthy / "chatbox.db", "UPDATE sessions SET updated_at = 4102444800000")
    found = examined(healthy, code=0)
    assert {name for name, (state, _) in found.items() if state == "warning"} == {
        "modes", "leftovers", "clock",
    }  # fmt: skip


def test_the_mark_of_a_restore_that_was_cut_off_is_not_to_be_deleted(healthy: Path) -> None:
    (healthy / MARK).write_text('{"folder":"replaced-1","had_database":true}')
    (healthy / "replaced-1").mkdir()
    (healthy / "chatbox.db").rename(healthy / "replaced-1" / "chatbox.db")
    state, text = examined(healthy, code=0)["leftovers"]
    assert (state, "delete nothing" in text, "may be deleted" in text) == ("warning", True, False)


def test_a_backup_that_is_old_failed_or_missing_is_a_warning(healthy: Path) -> None:
    assert examined(healthy, code=0)["backup"][0] == "ok"
    old = Attempt(at=now_ms() - 8 * 24 * 3_600_000, seconds=1.0, where="", name="backup")
    note_attempt(healthy, old)
    assert examined(healthy, code=0)["backup"][0] == "warning"
    note_attempt(healthy, Attempt(at=now_ms(), seconds=1.0, where="", name="x", error="No room."))
    assert examined(healthy, code=0)["backup"][1].endswith("failed: No room.")
    (healthy / FILE).unlink()
    assert "No backup" in examined(healthy, code=0)["backup"][1]


def test_too_little_room_is_a_failure(healthy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbox.cli.doctor_place.SMALL_DISK_SHARE", 1.0)
    monkeypatch.setenv("CHATBOX_STORAGE_LEAST_FREE_BYTES", str(10**18))
    assert examined(healthy, code=1)["space"][0] == "failure"


def test_the_owner_of_the_lock_is_named(healthy: Path) -> None:
    code = (
        "import sys, pathlib; from chatbox.db.lock import DirectoryLock\n"
        "with DirectoryLock(pathlib.Path(sys.argv[1])): print('held', flush=True); input()"
    )
    environ = {**os.environ, "PYTHONPATH": str(Path(chatbox.__file__).parents[1])}
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", code, str(healthy)]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        found = examined(healthy, code=0)["server"]
        holder.communicate("\n")
    assert found == ("ok", f"A chatbox runs here (process {holder.pid}).")
    assert examined(healthy, code=0)["server"] == ("ok", "No chatbox runs here.")


@pytest.mark.parametrize(
    ("mounts", "kind"),
    [
        ("/dev/sda / ext4 rw 0 0\nhost:/x {0} nfs4 rw 0 0\n", "nfs4"),
        ("/dev/sda / ext4 rw 0 0\nhost:/x {0}-other nfs4 rw 0 0\n", "ext4"),
        ("", None),
    ],
)
def test_the_file_system_is_that_of_the_nearest_mount(
    tmp_path: Path, mounts: str, kind: str | None
) -> None:
    table = tmp_path / "mounts"
    folder = tmp_path / "a folder"
    folder.mkdir()
    table.write_text(mounts.format(str(folder).replace(" ", "\\040")))
    assert file_system_of(folder, table) == kind


async def test_a_running_server_is_examined_from_inside_and_outside(
    data_dir: Path, upstream: Upstream
) -> None:
    write_key(data_dir, MASTER_KEY)
    async with run_site(config_in(data_dir)) as site:
        await site.connect(upstream)
        dead = {"name": "dead", "base_url": "http://127.0.0.1:9/v1"}
        await site.client.post("/providers", json=dead)
        with DirectoryLock(data_dir):
            found = await asyncio.to_thread(
                examined, data_dir, "--deep", "--url", f"{site.url}/", code=0
            )
    assert found["address"][0] == found["stream"][0] == found["secrets"][0] == "ok"
    assert found["soundness"][0] == "ok"
    assert found["providers"] == ("warning", found["providers"][1])
    assert "dead cannot be used" in found["providers"][1]


@asynccontextmanager
async def proxy(site: Site) -> AsyncIterator[str]:
    """A proxy that gives an answer on when it has the whole of it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
        host = f"127.0.0.1:{site.port}".encode()
        kept = [line for line in head[1:-2] if not line.lower().startswith((b"host", b"connec"))]
        there, upward = await asyncio.open_connection("127.0.0.1", site.port)
        upward.write(b"\r\n".join([head[0], b"Host: " + host, b"Connection: close", *kept]))
        upward.write(b"\r\n\r\n")
        answer = await there.read()
        writer.write(answer.replace(b"\r\n\r\n", b"\r\nVia: 1.1 slow\r\n\r\n", 1))
        for side in (upward, writer):
            side.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.fixture
def nowhere(tmp_path: Path) -> Path:
    """A data directory that is not there: what is looked at is the address."""
    return tmp_path / "none"


async def test_a_proxy_that_holds_streams_back_is_found(site: Site, nowhere: Path) -> None:
    async with proxy(site) as address:
        found = await asyncio.to_thread(examined, nowhere, "--url", address, code=1)
    state, text = found["stream"]
    assert state == "failure"
    assert f"The proxy at {address} (1.1 slow) holds back the stream" in text
    assert found["address"][0] == "ok"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1:9", "cannot be reached"),
        ("ftp://example.com", "is not an address"),
    ],
)
def test_an_address_without_a_chatbox_is_a_failure(nowhere: Path, url: str, why: str) -> None:
    state, text = examined(nowhere, "--url", url, code=1)["address"]
    assert (state, why in text) == ("failure", True)


async def test_another_server_is_no_chatbox(nowhere: Path, upstream: Upstream) -> None:
    address = upstream.base_url.removesuffix("/v1")
    found = await asyncio.to_thread(examined, nowhere, "--url", address, code=1)
    assert "is no chatbox" in found["address"][1]
