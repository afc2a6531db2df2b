"""Connections that show events: a turn's own stream, and a tab's stream of everything.

Both are bare ASGI callables; a response generator would cost twice as much per event and would be
cancelled in the middle of its clean-up.
"""

from collections.abc import Sequence
from typing import Any

from chatbox.caller import Caller
from chatbox.events.feed import Feed, now
from chatbox.events.hub import Event, Hub, SlowReader, TurnLog, Viewer
from chatbox.kit.tasks import Tasks
from chatbox.web.sse import HEADERS, frame

MOST_EVENTS_AT_ONCE = 500
UNKNOWN = 2**62
"""A number that no event has: the viewer is told to begin again."""


class TurnStream:
    """The events of one turn as server-sent events, from number `after` on."""

    def __init__(
        self,
        hub: Hub,
        tasks: Tasks,
        source: TurnLog | Sequence[Event],
        *,
        caller: Caller,
        after: int,
    ) -> None:
        self._caller = caller
        self._hub = hub
        self._tasks = tasks
        self._log = source if isinstance(source, TurnLog) else None
        self._events = source.events if isinstance(source, TurnLog) else source
        self._after = after

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Stream until the turn ends or the reader leaves."""
        viewer = Viewer(self._caller)
        watcher = self._tasks.spawn(watch_reader(receive, viewer), name="viewer")
        self._hub.enter(viewer)
        if self._log is not None:
            self._log.attach(viewer)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            if self._after > len(self._events):
                self._after = 0
                await send_body(viewer, send, frame("reset", b"{}"))
            await self._follow(viewer, send)
            if not viewer.closed or self._hub.draining:
                await send_body(viewer, send, b"", last=True)
        except SlowReader:
            return
        finally:
            if self._log is not None:
                self._log.detach(viewer)
            self._hub.leave(viewer)
            watcher.cancel()

    async def _follow(self, viewer: Viewer, send: Any) -> None:
        while not viewer.closed:
            frames = self._news()
            if viewer.ping_due:
                viewer.ping_due = False
                frames.append(frame("ping", now()))
            if frames:
                await send_body(viewer, send, b"".join(frames))
            elif self._log is None or self._log.ended:
                return
            else:
                await viewer.wait()

    def _news(self) -> list[bytes]:
        news = self._events[self._after : self._after + MOST_EVENTS_AT_ONCE]
        first = self._after + 1
        self._after += len(news)
        return [
            frame(event.kind, event.data, event_id=first + offset)
            for offset, event in enumerate(news)
        ]


class FeedStream:
    """A tab's feed as server-sent events."""

    def __init__(self, hub: Hub, tasks: Tasks, feed: Feed) -> None:
        self._hub = hub
        self._tasks = tasks
        self._feed = feed

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Stream until the reader leaves."""
        watcher = self._tasks.spawn(watch_reader(receive, self._feed), name="viewer")
        try:
            with self._feed:
                await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
                while not self._feed.closed:
                    items = self._feed.collect()
                    if items:
                        pieces = [frame(i.kind, i.data, event_id=i.cursor) for i in items]
                        await send_body(self._feed, send, b"".join(pieces))
                    else:
                        await self._feed.wait()
                await send_body(self._feed, send, b"", last=True)
        except SlowReader:
            return
        finally:
            watcher.cancel()


async def watch_reader(receive: Any, viewer: Viewer) -> None:
    """Notice that the reader has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
    viewer.close()


async def send_body(viewer: Viewer, send: Any, body: bytes, *, last: bool = False) -> None:
    await viewer.send(send({"type": "http.response.body", "body": body, "more_body": not last}))
