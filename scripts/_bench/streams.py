"""Streams: memory, added time to the first token and CPU, with 1, 100 and 1,000 stored chats."""

import asyncio
import json
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from _bench import machine
from _bench.load import Load, Stream, Target, chatbox_at, read_reply, upstream_at
from _bench.report import Result, share, table

CHUNKS, PACE_MS = 200, 20
MODEL = f"ok-{CHUNKS}-{PACE_MS}"
SHORT_CHUNKS = 3  # for first tokens one at a time; the rest of a long stream would tell nothing
TEXT = "".join(f" t{number}" for number in range(CHUNKS))
RAMPS = {1: 0.0, 100: 1.0, 1000: 3.0}  # seconds over which the streams are opened
RUNS = {1: 3, 100: 3, 1000: 3}
FIRST_TOKENS = 30

IDLE_MB, PEAK_MB = 80.0, 250.0
ADDED_MS = {1: 10.0, 100: 25.0, 1000: 150.0}
CPU_US = {1000: 60.0}


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


class Measurement:
    """One server, measured; `stored` collects what its database must hold in the end."""

    def __init__(self, server: machine.Process, upstream: machine.Process) -> None:
        self.server = server
        self.upstream = upstream
        self.stored: dict[str, str] = {}

    async def row(self, streams: int, runs: int) -> Row:
        """Measure at one number of streams."""
        waits: dict[str, list[float]] = {"upstream": [], "chatbox": []}
        cpu, failed, wrong, most_open, seconds = [], 0, 0, 0, []
        with machine.Peak(self.server) as peak:
            for _ in range(runs):
                for target in (
                    upstream_at(self.upstream.port, MODEL),
                    self._chatbox(MODEL),
                ):
                    load, begin = Load(target), asyncio.get_running_loop().time()
                    before = self.server.cpu_seconds
                    done = await load.run(streams, ramp=RAMPS.get(streams, streams / 300))
                    took = asyncio.get_running_loop().time() - begin
                    waits[target.name] += [s.wait for s in done if s.wait is not None]
                    failures, errors = self._check(target, done, TEXT)
                    failed, wrong = failed + failures, wrong + errors
                    if target.name == "chatbox":
                        used = self.server.cpu_seconds - before
                        cpu.append(used / (streams * CHUNKS) * 1e6)
                        most_open = max(most_open, load.most_open)
                        seconds.append(took)
        if streams == 1:
            await self._first_tokens(waits)
        return Row(
            streams,
            runs,
            most_open,
            *_percentiles(waits["upstream"]),
            *_percentiles(waits["chatbox"]),
            failed,
            wrong,
            round(peak.mb, 1),
            round(statistics.median(cpu), 1),
            round(statistics.median(seconds), 2),
        )

    def _chatbox(self, model: str) -> Target:
        return chatbox_at(self.server.port, model, cookie=self.server.cookie)

    async def _first_tokens(self, waits: dict[str, list[float]]) -> None:
        """Three long streams are few samples: take first tokens of short ones, alternating."""
        model = f"ok-{SHORT_CHUNKS}-{PACE_MS}"
        targets = [upstream_at(self.upstream.port, model), self._chatbox(model)]
        text = "".join(f" t{number}" for number in range(SHORT_CHUNKS))
        for _ in range(FIRST_TOKENS):
            for target in targets:
                done = await Load(target).run(1, ramp=0.0)
                if any(self._check(target, done, text)) or done[0].wait is None:
                    raise SystemExit(f"A single short stream failed: {done[0].failure}")
                waits[target.name].append(done[0].wait)

    def _check(self, target: Target, done: Sequence[Stream], text: str) -> tuple[int, int]:
        """Count the streams that failed and those that said something else."""
        failed = [stream for stream in done if stream.failure is not None]
        for stream in failed[:3]:
            print(f"  {target.name}: {stream.failure}", file=sys.stderr)
        wrong = 0
        for stream in done:
            if stream.failure is None:
                reply = read_reply(stream)
                wrong += reply.text != text
                if target.name == "chatbox":
                    self.stored[reply.message_id or "unknown"] = text
        return len(failed), wrong


