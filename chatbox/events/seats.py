"""How many connections may watch: on the server, and of one person."""

from collections.abc import Callable

from chatbox.caller import Caller
from chatbox.errors import LimitReached
from chatbox.events.hub import Hub


class Seats:
    """At most `most` on the server; `each` answers how many one person may have, 0 for any."""

    def __init__(self, hub: Hub, most: int, each: Callable[[], int]) -> None:
        self._hub = hub
        self._most = most
        self._each = each

    def check(self, caller: Caller) -> None:
        """Raise `LimitReached` when nobody more can watch, or nothing more of the caller's."""
        if self._hub.viewer_count >= self._most:
            raise LimitReached("Too many connections are open.")
        each = 0 if caller.is_alone else self._each()
        if 0 < each <= self._hub.count_viewers(caller.user_id):
            raise LimitReached(f"At most {each} tabs and streams of one account may be open.")
