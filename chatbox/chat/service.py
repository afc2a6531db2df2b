"""Sessions: creating, listing, changing, deleting and restoring them."""

import msgspec
from msgspec import UNSET

from chatbox.caller import Caller
from chatbox.chat.model import NewSession, Session, SessionChange
from chatbox.chat.store import branches as branch_store
from chatbox.chat.store import messages as message_store
from chatbox.chat.store import sessions as session_store
from chatbox.chat.store.sessions import SessionRow, Shelf
from chatbox.chat.view import session_of
from chatbox.db.database import Conflict, Database, Reader
from chatbox.errors import (
    AlreadyExists,
    InvalidRequest,
    NotFound,
    SessionBusy,
    VersionConflict,
)
from chatbox.events.hub import Hub
from chatbox.kit.clock import now_ms
from chatbox.kit.ids import is_id, new_id

LATEST = (2**62, 2**62)
MOST_PINNED = 500
DAY_MS = 86_400_000
KEEP_DELETED_DAYS = 30


class Sessions:
    """The verbs of sessions."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub

    async def page(
        self,
        caller: Caller,
        *,
        query: str,
        archived: bool,
        before: tuple[int, int] | None,
        limit: int,
    ) -> list[SessionRow]:
        """List sessions, newest activity first; the first page begins with the pinned ones."""
        if query:
            pattern = "%" + _escape_like(query) + "%"
            async with self._database.read() as reader:
                return await session_store.search_sessions(
                    reader, caller.user_id, pattern=pattern, before=before or LATEST, limit=limit
                )

        async def look(reader: Reader) -> list[SessionRow]:
            pinned = []
            if before is None:
                shelf = Shelf(pinned=True, archived=archived)
                pinned = await session_store.list_sessions(
                    reader, caller.user_id, shelf=shelf, before=LATEST, limit=MOST_PINNED
                )
            return pinned + await session_store.list_sessions(
                reader,
                caller.user_id,
                shelf=Shelf(archived=archived),
                before=before or LATEST,
                limit=limit,
            )

        return await self._database.snapshot(look)

    async def get(self, caller: Caller, session_id: str) -> SessionRow:
        """Find a session, or raise `NotFound`."""
        async with self._database.read() as reader:
            return await session_store.get_session(reader, caller.user_id, session_id)

    async def create(self, caller: Caller, new: NewSession) -> SessionRow:
        """Create a session; a client-made id that exists already answers `AlreadyExists`."""
        row = new_session(new)
        async with self._database.write() as writer:
            try:
                await session_store.insert_session(writer, caller.user_id, row)
            except Conflict as taken:
                raise AlreadyExists("There is already a session with that id.") from taken
            created = await session_store.get_session(writer, caller.user_id, row.public_id)
        self.announce(caller.user_id, session_of(created))
        return created

    async def change(
        self, caller: Caller, session_id: str, change: SessionChange, *, version: int | None
    ) -> SessionRow:
        """Change a session; raises `VersionConflict` with the current copy."""
        async with self._database.write() as writer:
            old = await session_store.get_session(writer, caller.user_id, session_id)
            if version is not None and version != old.version:
                raise VersionConflict(current=session_of(old))
            leaf = old.active_leaf_id
            if change.active_message_id is not UNSET:
                leaf = await _leaf_through(writer, caller, old, change.active_message_id)
            new = _changed(old, change, leaf)
            await session_store.update_session(
                writer, caller.user_id, new, expected_version=old.version, at=now_ms()
            )
            changed = await session_store.get_session(writer, caller.user_id, session_id)
        self.announce(caller.user_id, session_of(changed))
        if leaf != old.active_leaf_id:
            self._hub.notify(caller.user_id, "messages_changed", {"session_id": session_id})
        return changed

    async def remove(self, caller: Caller, session_id: str) -> None:
        """Delete a session so that it can be restored for thirty days."""
        async with self._database.write() as writer:
            row = await session_store.get_session(writer, caller.user_id, session_id)
            if row.running_turn_id is not None:
                raise SessionBusy("Stop the reply before deleting its session.")
            await session_store.set_deleted(writer, caller.user_id, session_id, at=now_ms())
        self._hub.notify(caller.user_id, "session_deleted", {"id": session_id})

    async def restore(self, caller: Caller, session_id: str) -> SessionRow:
        """Bring a deleted session back."""
        async with self._database.write() as writer:
            if not await session_store.set_deleted(writer, caller.user_id, session_id, at=None):
                raise NotFound("There is no such deleted session.")
            row = await session_store.get_session(writer, caller.user_id, session_id)
        self.announce(caller.user_id, session_of(row))
        return row

    async def purge(self) -> None:
        """Remove for good what was deleted long ago."""
        before = now_ms() - KEEP_DELETED_DAYS * DAY_MS
        async with self._database.write() as writer:
            await session_store.delete_sessions(writer, deleted_before=before)

    def announce(self, user_id: int, session: Session) -> None:
        """Tell the user's tabs how a session is now."""
        self._hub.notify(user_id, "session", {"session": session})


def new_session(new: NewSession) -> SessionRow:
    """Compose the row of a session that does not exist yet. Raises `InvalidRequest`."""
    if new.id is not None and not is_id(new.id):
        raise InvalidRequest("The id must be a UUID in lower case.")
    at, title = now_ms(), (new.title or "").strip()
    return SessionRow(
        id=0,
        public_id=new.id or new_id(),
        title=title,
        title_source="user" if title else "none",
        model=new.model,
        system_prompt=new.system_prompt,
        params=new.params,
        pinned=False,
        archived=False,
        active_leaf_id=None,
        message_count=0,
        version=1,
        created_at=at,
        updated_at=at,
        active_at=at,
        last_message_at=None,
        running_turn_id=None,
    )


def _changed(old: SessionRow, change: SessionChange, leaf: int | None) -> SessionRow:
    given = {
        name: value
        for name in ("title", "model", "system_prompt", "params", "pinned", "archived")
        if (value := getattr(change, name)) is not UNSET
    }
    if "title" in given:
        given |= {"title": given["title"].strip(), "title_source": "user"}
    return msgspec.structs.replace(old, **given, active_leaf_id=leaf)


async def _leaf_through(
    reader: Reader, caller: Caller, session: SessionRow, message_id: str
) -> int:
    """Find the newest end of the branches that go through a message of the session."""
    message = await message_store.get_message(reader, caller.user_id, message_id)
    if message.session_id != session.id:
        raise NotFound("There is no such message in this session.")
    return await branch_store.newest_leaf(reader, message.id)


def _escape_like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
