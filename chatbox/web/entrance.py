"""The entrance: from where a request comes, how many come from there, and who may bring much.

Long before a request is understood it costs a connection and memory. Both are limited by the place
that it comes from and not by who sends it, for nobody has asked that yet; only a body that grows
large makes it worth asking.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from chatbox.errors import BodyTooLarge, LimitReached
from chatbox.kit.networks import neighbourhood
from chatbox.web.address import Proxies

ANONYMOUS_BYTES = 1024 * 1024


class Entrance:
    """Counts what is open from each place.

    `most` answers how much may be, 0 for any number; `is_known` whether somebody is signed in.
    """

    def __init__(
        self,
        proxies: Proxies,
        *,
        most: Callable[[], int],
        is_known: Callable[[Any], Awaitable[bool]],
    ) -> None:
        self._proxies = proxies
        self._most = most
        self._is_known = is_known
        self._open: Counter[str] = Counter()

    def enter(self, scope: Any) -> str:
        """Note the client's `address` and whether it `is_secure`; answer the place to leave."""
        origin = self._proxies.origin(scope)
        state = scope.setdefault("state", {})
        state["address"], state["is_secure"] = origin.address, origin.is_secure
        place = neighbourhood(origin.address)
        self._open[place] += 1
        return place

    def leave(self, place: str) -> None:
        """Forget a request that has ended."""
        self._open[place] -= 1
        if not self._open[place]:
            del self._open[place]

    def count(self, place: str) -> int:
        """How much is open from a place."""
        return self._open[place]

    def check_room(self, place: str) -> None:
        """Raise `LimitReached` when too much is open from a place."""
        if 0 < self._most() < self.count(place):
            raise LimitReached("Too many connections are open from your address.")

    async def check_known(self, scope: Any) -> None:
        """Raise `BodyTooLarge` unless somebody is signed in, who may send a large body."""
        if not await self._is_known(scope):
            raise BodyTooLarge(f"Sign in to send more than {ANONYMOUS_BYTES:,} bytes.")
