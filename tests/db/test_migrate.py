"""Bringing a database file to the schema of this program."""

import shutil
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from chatbox.db import migrate as module
from chatbox.db.migrate import migrate, migrations_folder
from chatbox.db.quiet import reading
from chatbox.db.snapshots import begin_snapshot, list_snapshots
from chatbox.db.upgrade import Stages
from chatbox.errors import StartRefused

SECOND = '''
"""A second migration, for the test."""

from sqlite_utils import Database, Migrations

migrations = Migrations("chatbox")


@migrations()
def m9000_colours(db: Database) -> None:
    """Give sessions a colour."""
    db.execute("ALTER TABLE sessions ADD COLUMN colour TEXT")
    {more}
'''


def ask(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def change(path: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(sql, values)


def leave_log(path: Path, sql: str) -> None:
    """Change a file as a server would that is then killed: the change is in the log alone."""
    folder = path.parent / "killed"
    folder.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(sql)
        for file in path.parent.glob("chatbox.db*"):
            shutil.copy(file, folder / file.name)
    for file in folder.iterdir():
        file.replace(path.parent / file.name)
    folder.rmdir()


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
    (folder / "m9000_colours.py").write_text(SECOND.format(more=""))
    monkeypatch.setattr(module, "__file__", str(tmp_path / "package" / "db" / "migrate.py"))
    yield folder
    monkeypatch.undo()


def test_a_fresh_file_gets_the_whole_schema(tmp_path: Path) -> None:
    path = tmp_path / "chatbox.db"
    assert migrate(path) == ["m0001_initial", "m0002_title_search", "m0003_accounts"]
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
    assert migrate(old_file) == ["m9000_colours"]
    assert "colour" in columns(old_file)
    assert ask(old_file, "SELECT title, colour FROM sessions") == [("Kept", None)]
    (copy,) = (old_file.parent / "snapshots").iterdir()
    assert copy.name.endswith("before-m9000_colours.db")
    assert ask(copy, "SELECT title FROM sessions") == [("Kept",)]
    assert "colour" not in columns(copy)
    assert mode(old_file) == mode(copy) == 0o600
    assert mode(copy.parent) == 0o700
    assert migrate(old_file) == []


def test_a_file_of_a_newer_program_is_refused_untouched(
    old_file: Path, newer_program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(old_file)
    monkeypatch.undo()
    before = old_file.read_bytes()
    with pytest.raises(StartRefused, match="newer chatbox .* m9000_colours"):
        migrate(old_file)
    assert old_file.read_bytes() == before
    assert newer_program.exists()


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ('db.execute("CREATE TABLE sessions (id INTEGER)")', "already exists"),
        ("raise KeyError('no such thing')", "no such thing"),
        ('db.execute("DELETE FROM sessions")', "lost rows of the table sessions: 0 of 1"),
        ('db.execute("UPDATE sessions SET message_count = 7")', "counts other messages"),
        ("db.execute(\"INSERT INTO journal VALUES (7, 1, '', '')\")", "(?i)foreign key"),
    ],
    ids=["sql", "python", "rows", "invariant", "reference"],
)
def test_a_migration_that_fails_leaves_the_file_as_it_was(
    old_file: Path, newer_program: Path, more: str, why: str
) -> None:
    (newer_program / "m9000_colours.py").write_text(SECOND.format(more=more))
    before = old_file.read_bytes()
    for _ in range(2):
        with pytest.raises(StartRefused, match=f"{why}.*Nothing was changed"):
            migrate(old_file)
        assert old_file.read_bytes() == before
        assert [file.name for file in old_file.parent.iterdir() if file.is_file()] == ["chatbox.db"]
        assert list_snapshots(old_file) == []
    (newer_program / "m9000_colours.py").write_text(SECOND.format(more=""))
    assert migrate(old_file) == ["m9000_colours"]
    assert ask(old_file, "SELECT title FROM sessions") == [("Kept",)]


def test_a_migration_may_say_that_a_table_shrinks(old_file: Path, newer_program: Path) -> None:
    text = SECOND.format(more='db.execute("DELETE FROM sessions")')
    (newer_program / "m9000_colours.py").write_text(text + "\nSHRINKS = frozenset({'sessions'})\n")
    assert migrate(old_file) == ["m9000_colours"]
    assert ask(old_file, "SELECT count(*) FROM sessions") == [(0,)]


@pytest.mark.usefixtures("newer_program")
def test_an_old_fault_does_not_stop_an_upgrade(old_file: Path) -> None:
    change(old_file, "UPDATE sessions SET message_count = 7")
    assert migrate(old_file) == ["m9000_colours"]


@pytest.mark.usefixtures("newer_program")
def test_the_log_of_a_server_that_was_killed_is_upgraded_with_the_file(old_file: Path) -> None:
    leave_log(old_file, "UPDATE sessions SET title = 'In the log'")
    assert migrate(old_file) == ["m9000_colours"]
    assert ask(old_file, "SELECT title, colour FROM sessions") == [("In the log", None)]
    (kept,) = list_snapshots(old_file)
    assert ask(kept.path, "SELECT title FROM sessions") == [("In the log",)]


@pytest.mark.usefixtures("newer_program")
def test_a_file_that_another_program_has_open_is_not_replaced(
    old_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbox.db.upgrade.PATIENCE_SECONDS", 0.1)
    with closing(sqlite3.connect(old_file)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("SELECT count(*) FROM sessions").fetchall()
        with pytest.raises(StartRefused, match="Another program has .* open"):
            migrate(old_file)
    assert list_snapshots(old_file) == []
    assert migrate(old_file) == ["m9000_colours"]


@pytest.mark.usefixtures("newer_program")
@pytest.mark.parametrize("writes", [False, True])
def test_an_upgrade_waits_for_who_reads_and_refuses_who_writes(
    old_file: Path, writes: bool
) -> None:
    """As `chatbox backup` does, beside a server that starts."""
    other = sqlite3.connect(old_file, isolation_level=None, check_same_thread=False)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM sessions").fetchall()

    def end() -> None:
        other.execute("COMMIT")
        if writes:
            other.execute("UPDATE sessions SET title = 'Late'")
        other.close()

    ending = threading.Timer(1.0, end)
    ending.start()
    if writes:
        with pytest.raises(StartRefused, match="has changed"):
            migrate(old_file)
        assert ask(old_file, "SELECT title FROM sessions") == [("Late",)]
    else:
        assert migrate(old_file) == ["m9000_colours"]
    ending.join()


@pytest.mark.usefixtures("newer_program")
def test_too_little_room_is_said_before_anything_is_written(
    old_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbox.db.upgrade.SHARE", 10**9)
    with pytest.raises(StartRefused, match=r"MB of free space .* there are [\d,]+ MB"):
        migrate(old_file)
    assert "colour" not in columns(old_file)


@pytest.mark.usefixtures("newer_program")
def test_a_link_to_a_database_is_not_replaced_by_a_file(old_file: Path, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere" / "chatbox.db"
    link.parent.mkdir()
    link.symlink_to(old_file)
    with pytest.raises(StartRefused, match="is a link"):
        migrate(link)
    assert link.is_symlink()
    assert "colour" not in columns(old_file)


@pytest.mark.usefixtures("newer_program")
def test_progress_is_told(old_file: Path) -> None:
    told: list[str] = []
    migrate(old_file, told.append)
    assert told == [
        "Copying the database (0 MB)",
        "Migrating the database: m9000_colours (1 of 1)",
        "Checking the upgraded copy",
    ]


def test_long_work_tells_how_long_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbox.db.upgrade._TICK_SECONDS", 0.0)
    told: list[str] = []
    stages = Stages(told.append)
    with closing(sqlite3.connect(":memory:")) as connection:
        stages.watch(connection)
        stages.begin("Counting")
        connection.execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000) "
            "SELECT max(i) FROM n"
        ).fetchall()
    assert told[:2] == ["Counting", "Counting: 0 s"]


def test_a_log_without_its_database_is_not_left_to_a_new_one(tmp_path: Path) -> None:
    log = tmp_path / "chatbox.db-wal"
    log.write_bytes(b"what was said last")
    with pytest.raises(StartRefused, match="is missing, but its log"):
        migrate(tmp_path / "chatbox.db")
    assert [file.name for file in tmp_path.iterdir()] == [log.name]


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


def test_a_damaged_file_names_the_newest_sound_snapshot(old_file: Path) -> None:
    folder = old_file.parent / "snapshots"
    folder.mkdir()
    names = [f"chatbox-2026-0{n}-01T000000000Z-before-m0002_x.db" for n in (1, 2, 3)]
    for name in names[:2]:
        shutil.copy(old_file, folder / name)
    (folder / names[2]).write_bytes(b"damaged, too")
    old_file.write_bytes(b"garbage")
    with pytest.raises(StartRefused, match=f"chatbox rollback --to {names[1]}"):
        migrate(old_file)


def test_a_snapshot_is_whole_while_another_connection_writes(old_file: Path) -> None:
    with closing(sqlite3.connect(old_file, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("UPDATE sessions SET title = 'In the WAL'")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE sessions SET title = 'Never committed'")
        copy = begin_snapshot(old_file)
        writer.execute("ROLLBACK")
    assert ask(copy, "SELECT title FROM sessions") == [("In the WAL",)]
    assert mode(copy) == 0o600
    assert mode(copy.parent) == 0o700


@pytest.mark.parametrize("log", [False, True], ids=["clean", "log"])
def test_reading_quietly_leaves_no_trace(old_file: Path, log: bool) -> None:
    if log:
        leave_log(old_file, "UPDATE sessions SET title = 'In the log'")
    before = {file.name: file.read_bytes() for file in old_file.parent.iterdir()}
    with reading(old_file) as connection:
        (title,) = connection.execute("SELECT title FROM sessions").fetchone()
    assert title == ("In the log" if log else "Kept")
    assert {file.name: file.read_bytes() for file in old_file.parent.iterdir()} == before
