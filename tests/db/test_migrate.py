"""Bringing a database file to the schema of this program."""

import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from chatbox.db import migrate as module
from chatbox.db.migrate import migrate, migrations_folder, snapshot
from chatbox.errors import StartRefused

SECOND = '''
"""A second migration, for the test."""

from sqlite_utils import Database, Migrations

migrations = Migrations("chatbox")


@migrations()
def m0002_colours(db: Database) -> None:
    """Give sessions a colour."""
    db.execute("ALTER TABLE sessions ADD COLUMN colour TEXT")
    {more}
'''


def ask(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def columns(path: Path) -> list[object]:
    return [row[0] for row in ask(path, "SELECT name FROM pragma_table_info('sessions')")]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def old_file(data_dir: Path) -> Path:
    """A database of the first schema with a session in it."""
    path = data_dir / "chatbox.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(
            "INSERT INTO sessions (public_id, user_id, title, created_at, updated_at, active_at) "
            "VALUES ('s', 1, 'Kept', 0, 0, 0)"
        )
    return path


@pytest.fixture
def newer_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A program with one migration more than this one."""
    folder = tmp_path / "package" / "migrations"
    shutil.copytree(migrations_folder(), folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "m0002_colours.py").write_text(SECOND.format(more=""))
    monkeypatch.setattr(module, "__file__", str(tmp_path / "package" / "db" / "migrate.py"))
    yield folder
    monkeypatch.undo()


def test_a_fresh_file_gets_the_whole_schema(tmp_path: Path) -> None:
    path = tmp_path / "chatbox.db"
    assert migrate(path) == ["m0001_initial", "m0002_title_search"]
    assert ask(path, "SELECT name, role FROM users") == [("Owner", "owner")]
    assert ask(path, "PRAGMA journal_mode") == [("wal",)]
    assert mode(path) == 0o600
    assert not (tmp_path / "snapshots").exists()


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "chatbox.db"
    migrate(path)
    before = path.read_bytes()
    assert migrate(path) == []
    assert path.read_bytes() == before


@pytest.mark.usefixtures("newer_program")
def test_an_older_file_is_copied_and_then_migrated(old_file: Path) -> None:
    assert migrate(old_file) == ["m0002_colours"]
    assert "colour" in columns(old_file)
    assert ask(old_file, "SELECT title, colour FROM sessions") == [("Kept", None)]
    (copy,) = (old_file.parent / "snapshots").iterdir()
    assert copy.name.endswith("before-m0002_colours.db")
    assert ask(copy, "SELECT title FROM sessions") == [("Kept",)]
    assert "colour" not in columns(copy)
    assert mode(copy) == 0o600
    assert mode(copy.parent) == 0o700
    assert migrate(old_file) == []


def test_a_file_of_a_newer_program_is_refused_untouched(
    old_file: Path, newer_program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(old_file)
    monkeypatch.undo()
    before = old_file.read_bytes()
    with pytest.raises(StartRefused, match="newer chatbox .* m0002_colours"):
        migrate(old_file)
    assert old_file.read_bytes() == before
    assert newer_program.exists()


def test_a_migration_that_fails_leaves_the_schema_as_it_was(
    old_file: Path, newer_program: Path
) -> None:
    broken = SECOND.format(more='db.execute("CREATE TABLE sessions (id INTEGER)")')
    (newer_program / "m0002_colours.py").write_text(broken)
    with pytest.raises(sqlite3.OperationalError):
        migrate(old_file)
    assert "colour" not in columns(old_file)
    (newer_program / "m0002_colours.py").write_text(SECOND.format(more=""))
    assert migrate(old_file) == ["m0002_colours"]
    assert ask(old_file, "SELECT title FROM sessions") == [("Kept",)]


@pytest.mark.parametrize(
    "garbage",
    [b"\x00" * 4096, b"not a database, just some text " * 200, b"SQLite format 3\x00" + b"x" * 999],
    ids=["zeros", "text", "header-only"],
)
def test_a_file_that_is_no_database_is_refused_untouched(tmp_path: Path, garbage: bytes) -> None:
    path = tmp_path / "chatbox.db"
    path.write_bytes(garbage)
    with pytest.raises(StartRefused, match="cannot be read as a database"):
        migrate(path)
    assert path.read_bytes() == garbage
    assert [file.name for file in tmp_path.iterdir()] == ["chatbox.db"]


def test_a_truncated_database_is_refused_untouched(old_file: Path) -> None:
    old_file.write_bytes(old_file.read_bytes()[:2048])
    before = old_file.read_bytes()
    with pytest.raises(StartRefused):
        migrate(old_file)
    assert old_file.read_bytes() == before


def test_a_snapshot_is_whole_while_another_connection_writes(old_file: Path) -> None:
    with closing(sqlite3.connect(old_file, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("UPDATE sessions SET title = 'In the WAL'")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE sessions SET title = 'Never committed'")
        copy = snapshot(old_file, label="test")
        writer.execute("ROLLBACK")
    assert ask(copy, "SELECT title FROM sessions") == [("In the WAL",)]
    assert not list(copy.parent.glob("*.partial"))
