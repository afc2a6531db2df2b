"""Time: integer milliseconds inside, RFC 3339 in UTC outside."""

import time
from functools import lru_cache

_TWO = tuple(f"{number:02}" for number in range(60))


def now_ms() -> int:
    """Milliseconds since 1970, from the wall clock."""
    return time.time_ns() // 1_000_000


@lru_cache(maxsize=4096)
def rfc3339(ms: int) -> str:
    """Write a time as `2026-11-22T05:16:43.120Z`; the lists of a page are read again and again."""
    day, rest = divmod(ms, 86_400_000)
    seconds, milliseconds = divmod(rest, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{_date(day)}T{_TWO[hours]}:{_TWO[minutes]}:{_TWO[seconds]}.{milliseconds:03}Z"


@lru_cache(maxsize=4096)
def _date(day: int) -> str:
    """The date of a day since 1970; lists are full of times of few days."""
    return time.strftime("%Y-%m-%d", time.gmtime(day * 86_400))


def optional_rfc3339(ms: int | None) -> str | None:
    """Write a time that may be absent."""
    return None if ms is None else rfc3339(ms)
