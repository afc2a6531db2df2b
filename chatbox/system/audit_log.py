"""The audit log for people: listed, exported as JSON lines, checked, and forgotten after a time."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chatbox.caller import Caller
from chatbox.db.database import Database
from chatbox.kit.clock import now_ms, rfc3339
from chatbox.system.audit import Entry, record
from chatbox.system.audit_chain import Chain, Row, check_chain, forget, list_rows
from chatbox.system.site import SiteSettings

DAY_MS = 86_400_000
EXPORTED_AT_ONCE = 500
Detail = dict[str, str | int | bool | None]


class AuditEntry(msgspec.Struct, frozen=True):
    """Something that was done or refused."""

    id: Annotated[int, Meta(description="Grows with every entry")]
    at: Annotated[str, Meta(description="When, RFC 3339 in UTC")]
    actor: Annotated[str, Meta(description="The id of the account that did it; empty: nobody's")]
    actor_name: Annotated[str | None, Meta(description="Its name; null: it is gone")]
    address: Annotated[str, Meta(description="From where; empty: by a command")]
    action: Annotated[str, Meta(description="What was done, as `noun.verb`")]
    object: Annotated[str, Meta(description="To what, as `kind:id`; may be empty")]
    result: Annotated[Literal["ok", "refused"], Meta(description="What came of it")]
    detail: Annotated[Detail, Meta(description="More about it, without names and texts")]


class AuditPage(msgspec.Struct, frozen=True):
    """Entries of the audit log, newest first."""

    items: Annotated[list[AuditEntry], Meta(description="At most `limit` of them")]
    next_cursor: Annotated[str | None, Meta(description="The cursor of the next page, if any")]


class AuditCheck(msgspec.Struct, frozen=True):
    """Whether the audit log is as it was written."""

    ok: Annotated[bool, Meta(description="Nothing was changed or removed")]
    entries: Annotated[int, Meta(description="How many entries were checked")]
    broken_at: Annotated[int | None, Meta(description="The first entry that does not fit")]


class Found(msgspec.Struct, frozen=True):
    """A row with the name of its actor."""

    id: int
    at: int
    actor: str
    actor_name: str | None
    address: str
    action: str
    object: str
    result: Literal["ok", "refused"]
    detail: Detail


class AuditLog:
    """Reads the log; no two checks, and no check and removal, at the same time."""

    def __init__(self, database: Database, site: SiteSettings) -> None:
        self._database = database
        self._site = site
        self._lock = asyncio.Lock()

    async def page(
        self, *, action: str | None, actor: str | None, before: int, limit: int
    ) -> list[Found]:
        """List entries, newest first: of one action, or of all that begin like `user.`."""
        async with self._database.read() as reader:
            return await reader.fetch_list(
                Found,
                """
                SELECT a.id, a.at, a.actor, u.name AS actor_name, a.address, a.action, a.object,
                    a.result, a.detail
                FROM audit a
                LEFT JOIN users u ON u.public_id = a.actor
                WHERE a.id < :before
                AND (:action IS NULL OR a.action = :action
                    OR (:action LIKE '%.' AND substr(a.action, 1, length(:action)) = :action))
                AND (:actor IS NULL OR a.actor = :actor)
                ORDER BY a.id DESC
                LIMIT 0 + :limit
                """,
                action=action,
                actor=actor,
                before=before,
                limit=limit,
            )

    async def check(self) -> AuditCheck:
        """Check every row against the one before it."""
        async with self._lock, self._database.read() as reader:
            chain: Chain = await check_chain(reader)
        return AuditCheck(chain.broken_at is None, chain.entries, chain.broken_at)

    async def export(self, caller: Caller) -> AsyncGenerator[bytes, None]:
        """Note that the log is taken out, then give it as JSON lines, oldest first."""
        entry = Entry(action="audit.export", actor=caller.public_id, address=caller.address)
        await self._database.write_together(lambda writer: record(writer, entry))
        return self._lines()

    async def forget(self) -> None:
        """Remove what is older than the setting `audit_days` allows."""
        if days := self._site.now.audit_days:
            before = now_ms() - days * DAY_MS
            async with self._lock, self._database.write() as writer:
                await forget(writer, before=before)

    async def _lines(self) -> AsyncGenerator[bytes, None]:
        last = 0
        while True:
            async with self._database.read() as reader:
                rows = await list_rows(reader, after=last, limit=EXPORTED_AT_ONCE)
            if not rows:
                return
            last = rows[-1].id
            yield msgspec.json.Encoder().encode_lines([_line(row) for row in rows])


def entry_of(found: Found) -> AuditEntry:
    """Show an entry."""
    values = msgspec.structs.asdict(found) | {"at": rfc3339(found.at)}
    return AuditEntry(**values)


def _line(row: Row) -> dict[str, object]:
    """A row with its hash, so that a later export can be compared with an earlier one."""
    return msgspec.structs.asdict(row) | {
        "at": rfc3339(row.at),
        "detail": msgspec.Raw(row.detail.encode()),
        "hash": row.hash.hex(),
    }
