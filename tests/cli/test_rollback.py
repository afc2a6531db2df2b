"""`chatbox migrate` and `chatbox rollback`: what they show, do, refuse and keep."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from chatbox.cli.main import EXIT_REFUSED, main
from chatbox.db import migrate as module
from chatbox.db.lock import DirectoryLock
from chatbox.db.migrate import migrate, migrations_folder
from chatbox.db.snapshots import list_snapshots
from tests.db.test_migrate import ask, change, columns, leave_log
from tests.faults.kill_scenes import SECOND

SESSION = (
    "INSERT INTO sessions (id, public_id, user_id, title, created_at, updated_at, active_at) "
    "VALUES (?, ?, 1, ?, 0, 0, 0)"
)
MESSAGE = (
    "INSERT INTO messages (id, public_id, session_id, parent_id, role, status, parts, created_at) "
    "VALUES (?, ?, ?, ?, 'user', 'done', ?, 0)"
)
pytestmark = pytest.mark.usefixtures("plain_environment")
PARTS = '[{"type":"text","text":"Said later"}]'


@pytest.fixture
def old(data_dir: Path) -> Path:
    """A data directory of the first schema with a session and a message in it."""
    database = data_dir / "chatbox.db"
    change(database, SESSION, 1, "s1", "Kept")
    change(database, MESSAGE, 1, "m1", 1, None, "[]")
    change(database, "UPDATE sessions SET active_leaf_id = 1, message_count = 1")
    return data_dir


def be_newer(tmp_path: Path, patch: pytest.MonkeyPatch, migration: str = SECOND) -> None:
    """Let this process be a program with one migration more."""
    folder = tmp_path / "package" / "migrations"
    shutil.copytree(migrations_folder(), folder)
    (folder / "m9000_colours.py").write_text(migration)
    patch.setattr(module, "__file__", str(tmp_path / "package" / "db" / "migrate.py"))


@pytest.fixture
def upgraded(old: Path, tmp_path: Path) -> Path:
    """The same after an upgrade, with a new session and two new messages; the program is old."""
    database = old / "chatbox.db"
    with pytest.MonkeyPatch.context() as patch:
        be_newer(tmp_path, patch)
        migrate(database)
    change(database, SESSION, 2, "s2", "New")
    change(database, MESSAGE, 2, "m2", 2, None, PARTS)
    change(database, MESSAGE, 3, "m3", 1, 1, PARTS)
    change(database, "UPDATE sessions SET updated_at = 5 WHERE id = 1")
    return old


def run(*arguments: str, data: Path, code: int = 0) -> None:
    assert main([*arguments, "--data-dir", str(data)]) == code


def files_of(data: Path) -> dict[str, str]:
    return {
        file.relative_to(data).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in data.rglob("*")
        if file.is_file() and file.name not in ("chatbox.lock", "chatbox.backup-lock")
    }


def test_rollback_gives_the_snapshot_back_and_keeps_everything(
    upgraded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = upgraded / "chatbox.db"
    leave_log(database, "UPDATE sessions SET title = title || ', in the log'")
    before = files_of(upgraded)
    run("rollback", "--yes", data=upgraded)
    assert ask(database, "SELECT title FROM sessions") == [("Kept",)]
    assert "colour" not in columns(database)
    assert migrate(database) == [], "the program of before opens it"

    after = files_of(upgraded)
    aside = {
        name.rpartition(".db")[2]: digest for name, digest in after.items() if "replaced-" in name
    }
    assert aside == {end: before[f"chatbox.db{end}"] for end in ("", "-wal", "-shm")}
    (snapshot,) = list_snapshots(database)
    assert after[f"snapshots/{snapshot.path.name}"] == before[f"snapshots/{snapshot.path.name}"]
    assert {file.stat().st_mode & 0o077 for file in upgraded.rglob("*")} == {0}
    told = capsys.readouterr().out
    newest = sorted(file.stem for file in migrations_folder().glob("m*.py"))[-1]
    assert f"{database} is at {newest} again" in told
    assert "2 new or changed sessions and 2 messages" in told

    (export,) = (upgraded / "exports").iterdir()
    head, *entries = [json.loads(line) for line in export.read_text().splitlines()]
    assert (head["type"], head["format"], head["older"]) == ("export", 1, snapshot.path.name)
    assert [(one["type"], one["change"], one["row"]["public_id"]) for one in entries] == [
        ("session", "new", "s2"),
        ("session", "changed", "s1"),
        ("message", "new", "m2"),
        ("message", "new", "m3"),
    ]
    assert entries[0]["row"]["title"] == "New, in the log"
    assert entries[0]["row"]["colour"] == "red", "what the newer schema has is written, too"
    assert entries[3]["row"]["parts"] == json.loads(PARTS)
    assert (entries[3]["session"], entries[3]["parent"]) == ("s1", "m1")


def test_a_rollback_signs_nobody_in(upgraded: Path) -> None:
    """Whoever was signed out since the snapshot must not be signed in by it."""
    database = upgraded / "chatbox.db"
    (snapshot,) = list_snapshots(database)
    login = (
        "INSERT INTO logins (public_id, user_id, kind, via, token_hash, verified_at, created_at, "
        "used_at, expires_at) VALUES ('l', 1, 'browser', 'password', x'00', 0, 0, 0, 0)"
    )
    change(snapshot.path, login)
    run("rollback", "--yes", data=upgraded)
    assert ask(database, "SELECT count(*) FROM logins") == [(0,)]
    assert ask(snapshot.path, "SELECT count(*) FROM logins") == [(1,)], "it is left as it was"


def test_a_newer_program_upgrades_again_after_a_rollback(
    upgraded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("rollback", "--yes", data=upgraded)
    shutil.rmtree(tmp_path / "package")
    be_newer(tmp_path, monkeypatch)
    assert migrate(upgraded / "chatbox.db") == ["m9000_colours"]


def test_a_dry_run_and_a_list_change_nothing(
    upgraded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files_of(upgraded)
    with DirectoryLock(upgraded):
        run("rollback", "--dry-run", data=upgraded)
        run("rollback", "--list", data=upgraded)
    told = capsys.readouterr().out
    assert "Since then came 2 new or changed sessions and 2 messages" in told
    assert "before m9000_colours" in told
    assert files_of(upgraded) == before


def test_a_live_directory_and_nobody_to_ask_are_refused(
    upgraded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files_of(upgraded)
    with DirectoryLock(upgraded):
        run("rollback", "--yes", data=upgraded, code=EXIT_REFUSED)
    assert "is using" in capsys.readouterr().err
    run("rollback", data=upgraded, code=EXIT_REFUSED)
    assert "--yes" in capsys.readouterr().err
    run("rollback", "--yes", "--to", "chatbox-other.db", data=upgraded, code=EXIT_REFUSED)
    assert "rollback --list" in capsys.readouterr().err
    run("rollback", "--yes", data=upgraded / "none", code=EXIT_REFUSED)
    assert files_of(upgraded) == before


def test_no_snapshot_and_a_damaged_one_are_refused(
    old: Path, upgraded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = upgraded / "chatbox.db"
    (snapshot,) = list_snapshots(database)
    content = bytearray(snapshot.path.read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)
    snapshot.path.write_bytes(content)
    before = files_of(upgraded)
    run("rollback", "--yes", data=upgraded, code=EXIT_REFUSED)
    assert "Nothing was changed" in capsys.readouterr().err
    assert files_of(upgraded) == before
    snapshot.path.unlink()
    run("rollback", "--yes", data=old, code=EXIT_REFUSED)
    assert "no snapshot" in capsys.readouterr().err


@pytest.mark.parametrize("fault", ["garbage", "missing"])
def test_a_database_that_is_lost_is_no_reason_not_to_go_back(
    upgraded: Path, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    database = upgraded / "chatbox.db"
    database.unlink() if fault == "missing" else database.write_bytes(b"garbage")
    run("rollback", "--yes", data=upgraded)
    assert "cannot be exported" in capsys.readouterr().out
    assert ask(database, "SELECT title FROM sessions") == [("Kept",)]
    aside = list(upgraded.glob("replaced-*/*"))
    assert [file.read_bytes() for file in aside] == [b"garbage"] * (fault == "garbage")
    assert list((upgraded / "exports").iterdir()) == []


def test_migrate_shows_what_is_pending_tries_it_out_and_does_it(
    old: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    be_newer(tmp_path, monkeypatch)
    before = files_of(old)
    with DirectoryLock(old):
        run("migrate", "--dry-run", data=old)
        assert "Pending: m9000_colours" in capsys.readouterr().out
        assert files_of(old) == before
        run("migrate", data=old, code=EXIT_REFUSED)
    run("migrate", data=old)
    assert "is at m9000_colours now" in capsys.readouterr().out
    assert "colour" in columns(old / "chatbox.db")
    run("migrate", data=old)
    assert "Nothing is pending" in capsys.readouterr().out


def test_a_dry_run_says_which_migration_fails_and_leaves_nothing(
    old: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    be_newer(tmp_path, monkeypatch, SECOND + "    db.table('nothing').drop()\n")
    before = files_of(old)
    run("migrate", "--dry-run", data=old, code=EXIT_REFUSED)
    assert "m9000_colours" in capsys.readouterr().err
    assert files_of(old) == before
