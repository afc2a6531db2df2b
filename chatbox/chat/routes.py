"""HTTP: sessions, messages, turns."""

from typing import Annotated

from litestar import Controller, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody, Parameter, QueryParameter
from litestar.types import ASGIApp

from chatbox.caller import Caller
from chatbox.chat.answers import Turning
from chatbox.chat.messages import Messages
from chatbox.chat.model import (
    Again,
    Answer,
    Chat,
    Message,
    MessageChange,
    MessagePage,
    NewSession,
    Send,
    Session,
    SessionChange,
    SessionPage,
    Started,
    Turn,
)
from chatbox.chat.service import Sessions
from chatbox.chat.view import message_page, session_of, session_page
from chatbox.rights import Action
from chatbox.web.openapi import STREAM
from chatbox.web.paging import Cursor, Limit, decode_cursor
from chatbox.web.params import Accept, IdempotencyKey, IfMatch, LastEventId, etag, version_in

SessionId = Annotated[str, Parameter(description="The session's id")]
MessageId = Annotated[str, Parameter(description="The message's id")]
TurnId = Annotated[str, Parameter(description="The turn's id")]
STARTED_OR_STREAM = {
    202: ResponseSpec(
        data_container=Started, generate_examples=False, description="The turn has begun"
    ),
    **STREAM,
}


class SessionRoutes(Controller):
    """Sessions: conversations and their messages."""

    path = "/api/v1/sessions"
    tags = ["Sessions"]

    @get(
        summary="List sessions",
        description="Newest activity first; the first page begins with the pinned ones.",
        opt={"action": Action.READ},
    )
    async def list_sessions(
        self,
        caller: NamedDependency[Caller],
        sessions: NamedDependency[Sessions],
        limit: Limit = 50,
        cursor: Cursor = None,
        archived: Annotated[bool, Parameter(description="List the archived ones")] = False,
        q: Annotated[
            str, Parameter(max_length=200, description="Text that the title contains")
        ] = "",
    ) -> SessionPage:
        before = decode_cursor(cursor, default=(0, 0)) if cursor else None
        rows = await sessions.page(
            caller, query=q.strip(), archived=archived, before=before, limit=limit + 1
        )
        return session_page(rows, limit, has_pinned=before is None and not q.strip())

    @post(
        summary="Create a session",
        description="Everything is optional, a client-made id too.",
        opt={"action": Action.CHAT},
    )
    async def create_session(
        self,
        caller: NamedDependency[Caller],
        sessions: NamedDependency[Sessions],
        data: JSONBody[NewSession],
    ) -> Response[Session]:
        row = await sessions.create(caller, data)
        headers = {"Location": f"/api/v1/sessions/{row.public_id}", **etag(row.version)}
        return Response(session_of(row), status_code=201, headers=headers)

    @get(
        "/{session_id:str}",
        summary="Read a session",
        description="Without its messages.",
        opt={"action": Action.READ},
    )
    async def get_session(
        self,
        caller: NamedDependency[Caller],
        sessions: NamedDependency[Sessions],
        session_id: SessionId,
    ) -> Response[Session]:
        row = await sessions.get(caller, session_id)
        return Response(session_of(row), headers=etag(row.version))

    @patch(
        "/{session_id:str}",
        summary="Change a session",
        description="Rename, pin, archive, set model, instructions and parameters, switch branch.",
        opt={"action": Action.CHAT},
    )
    async def change_session(
        self,
        caller: NamedDependency[Caller],
        sessions: NamedDependency[Sessions],
        session_id: SessionId,
        data: JSONBody[SessionChange],
        if_match: IfMatch = None,
    ) -> Response[Session]:
        row = await sessions.change(caller, session_id, data, version=version_in(if_match))
        return Response(session_of(row), headers=etag(row.version))

    @delete(
        "/{session_id:str}",
        summary="Delete a session",
        description="It can be restored for thirty days.",
        opt={"action": Action.CHAT},
    )
    async def delete_session(
        self,
        caller: NamedDependency[Caller],
        sessions: NamedDependency[Sessions],
        session_id: SessionId,
    ) -> None:
        await sessions.remove(caller, session_id)

    @post(
        "/{session_id:str}/restore",
        status_code=200,
        summary="Restore a session",
        description="Undoes its deletion.",
        opt={"action": Action.CHAT},
    )
    async def restore_session(
        self,
        caller: NamedDependency[Caller],
        sessions: NamedDependency[Sessions],
        session_id: SessionId,
    ) -> Session:
        return session_of(await sessions.restore(caller, session_id))

    @get(
        "/{session_id:str}/messages",
        summary="List messages",
        description="The active branch, oldest first. With `from=end` the page holds the newest "
        "messages and `next_cursor` leads to older ones.",
        opt={"action": Action.READ},
    )
    async def list_messages(
        self,
        caller: NamedDependency[Caller],
        messages: NamedDependency[Messages],
        session_id: SessionId,
        limit: Limit = 100,
        cursor: Cursor = None,
        start: Annotated[
            str,
            QueryParameter(name="from", pattern="^(start|end)$", description="`start` or `end`"),
        ] = "start",
    ) -> MessagePage:
        _, key = decode_cursor(cursor, default=(0, 0))
        found = await messages.page(
            caller, session_id, from_end=start == "end", start=key or None, limit=limit
        )
        return message_page(*found)

    @post(
        "/{session_id:str}/messages",
        status_code=202,
        summary="Send a message",
        description="Begins a turn. Its events follow on the event stream; with "
        "`Accept: text/event-stream` they are the answer.",
        responses=STARTED_OR_STREAM,
        opt={"action": Action.CHAT},
    )
    async def send_message(
        self,
        caller: NamedDependency[Caller],
        turning: NamedDependency[Turning],
        session_id: SessionId,
        data: JSONBody[Send],
        idempotency_key: IdempotencyKey = None,
        accept: Accept = None,
    ) -> ASGIApp:
        stream = turning.wants_stream(caller, accept)
        started = await turning.turns.send(caller, session_id, data, key=idempotency_key)
        return await turning.answer(caller, started, stream=stream)


