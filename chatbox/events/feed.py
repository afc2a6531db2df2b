"""A tab's feed: the user's notifications, and the running turn of the session it looks at."""

from types import TracebackType

import msgspec

from chatbox.caller import Caller
from chatbox.events.hub import Hub, TurnLog, Viewer
from chatbox.kit.clock import now_ms

MOST_ITEMS_AT_ONCE = 500


class Item(msgspec.Struct, frozen=True):
    """Something to show; notifications carry the cursor that resumes after them."""

    kind: str
    data: bytes
    cursor: str | None = None


class Focus(msgspec.Struct, frozen=True):
    """The session a tab looks at, and how much of which turn it has seen."""

    session: str | None = None
    turn: str | None = None
    seq: int = 0


class Feed(Viewer):
    """Collects what is new for one connection; used as a context manager."""

    def __init__(self, hub: Hub, caller: Caller, *, focus: Focus, after: str | None) -> None:
        super().__init__(caller)
        self._hub = hub
        self._user_id = caller.user_id
        self._channel = hub.channel(caller.user_id)
        self._log: TurnLog | None = None
        self._next: TurnLog | None = None
        self._seen = 0
        self._focus = Focus()
        self._items = self._greeting(after)
        self.focus(focus)

    def __enter__(self) -> "Feed":
        self._channel.viewers.add(self)
        self._hub.enter(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._channel.viewers.discard(self)
        self._hub.leave(self)
        self._follow(None, 0)

    def focus(self, focus: Focus) -> None:
        """Look at another session from now on."""
        self._focus = focus
        log = self._hub.log_of_session(focus.session) if focus.session else None
        if log is not None and log.user_id != self._user_id:
            log = None
        known = focus.seq if log is not None and log.turn_id == focus.turn else 0
        self._follow(log, known)
        self.wake()

    def opened(self, log: TurnLog) -> None:
        """A turn of the user has begun; follow it when it is in the session in view."""
        if log.session_id != self._focus.session:
            return
        if self._log is None:
            self._follow(log, 0)
        else:  # a slow reader is still at the turn before
            self._next = log
        self.wake()

    def collect(self) -> list[Item]:
        """Take everything new since the last call, at most `MOST_ITEMS_AT_ONCE` turn events."""
        items, self._items = self._items, []
        items += self._turn_events()
        if self._log is None or self._seen == len(self._log.events):
            items += self._notifications()  # so that a turn's end never overtakes its text
        if self.ping_due:
            self.ping_due = False
            items.append(Item("ping", now()))
        return items

    def _greeting(self, after: str | None) -> list[Item]:
        hello = {
            "cursor": self._cursor(self._channel.last),
            "running": [
                {"turn_id": log.turn_id, "session_id": log.session_id, "reply_id": log.reply_id}
                for log in self._hub.running(self._user_id)
            ],
        }
        items = [Item("hello", msgspec.json.encode(hello))]
        boot, _, number = (after or "").rpartition("-")
        self._position = self._channel.last
        if after is not None:
            known = int(number) if boot == self._hub.boot and number.isdecimal() else -1
            if known < 0 or self._channel.after(known) is None:
                items.append(Item("reset", b"{}", self._cursor(self._channel.last)))
            else:
                self._position = known
        return items

    def _notifications(self) -> list[Item]:
        news = self._channel.after(self._position)
        if news is None:  # the reader was so slow that the ring has turned
            self._position = self._channel.last
            return [Item("reset", b"{}", self._cursor(self._position))]
        self._position = self._channel.last
        return [Item(event.kind, event.data, self._cursor(number)) for number, event in news]

    def _turn_events(self) -> list[Item]:
        log = self._log
        if log is None:
            return []
        if self._seen > len(log.events):
            self._seen = 0
        news = log.events[self._seen : self._seen + MOST_ITEMS_AT_ONCE]
        first = self._seen + 1
        self._seen += len(news)
        if self._seen < len(log.events):
            self.wake()
        elif log.ended:
            self._follow(self._next, 0)
            self.wake()
        head = f'{{"turn_id":"{log.turn_id}","session_id":"{log.session_id}","seq":'
        return [
            Item(
                "turn_event",
                b'%b%d,"type":"%b","data":%b}'
                % (head.encode(), first + offset, event.kind.encode(), event.data),
            )
            for offset, event in enumerate(news)
        ]

    def _follow(self, log: TurnLog | None, seen: int) -> None:
        if self._log is not None:
            self._log.detach(self)
        self._log = log
        self._seen = seen
        self._next = None
        if log is not None:
            log.attach(self)

    def _cursor(self, number: int) -> str:
        return f"{self._hub.boot}-{number}"


def now() -> bytes:
    """The data of a ping."""
    return msgspec.json.encode({"t": now_ms()})
