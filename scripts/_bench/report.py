"""The figures of `bench.py`: the budgets, the table and the JSON."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

IDLE_MB, PEAK_MB = 80.0, 250.0
ADDED_MS = {1: 10.0, 100: 25.0}


@dataclass(frozen=True)
class Row:
    """One line of the table; times in milliseconds, memory in megabytes, CPU in microseconds."""

    streams: int
    runs: int
    most_open: int
    upstream_p50: float
    upstream_p95: float
    first_p50: float
    first_p95: float
    failed: int
    wrong: int
    peak_mb: float
    cpu_us: float
    seconds: float

    @property
    def added_p50(self) -> float:
        return self.first_p50 - self.upstream_p50

    @property
    def added_p95(self) -> float:
        return self.first_p95 - self.upstream_p95


@dataclass(frozen=True)
class Report:
    """Everything that was measured with one server."""

    idle_mb: float
    first_message_ms: float
    used_mb: float
    rows: list[Row]
    stored: int
    lost: int
    exit_code: int | None
    pinned: bool
    load_before: float


def misses(report: Report) -> list[str]:
    """Name the budgets that were missed."""
    return list(_misses(report))


def _misses(report: Report) -> Iterator[str]:
    if report.idle_mb >= IDLE_MB:
        yield f"{report.idle_mb} MB when idle, allowed are {IDLE_MB:g}"
    for row in report.rows:
        where = f"at {row.streams:,} streams"
        allowed = ADDED_MS.get(row.streams)
        if allowed is not None and row.added_p50 >= allowed:
            yield f"{row.added_p50:.1f} ms added to first tokens {where}, allowed are {allowed:g}"
        if row.failed or row.wrong:
            yield f"{row.failed} failed and {row.wrong} wrong streams {where}"
        if row.peak_mb >= PEAK_MB:
            yield f"{row.peak_mb} MB {where}, allowed are {PEAK_MB:g}"
    if report.lost:
        yield f"{report.lost} of {report.stored:,} replies are stored otherwise than they were read"
    if report.exit_code != 0:
        yield f"the server ended with {report.exit_code}"


def table(report: Report) -> str:
    """Write the table for a terminal, which is Markdown too."""
    head = (
        "streams",
        "open at once",
        "first token, upstream p50 / p95, ms",
        "chatbox p50 / p95, ms",
        "added p50 / p95, ms",
        "failed / wrong",
        "peak PSS, MB",
        "CPU a chunk, µs",
        "seconds",
    )
    lines = [head, ("---:",) * len(head), *(_line(row) for row in report.rows)]
    pinned = "server on one CPU, upstream and load on another" if report.pinned else "not pinned"
    return "\n".join(
        [
            f"Idle PSS {report.idle_mb} MB; after the first message {report.used_mb} MB.",
            f"First message after the start: {report.first_message_ms} ms to its first token.",
            f"Load average before: {report.load_before}; {pinned}.",
            "",
            *("| " + " | ".join(line) + " |" for line in lines),
            "",
            f"{report.stored - report.lost:,} of {report.stored:,} replies are stored as they were"
            f" read; exit code {report.exit_code}.",
        ]
    )


def _line(row: Row) -> tuple[str, ...]:
    return (
        f"{row.streams:,}",
        f"{row.most_open:,}",
        f"{row.upstream_p50:.1f} / {row.upstream_p95:.1f}",
        f"{row.first_p50:.1f} / {row.first_p95:.1f}",
        f"{row.added_p50:.1f} / {row.added_p95:.1f}",
        f"{row.failed} / {row.wrong}",
        f"{row.peak_mb:.0f}",
        f"{row.cpu_us:.0f}",
        f"{row.seconds:.1f}",
    )


def as_json(report: Report) -> str:
    """Write every figure."""
    rows = [
        {**asdict(row), "added_p50": row.added_p50, "added_p95": row.added_p95}
        for row in report.rows
    ]
    return json.dumps({**asdict(report), "rows": rows}, indent=1) + "\n"
