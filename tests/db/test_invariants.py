"""Each rule notices the fault that it is about, and nothing else complains."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from chatbox.db.invariants import ALWAYS, AT_REST, REFERENCES, violations

SOUND = """
INSERT INTO sessions (id, public_id, user_id, message_count, created_at, updated_at, active_at)
VALUES (1, 's', 1, 3, 0, 0, 0), (2, 't', 1, 1, 0, 0, 0), (3, 'empty', 1, 0, 0, 0, 0);
INSERT INTO messages (id, public_id, session_id, parent_id, role, status, created_at)
VALUES (1, 'a', 1, NULL, 'user', 'done', 0), (2, 'b', 1, 1, 'assistant', 'done', 0),
       (3, 'c', 1, 1, 'assistant', 'pending', 0), (4, 'd', 2, NULL, 'user', 'done', 0);
UPDATE sessions SET active_leaf_id = 3 WHERE id = 1;
UPDATE sessions SET active_leaf_id = 4 WHERE id = 2;
INSERT INTO turns (id, public_id, user_id, session_id, reply_id, status, model, started_at)
VALUES (1, 'old', 1, 1, 2, 'done', 'm', 0), (2, 'new', 1, 1, 3, 'running', 'm', 0);
INSERT INTO journal (turn_id, seq, marks, text) VALUES (2, 1, '', '');
INSERT INTO users (id, public_id, name, role, state, created_at)
VALUES (2, 'u', 'B', 'user', 'suspended', 0);
"""
LOGIN = """
INSERT INTO logins (id, public_id, user_id, kind, via, token_hash, verified_at, created_at, used_at,
    expires_at)
VALUES (1, 'l', {user}, '{kind}', 'password', {token}, 0, 0, 0, 0);
"""
DELETED = "UPDATE users SET state = 'deleted' WHERE id = 2;"
GRANT = """
INSERT INTO providers (id, public_id, user_id, name, kind, base_url, source, created_at, updated_at)
VALUES (1, 'p', 1, 'p', 'openai', '', 'user', 0, 0);
INSERT INTO grants (public_id, provider_id, role, created_at) VALUES ('g', 1, 'user', 0);
"""
REFRESH = "INSERT INTO refresh_tokens (token_hash, login_id, created_at) VALUES (x'00', 1, 0)"
LINK = """
INSERT INTO links (public_id, kind, token_hash, user_id, role, created_at, expires_at)
VALUES ('k', '{kind}', x'00', {user}, {role}, 0, 0)
"""


@pytest.fixture
def sound(data_dir: Path) -> Iterator[sqlite3.Connection]:
    """A file with two sessions, of which one has a turn that runs."""
    with closing(sqlite3.connect(data_dir / "chatbox.db", isolation_level=None)) as connection:
        connection.executescript(SOUND)
        yield connection


def test_a_sound_file_has_no_violations(sound: sqlite3.Connection) -> None:
    assert violations(sound) == {}
    assert violations(sound, AT_REST) == {AT_REST[0].says: 1}


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("parents", "UPDATE messages SET parent_id = 4 WHERE id = 2"),
        ("parents", "UPDATE messages SET parent_id = 3 WHERE id = 2"),
        ("leaf", "UPDATE sessions SET active_leaf_id = 4 WHERE id = 1"),
        ("leaf", "UPDATE sessions SET active_leaf_id = NULL WHERE id = 1"),
        ("counts", "UPDATE sessions SET message_count = 4 WHERE id = 1"),
        ("journal", "INSERT INTO journal (turn_id, seq, marks, text) VALUES (1, 1, '', '')"),
        ("replies", "UPDATE messages SET status = 'pending' WHERE id = 2"),
        ("replies", "UPDATE messages SET status = 'done' WHERE id = 3"),
        ("turns", "UPDATE turns SET session_id = 2 WHERE id = 1"),
        ("owner", "UPDATE users SET role = 'admin' WHERE id = 1"),
        ("owner", "UPDATE users SET state = 'suspended' WHERE id = 1"),
        ("logins", LOGIN.format(user=2, kind="api", token="NULL")),
        ("leaving", "UPDATE users SET state = 'deleted', username = 'uma' WHERE id = 2"),
        ("leaving", DELETED + LINK.format(kind="reset", user="2", role="NULL")),
        ("grants", GRANT),
        ("cookies", LOGIN.format(user=1, kind="browser", token="NULL")),
        ("cookies", LOGIN.format(user=1, kind="browser", token="x'00'") + REFRESH),
        ("factors", "UPDATE users SET totp_confirmed_at = 1 WHERE id = 1"),
        ("factors", "INSERT INTO recovery_codes (user_id, code_hash) VALUES (1, x'00')"),
        ("links", LINK.format(kind="reset", user="NULL", role="NULL")),
        ("links", LINK.format(kind="invitation", user="NULL", role="NULL")),
        ("links", LINK.format(kind="invitation", user="1", role="'user'")),
        (None, "PRAGMA foreign_keys = OFF; UPDATE sessions SET user_id = 99 WHERE id = 3"),
    ],
)
def test_a_fault_is_noticed(sound: sqlite3.Connection, name: str | None, fault: str) -> None:
    sound.executescript(fault)
    says = next((rule.says for rule in ALWAYS if rule.name == name), REFERENCES)
    assert violations(sound) == {says: 1}


def test_a_file_of_another_schema_is_checked_as_far_as_its_tables_go(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE messages (id INTEGER PRIMARY KEY)")
        assert violations(connection) == {}


def test_damage_is_told_instead_of_rules(sound: sqlite3.Connection) -> None:
    path = Path(sound.execute("PRAGMA database_list").fetchone()[2])
    root = sound.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'messages'").fetchone()[0]
    sound.close()
    content = bytearray(path.read_bytes())
    content[(root - 1) * 4096 : root * 4096 - 4000] = b"\xff" * 96
    path.write_bytes(content)
    with closing(sqlite3.connect(path)) as connection:
        (told,) = violations(connection)
    assert told.startswith("SQLite finds the file damaged")
