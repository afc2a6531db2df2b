"""Background work that belongs to the server, not to a request.

A response generator is cancelled when its reader leaves; what must not be lost runs here. This is
the only module that creates tasks.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, TypeVar

logger = logging.getLogger(__name__)
T = TypeVar("T")


class Tasks:
    """A set of running tasks that can be waited for and cancelled together."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._running)

    def spawn(self, work: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
        """Start work that nobody awaits; an exception that escapes it is logged."""
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._forget)
        return task

    def every(
        self,
        seconds: float,
        work: Callable[[], Awaitable[None]],
        *,
        name: str,
        at_once: bool = True,
    ) -> asyncio.Task[None]:
        """Repeat work with a pause between rounds; a failing round is logged, the next one runs."""
        return self.spawn(_repeat(seconds, work, name, 0.0 if at_once else seconds), name=name)

    async def wait(self, seconds: float) -> bool:
        """Wait until every task has ended; tell whether they did so in time."""
        if not self._running:
            return True
        _, late = await asyncio.wait(self._running, timeout=seconds)
        return not late

    async def cancel(self) -> None:
        """Cancel what still runs and wait for it to clean up."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            logger.error(
                "background task failed", exc_info=failure, extra={"task": task.get_name()}
            )


async def _repeat(
    seconds: float, work: Callable[[], Awaitable[None]], name: str, first_after: float
) -> None:
    await asyncio.sleep(first_after)
    while True:
        try:
            await work()
        except Exception:
            logger.exception("periodic job failed", extra={"job": name})
        await asyncio.sleep(seconds)


async def uncancelled(work: Coroutine[Any, Any, T]) -> T:
    """Run work to its end even when the caller is cancelled, then let the cancellation through.

    "Cancelled" does not mean "not done": a caller that gets `CancelledError` from here knows only
    that the work has ended.
    """
    task = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as request:
            cancelled = request
        except BaseException:  # the task's own failure: reported by result() below
            break
    if cancelled is not None:
        if not task.cancelled():
            task.exception()
        raise cancelled
    return task.result()


async def stoppable(work: Callable[[threading.Event], T]) -> T:
    """Run long work in a thread; a cancelled caller sets the event and waits for it to end."""
    stop = threading.Event()
    thread = asyncio.create_task(asyncio.to_thread(work, stop))
    try:
        return await asyncio.shield(thread)
    except asyncio.CancelledError:
        stop.set()
        while not thread.done():
            await asyncio.wait([thread])
        if not thread.cancelled():
            thread.exception()  # it was stopped: nobody needs to hear how
        raise


async def in_daemon_thread(work: Callable[[], T]) -> T:
    """Run blocking work that the end of the process need not wait for."""
    outcome: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    threading.Thread(target=_tell, args=(work, outcome), daemon=True, name="daemon").start()
    return await outcome


def _tell(work: Callable[[], T], outcome: asyncio.Future[T]) -> None:
    """Hand what the work gives or raises to the loop of the future, unless that has been closed."""
    settle: Callable[[], None]
    try:
        settle = partial(outcome.set_result, work())
    except BaseException as failure:  # raised again where it is awaited
        settle = partial(outcome.set_exception, failure)
    with contextlib.suppress(RuntimeError):
        outcome.get_loop().call_soon_threadsafe(lambda: None if outcome.done() else settle())
