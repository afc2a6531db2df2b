"""How many turns there is room for: on the server, and for one person."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from chatbox.caller import Caller
from chatbox.errors import TooManyTurns
from chatbox.system.limits import RateLimits
from chatbox.system.site import SiteSettings


class Room:
    """Counts turns that begin and turns that run; at most `most` on the server at once."""

    def __init__(self, most: int, site: SiteSettings, rates: RateLimits) -> None:
        self._most = most
        self._site = site
        self._rates = rates
        self._beginning: Counter[int] = Counter()
        self._running: Counter[int] = Counter()

    @contextmanager
    def beginning(self, caller: Caller) -> Iterator[None]:
        """Hold a place while a turn begins, which then `runs`.

        Raises `TooManyTurns`, and `RateLimited` for too many in a minute.
        """
        self._check(caller)
        self._rates.take_send(caller)
        self._beginning[caller.user_id] += 1
        try:
            yield
        finally:
            _remove(self._beginning, caller)

    def runs(self, caller: Caller) -> None:
        """Count a turn that has begun."""
        self._running[caller.user_id] += 1

    def ended(self, caller: Caller) -> None:
        """Forget a turn that has ended."""
        _remove(self._running, caller)

    def _check(self, caller: Caller) -> None:
        if self._beginning.total() + self._running.total() >= self._most:
            raise TooManyTurns(f"The server writes at most {self._most} replies at once.")
        most = 0 if caller.is_alone else self._site.now.turns_per_user
        if 0 < most <= self._beginning[caller.user_id] + self._running[caller.user_id]:
            raise TooManyTurns(f"At most {most} replies are written for one account at once.")


def _remove(counter: Counter[int], caller: Caller) -> None:
    counter[caller.user_id] -= 1
    if not counter[caller.user_id]:
        del counter[caller.user_id]
