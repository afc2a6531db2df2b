"""Copies of a database that is being written to, and telling a sound one from another file."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from chatbox.db.copy import check_copy, copy_database
from chatbox.db.migrate import known_migrations
from chatbox.errors import BackupFailed
from chatbox.kit.files import Stopped

NEVER = threading.Event()


@pytest.fixture
def database(data_dir: Path) -> Path:
    path = data_dir / "chatbox.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        add(connection, "kept")
    return path


def add(connection: sqlite3.Connection, title: str) -> None:
    connection.execute(
        "INSERT INTO sessions (public_id, user_id, title, created_at, updated_at, active_at) "
        "VALUES (?1, 1, ?1, 0, 0, 0)",
        (title,),
    )


def test_a_copy_holds_what_was_committed_and_nothing_else(database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    shares: list[float] = []
    with closing(sqlite3.connect(database, isolation_level=None)) as writer:
        add(writer, "in the log")
        writer.execute("BEGIN IMMEDIATE")
        add(writer, "never committed")
        copy_database(database, copy, stop=NEVER, progress=shares.append)
        writer.execute("ROLLBACK")
    contents = check_copy(copy, known_migrations(), stop=NEVER)
    assert (contents.sessions, contents.messages, contents.holds_secrets) == (2, 0, False)
    assert contents.migrations == known_migrations()
    assert copy.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {"copy.db", "data"}


def test_a_name_that_is_taken_is_left_alone(database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_text("mine")
    with pytest.raises(FileExistsError):
        copy_database(database, copy, stop=NEVER)
    assert copy.read_text() == "mine"


def test_a_copy_and_a_check_can_be_stopped(database: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        for number in range(5_000):
            add(connection, f"s{number}")
        connection.execute("COMMIT")
    stop = threading.Event()
    with pytest.raises(Stopped):
        copy_database(database, tmp_path / "copy.db", stop=stop, progress=lambda _: stop.set())
    with pytest.raises(Stopped):
        check_copy(database, known_migrations(), stop=stop)


def test_a_missing_database_is_named(tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="There is no database"):
        copy_database(tmp_path / "chatbox.db", tmp_path / "copy.db", stop=NEVER)
    assert not (tmp_path / "copy.db").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"not a database, just some text " * 200, "not a sound database"),
        (b"", "not one of chatbox"),
        (b"SQLite format 3\x00" + b"x" * 999, "not a sound database"),
    ],
)
def test_other_files_are_told_apart(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "some.db"
    path.write_bytes(content)
    with pytest.raises(BackupFailed, match=said):
        check_copy(path, known_migrations(), stop=NEVER)
    assert path.read_bytes() == content


def test_a_newer_schema_and_broken_references_are_refused(database: Path) -> None:
    with pytest.raises(BackupFailed, match="newer chatbox"):
        check_copy(database, [], stop=NEVER)
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("UPDATE sessions SET user_id = 99")
    with pytest.raises(BackupFailed, match=r"backup\.db is damaged: rows of sessions"):
        check_copy(database, known_migrations(), stop=NEVER, called=Path("backup.db"))


def test_flipped_bytes_are_noticed(database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy_database(database, copy, stop=NEVER)
    broken = bytearray(copy.read_bytes())
    for page in range(1, len(broken) // 4096):
        broken[page * 4096 : page * 4096 + 16] = b"\xff" * 16
    copy.write_bytes(broken)
    with pytest.raises(BackupFailed):
        check_copy(copy, known_migrations(), stop=NEVER)
