"""Group commit: small writes that wait at the same time share one transaction and one sync.

Each is told its own outcome at once; none has to wait its turn for a lock to learn that it was
written long ago. Small looks share trips to a reader in the same way (`Database.look_together`).
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from chatbox.db.trips import Outcome, Work
from chatbox.kit.tasks import Tasks

T = TypeVar("T")
MOST = 64  # works in one transaction


class _Waiting:
    """A work that waits for a transaction."""

    def __init__(self, work: Work[Any]) -> None:
        self.work = work
        self.outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()


class GroupCommit:
    """Collects works and hands them to `write`, which commits a list of them together.

    Works that may be given up midway can be run by `alone` while nothing else waits: it needs no
    task besides the one that asks.
    """

    def __init__(
        self,
        write: Callable[[list[Work[Any]]], Awaitable[list[Outcome]]],
        alone: Callable[[Work[Any]], Awaitable[Any]] | None = None,
    ) -> None:
        self._write = write
        self._alone = alone
        self._waiting: list[_Waiting] = []
        self._tasks = Tasks()
        self._is_writing = False

    @property
    def waiting(self) -> int:
        """How many works wait for a transaction."""
        return len(self._waiting)

    async def add(self, work: Work[T]) -> T:
        """Return when the work is on disk, or raise what it raised."""
        if self._alone is not None and not self._is_writing:
            return await self._run_alone(self._alone, work)
        mine = _Waiting(work)
        self._waiting.append(mine)
        if not self._is_writing:
            self._is_writing = True
            self._tasks.spawn(self._write_all(), name="group commit")
        try:
            await asyncio.wait({mine.outcome})
        except asyncio.CancelledError:
            if mine in self._waiting:
                self._waiting.remove(mine)
            else:  # it is being written
                await asyncio.wait({mine.outcome})
            raise
        result, failure = mine.outcome.result()
        if failure is not None:
            raise failure
        wanted: T = result
        return wanted

    async def finish(self) -> None:
        """Wait until everything is written."""
        while not await self._tasks.wait(60.0):
            pass

    async def _run_alone(self, run: Callable[[Work[T]], Awaitable[T]], work: Work[T]) -> T:
        self._is_writing = True
        try:
            return await run(work)
        finally:
            if self._waiting:
                self._tasks.spawn(self._write_all(), name="group commit")
            else:
                self._is_writing = False

    async def _write_all(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            outcomes: list[Outcome]
            try:
                outcomes = await self._write([one.work for one in taken])
            except Exception as failure:
                outcomes = [(None, failure)] * len(taken)
            for one, outcome in zip(taken, outcomes, strict=True):
                one.outcome.set_result(outcome)
        self._is_writing = False  # not "the task has ended", which is known a round later
