"""Exports what a database holds that an older copy of it does not: sessions and messages.

The database may be of a newer schema than this program: every column that is there is written, and
the two tables are only asked for what they have had since the first release. The format is in
docs/operations.md.
"""

import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from chatbox import __version__
from chatbox.db.files import give_to_owner, make_folder
from chatbox.db.quiet import reading
from chatbox.db.snapshots import stamp
from chatbox.kit.clock import now_ms, rfc3339

FORMAT = 1
_WANTED = (
    ("session", "sessions", "new", "public_id NOT IN (SELECT public_id FROM old.sessions)"),
    (
        "session",
        "sessions",
        "changed",
        "EXISTS (SELECT 1 FROM old.sessions o WHERE o.public_id = sessions.public_id "
        "AND o.updated_at <> sessions.updated_at)",
    ),
    ("message", "messages", "new", "public_id NOT IN (SELECT public_id FROM old.messages)"),
    (
        "message",
        "messages",
        "changed",
        "EXISTS (SELECT 1 FROM old.messages o WHERE o.public_id = messages.public_id "
        "AND (o.parts <> messages.parts OR o.status <> messages.status))",
    ),
)

Entry = dict[str, Any]


class Since(msgspec.Struct, frozen=True):
    """How much came since; `file` is None when nothing was written, `problem` says why not."""

    sessions: int = 0
    messages: int = 0
    file: Path | None = None
    problem: str | None = None


def count_since(database: Path, older: Path) -> Since:
    """Count what `write_since` would write."""
    return _each(database, older, lambda _: None)


def write_since(database: Path, older: Path) -> Since:
    """Write what came since into `exports/`, synced to the disk.

    A database that is missing or cannot be read is no reason to stop: `problem` says what is.
    """
    folder = make_folder(database.parent / "exports")
    file = folder / f"rollback-{stamp()}.jsonl"
    encoder = msgspec.json.Encoder()
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        head = {"type": "export", "format": FORMAT, "made_at": rfc3339(now_ms())}
        head |= {"chatbox": __version__, "older": older.name}
        out.write(encoder.encode(head) + b"\n")
        since = _each(database, older, lambda entry: out.write(encoder.encode(entry) + b"\n"))
        out.flush()
        os.fsync(out.fileno())
    give_to_owner(file)
    if since.sessions or since.messages:
        return msgspec.structs.replace(since, file=file)
    file.unlink()
    return since


def _each(database: Path, older: Path, take: Callable[[Entry], object]) -> Since:
    counts: Counter[str] = Counter()
    problem = None if database.exists() else "there is no database"
    if problem is None:
        try:
            for entry in _entries(database, older):
                take(entry)
                counts[entry["type"]] += 1
        except sqlite3.Error as failure:
            problem = str(failure)
    return Since(sessions=counts["session"], messages=counts["message"], problem=problem)


def _entries(database: Path, older: Path) -> Iterator[Entry]:
    import sqlite_utils  # noqa: PLC0415 - 8 MB and 150 ms that only this needs

    with reading(database) as connection:
        connection.execute("ATTACH ? AS old", (f"{older.absolute().as_uri()}?immutable=1",))
        tables = sqlite_utils.Database(connection)
        for kind, table, change, where in _WANTED:
            for row in tables.table(table).rows_where(where, order_by="id"):
                entry: Entry = {"type": kind, "change": change}
                if kind == "message":
                    entry["session"] = _session_of(connection, row["session_id"])
                    entry["parent"] = _message_of(connection, row["parent_id"])
                yield {**entry, "row": {name: _value(value) for name, value in row.items()}}


def _session_of(connection: sqlite3.Connection, key: int) -> str | None:
    sql = "SELECT public_id FROM sessions WHERE id = ?"
    found = connection.execute(sql, (key,)).fetchone()
    return found[0] if found else None


def _message_of(connection: sqlite3.Connection, key: int | None) -> str | None:
    sql = "SELECT public_id FROM messages WHERE id = ?"
    found = connection.execute(sql, (key,)).fetchone()
    return found[0] if found else None


def _value(value: Any) -> Any:
    """A column as JSON; one that holds JSON itself becomes a part of the document."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return msgspec.json.decode(value)
        except msgspec.DecodeError:
            return value
    return value
