"""Starts on what cannot be used: one sentence that helps, exit code 2, and not a byte changed."""

import contextlib
import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.db.test_migrate import change, leave_log
from tests.faults.api import query
from tests.faults.processes import ROOT, Server, copy_prepared
from tests.faults.test_disk import fill

NOBODY = 65_534
SHM = "chatbox.db-shm"
LOCKS_AND_INDEX = {"chatbox.lock", "chatbox.backup-lock", SHM}
needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root mounts and changes owners"
)


def files_of(server: Server) -> dict[str, str]:
    """What must not change: the content of every file but locks and an empty log."""
    folder = server.data.parent
    return {
        str(file): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in [*server.data.rglob("*"), *folder.glob("data.*")]
        if file.is_file() and file.stat().st_size and file.name not in LOCKS_AND_INDEX
    }


def refused(server: Server, *words: str) -> str:
    """Start; it must be refused with these words, and leave everything as it was."""
    before = files_of(server)
    said = server.refused()
    assert "Traceback" not in said
    assert all(word in said for word in words), said
    assert files_of(server) == before
    return said


def with_snapshot(server: Server) -> str:
    """Put a sound snapshot there; its name."""
    folder = server.data / "snapshots"
    folder.mkdir()
    name = "chatbox-2026-01-01T000000000Z-before-m0002_x.db"
    shutil.copy(server.database, folder / name)
    return name


