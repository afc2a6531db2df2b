"""The check of a file while its server runs."""

import os
import resource
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chatbox.db import check as module
from chatbox.db.check import first_damage
from chatbox.db.database import Database
from chatbox.db.lock import DirectoryLock

ROWS = """
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
    INSERT INTO big SELECT i, hex(randomblob(40)) FROM n
"""


async def test_what_is_written_meanwhile_is_no_damage(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a server that begins with an empty log, after an upgrade."""
    monkeypatch.setattr(module, "_TICK_STEPS", 10)
    path = data_dir / "chatbox.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE big (id INTEGER PRIMARY KEY, text TEXT)")
        connection.execute("CREATE INDEX by_text ON big (text)")
        connection.execute(ROWS)
    ticks = 0

    def write() -> bool:
        nonlocal ticks
        ticks += 1
        if ticks == 100:
            with closing(sqlite3.connect(path, isolation_level=None)) as other:
                other.execute("UPDATE big SET text = hex(randomblob(40)) WHERE id % 3 = 0")
                other.execute("DELETE FROM big WHERE id % 5 > 0")
                other.execute("PRAGMA wal_checkpoint(PASSIVE)")
        return True

    with DirectoryLock(data_dir):
        database = await Database.open(path)
        assert path.with_name("chatbox.db-wal").stat().st_size == 0
        assert first_damage(path, is_wanted=write) is None
        assert ticks > 100
        await database.close()


def test_too_many_open_files_are_no_damage(data_dir: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.open(os.devnull, os.O_RDONLY)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        assert first_damage(data_dir / "chatbox.db", is_wanted=lambda: True) is None
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert first_damage(data_dir / "gone.db", is_wanted=lambda: True) is not None