class ChatRoutes(Controller):
    """Chat: say something and get the answer, in one request."""

    path = "/api/v1/chat"
    tags = ["Chat"]
    opt = {"action": Action.CHAT}

    @post(
        "/stream",
        status_code=200,
        summary="Chat, streaming",
        description="Sends a message, in a new session when none is named, and streams the turn: "
        "`turn`, `thinking`, `delta`, `usage`, `done`. The turn goes on when the reader leaves.",
        responses=STREAM,
    )
    async def stream_chat(
        self,
        caller: NamedDependency[Caller],
        turning: NamedDependency[Turning],
        data: JSONBody[Chat],
        idempotency_key: IdempotencyKey = None,
    ) -> ASGIApp:
        turning.check_room(caller)
        started = await turning.turns.send(caller, data.session_id, data, key=idempotency_key)
        return await turning.answer(caller, started, stream=True)

    @post(
        status_code=200,
        summary="Chat",
        description="Sends a message and answers with the finished reply. When the provider fails "
        "before it has said anything, the answer is a 502; the turn is stored all the same.",
    )
    async def chat(
        self,
        caller: NamedDependency[Caller],
        turning: NamedDependency[Turning],
        data: JSONBody[Chat],
        idempotency_key: IdempotencyKey = None,
    ) -> Answer:
        started, _ = await turning.turns.send(caller, data.session_id, data, key=idempotency_key)
        return await turning.finished(caller, started)


