"""What a copy of the database must not bring back: logins and links, and not in its free pages."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chatbox.db.forget import forget_logins, forget_secrets

ROWS = """
INSERT INTO instance (id, key_fingerprint, created_at, team) VALUES (1, 'print', 0, 1);
INSERT INTO users (id, public_id, name, role, totp_secret, totp_confirmed_at, created_at)
VALUES (2, 'u', 'B', 'user', CAST('canary-seed' AS BLOB), 1, 0);
INSERT INTO recovery_codes (user_id, code_hash) VALUES (2, CAST('canary-code' AS BLOB));
INSERT INTO logins (id, public_id, user_id, kind, via, token_hash, verified_at, created_at, used_at,
    expires_at)
VALUES (1, 'l', 2, 'browser', 'password', CAST('canary-cookie' AS BLOB), 0, 0, 0, 0),
    (2, 'm', 2, 'api', 'password', NULL, 0, 0, 0, 0);
INSERT INTO refresh_tokens (token_hash, login_id, created_at)
VALUES (CAST('canary-refresh' AS BLOB), 2, 0);
INSERT INTO known_devices (token_hash, user_id, created_at, used_at)
VALUES (CAST('canary-device' AS BLOB), 2, 0, 0);
INSERT INTO links (public_id, kind, token_hash, user_id, created_at, expires_at)
VALUES ('k', 'reset', CAST('canary-link' AS BLOB), 2, 0, 0);
INSERT INTO failures (key, count, first_at, last_at) VALUES ('canary-failure', 1, 0, 0);
INSERT INTO buckets (key, level, at) VALUES ('canary-bucket', 1, 0);
"""
FACTORS = (b"canary-seed", b"canary-code")


@pytest.fixture(params=["WAL", "DELETE"])
def copy(data_dir: Path, request: pytest.FixtureRequest) -> Path:
    path = data_dir / "chatbox.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA journal_mode = {request.param}")
        connection.executescript(ROWS)
    return path


def count(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        found: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
        return found


def test_logins_and_links_are_gone_to_the_last_byte(copy: Path) -> None:
    forget_logins(copy)
    content = copy.read_bytes()
    assert all(canary in content for canary in FACTORS)
    for canary in FACTORS:
        content = content.replace(canary, b"")
    assert b"canary" not in content
    assert count(copy, "users") == 2
    assert {file.name for file in copy.parent.iterdir()} == {"chatbox.db"}


def test_what_only_a_lost_key_opens_goes_and_the_mode_stays(copy: Path) -> None:
    forget_secrets(copy)
    assert not any(canary in copy.read_bytes() for canary in FACTORS)
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT team, key_fingerprint FROM instance").fetchall() == [
            (1, "")
        ]
        assert connection.execute(
            "SELECT totp_confirmed_at FROM users WHERE id = 2"
        ).fetchone() == (None,)


def test_a_copy_of_an_older_schema_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE users (id INTEGER PRIMARY KEY)")
        connection.execute("INSERT INTO users VALUES (1)")
        connection.commit()
    forget_logins(path)
    forget_secrets(path)
    assert count(path, "users") == 1
