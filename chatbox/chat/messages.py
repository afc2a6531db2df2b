"""Messages: reading a branch, pinning, other versions, deleting."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import UNSET

from chatbox.caller import Caller
from chatbox.chat.model import Message, MessageChange
from chatbox.chat.plan import check_text
from chatbox.chat.reply import ReplyWriter
from chatbox.chat.store import branches as branch_store
from chatbox.chat.store import messages as message_store
from chatbox.chat.store import sessions as session_store
from chatbox.chat.store.messages import MessageRow
from chatbox.chat.store.sessions import SessionRow
from chatbox.chat.view import message_of, session_of
from chatbox.config import Limits
from chatbox.db.database import Database, Reader, Writer
from chatbox.errors import InvalidRequest, NotFound, SessionBusy
from chatbox.events.hub import Hub
from chatbox.kit.clock import now_ms
from chatbox.kit.ids import new_id
from chatbox.llm.messages import TextPart


class Found(msgspec.Struct, frozen=True):
    """Messages of one session, and by parent the public ids of all versions, in order."""

    rows: Sequence[MessageRow]
    siblings: Mapping[int | None, list[str]]


class Messages:
    """The verbs of messages; `live` holds the replies that are being written, by public id."""

    def __init__(
        self, database: Database, hub: Hub, live: Mapping[str, ReplyWriter], *, limits: Limits
    ) -> None:
        self._database = database
        self._hub = hub
        self._live = live
        self._limits = limits

    async def page(
        self, caller: Caller, session_id: str, *, from_end: bool, start: int | None, limit: int
    ) -> tuple[list[Message], int | None]:
        """Read a page of the active branch, oldest first, and the key that the next page needs.

        From the end, the next page holds older messages; else newer ones.
        """

        async def find(reader: Reader) -> tuple[Found, int | None]:
            session = await session_store.get_session(reader, caller.user_id, session_id)
            if session.active_leaf_id is None:
                return Found([], {}), None
            turn = _page_back if from_end else _page_forward
            rows, following = await turn(reader, session, start, limit)
            return await with_siblings(reader, rows), following

        found, following = await self._database.snapshot(find)
        return self.show(found), following

    async def get(self, caller: Caller, message_id: str) -> Message:
        """Read one message, or raise `NotFound`."""

        async def find(reader: Reader) -> Found:
            row = await message_store.get_message(reader, caller.user_id, message_id)
            return await with_siblings(reader, [row])

        return self.show(await self._database.snapshot(find))[0]

    async def change(self, caller: Caller, message_id: str, change: MessageChange) -> Message:
        """Pin a message, or write another version of it beside it."""
        async with self._database.write() as writer:
            row = await message_store.get_message(writer, caller.user_id, message_id)
            if change.pinned is not UNSET:
                await message_store.update_pinned(writer, row.id, pinned=change.pinned)
            key = row.id
            if change.text is not UNSET:
                check_text(change.text, self._limits)
                key = await _write_version(writer, caller, row, change.text)
            changed = await message_store.get_message_by_key(writer, key)
            message = self.show(await with_siblings(writer, [changed]))[0]
        self._hub.notify(caller.user_id, "messages_changed", {"session_id": message.session_id})
        return message

    async def remove(self, caller: Caller, message_id: str) -> None:
        """Delete a message and everything below it; the branch moves to what is left."""
        async with self._database.write() as writer:
            row = await message_store.get_message(writer, caller.user_id, message_id)
            session = await _idle_session(writer, caller, row)
            await message_store.delete_message(writer, session.id, row.id)
            session = await session_store.get_session(writer, caller.user_id, session.public_id)
            if session.active_leaf_id is None:
                leaf = await _leaf_after_deletion(writer, session, row.parent_id)
                await message_store.set_leaf(writer, session.id, leaf=leaf, at=now_ms())
            session = await session_store.get_session(writer, caller.user_id, session.public_id)
        self._hub.notify(caller.user_id, "session", {"session": session_of(session)})
        self._hub.notify(caller.user_id, "messages_changed", {"session_id": session.public_id})

    def show(self, found: Found) -> list[Message]:
        """Show messages with their versions and, while pending, the text so far."""
        return [
            message_of(self._as_written(row), siblings=found.siblings[row.parent_id])
            for row in found.rows
        ]

    def _as_written(self, row: MessageRow) -> MessageRow:
        writer = self._live.get(row.public_id)
        if writer is None or row.status != "pending":
            return row
        return msgspec.structs.replace(row, parts=writer.parts(row.parts))


async def _page_back(
    reader: Reader, session: SessionRow, start: int | None, limit: int
) -> tuple[list[MessageRow], int | None]:
    rows = await branch_store.list_branch(
        reader, session.id, start=start or session.active_leaf_id or 0, limit=limit + 1
    )
    following = rows[limit].id if len(rows) > limit else None
    return rows[:limit][::-1], following


async def _page_forward(
    reader: Reader, session: SessionRow, start: int | None, limit: int
) -> tuple[list[MessageRow], int | None]:
    ids = await branch_store.list_branch_ids(reader, session.id, session.active_leaf_id or 0)
    if start is not None and start not in ids:
        raise InvalidRequest("The branch has changed; begin again without the cursor.")
    first = 0 if start is None else ids.index(start)
    wanted = ids[first : first + limit]
    rows = await branch_store.list_branch(reader, session.id, start=wanted[-1], limit=len(wanted))
    following = ids[first + limit] if len(ids) > first + limit else None
    return rows[::-1], following


async def with_siblings(reader: Reader, rows: Sequence[MessageRow]) -> Found:
    """Find the other versions of messages of one session."""
    if not rows:
        return Found([], {})
    parents = [row.parent_id for row in rows if row.parent_id is not None]
    found = await branch_store.list_children(reader, parents) if parents else []
    if len(parents) < len(rows):
        found += await branch_store.list_roots(reader, rows[0].session_id)
    siblings: dict[int | None, list[str]] = {}
    for one in found:
        siblings.setdefault(one.parent_id, []).append(one.public_id)
    return Found(rows, siblings)


async def _idle_session(reader: Reader, caller: Caller, row: MessageRow) -> SessionRow:
    session = await session_store.get_session(reader, caller.user_id, row.session_public_id)
    if session.running_turn_id is not None:
        raise SessionBusy("Stop the reply first.")
    return session


async def _write_version(writer: Writer, caller: Caller, row: MessageRow, text: str) -> int:
    session = await _idle_session(writer, caller, row)
    if row.status == "pending":
        raise SessionBusy("Stop the reply first.")
    at = now_ms()
    key = await message_store.insert_message(
        writer,
        message_store.NewMessage(
            session_key=session.id,
            public_id=new_id(),
            parent=row.parent_id,
            role=row.role,
            status="done",
            parts=(TextPart(text),),
            model=row.model,
            edited=True,
            at=at,
        ),
    )
    await session_store.touch_session(writer, session.id, leaf=key, messages=1, at=at)
    return key


async def _leaf_after_deletion(
    reader: Reader, session: SessionRow, parent: int | None
) -> int | None:
    """The newest end below the deleted message's parent, or of any branch that is left."""
    if parent is not None:
        return await branch_store.newest_leaf(reader, parent)
    roots = await branch_store.list_roots(reader, session.id)
    if not roots:
        return None
    key = await message_store.key_of(reader, roots[-1].public_id)
    if key is None:
        raise NotFound("The message has just been deleted.")
    return await branch_store.newest_leaf(reader, key)
