"""Refusals that nothing else bounds: whoever is at the door can cause as many as they like.

The audit log may be kept for ever, so it takes only so many of them an hour: of those about no
account so many from one place and in all, of those about an account so many of each. The next one
that it takes says how many it did not. What the back-off bounds is always written.
"""

from collections import Counter
from collections.abc import Callable

import msgspec

from chatbox.kit.clock import now_ms
from chatbox.kit.networks import neighbourhood
from chatbox.system.audit import Entry

MOST_AN_HOUR = 60
MOST_FROM_A_PLACE = 20
HOUR_MS = 3_600_000


class Strangers:
    """Counts since the start of the server; a new hour begins anew."""

    def __init__(self, clock: Callable[[], int] = now_ms) -> None:
        self._clock = clock
        self._hour = 0
        self._written: Counter[str] = Counter()
        self._unwritten: Counter[str] = Counter()

    def admit(self, entry: Entry) -> Entry | None:
        """What to write of an entry; None when it is only counted."""
        hour = self._clock() // HOUR_MS
        if hour != self._hour:
            self._hour = hour
            self._written.clear()
        limits = {entry.object: MOST_AN_HOUR}
        if not entry.object:
            limits[f"from {neighbourhood(entry.address)}"] = MOST_FROM_A_PLACE
        if any(self._written[key] >= most for key, most in limits.items()):
            self._unwritten[entry.object] += 1
            return None
        self._written.update(limits.keys())
        if unwritten := self._unwritten.pop(entry.object, 0):
            told = entry.detail | {"unwritten_before": unwritten}
            return msgspec.structs.replace(entry, detail=told)
        return entry
