"""An administrator reads what others wrote: only where the owner allows it, and it is written down.

What is not allowed, not there, or of somebody who ranks as high, cannot be told apart.
"""

import msgspec

from chatbox.caller import Caller, Role
from chatbox.chat.messages import Messages
from chatbox.chat.model import Message
from chatbox.chat.service import Sessions
from chatbox.chat.store import sessions as session_store
from chatbox.chat.store.sessions import SessionRow
from chatbox.db.database import Database, Reader
from chatbox.errors import NotFound
from chatbox.rights import outranks
from chatbox.system.audit import Entry, record
from chatbox.system.site import SiteSettings


class _Person(msgspec.Struct, frozen=True):
    id: int
    role: Role


class Reading:
    """Reads the sessions of others, and nothing else."""

    def __init__(
        self, database: Database, sessions: Sessions, messages: Messages, *, site: SiteSettings
    ) -> None:
        self._database = database
        self._sessions = sessions
        self._messages = messages
        self._site = site

    async def sessions_of(  # noqa: PLR0913 - whose, and which page
        self,
        caller: Caller,
        user_id: str,
        *,
        archived: bool,
        before: tuple[int, int] | None,
        limit: int,
    ) -> list[SessionRow]:
        """List somebody's sessions, as `Sessions.page` does. Raises `NotFound`."""
        person = await self._enter(caller, user_id)
        return await self._sessions.page(
            person, query="", archived=archived, before=before, limit=limit
        )

    async def messages_of(  # noqa: PLR0913 - whose, and which page
        self,
        caller: Caller,
        user_id: str,
        session_id: str,
        *,
        from_end: bool,
        start: int | None,
        limit: int,
    ) -> tuple[list[Message], int | None]:
        """Read somebody's messages, as `Messages.page` does. Raises `NotFound`."""
        person = await self._enter(caller, user_id, session_id)
        return await self._messages.page(
            person, session_id, from_end=from_end, start=start, limit=limit
        )

    async def _enter(self, caller: Caller, user_id: str, session_id: str | None = None) -> Caller:
        """Check that this may be read, and write it down first; whose eyes to look with."""
        async with self._database.write() as writer:
            person = await _find_person(writer, user_id)
            is_allowed = self._site.now.admins_read_sessions
            if person is None or not is_allowed or not outranks(caller, person.role):
                raise NotFound("There is no such account.")
            if session_id is not None:
                await session_store.get_session(writer, person.id, session_id)
            read = f"session:{session_id}" if session_id else f"user:{user_id}"
            await record(
                writer,
                Entry(
                    action="session.read_by_admin",
                    actor=caller.public_id,
                    address=caller.address,
                    object=read,
                    detail={"user": user_id},
                ),
            )
        return Caller(user_id=person.id, role=person.role, public_id=user_id)


async def _find_person(reader: Reader, public_id: str) -> _Person | None:
    return await reader.fetch_one(
        _Person,
        "SELECT id, role FROM users WHERE public_id = :id AND state <> 'deleted'",
        id=public_id,
    )
