"""Refusals that concern no account: whoever is at the door can cause as many as they like.

The audit log may be kept for ever, so it takes only so many of them an hour; the next one that it
takes says how many it did not. What concerns an account is always written: the back-off bounds it.
"""

from collections.abc import Callable

import msgspec

from chatbox.db.database import Writer
from chatbox.kit.clock import now_ms
from chatbox.system.audit import Entry, record

MOST_AN_HOUR = 60
HOUR_MS = 3_600_000


class Strangers:
    """Counts since the start of the server; a new one begins with a new hour."""

    def __init__(self, clock: Callable[[], int] = now_ms) -> None:
        self._clock = clock
        self._hour = 0
        self._written = 0
        self._unwritten = 0

    async def record(self, writer: Writer, entry: Entry) -> None:
        """Write the entry, or count it."""
        hour = self._clock() // HOUR_MS
        if hour != self._hour:
            self._hour, self._written = hour, 0
        if self._written >= MOST_AN_HOUR:
            self._unwritten += 1
            return
        self._written += 1
        if self._unwritten:
            told = entry.detail | {"unwritten_before": self._unwritten}
            entry, self._unwritten = msgspec.structs.replace(entry, detail=told), 0
        await record(writer, entry)
