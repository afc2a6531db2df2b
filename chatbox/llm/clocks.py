"""The clocks of one answer, kept by a single timer that is moved only when it fires.

Setting and clearing a timer for every chunk would cost more than reading the chunk; here a chunk
costs one look at the clock.
"""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from chatbox.llm.adapter import Clocks
from chatbox.llm.errors import ClockExpired, ClockName

T = TypeVar("T")

AFTER_FINISH = 5.0  # seconds to wait for usage once the provider said why it ended


class Watch:
    """Bounds the waiting of one task; time the consumer takes for itself is not charged as idle."""

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks
        self._idle = clocks.idle
        self._loop = asyncio.get_running_loop()
        self._start = self._last = self._loop.time()
        self._waiting: asyncio.Task[object] | None = None
        self._expired: ClockName | None = None
        self._began = False
        self._finishing = False
        self._timer = self._loop.call_at(self._due()[0], self._tick)

    def data(self) -> None:
        """Note that an event with data came."""
        self._last = self._loop.time()

    def begin(self) -> None:
        """Note the first output: from now on the idle clock runs."""
        if not self._began:
            self._began = True
            self._tick()

    def finishing(self) -> None:
        """Note that the answer is whole: only its usage is still awaited, for a short while."""
        if not self._finishing:
            self._began = self._finishing = True
            self._idle = min(self._clocks.idle, AFTER_FINISH)
            self._tick()

    def stop(self) -> None:
        """Forget the timer."""
        self._timer.cancel()

    async def wait(self, coming: Awaitable[T]) -> T:
        """Await within the clocks. Raises ClockExpired."""
        if self._expired is not None:
            raise self._failure(self._expired)
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  (a coroutine always runs in a task)
        cancelling = task.cancelling()
        self._waiting = task
        try:
            return await coming
        except asyncio.CancelledError:
            if self._expired is not None and task.uncancel() <= cancelling:
                raise self._failure(self._expired) from None
            raise
        finally:
            self._waiting = None

    def _due(self) -> tuple[float, ClockName]:
        total = self._start + self._clocks.total
        if self._began:
            idle = self._last + self._idle
            return (idle, "idle") if idle < total else (total, "total")
        first = self._start + self._clocks.first_token
        return (first, "first_token") if first < total else (total, "total")

    def _tick(self) -> None:
        self._timer.cancel()
        now = self._loop.time()
        due, clock = self._due()
        if now < due:
            self._timer = self._loop.call_at(due, self._tick)
        elif self._waiting is not None:
            self._expired = clock
            self._waiting.cancel()
        elif clock == "total":
            self._expired = clock
        else:
            self._last = now
            self._timer = self._loop.call_at(now + self._idle, self._tick)

    def _failure(self, clock: ClockName) -> ClockExpired:
        return ClockExpired(clock, getattr(self._clocks, clock))