@pytest.mark.parametrize("what", ["header", "garbage", "truncated", "cut within a page"])
@pytest.mark.parametrize("log", [False, True], ids=["clean", "killed"])
def test_a_damaged_file_names_the_way_back(
    make_server: Callable[..., Server], what: str, log: bool
) -> None:
    server = make_server()
    name = with_snapshot(server)
    if log:
        leave_log(server.database, "UPDATE users SET settings_version = 9")
    content = bytearray(server.database.read_bytes())
    if what == "header":
        content[:100] = bytes(100)
    elif what == "garbage":
        content[:] = random.Random(1).randbytes(len(content))
    else:
        del content[len(content) // 2 - (0 if what == "truncated" else 100) :]
    server.database.write_bytes(content)
    refused(server, str(server.database), f"chatbox rollback --to {name}", "Nothing was changed")


def test_flipped_bits_in_random_pages_are_refused(make_server: Callable[..., Server]) -> None:
    """In the heads of pages: SQLite has no checksums, so a flip within a text is not seen."""
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    server = make_server()
    sound = server.database.read_bytes()
    content = bytearray(sound)
    for page in chance.sample(range(1, len(sound) // 4096), 6):
        at = page * 4096 + chance.choice([0, 3, 5, 8])
        content[at : at + 16] = chance.randbytes(16)
    server.database.write_bytes(content)
    said = refused(server, str(server.database), "Restore a backup")
    assert "cannot be read as a database" in said, seed


def test_a_large_file_is_checked_while_the_server_runs(
    make_server: Callable[..., Server],
) -> None:
    """Damage then makes the server read-only and not ready."""
    server = make_server()
    starter = (
        "import sys; from chatbox.db import check; check.SMALL = check.LARGE = 0; "
        "from chatbox.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    server.command = [sys.executable, "-c", starter, *server.command[3:]]
    leave_log(server.database, "UPDATE users SET settings_version = 9")
    ready = after_check(server.start())
    assert (ready.status_code, ready.json()["file_check"]) == (200, "done")
    assert server.stop() == 0

    sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'turns_by_reply'"
    page = query(server.database, sql)[0][0]
    leave_log(server.database, "UPDATE users SET settings_version = 10")
    content = bytearray(server.database.read_bytes())
    content[(page - 1) * 4096 : (page - 1) * 4096 + 8] = b"\xff" * 8
    server.database.write_bytes(content)
    answer = after_check(server.start())
    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
    assert "chatbox.db is damaged" in answer.json()["detail"]
    assert str(server.database.parent) not in answer.text  # anybody may ask
    assert httpx.get(f"{server.url}/healthz", trust_env=False).status_code == 200


def after_check(server: Server) -> httpx.Response:
    """What `/readyz` answers when the file has been checked."""
    for _ in range(500):
        answer = httpx.get(f"{server.url}/readyz", trust_env=False, timeout=30)
        if answer.status_code != 200 or answer.json()["file_check"] == "done":
            return answer
        time.sleep(0.02)
    raise AssertionError("the check did not end")


def test_a_newer_schema_is_refused_with_the_log_of_a_killed_server(
    make_server: Callable[..., Server],
) -> None:
    server = make_server()
    name = with_snapshot(server)
    leave_log(
        server.database,
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
        "VALUES ('chatbox', 'm9999_from_the_future', '2030-01-01')",
    )
    refused(server, "m9999_from_the_future", f"chatbox rollback --to {name}")


def test_another_key_is_refused_before_anything_is_migrated(
    make_server: Callable[..., Server],
) -> None:
    server = make_server()
    change(server.database, "DELETE FROM _sqlite_migrations")
    server.data.with_name("data.master-key").write_text("AAAA" * 10 + "AAA=")
    refused(server, "master key is not the one", str(server.database), "--master-key-file")


@pytest.fixture
def on_small_disk(small_disk: Path, tmp_path: Path) -> Iterator[Server]:
    """A server whose data is on a small disk and whose output is not."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    server = Server(folder)
    usual = str(server.data)
    server.data = small_disk / "data"
    server.database = server.data / "chatbox.db"
    server.command[server.command.index(usual)] = str(server.data)
    yield server
    server.kill()


def examined(server: Server, code: int) -> str:
    """What the doctor says about the directory; it changes nothing."""
    before = files_of(server)
    command = [sys.executable, "-m", "chatbox", "doctor", "--deep", "--data-dir", str(server.data)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == code, run.stderr
    assert run.stderr == ""
    assert files_of(server) == before
    return run.stdout


@needs_root
def test_a_read_only_disk_is_refused(small_disk: Path, on_small_disk: Server) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    refused(on_small_disk, "disk is read-only", "--data-dir")
    assert "failure  directory" in examined(on_small_disk, code=1)


@needs_root
@pytest.mark.parametrize("log", [False, True], ids=["clean", "killed"])
def test_a_full_disk_is_refused_until_there_is_room(
    small_disk: Path, on_small_disk: Server, log: bool
) -> None:
    if log:
        leave_log(on_small_disk.database, "UPDATE users SET settings_version = 9")
        on_small_disk.database.with_name(SHM).unlink()
    fill(small_disk / "filler")
    with (small_disk / "crumbs").open("wb", buffering=0) as crumbs, contextlib.suppress(OSError):
        while True:
            crumbs.write(bytes(4096))
    refused(on_small_disk, str(on_small_disk.data), "ake room")
    assert "failure  space" in examined(on_small_disk, code=1)
    (small_disk / "filler").unlink()
    assert on_small_disk.start().stop() == 0


@pytest.fixture
def shared(prepared: Path) -> Iterator[Path]:
    """A folder that other users may enter, with a prepared data directory in it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        copy_prepared(prepared, folder)
        yield folder


@needs_root
@pytest.mark.parametrize("what", ["directory", "database", "key"])
def test_files_of_another_user_are_refused(shared: Path, what: str) -> None:
    server = Server(shared)
    key = shared / "data.master-key"
    for file in (server.data, *server.data.iterdir(), key):
        os.chown(file, NOBODY, NOBODY)
    foreign = {"directory": server.data, "database": server.database, "key": key}[what]
    os.chown(foreign, 0, 0)
    starter = (
        "import os, sys, chatbox.cli.server; from chatbox.cli.main import main; "
        f"os.setgid({NOBODY}); os.setuid({NOBODY}); sys.exit(main(sys.argv[1:]))"
    )  # everything is imported before, for another user may not read the checkout
    command = [sys.executable, "-c", starter, *server.command[3:]]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 2, run.stderr
    assert str(foreign) in run.stderr
    assert "Traceback" not in run.stderr
