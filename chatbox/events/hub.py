"""The hub: what is happening now, for everybody who watches.

A running turn keeps one append-only log of its events; every viewer reads that log from its own
position. So a slow viewer costs nothing but itself, a late one starts at any number, and the turn
never waits for anybody. A user's channel is a short ring of notifications in the same manner.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from chatbox.caller import Caller
from chatbox.kit.ids import new_id

CHANNEL_LENGTH = 512
PING_SECONDS = 10.0
SEND_SECONDS = 30.0


class SlowReader(Exception):
    """The other side has not read for `SEND_SECONDS`."""


class Event(msgspec.Struct, frozen=True, gc=False):
    """One thing that happened: its kind and its data, encoded once for all viewers."""

    kind: str
    data: bytes


class Viewer:
    """A connection that follows logs and channels; it sleeps until one of them grows.

    It has no timers of its own: the hub's `tick` makes pings due and drops a viewer whose reader
    has not read for `SEND_SECONDS`. It may resume; the turn never waits for it. `cut` ends it
    because its caller may no longer watch.
    """

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self._news = asyncio.Event()
        self._task: asyncio.Task[Any] | None = None
        self._sending_since: float | None = None
        self.closed = False
        self.dropped = False
        self.is_cut = False
        self.ping_due = False

    def wake(self) -> None:
        """Something the viewer follows has grown."""
        self._news.set()

    def opened(self, log: "TurnLog") -> None:
        """A turn of the viewer's user has begun; feeds may follow it."""

    def close(self) -> None:
        """Ask the connection to end."""
        self.closed = True
        self._news.set()

    def cut(self) -> None:
        """End the connection now, even while something is being sent."""
        self.is_cut = True
        self.close()
        if self._sending_since is not None and self._task is not None:
            self.dropped = True
            self._task.cancel()

    async def wait(self) -> None:
        """Sleep until there are news."""
        await self._news.wait()
        self._news.clear()

    async def send(self, sending: Awaitable[None]) -> None:
        """Await something being sent; this is where a slow reader is noticed."""
        self._task = asyncio.current_task()
        self._sending_since = time.monotonic()
        try:
            await sending
        except asyncio.CancelledError:
            if not self.dropped:
                raise
            if self._task is not None:
                self._task.uncancel()
            raise SlowReader from None
        finally:
            self._sending_since = None

    def tick(self) -> None:
        """Notice a slow reader, or make a ping due."""
        since = self._sending_since
        if since is None:
            self.ping_due = True
            self._news.set()
        elif time.monotonic() - since > SEND_SECONDS and self._task is not None:
            self.closed = self.dropped = True
            self._task.cancel()


class TurnLog:
    """Everything a running turn has reported; event number n is `events[n - 1]`."""

    def __init__(self, *, turn_id: str, session_id: str, reply_id: str, user_id: int) -> None:
        self.turn_id = turn_id
        self.session_id = session_id
        self.reply_id = reply_id
        self.user_id = user_id
        self.events: list[Event] = []
        self.ended = False
        self._viewers: set[Viewer] = set()

    def publish(self, kind: str, data: object) -> int:
        """Append an event and wake the viewers; answer its number."""
        self.events.append(Event(kind, msgspec.json.encode(data)))
        for viewer in self._viewers:
            viewer.wake()
        return len(self.events)

    def end(self) -> None:
        """No more events will come."""
        self.ended = True
        for viewer in self._viewers:
            viewer.wake()

    def attach(self, viewer: Viewer) -> None:
        """Wake this viewer from now on."""
        self._viewers.add(viewer)

    def detach(self, viewer: Viewer) -> None:
        """Stop waking this viewer."""
        self._viewers.discard(viewer)


