"""Time: integer milliseconds inside, RFC 3339 in UTC outside."""

import time


def now_ms() -> int:
    """Milliseconds since 1970, from the wall clock."""
    return time.time_ns() // 1_000_000


def rfc3339(ms: int) -> str:
    """Write a time as `2026-11-22T05:16:43.120Z`."""
    seconds, rest = divmod(ms, 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest:03}Z"


def optional_rfc3339(ms: int | None) -> str | None:
    """Write a time that may be absent."""
    return None if ms is None else rfc3339(ms)
