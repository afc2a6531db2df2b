"""HTTP and WebSocket: a tab's stream of everything that concerns its user."""

from typing import Annotated, Any

from litestar import Controller, WebSocket, get, websocket
from litestar.di import NamedDependency
from litestar.exceptions import WebSocketDisconnect
from litestar.params import HeaderParameter, Parameter
from litestar.types import ASGIApp

from chatbox.caller import Caller
from chatbox.errors import LimitReached, LoginRequired
from chatbox.events.feed import Feed, Focus
from chatbox.events.hub import Hub
from chatbox.events.seats import Seats
from chatbox.events.socket import talk
from chatbox.events.stream import FeedStream
from chatbox.kit.tasks import Tasks
from chatbox.rights import Action
from chatbox.web.openapi import STREAM

Session = Annotated[
    str | None, Parameter(description="The session whose running turn is shown as well")
]
After = Annotated[str | None, Parameter(max_length=64, description="The cursor to resume after")]
LastEventId = Annotated[
    str | None,
    HeaderParameter(
        name="Last-Event-ID", max_length=64, description="The same, as browsers send it"
    ),
]
TurnId = Annotated[str | None, Parameter(description="The turn that the tab has seen a part of")]
Seq = Annotated[int, Parameter(ge=0, description="The last event of that turn that it has seen")]

LOGIN_ENDED = 4401
"""The close code of a WebSocket whose login has ended or whose rights have changed."""


class EventRoutes(Controller):
    """Events: one connection a tab tells it everything."""

    path = "/api/v1"
    tags = ["Events"]
    opt = {"action": Action.READ}

    @get(
        "/events",
        summary="Follow everything",
        description="Server-sent events: `hello`, then changes of sessions, turns, providers, "
        "models and settings, and as `turn_event` every event of the running turn of the session "
        "in view. `ping` comes every 10 seconds. After `reset`, read again what is visible.",
        responses=STREAM,
    )
    async def follow_events(
        self,
        caller: NamedDependency[Caller],
        hub: NamedDependency[Hub],
        tasks: NamedDependency[Tasks],
        seats: NamedDependency[Seats],
        session: Session = None,
        after: After = None,
        turn: TurnId = None,
        seq: Seq = 0,
        last_event_id: LastEventId = None,
    ) -> ASGIApp:
        after = last_event_id if after is None else after
        seats.check(caller)
        feed = Feed(hub, caller, focus=Focus(session, turn, seq), after=after)
        return FeedStream(hub, tasks, feed)

    @websocket("/ws")
    async def follow_socket(
        self,
        socket: WebSocket[Any, Any, Any],
        caller: NamedDependency[Caller],
        hub: NamedDependency[Hub],
        tasks: NamedDependency[Tasks],
        seats: NamedDependency[Seats],
        session: Session = None,
        after: After = None,
        turn: TurnId = None,
        seq: Seq = 0,
    ) -> None:
        """The same events as text frames `{"type", "id", "data"}`."""
        try:
            seats.check(caller)
        except LimitReached as full:
            await socket.close(code=1013, reason=full.code)
            return
        await socket.accept()
        feed = Feed(hub, caller, focus=Focus(session, turn, seq), after=after)
        try:
            understood = await talk(socket.receive_text, socket.send_text, feed, tasks)
        except WebSocketDisconnect:
            return
        if not understood:
            await socket.close(code=1008, reason="invalid_request")
        elif feed.is_cut:
            await socket.close(code=LOGIN_ENDED, reason=LoginRequired.code)
        elif hub.draining:
            await socket.close(code=1012, reason="shutting_down")
