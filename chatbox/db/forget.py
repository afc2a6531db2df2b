"""Takes out of a copy of the database what must not come to life again with it.

What is deleted is overwritten, so that the bytes of the copy do not hold it either.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PRAGMAS = (
    "PRAGMA secure_delete = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA journal_mode = DELETE",
)
# Whoever was signed out since the copy was made must not be signed in by it. Without a WHERE,
# SQLite would write to tables that are empty, too.
_LOGINS = (
    "DELETE FROM refresh_tokens WHERE true",
    "DELETE FROM logins WHERE true",
    "DELETE FROM known_devices WHERE true",
    "DELETE FROM links WHERE true",
    "DELETE FROM failures WHERE true",
    "DELETE FROM buckets WHERE true",
)
_SECRETS = (
    """
    UPDATE providers
    SET secret = NULL, secret_hint = NULL, state = 'failed', state_code = 'secret_required',
        state_detail = 'The secret must be entered again.', version = version + 1
    WHERE secret IS NOT NULL
    """,
    "DELETE FROM recovery_codes",
    "UPDATE users SET totp_secret = NULL, totp_confirmed_at = NULL, totp_last_step = 0",
    "UPDATE instance SET key_fingerprint = ''",
)


def forget_logins(path: Path) -> None:
    """Take out logins, links and what counts tries: everybody has to sign in again."""
    with _changing(path) as copy:
        for sql in _LOGINS:
            _run(copy, sql)


def forget_secrets(path: Path) -> None:
    """Take out what only a lost master key could open, and which key that was."""
    with _changing(path) as copy:
        for sql in _SECRETS:
            _run(copy, sql)


def _run(copy: sqlite3.Connection, sql: str) -> None:
    """Run a statement, unless the schema of the copy is older than what it is about."""
    try:
        copy.execute(sql)
    except sqlite3.OperationalError as failure:
        if not str(failure).startswith(("no such table", "no such column")):
            raise


@contextmanager
def _changing(path: Path) -> Iterator[sqlite3.Connection]:
    copy = sqlite3.connect(path, isolation_level=None)
    try:
        for pragma in _PRAGMAS:
            copy.execute(pragma).fetchall()
        copy.execute("BEGIN IMMEDIATE")
        yield copy
        copy.execute("COMMIT")
    finally:
        copy.close()
