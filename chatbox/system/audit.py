"""The audit log: who did what, when and from where; never what was said, and no secret.

Rows are only ever added. Each one's hash covers the row and the hash before it (SHA-256 over JSON),
so a row that was changed or removed later breaks the chain, which `audit_chain` checks. Whoever
can write the file can write a whole new chain, too: only exports that are kept elsewhere tell.
"""

import hashlib
from typing import Literal

import msgspec

from chatbox.db.database import Reader, Writer
from chatbox.db.rows import encode_json
from chatbox.kit.clock import now_ms

FIRST = bytes(32)
"""What the first row is chained to."""


class Entry(msgspec.Struct, frozen=True):
    """Something that was done or refused; `actor` is a public id, or empty for nobody."""

    action: str
    actor: str = ""
    address: str = ""
    object: str = ""
    result: Literal["ok", "refused"] = "ok"
    detail: dict[str, str | int | bool | None] = {}


async def record(writer: Writer, entry: Entry) -> None:
    """Add a row, in the transaction of what it tells about."""
    before = await last_hash(writer)
    at, detail = now_ms(), encode_json(entry.detail)
    told = (at, entry.actor, entry.address, entry.action, entry.object, entry.result, detail)
    await writer.execute(
        """
        INSERT INTO audit (at, actor, address, action, object, result, detail, hash)
        VALUES (:at, :actor, :address, :action, :object, :result, :detail, :hash)
        """,
        at=at,
        actor=entry.actor,
        address=entry.address,
        action=entry.action,
        object=entry.object,
        result=entry.result,
        detail=detail,
        hash=chained(before, *told),
    )


async def last_hash(reader: Reader) -> bytes:
    """The hash that the next row is chained to."""
    found = await reader.fetch_one(bytes, "SELECT hash FROM audit ORDER BY id DESC LIMIT 1")
    return FIRST if found is None else found


def chained(before: bytes, *told: str | int) -> bytes:
    """The hash of a row that tells this and comes after the one with the hash `before`."""
    return hashlib.sha256(before + msgspec.json.encode(told)).digest()
