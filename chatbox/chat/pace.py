"""How often the answers of models are read: at once at first, then with rests.

While a turn rests, its text gathers in the socket and is then read, decoded, shown and saved as one
piece. So what a stream costs depends on its rests and not on how finely a provider cuts its words.
Two things keep a server with a thousand streams lively. The rests grow while the processor is busy,
within what a crash may cost: with the journal's, a quarter of a second of text. And in one round of
the event loop only a few streams go on, so that what people wait for, such as the first word of a
new turn, never stands behind hundreds of others.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable

SHORTEST = 0.025
LONGEST = 0.15
SAMPLE_SECONDS = 0.1
BUSY, CALM = 0.75, 0.5
"""Shares of the event loop's time; between them the rest stays as it is."""
MOST_AT_ONCE = 3
"""Streams that go on in one round of the event loop; each takes some tenths of a millisecond."""


Clock = Callable[[], float]


class Pace:
    """One for all turns of a server; used on its event loop's thread alone."""

    def __init__(self, wall: Clock = time.monotonic, cpu: Clock = time.thread_time) -> None:
        self._wall = wall
        self._cpu = cpu
        self._seconds = SHORTEST
        self._last_wall, self._last_cpu = wall(), cpu()
        self._free = MOST_AT_ONCE
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._is_counting = False

    @property
    def waiting(self) -> int:
        """How many streams queue to go on."""
        return len(self._waiting)

    async def rest(self) -> None:
        """Wait until the next piece is worth reading, and until it is this stream's turn."""
        await asyncio.sleep(self.next_rest())
        loop = asyncio.get_running_loop()
        if not self._is_counting:
            self._is_counting = True
            loop.call_soon(self._next_round, loop)
        if self._free > 0 and not self._waiting:
            self._free -= 1
            return
        turn: asyncio.Future[None] = loop.create_future()
        self._waiting.append(turn)
        await turn

    def next_rest(self) -> float:
        """How long to rest now, in seconds; looks at the load now and then."""
        wall = self._wall()
        elapsed = wall - self._last_wall
        if elapsed >= SAMPLE_SECONDS:
            cpu = self._cpu()
            busy = (cpu - self._last_cpu) / elapsed
            self._last_wall, self._last_cpu = wall, cpu
            if busy > BUSY:
                self._seconds = min(self._seconds * 1.5, LONGEST)
            elif busy < CALM:
                self._seconds = max(self._seconds / 1.2, SHORTEST)
        return self._seconds

    def _next_round(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let the longest waiting go on; called once in every round in which anybody wants to."""
        self._free = MOST_AT_ONCE
        while self._waiting and self._free > 0:
            turn = self._waiting.popleft()
            if not turn.done():  # cancelled while it waited
                turn.set_result(None)
                self._free -= 1
        if self._waiting:
            loop.call_soon(self._next_round, loop)
        else:
            self._is_counting = False
