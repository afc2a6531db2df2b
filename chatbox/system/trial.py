"""A short stream of nothing, which tells `chatbox doctor` whether a proxy holds streams back."""

import asyncio
from typing import Any

from chatbox.errors import LimitReached
from chatbox.web.sse import HEADERS, frame

EVENTS = 5
PAUSE_SECONDS = 0.2
MOST_AT_ONCE = 4


class Trials:
    """Gives out streams, a few at a time, for anybody may ask for one."""

    def __init__(self) -> None:
        self._running = 0

    def stream(self) -> "Trials":
        """The stream as an application; raises `LimitReached` when too many are running."""
        if self._running >= MOST_AT_ONCE:
            raise LimitReached("Enough trial streams are running; one takes a second.")
        return self

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Send the events, a pause after each but the last."""
        self._running += 1
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            for number in range(1, EVENTS + 1):
                body = frame("trial", b'{"number": %d}' % number)
                is_last = number == EVENTS
                await send({"type": "http.response.body", "body": body, "more_body": not is_last})
                if not is_last:
                    await asyncio.sleep(PAUSE_SECONDS)
        finally:
            self._running -= 1