def measure(bench: machine.Bench, streams: Sequence[int], runs: int | None) -> Result:
    """Measure every number of streams with one server."""
    with tempfile.TemporaryDirectory(prefix="chatbox-bench-") as folder:
        data = Path(folder) / "data"
        with bench.upstream() as upstream, bench.server(data) as server:
            machine.pin_to(bench.load_cpu)
            machine.settle(2.0)
            idle = server.pss_mb
            measurement = Measurement(server, upstream)
            first = _warm_up(measurement)
            used = server.pss_mb
            rows = [machine.run_loop(measurement.row(n, runs or RUNS.get(n, 1))) for n in streams]
            server.stop()
            lost = _count_lost(data / "chatbox.db", measurement.stored)
    found = len(measurement.stored)
    lines = [
        f"Idle PSS {idle:.1f} MB; after the first message {used:.1f} MB.",
        f"First message after the start: {first:.1f} ms to its first token.",
        "",
        *_table(rows),
        "",
        f"{found - lost:,} of {found:,} replies are stored as they were read; exit code "
        f"{server.exit_code}.",
    ]
    figures = {"idle_mb": idle, "first_ms": first, "used_mb": used, "lost": lost, "rows": rows}
    missed = list(_misses(idle, rows))
    if lost:
        missed.append(f"{lost} of {found:,} replies are stored otherwise than they were read")
    if server.exit_code != 0:
        missed.append(f"the server ended with {server.exit_code}")
    return Result("streams", lines, figures, missed)


def _warm_up(measurement: Measurement) -> float:
    """Connect the provider and chat once; answer the first token's wait in milliseconds."""
    machine.connect(measurement.server, measurement.upstream)
    server = measurement.server
    load = Load(chatbox_at(server.port, "ok-5-20", cookie=server.cookie))
    (stream,) = machine.run_loop(load.run(1, ramp=0.0))
    if stream.wait is None:
        raise SystemExit(f"The first message failed: {stream.failure}")
    return stream.wait * 1000


def _count_lost(database: Path, expected: dict[str, str]) -> int:
    """Count the replies whose stored text is not what the reader saw; the server has ended."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        rows = connection.execute(
            "SELECT public_id, status, parts FROM messages WHERE role = 'assistant'"
        )
        stored = {
            name: "".join(part["text"] for part in json.loads(parts))
            for name, status, parts in rows
            if status == "done"
        }
    finally:
        connection.close()
    return sum(stored.get(name) != text for name, text in expected.items())


def _misses(idle: float, rows: Sequence[Row]) -> Iterator[str]:
    if idle >= IDLE_MB:
        yield f"{idle:.1f} MB when idle, allowed are {IDLE_MB:g}"
    for row in rows:
        where = f"at {row.streams:,} streams"
        allowed = ADDED_MS.get(row.streams)
        if allowed is not None and row.added_p50 >= allowed:
            yield f"{row.added_p50:.1f} ms added to first tokens {where}, allowed are {allowed:g}"
        if row.cpu_us >= CPU_US.get(row.streams, float("inf")):
            yield f"{row.cpu_us} µs of CPU a chunk {where}, allowed are {CPU_US[row.streams]:g}"
        if row.failed or row.wrong:
            yield f"{row.failed} failed and {row.wrong} wrong streams {where}"
        if row.peak_mb >= PEAK_MB:
            yield f"{row.peak_mb} MB {where}, allowed are {PEAK_MB:g}"


def _percentiles(waits: list[float]) -> tuple[float, float]:
    """The median and the 95th percentile in milliseconds."""
    ordered = sorted(waits)
    return round(share(ordered, 0.5) * 1000, 2), round(share(ordered, 0.95) * 1000, 2)


def _table(rows: Sequence[Row]) -> list[str]:
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
    return table(head, [_line(row) for row in rows])


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
