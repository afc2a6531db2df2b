#!/usr/bin/env python3
"""Measure chatbox against its upstream alone, and compare with the budgets.

Starts the scripted upstream and a server with a fresh data directory, opens 1, 100 and 1,000
streams of 200 chunks at 20 ms, once at the upstream and once through chatbox, and looks every reply
up in the database. `docs/benchmarks.md` says how to read the figures. Linux only.
"""

import argparse
import asyncio
import json
import os
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

if sys.version_info < (3, 11):  # noqa: UP036 - the point is to say so on an older one
    sys.exit("chatbox needs Python 3.11 or later; this is Python " + sys.version.split()[0] + ".")

import _bench_machine as machine
import _setup
from _bench_load import Load, Stream, Target, chatbox_at, read_reply, upstream_at
from _bench_report import Report, Row, as_json, misses, table

try:
    import uvloop
except ImportError:
    uvloop = None  # type: ignore[assignment]

T = TypeVar("T")

CHUNKS, PACE_MS = 200, 20
MODEL = f"ok-{CHUNKS}-{PACE_MS}"
SHORT_CHUNKS = 3  # for first tokens one at a time; the rest of a long stream would tell nothing
TEXT = "".join(f" t{number}" for number in range(CHUNKS))
RAMPS = {1: 0.0, 100: 1.0, 1000: 3.0}  # seconds over which the streams are opened
RUNS = {1: 3, 100: 3, 1000: 1}
FIRST_TOKENS = 30


class Bench:
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
                    chatbox_at(self.server.port, MODEL),
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

    async def _first_tokens(self, waits: dict[str, list[float]]) -> None:
        """Three long streams are few samples: take first tokens of short ones, alternating."""
        model = f"ok-{SHORT_CHUNKS}-{PACE_MS}"
        targets = [upstream_at(self.upstream.port, model), chatbox_at(self.server.port, model)]
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


def main() -> int:
    """Return 1 when --check is given and a budget is missed."""
    options = _options()
    with _setup.telling():
        python = _setup.prepare().python
    if Path(sys.executable) != python:
        os.execv(python, [str(python), *sys.argv])  # noqa: S606 - no shell is wanted
    report = measure(options.streams, options.runs)
    print(table(report))
    missed = misses(report)
    for text in missed:
        print(f"Budget missed: {text}")
    if options.json:
        Path(options.json).write_text(as_json(report), encoding="utf-8")
    return 1 if options.check and missed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure chatbox against its upstream alone.")
    parser.add_argument("--streams", type=int, nargs="+", default=sorted(RAMPS), metavar="N")
    parser.add_argument("--runs", type=int, help="at every number of streams (default 3, 3, 1)")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a budget is missed")
    return parser.parse_args()


def measure(streams: Sequence[int], runs: int | None) -> Report:
    """Run everything."""
    server_cpu, load_cpu = machine.cpus()
    busy_before = machine.load_average()
    with tempfile.TemporaryDirectory(prefix="chatbox-bench-") as folder:
        data = Path(folder) / "data"
        flags = ["serve", "--port", "0", "--no-discover", "--no-demo-model"]
        flags += ["--data-dir", str(data)]
        with (
            machine.running("tests.upstream", cpu=load_cpu, word="http") as upstream,
            machine.running("chatbox", *flags, cpu=server_cpu, word="http") as server,
        ):
            machine.pin_to(load_cpu)
            machine.settle(2.0)
            idle = server.pss_mb
            bench = Bench(server, upstream)
            first = warm_up(bench)
            used = server.pss_mb
            rows = [run_loop(bench.row(n, runs or RUNS.get(n, 1))) for n in streams]
            server.stop()
            lost = count_lost(data / "chatbox.db", bench.stored)
    return Report(
        idle_mb=round(idle, 1),
        first_message_ms=round(first, 1),
        used_mb=round(used, 1),
        rows=rows,
        stored=len(bench.stored),
        lost=lost,
        exit_code=server.exit_code,
        pinned=server_cpu is not None,
        load_before=busy_before,
    )


def run_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run the load on the cheaper loop when there is one."""
    return uvloop.run(work) if uvloop is not None else asyncio.run(work)


def warm_up(bench: Bench) -> float:
    """Connect the provider and chat once; answer the first token's wait in milliseconds."""
    base = f"http://127.0.0.1:{bench.server.port}/api/v1"
    provider = {"name": "up", "base_url": f"http://127.0.0.1:{bench.upstream.port}/v1"}
    machine.post(f"{base}/providers", {**provider, "secret": "made-up"})
    (stream,) = run_loop(Load(chatbox_at(bench.server.port, "ok-5-20")).run(1, ramp=0.0))
    if stream.wait is None:
        raise SystemExit(f"The first message failed: {stream.failure}")
    return stream.wait * 1000


def count_lost(database: Path, expected: dict[str, str]) -> int:
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


def _percentiles(waits: list[float]) -> tuple[float, float]:
    """The median and the 95th percentile in milliseconds."""
    ordered = sorted(waits) or [float("nan")]
    high = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return round(statistics.median(ordered) * 1000, 2), round(high * 1000, 2)


if __name__ == "__main__":
    sys.exit(main())
