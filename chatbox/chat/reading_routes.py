"""HTTP: the sessions of others, for administrators."""

from typing import Annotated

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import Parameter, QueryParameter

from chatbox.caller import Caller
from chatbox.chat.model import MessagePage, SessionPage
from chatbox.chat.reading import Reading
from chatbox.chat.view import message_page, session_page
from chatbox.rights import Action
from chatbox.web.paging import Cursor, Limit, decode_cursor

UserId = Annotated[str, Parameter(description="The account's id")]


class ReadingRoutes(Controller):
    """Reading the sessions of others; every read is in the audit log."""

    path = "/api/v1/users/{user_id:str}/sessions"
    tags = ["People"]
    opt = {"action": Action.OPERATE}

    @get(
        summary="List somebody's sessions",
        description="Only while the owner allows it (`admins_read_sessions`), else 404; never "
        "those of somebody who ranks as high. Every read is in the audit log.",
    )
    async def list_sessions_of(  # noqa: PLR0913 - the filters of the list
        self,
        caller: NamedDependency[Caller],
        reading: NamedDependency[Reading],
        user_id: UserId,
        limit: Limit = 50,
        cursor: Cursor = None,
        archived: Annotated[bool, Parameter(description="List the archived ones")] = False,
    ) -> SessionPage:
        before = decode_cursor(cursor, default=(0, 0)) if cursor else None
        rows = await reading.sessions_of(
            caller, user_id, archived=archived, before=before, limit=limit + 1
        )
        return session_page(rows, limit, has_pinned=before is None)

    @get(
        "/{session_id:str}/messages",
        summary="Read somebody's messages",
        description="The active branch, under the same conditions.",
    )
    async def list_messages_of(  # noqa: PLR0913 - the filters of the list
        self,
        caller: NamedDependency[Caller],
        reading: NamedDependency[Reading],
        user_id: UserId,
        session_id: Annotated[str, Parameter(description="The session's id")],
        limit: Limit = 100,
        cursor: Cursor = None,
        start: Annotated[
            str,
            QueryParameter(name="from", pattern="^(start|end)$", description="`start` or `end`"),
        ] = "start",
    ) -> MessagePage:
        _, key = decode_cursor(cursor, default=(0, 0))
        found = await reading.messages_of(
            caller, user_id, session_id, from_end=start == "end", start=key or None, limit=limit
        )
        return message_page(*found)
