"""Connections that show events: a turn's own stream, and a tab's stream of everything.

Both are bare ASGI callables; a response generator would cost twice as much per event and would be
cancelled in the middle of its clean-up.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from chatbox.events.feed import Feed
from chatbox.events.hub import Event, Hub, TurnLog, Viewer
from chatbox.kit.clock import now_ms
from chatbox.kit.tasks import Tasks
from chatbox.web.sse import HEADERS, frame

PING_SECONDS = 10.0
SEND_SECONDS = 30.0
MOST_EVENTS_AT_ONCE = 500


class _SlowReader(Exception):
    """The other side has not read for `SEND_SECONDS`."""


class TurnStream:
    """The events of one turn as server-sent events, from number `after` on."""

    def __init__(
        self, hub: Hub, tasks: Tasks, source: TurnLog | Sequence[Event], after: int
    ) -> None:
        self._hub = hub
        self._tasks = tasks
        self._log = source if isinstance(source, TurnLog) else None
        self._events = source.events if isinstance(source, TurnLog) else source
        self._after = after

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Stream until the turn ends or the reader leaves."""
        viewer = Viewer()
        watcher = self._tasks.spawn(_watch(receive, viewer), name="viewer")
        self._hub.enter(viewer)
        if self._log is not None:
            self._log.attach(viewer)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            if self._after > len(self._events):
                self._after = 0
                await _send_body(send, frame("reset", b"{}"))
            await self._follow(viewer, send)
            if not viewer.closed or self._hub.draining:
                await _send_body(send, b"", last=True)
        except _SlowReader:
            return
        finally:
            if self._log is not None:
                self._log.detach(viewer)
            self._hub.leave(viewer)
            watcher.cancel()

    async def _follow(self, viewer: Viewer, send: Any) -> None:
        while not viewer.closed:
            news = self._events[self._after : self._after + MOST_EVENTS_AT_ONCE]
            if news:
                first = self._after + 1
                self._after += len(news)
                pieces = [
                    frame(event.kind, event.data, event_id=first + offset)
                    for offset, event in enumerate(news)
                ]
                await _send_body(send, b"".join(pieces))
            elif self._log is None or self._log.ended:
                return
            elif not await viewer.wait(PING_SECONDS):
                await _send_body(send, frame("ping", _now()))


class FeedStream:
    """A tab's feed as server-sent events."""

    def __init__(self, hub: Hub, tasks: Tasks, feed: Feed) -> None:
        self._hub = hub
        self._tasks = tasks
        self._feed = feed

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Stream until the reader leaves."""
        watcher = self._tasks.spawn(_watch(receive, self._feed), name="viewer")
        try:
            with self._feed:
                await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
                while not self._feed.closed:
                    items = self._feed.collect()
                    if items:
                        pieces = [frame(i.kind, i.data, event_id=i.cursor) for i in items]
                        await _send_body(send, b"".join(pieces))
                    elif not await self._feed.wait(PING_SECONDS):
                        await _send_body(send, frame("ping", _now()))
                await _send_body(send, b"", last=True)
        except _SlowReader:
            return
        finally:
            watcher.cancel()


async def _watch(receive: Any, viewer: Viewer) -> None:
    """Notice that the reader has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
    viewer.close()


async def _send_body(send: Any, body: bytes, *, last: bool = False) -> None:
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await send({"type": "http.response.body", "body": body, "more_body": not last})
    except TimeoutError as slow:
        raise _SlowReader from slow


def _now() -> bytes:
    return msgspec.json.encode({"t": now_ms()})