class TurnRoutes(Controller):
    """Turns: replies being written."""

    path = "/api/v1/turns"
    tags = ["Turns"]

    @get(
        "/{turn_id:str}",
        summary="Read a turn",
        description="How far it is.",
        opt={"action": Action.READ},
    )
    async def get_turn(
        self, caller: NamedDependency[Caller], turning: NamedDependency[Turning], turn_id: TurnId
    ) -> Turn:
        return await turning.show(caller, turn_id)

    @get(
        "/{turn_id:str}/events",
        summary="Follow a turn",
        description="Server-sent events from the start, or after `Last-Event-ID`. An id that the "
        "server does not know (it died meanwhile) is answered with `reset` and everything again.",
        responses=STREAM,
        opt={"action": Action.READ},
    )
    async def follow_turn(
        self,
        caller: NamedDependency[Caller],
        turning: NamedDependency[Turning],
        turn_id: TurnId,
        last_event_id: LastEventId = None,
        after: Annotated[
            int | None, Parameter(ge=0, description="The same as Last-Event-ID")
        ] = None,
    ) -> ASGIApp:
        turning.check_room(caller)
        return await turning.follow(caller, turn_id, after=last_event_id or after or 0)

    @post(
        "/{turn_id:str}/stop",
        status_code=202,
        summary="Stop a turn",
        description="What it has written stays.",
        opt={"action": Action.CHAT},
    )
    async def stop_turn(
        self, caller: NamedDependency[Caller], turning: NamedDependency[Turning], turn_id: TurnId
    ) -> Turn:
        await turning.turns.stop(caller, turn_id)
        return await turning.show(caller, turn_id)


class MessageRoutes(Controller):
    """Messages: reading, changing, deleting, and writing replies anew."""

    path = "/api/v1/messages"
    tags = ["Messages"]

    @get(
        "/{message_id:str}",
        summary="Read a message",
        description="With all its parts.",
        opt={"action": Action.READ},
    )
    async def get_message(
        self,
        caller: NamedDependency[Caller],
        messages: NamedDependency[Messages],
        message_id: MessageId,
    ) -> Message:
        return await messages.get(caller, message_id)

    @patch(
        "/{message_id:str}",
        summary="Change a message",
        description="Pins it, or writes another version beside it and switches to that.",
        opt={"action": Action.CHAT},
    )
    async def change_message(
        self,
        caller: NamedDependency[Caller],
        messages: NamedDependency[Messages],
        message_id: MessageId,
        data: JSONBody[MessageChange],
    ) -> Message:
        return await messages.change(caller, message_id, data)

    @delete(
        "/{message_id:str}",
        summary="Delete a message",
        description="With everything below it. This cannot be undone.",
        opt={"action": Action.CHAT},
    )
    async def delete_message(
        self,
        caller: NamedDependency[Caller],
        messages: NamedDependency[Messages],
        message_id: MessageId,
    ) -> None:
        await messages.remove(caller, message_id)

    @post(
        "/{message_id:str}/regenerate",
        status_code=202,
        summary="Regenerate a reply",
        description="Writes another version beside it; on a user message, a new reply to it.",
        responses=STARTED_OR_STREAM,
        opt={"action": Action.CHAT},
    )
    async def regenerate_reply(
        self,
        caller: NamedDependency[Caller],
        turning: NamedDependency[Turning],
        message_id: MessageId,
        data: JSONBody[Again | None] = None,
        idempotency_key: IdempotencyKey = None,
        accept: Accept = None,
    ) -> ASGIApp:
        ask = data or Again()
        stream = turning.wants_stream(caller, accept)
        started = await turning.turns.again(caller, message_id, ask, key=idempotency_key)
        return await turning.answer(caller, started, stream=stream)

    @post(
        "/{message_id:str}/continue",
        status_code=202,
        summary="Continue a reply",
        description="Goes on with a reply that was stopped, interrupted or cut off by its length.",
        responses=STARTED_OR_STREAM,
        opt={"action": Action.CHAT},
    )
    async def continue_reply(
        self,
        caller: NamedDependency[Caller],
        turning: NamedDependency[Turning],
        message_id: MessageId,
        idempotency_key: IdempotencyKey = None,
        accept: Accept = None,
    ) -> ASGIApp:
        stream = turning.wants_stream(caller, accept)
        started = await turning.turns.more(caller, message_id, key=idempotency_key)
        return await turning.answer(caller, started, stream=stream)
