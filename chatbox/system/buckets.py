"""Buckets that fill with every request and leak evenly: a burst passes, a flood does not.

A bucket holds what a minute lets leak, so one that nobody has used for a minute is empty and can be
forgotten. Sums and times only: the clock is the caller's.
"""

from collections import OrderedDict
from collections.abc import Sequence

import msgspec

MINUTE_MS = 60_000


class Bucket(msgspec.Struct, gc=False):
    """How much is in it, at a time in milliseconds."""

    level: float
    at: int


class Share(msgspec.Struct, frozen=True, gc=False):
    """One more drop for a bucket that leaks so many a minute, and holds as many; 0: any number."""

    key: str
    per_minute: int


class Buckets:
    """At most `most` buckets; the ones unused for the longest time make room for new ones."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def get(self, key: str) -> Bucket | None:
        """Find a bucket that has not been forgotten."""
        return self._buckets.get(key)

    def put(self, key: str, level: float, at: int) -> None:
        """Put a bucket back as it was."""
        self._buckets[key] = Bucket(level, at)
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)

    def take(self, shares: Sequence[Share], now: int) -> int:
        """Add a drop to every bucket, or to none when one is full: then the seconds to wait."""
        self._forget(now)
        levels = [self._level(share, now) for share in shares]
        wait = 0.0
        for share, level in zip(shares, levels, strict=True):
            if 0 < share.per_minute < level + 1:
                wait = max(wait, (level + 1 - share.per_minute) * 60 / share.per_minute)
        if wait:
            return max(1, -int(-wait // 1))
        for share, level in zip(shares, levels, strict=True):
            if share.per_minute:
                self.put(share.key, level + 1, now)
        return 0

    def _level(self, share: Share, now: int) -> float:
        bucket = self._buckets.get(share.key)
        if bucket is None:
            return 0.0
        leaked = max(0, now - bucket.at) * share.per_minute / MINUTE_MS
        return max(0.0, bucket.level - leaked)

    def _forget(self, now: int) -> None:
        """Forget the oldest bucket or two if they are empty: never more, never a long search."""
        for _ in range(2):
            key = next(iter(self._buckets), None)
            if key is None or now - self._buckets[key].at < MINUTE_MS:
                return
            del self._buckets[key]
