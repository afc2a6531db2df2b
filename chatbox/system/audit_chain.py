"""Checks that no row of the audit log was changed or removed, and removes old ones by the book.

The oldest rows may go. The row that tells of it, `audit.forget`, remembers the hash of the last one
that went: the oldest row that is left must be chained to that. It stands in the chain itself.
Cutting off the end of the log leaves the chain whole, but not the number of the last row that the
table ever had, which SQLite keeps.
"""

import msgspec

from chatbox.db.database import Reader, Writer
from chatbox.system.audit import FIRST, Entry, chained, record

FORGET = "audit.forget"
BATCH = 1_000


class Row(msgspec.Struct, frozen=True):
    """A row as it is stored; `detail` is JSON."""

    id: int
    at: int
    actor: str
    address: str
    action: str
    object: str
    result: str
    detail: str
    hash: bytes


class Chain(msgspec.Struct, frozen=True):
    """What a check has found: how many rows there are, and the first one that does not fit."""

    entries: int
    broken_at: int | None = None


class _Anchor(msgspec.Struct):
    """What `audit.forget` remembers: the hash of the last row that went."""

    hash: str


class _Last(msgspec.Struct):
    """The last row that goes, and how many go."""

    id: int
    hash: bytes
    count: int


async def check_chain(reader: Reader) -> Chain:
    """Check the whole log, a batch at a time."""
    before, last = await _anchor(reader), 0
    entries = 0
    while rows := await list_rows(reader, after=last, limit=BATCH):
        for row in rows:
            if row.hash != _hash_of(before, row):
                return Chain(entries + 1, row.id)
            before, last, entries = row.hash, row.id, entries + 1
    newest = await reader.fetch_one(int, "SELECT seq FROM sqlite_sequence WHERE name = 'audit'")
    return Chain(entries, last + 1 if last < (newest or 0) else None)


async def list_rows(reader: Reader, *, after: int, limit: int) -> list[Row]:
    """List rows, oldest first, from the one after `after` on."""
    return await reader.fetch_all(
        Row,
        """
        SELECT id, at, actor, address, action, object, result, detail, hash
        FROM audit
        WHERE id > :after
        ORDER BY id
        LIMIT 0 + :limit
        """,
        after=after,
        limit=limit,
    )


async def forget(writer: Writer, *, before: int) -> int:
    """Remove the rows from before a time, up to the first that is younger; answer how many."""
    last = await writer.fetch_one(
        _Last,
        """
        SELECT id, hash, (SELECT count(*) FROM audit b WHERE b.id <= a.id) AS count
        FROM audit a
        WHERE id < ifnull(
            (SELECT id FROM audit WHERE at >= :before ORDER BY id LIMIT 1),
            (SELECT max(id) + 1 FROM audit)
        )
        ORDER BY id DESC
        LIMIT 1
        """,
        before=before,
    )
    if last is None:
        return 0
    anchor: dict[str, str | int | bool | None] = {"rows": last.count, "hash": last.hash.hex()}
    await record(writer, Entry(action=FORGET, detail=anchor))
    return await writer.execute("DELETE FROM audit WHERE id <= :last", last=last.id)


async def _anchor(reader: Reader) -> bytes:
    """What the oldest row must be chained to."""
    detail = await reader.fetch_one(
        str,
        "SELECT detail FROM audit WHERE action = :action ORDER BY id DESC LIMIT 1",
        action=FORGET,
    )
    if detail is None:
        return FIRST
    try:
        return bytes.fromhex(msgspec.json.decode(detail, type=_Anchor).hash)
    except ValueError:  # msgspec's errors, too: somebody has written into the row
        return b""


def _hash_of(before: bytes, row: Row) -> bytes:
    told = (row.at, row.actor, row.address, row.action, row.object, row.result, row.detail)
    return chained(before, *told)
