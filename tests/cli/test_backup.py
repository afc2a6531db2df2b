"""`chatbox backup` and `chatbox restore`, as an operator uses them."""

import base64
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

import chatbox
from chatbox.cli.main import EXIT_INTERRUPTED, EXIT_REFUSED, main
from chatbox.db.lock import BackupLock, DirectoryLock
from chatbox.kit.secretbox import SecretBox
from chatbox.system.backup.state import last_backup

WORDS = "correct horse battery"
KEY = bytes(range(32))


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No configuration of the machine that runs the tests."""
    for name in [name for name in os.environ if name.startswith("CHATBOX_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def database(data_dir: Path) -> Path:
    path = data_dir / "chatbox.db"
    put(path, "one")
    return path


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase"
    path.write_text(f"{WORDS}\n")
    return path


def put(path: Path, title: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(
            "INSERT INTO sessions (public_id, user_id, title, created_at, updated_at, active_at) "
            "VALUES (?1, 1, ?1, 0, 0, 0)",
            (title,),
        )


def put_secret(path: Path, key: bytes) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(
            "INSERT INTO providers (public_id, user_id, name, kind, base_url, secret, source, "
            "created_at, updated_at) VALUES ('p', 1, 'p', 'openai', '', x'00', 'user', 0, 0)"
        )
        connection.execute(
            "INSERT INTO instance (id, key_fingerprint, created_at) VALUES (1, ?, 0)",
            (SecretBox(key).fingerprint,),
        )


def titles(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT title FROM sessions ORDER BY id")]


def files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def refusal(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert run(*arguments) == EXIT_REFUSED
    said = capsys.readouterr().err
    assert said.startswith("chatbox: ")
    assert "Traceback" not in said
    return said


def test_a_backup_is_private_alone_and_tells_of_the_key(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_secret(database, KEY)
    assert run("backup", tmp_path / "out", "--data-dir", database.parent) == 0
    said = capsys.readouterr().out
    (backup,) = files_in(tmp_path / "out")
    assert str(backup) in said
    assert backup.stat().st_mode & 0o777 == 0o600
    assert titles(backup) == ["one"]
    assert "1 sessions" in said
    assert SecretBox(KEY).fingerprint[:8] in said
    assert "data.master-key" in said
    assert not list(database.parent.glob("*.partial"))
    state = last_backup(database.parent)
    assert state.last == state.last_good
    assert state.last is not None
    assert (state.last.name, state.last.size) == (backup.name, backup.stat().st_size)


def test_a_sealed_backup_comes_back_and_shows_nothing(
    database: Path, tmp_path: Path, passphrase: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(database, "canary-title-Qx7")
    options = ("--data-dir", database.parent, "--passphrase-file", passphrase)
    assert run("backup", *options) == 0
    (backup,) = files_in(database.parent / "backups")
    assert backup.name.endswith(".db.cbx")
    assert b"canary-title" not in backup.read_bytes()
    assert WORDS not in capsys.readouterr().out
    put(database, "later")
    assert run("restore", backup, "--yes", *options) == 0
    assert titles(database) == ["one", "canary-title-Qx7"]
    assert "2 sessions" in capsys.readouterr().out
    said = refusal(capsys, "restore", backup, "--yes", "--data-dir", database.parent)
    assert "--passphrase-file" in said
    passphrase.write_text("another passphrase")
    assert "passphrase is wrong" in refusal(capsys, "restore", backup, "--yes", *options)
    broken = bytearray(backup.read_bytes())
    broken[-40] ^= 1
    backup.write_bytes(broken)
    passphrase.write_text(WORDS)
    assert "is damaged" in refusal(capsys, "restore", backup, "--yes", *options)
    assert titles(database) == ["one", "canary-title-Qx7"]
    assert not list(database.parent.glob("*.partial"))


def test_a_stale_log_does_not_get_into_the_restored_file(database: Path, tmp_path: Path) -> None:
    assert run("backup", tmp_path / "out", "--data-dir", database.parent) == 0
    (backup,) = files_in(tmp_path / "out")
    log = database.with_name("chatbox.db-wal")
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("UPDATE sessions SET title = 'from the log'")
        stale = {path: path.read_bytes() for path in (log, database.with_name("chatbox.db-shm"))}
        old = database.read_bytes()
    for path, content in {**stale, database: old}.items():
        path.write_bytes(content)
    assert run("restore", backup, "--yes", "--data-dir", database.parent) == 0
    assert not log.exists()
    assert titles(database) == ["one"]
    (aside,) = database.parent.glob("replaced-*")
    assert {path.name: path.read_bytes() for path in aside.iterdir()} == {
        "chatbox.db": old,
        **{path.name: content for path, content in stale.items()},
    }
    assert titles(aside / "chatbox.db") == ["from the log"]


def test_a_restore_into_nothing_needs_no_word(database: Path, tmp_path: Path) -> None:
    assert run("backup", tmp_path / "out", "--data-dir", database.parent) == 0
    (backup,) = files_in(tmp_path / "out")
    assert run("restore", backup, "--data-dir", tmp_path / "new") == 0
    assert titles(tmp_path / "new" / "chatbox.db") == ["one"]
    assert (tmp_path / "new" / "chatbox.db").stat().st_mode & 0o777 == 0o600


def test_a_restore_asks_first_and_never_touches_a_live_directory(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--data-dir", database.parent)
    assert run("backup", tmp_path / "out", *options) == 0
    (backup,) = files_in(tmp_path / "out")
    before = files_in(database.parent)
    assert "--yes" in refusal(capsys, "restore", backup, *options)
    with DirectoryLock(database.parent):
        said = refusal(capsys, "restore", backup, "--yes", *options)
    assert f"process {os.getpid()}" in said
    assert "present database" in refusal(capsys, "restore", database, "--yes", *options)
    assert "cannot be read" in refusal(capsys, "restore", tmp_path, "--yes", *options)
    (tmp_path / "text").write_text("no database")
    said = refusal(capsys, "restore", tmp_path / "text", "--yes", *options)
    assert f"{tmp_path / 'text'} is not a sound database" in said
    backup.with_name(f"{backup.name}-wal").write_text("a log")
    assert "in use" in refusal(capsys, "restore", backup, "--yes", *options)
    assert set(files_in(database.parent)) - set(before) <= {database.parent / "chatbox.lock"}


def test_a_missing_or_other_master_key_is_named(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_secret(database, KEY)
    options = ("--data-dir", database.parent)
    assert run("backup", tmp_path / "out", *options) == 0
    (backup,) = files_in(tmp_path / "out")
    put(database, "two")
    said = refusal(capsys, "restore", backup, "--yes", *options)
    assert SecretBox(KEY).fingerprint[:8] in said
    assert "data.master-key is missing" in said
    key = tmp_path / "data.master-key"
    key.write_text(base64.b64encode(bytes(32)).decode())
    said = refusal(capsys, "restore", backup, "--yes", *options)
    assert SecretBox(bytes(32)).fingerprint[:8] in said
    assert titles(database) == ["one", "two"]
    assert run("restore", backup, "--yes", "--without-secrets", *options) == 0
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT secret, state_code FROM providers").fetchall()
        assert rows == [(None, "secret_required")]
        assert connection.execute("SELECT key_fingerprint FROM instance").fetchall() == [("",)]
    key.write_text(base64.b64encode(KEY).decode())
    assert run("restore", backup, "--yes", *options) == 0
    assert titles(database) == ["one"]


def test_older_backups_are_deleted_only_when_asked(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = (tmp_path / "out", "--data-dir", database.parent)
    for _ in range(3):
        assert run("backup", *options) == 0
    (tmp_path / "out" / "notes.txt").write_text("mine")
    names = files_in(tmp_path / "out")
    assert len(names) == 4
    assert run("backup", "--keep", "2", *options) == 0
    left = files_in(tmp_path / "out")
    assert left[0] == names[2]
    assert left[2].name == "notes.txt"
    assert len(left) == 3
    assert f"Deleted the older backup {names[0].name}" in capsys.readouterr().out


def test_what_cannot_be_backed_up_is_told_and_remembered(
    database: Path, tmp_path: Path, passphrase: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--data-dir", database.parent)
    said = refusal(capsys, "backup", "--data-dir", tmp_path / "nowhere")
    assert "There is no database" in said
    (tmp_path / "file").write_text("")
    assert "is a file" in refusal(capsys, "backup", tmp_path / "file", *options)
    assert "unknown kind" in refusal(capsys, "backup", "ftp://host/x", *options)
    passphrase.write_text("short")
    said = refusal(capsys, "backup", *options, "--passphrase-file", passphrase)
    assert "too short" in said
    with BackupLock(database.parent):
        assert f"process {os.getpid()}" in refusal(capsys, "backup", *options)
    assert last_backup(database.parent).last is None
    os.environ["CHATBOX_STORAGE_LEAST_FREE_BYTES"] = str(10**18)
    try:
        assert "not enough room" in refusal(capsys, "backup", *options)
    finally:
        del os.environ["CHATBOX_STORAGE_LEAST_FREE_BYTES"]
    last = last_backup(database.parent).last
    assert last is not None
    assert "not enough room" in last.error
    database.write_bytes(b"garbage" * 1000)
    assert "chatbox.db cannot be copied" in refusal(capsys, "backup", *options)
    assert not list((database.parent / "backups").iterdir())


def test_secrets_of_targets_are_never_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PASSPHRASE", "S3_SECRET_KEY", "DAV_PASSWORD"):
        monkeypatch.setenv(f"CHATBOX_BACKUP_{name}", "canary-9921")
    assert main(["config", "show"]) == 0
    shown = capsys.readouterr().out
    assert "canary" not in shown
    assert shown.count("(set)") == 3


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_another_users_directory_is_left_alone(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("backup", tmp_path / "out", "--data-dir", database.parent) == 0
    (backup,) = files_in(tmp_path / "out")
    before = files_in(database.parent)
    os.chown(database.parent, 4321, -1)
    try:
        for command in (("backup", tmp_path / "out"), ("restore", backup, "--yes")):
            said = refusal(capsys, *command, "--data-dir", database.parent)
            assert "belongs to another user (id 4321)" in said
    finally:
        os.chown(database.parent, 0, -1)
    assert files_in(database.parent) == before


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_backup_leaves_nothing(
    database: Path, passphrase: Path, number: int
) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("UPDATE sessions SET system_prompt = hex(randomblob(30000000))")
    command = [sys.executable, "-m", "chatbox", "backup", "--data-dir", str(database.parent)]
    command += ["--passphrase-file", str(passphrase)]
    environ = {**os.environ, "PYTHONPATH": str(Path(chatbox.__file__).parents[1])}
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=environ) as process:
        while not list(database.parent.glob("*.partial")) and process.poll() is None:
            time.sleep(0.001)
        process.send_signal(number)
        assert process.wait(30) == EXIT_INTERRUPTED
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert not list(database.parent.glob("*.partial"))
    assert files_in(database.parent / "backups") == []
    assert last_backup(database.parent).last is None


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_a_backup_in_the_background_can_be_told_to_end(database: Path, passphrase: Path) -> None:
    """Scripts start such commands with SIGINT ignored."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("UPDATE sessions SET system_prompt = hex(randomblob(30000000))")
    words = ["chatbox", "backup", "--data-dir", str(database.parent)]
    words += ["--passphrase-file", str(passphrase)]
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); "
        f"sys.argv = {words}; from chatbox.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    environ = {**os.environ, "PYTHONPATH": str(Path(chatbox.__file__).parents[1])}
    with subprocess.Popen([sys.executable, "-c", code], env=environ) as process:
        while not list(database.parent.glob("*.partial")) and process.poll() is None:
            time.sleep(0.001)
        process.terminate()
        assert process.wait(30) == EXIT_INTERRUPTED
    assert not list(database.parent.glob("*.partial"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("CREATE TRIGGER evil AFTER UPDATE ON users BEGIN DELETE FROM sessions; END", "'evil', a"),
        ("CREATE VIEW more AS SELECT 1", "'more', a trigger or view"),
        (
            "ALTER TABLE sessions RENAME TO hidden; CREATE VIEW sessions AS WITH RECURSIVE n(i) AS "
            "(SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, NULL AS deleted_at FROM n",
            "not one of chatbox",
        ),
    ],
)
def test_a_file_with_foreign_triggers_or_views_is_no_backup(
    database: Path, tmp_path: Path, change: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("backup", tmp_path / "out", "--data-dir", database.parent) == 0
    (backup,) = files_in(tmp_path / "out")
    with closing(sqlite3.connect(backup)) as connection:
        connection.executescript(change)
    assert said in refusal(capsys, "restore", backup, "--yes", "--data-dir", database.parent)


def test_a_key_that_cannot_be_read_is_told(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Docker makes a directory where it is to mount a file that is missing."""
    put_secret(database, KEY)
    assert run("backup", tmp_path / "out", "--data-dir", database.parent) == 0
    (backup,) = files_in(tmp_path / "out")
    (tmp_path / "data.master-key").mkdir()
    said = refusal(capsys, "restore", backup, "--yes", "--data-dir", database.parent)
    assert "cannot be read: Is a directory" in said
