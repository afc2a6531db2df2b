"""The four ways to read a turn: 202 and events elsewhere, streamed, waiting, resumed."""

import msgspec

from chatbox.caller import Caller
from chatbox.chat.messages import Messages
from chatbox.chat.model import Answer, Started, Turn
from chatbox.chat.replay import Replay, replay
from chatbox.chat.store import turns as turn_store
from chatbox.chat.store.turns import TurnRow
from chatbox.chat.turn import Turns
from chatbox.chat.view import turn_of
from chatbox.db.database import Database, Reader
from chatbox.errors import LoginRequired, ProviderFailed
from chatbox.events.hub import Hub, Viewer
from chatbox.events.seats import Seats
from chatbox.events.stream import UNKNOWN, TurnStream
from chatbox.kit.tasks import Tasks
from chatbox.web.asgi import ASGIApp, Whole


class Turning:
    """Answers requests that begin or follow turns."""

    def __init__(  # noqa: PLR0913 - built once, in app.py
        self,
        turns: Turns,
        messages: Messages,
        *,
        database: Database,
        hub: Hub,
        tasks: Tasks,
        seats: Seats,
    ) -> None:
        self.turns = turns
        self._messages = messages
        self._database = database
        self._hub = hub
        self._tasks = tasks
        self._seats = seats

    async def show(self, caller: Caller, turn_id: str) -> Turn:
        """A turn as it is now."""
        row, ended = await self._found(caller, turn_id)
        log = self._hub.log(turn_id)
        return turn_of(row, last_event_id=len(log.events if log else ended.events))

    def check_room(self, caller: Caller) -> None:
        """Raise `LimitReached` when nobody more can watch; asked before a turn is begun."""
        self._seats.check(caller)

    def wants_stream(self, caller: Caller, accept: str | None) -> bool:
        """Tell whether a request asks for server-sent events; raise when there is no room."""
        wanted = accept is not None and "text/event-stream" in accept.lower()
        if wanted:
            self.check_room(caller)
        return wanted

    async def follow(self, caller: Caller, turn_id: str, *, after: int = 0) -> TurnStream:
        """The events of a turn from a number on, running or not."""
        log = self._hub.log(turn_id)
        if log is not None and log.user_id == caller.user_id:
            return TurnStream(self._hub, self._tasks, log, caller=caller, after=after)
        _, ended = await self._found(caller, turn_id)
        if after > ended.safe:
            after = UNKNOWN
        return TurnStream(self._hub, self._tasks, ended.events, caller=caller, after=after)

    async def answer(self, caller: Caller, begun: tuple[Started, bool], *, stream: bool) -> ASGIApp:
        """Answer a request that began a turn, at once or with its events."""
        started, replayed = begun
        if stream:
            return await self.follow(caller, started.turn.id)
        headers = [(b"location", f"/api/v1/turns/{started.turn.id}".encode())]
        if replayed:
            headers.append((b"idempotency-replayed", b"true"))
        body = msgspec.json.encode(started)
        return Whole(202, body, media_type=b"application/json", headers=headers)

    async def finished(self, caller: Caller, started: Started) -> Answer:
        """Wait for a turn; raise `ProviderFailed` when nothing of a reply came.

        Raises `LoginRequired` when the caller may not hear the reply any more.
        """
        await self._wait(caller, started.turn.id)
        turn = await self.show(caller, started.turn.id)
        message = await self._messages.get(caller, started.reply.id)
        if turn.status == "failed" and message.error is not None:
            raise ProviderFailed(
                message.error.detail,
                cause=message.error.code,
                session_id=turn.session_id,
                turn_id=turn.id,
            )
        return Answer(session_id=turn.session_id, turn=turn, message=message)

    async def _wait(self, caller: Caller, turn_id: str) -> None:
        """Wait as a viewer does, who is sent away when the login ends."""
        viewer, log = Viewer(caller), self._hub.log(turn_id)
        if log is not None:
            self._hub.enter(viewer)
            log.attach(viewer)
            try:
                while not (log.ended or viewer.closed):
                    await viewer.wait()
            finally:
                log.detach(viewer)
                self._hub.leave(viewer)
        if viewer.is_cut:
            raise LoginRequired
        await self.turns.wait(turn_id)

    async def _found(self, caller: Caller, turn_id: str) -> tuple[TurnRow, Replay]:
        async def find(reader: Reader) -> tuple[TurnRow, Replay]:
            row = await turn_store.get_turn(reader, caller.user_id, turn_id)
            return row, await replay(reader, row)

        return await self._database.snapshot(find)