class Channel:
    """A user's notifications, numbered; the last few are kept for viewers that come back."""

    def __init__(self) -> None:
        self.last = 0
        self._ring: deque[Event] = deque(maxlen=CHANNEL_LENGTH)
        self.viewers: set[Viewer] = set()

    def publish(self, event: Event) -> None:
        """Append a notification and wake the viewers."""
        self.last += 1
        self._ring.append(event)
        for viewer in self.viewers:
            viewer.wake()

    def after(self, number: int) -> list[tuple[int, Event]] | None:
        """List what came after a number; None when that is no longer known."""
        missing = self.last - number
        if missing < 0 or missing > len(self._ring):
            return None
        first = len(self._ring) - missing
        return [(number + offset + 1, self._ring[first + offset]) for offset in range(missing)]


class Hub:
    """Finds the log of a running turn and the channel of a user."""

    def __init__(self) -> None:
        self.boot = new_id()[-12:]
        self._logs: dict[str, TurnLog] = {}
        self._by_session: dict[str, TurnLog] = {}
        self._channels: dict[int, Channel] = {}
        self._viewers: set[Viewer] = set()
        self.stopping = False
        self.draining = False

    def open_log(self, log: TurnLog) -> None:
        """Make a turn that starts visible."""
        self._logs[log.turn_id] = log
        self._by_session[log.session_id] = log
        for viewer in self.channel(log.user_id).viewers:
            viewer.opened(log)

    def close_log(self, log: TurnLog) -> None:
        """Forget a turn that ended; viewers that still read its log keep it until they are done."""
        log.end()
        self._logs.pop(log.turn_id, None)
        if self._by_session.get(log.session_id) is log:
            del self._by_session[log.session_id]

    def log(self, turn_id: str) -> TurnLog | None:
        """Find a running turn."""
        return self._logs.get(turn_id)

    def log_of_session(self, session_id: str) -> TurnLog | None:
        """Find the running turn of a session."""
        return self._by_session.get(session_id)

    def running(self, user_id: int) -> list[TurnLog]:
        """List a user's running turns."""
        return [log for log in self._logs.values() if log.user_id == user_id]

    def running_users(self) -> set[int]:
        """Name the users that have running turns."""
        return {log.user_id for log in self._logs.values()}

    @property
    def running_count(self) -> int:
        """How many turns are running, of all users."""
        return len(self._logs)

    def channel(self, user_id: int) -> Channel:
        """Find a user's channel."""
        return self._channels.setdefault(user_id, Channel())

    def forget(self, user_id: int) -> None:
        """Forget an account that is no more, with what its viewers would have been told."""
        self._channels.pop(user_id, None)

    def notify(self, user_id: int, kind: str, data: Any) -> None:
        """Tell all of a user's viewers that something changed."""
        self.channel(user_id).publish(Event(kind, msgspec.json.encode(data)))

    def broadcast(self, kind: str, data: Any) -> None:
        """Tell everybody who is watching."""
        for user_id in self._channels:
            self.notify(user_id, kind, data)

    def enter(self, viewer: Viewer) -> None:
        """Count a connection, so that it can be ended when the server stops; or end it now."""
        self._viewers.add(viewer)
        if self.draining:
            viewer.close()

    def leave(self, viewer: Viewer) -> None:
        """Forget a connection."""
        self._viewers.discard(viewer)

    def count_viewers(self, user_id: int) -> int:
        """How many connections of a user are watching."""
        return sum(viewer.caller.user_id == user_id for viewer in self._viewers)

    @property
    def viewers(self) -> frozenset[Viewer]:
        """The connections that are watching."""
        return frozenset(self._viewers)

    def cut(self, is_over: Callable[[Viewer], bool]) -> None:
        """End the connections whose callers may no longer watch."""
        for viewer in list(self._viewers):
            if is_over(viewer):
                viewer.cut()

    @property
    def viewer_count(self) -> int:
        """How many connections are watching."""
        return len(self._viewers)

    async def tick(self) -> None:
        """Every `PING_SECONDS`: pings, and the end of readers that do not read."""
        for viewer in list(self._viewers):
            viewer.tick()

    def drain(self) -> None:
        """End every connection; called when the server stops."""
        self.draining = True
        for viewer in list(self._viewers):
            viewer.close()
