"""The journal: streamed text reaches the disk in group commits over all running turns.

One transaction at most every `FLUSH_SECONDS` takes what every turn has said since the last one,
and the endings of turns that finished. A server that dies loses at most that much of a reply.
"""

import asyncio
import logging
from collections.abc import Sequence

import msgspec

from chatbox.chat.store import turns as store
from chatbox.db.database import Database, Writer

logger = logging.getLogger(__name__)

FLUSH_SECONDS = 0.1
RETRY_SECONDS = 1.0
ENDING_TRIES = 5


class _Waiting:
    """What one turn has said since the last commit."""

    def __init__(self, seq: int) -> None:
        self.seq = seq
        self.marks: list[str] = []
        self.texts: list[str] = []


class _Ending(msgspec.Struct):
    end: store.TurnEnd
    done: asyncio.Future[None]
    tries: int = 0


class Journal:
    """Collects deltas and endings; `run` commits them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[int, _Waiting] = {}
        self._endings: list[_Ending] = []
        self._something = asyncio.Event()
        self._ending = asyncio.Event()
        self._is_failing = False

    @property
    def waiting(self) -> int:
        """How many turns have text or an ending that is not on disk yet."""
        return len(self._waiting) + len(self._endings)

    def append(self, turn_key: int, seq: int, *, mark: str, text: str) -> None:
        """Take a delta that became event `seq` of the turn; it is on disk a moment later."""
        waiting = self._waiting.get(turn_key)
        if waiting is None:
            waiting = self._waiting[turn_key] = _Waiting(seq)
            self._something.set()
        waiting.marks.append(mark)
        waiting.texts.append(text)

    async def finish(self, end: store.TurnEnd) -> None:
        """Write a turn's end; return when it is on disk.

        Raises the database's error when that fails repeatedly. The end is kept all the same and
        tried again until it works, or until the sweep at the next start completes the reply.
        """
        ending = _Ending(end=end, done=asyncio.get_running_loop().create_future())
        self._endings.append(ending)
        self._something.set()
        self._ending.set()
        await ending.done

    async def run(self) -> None:
        """Commit for ever; an own task of the server."""
        while True:
            await self._something.wait()
            await self._pause()
            if not await self.flush():
                await asyncio.sleep(RETRY_SECONDS)

    async def _pause(self) -> None:
        """Let more deltas gather, but do not keep an ending waiting."""
        try:
            async with asyncio.timeout(FLUSH_SECONDS):
                await self._ending.wait()
        except TimeoutError:
            return

    async def flush(self) -> bool:
        """Commit what has gathered; tell whether that worked. Nothing is lost when it did not."""
        waiting, self._waiting = self._waiting, {}
        endings, self._endings = self._endings, []
        self._something.clear()
        self._ending.clear()
        ended = {ending.end.turn_key for ending in endings}
        rows = [
            store.NewJournalRow(key, w.seq, "".join(w.marks), "".join(w.texts))
            for key, w in waiting.items()
            if key not in ended
        ]
        try:
            ends = [ending.end for ending in endings]
            await self._database.write_together(
                lambda writer: _write(writer, rows, ends), urgent=True
            )
        except Exception as failure:  # disk full, I/O error: keep everything for the next try
            if not self._is_failing:  # it is tried every second, and the log may be on that disk
                logger.exception("journal commit failed")
            self._is_failing = True
            self._keep(waiting, endings, failure)
            return False
        except asyncio.CancelledError as cancelled:
            self._keep(waiting, endings, cancelled)
            raise
        self._is_failing = False
        for ending in endings:
            if not ending.done.done():
                ending.done.set_result(None)
        return True

    def _keep(
        self, waiting: dict[int, _Waiting], endings: list[_Ending], failure: BaseException
    ) -> None:
        for key, later in self._waiting.items():
            if (earlier := waiting.get(key)) is not None:
                earlier.marks += later.marks
                earlier.texts += later.texts
            else:
                waiting[key] = later
        self._waiting = waiting
        self._endings = endings + self._endings
        for ending in endings:
            ending.tries += 1
            if ending.tries == ENDING_TRIES and not ending.done.done():
                ending.done.set_exception(failure)
        self._something.set()


async def _write(
    writer: Writer, rows: Sequence[store.NewJournalRow], ends: Sequence[store.TurnEnd]
) -> None:
    if rows:
        await store.append_journal(writer, rows)
    for end in ends:
        await store.end_turn(writer, end)
