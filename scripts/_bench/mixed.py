"""Mixed: what 100 streams, large texts and a long list do to everybody else.

A probe asks `/healthz` fifty times a second on a connection of its own. Its wait is the lag of the
event loop and a little more. At the same time other clients create sessions, each a synced write.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from _bench import archive, machine
from _bench.load import Load, chatbox_at
from _bench.report import Result, table
from _bench.requests import Client, Latency, latency

SECONDS = 8.0
PROBES_A_SECOND = 50
WRITERS = 8
LAG_MS = 50.0
LARGE = "A large text, such as a log, is pasted. " * 24_000  # just below a megabyte


class _Everybody:
    """Those who do the same again and again until the time is up."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._end = time.perf_counter() + SECONDS

    async def probe(self) -> list[float]:
        """Ask whether the server is alive; milliseconds."""
        client, waits = Client(self._port), []
        while (begin := time.perf_counter()) < self._end:
            await client.get("/healthz", base="")
            waits.append((time.perf_counter() - begin) * 1000)
            await asyncio.sleep(max(0.0, begin + 1 / PROBES_A_SECOND - time.perf_counter()))
        client.close()
        return waits

    async def repeat(self, step: Callable[[Client], Awaitable[object]]) -> list[float]:
        """Take the step again and again; milliseconds."""
        client, waits = Client(self._port), []
        while (begin := time.perf_counter()) < self._end:
            await step(client)
            waits.append((time.perf_counter() - begin) * 1000)
        client.close()
        return waits


def measure(bench: machine.Bench, kept: str | None) -> Result:
    """Measure the probe alone, and beside each kind of heavy work."""
    with tempfile.TemporaryDirectory(prefix="chatbox-bench-") as folder:
        data = Path(kept) if kept else Path(folder) / "data"
        archive.prepare(bench, data)
        with bench.upstream() as upstream, bench.server(data) as server:
            machine.pin_to(bench.load_cpu)
            machine.reconnect(server, upstream)
            rows = machine.run_loop(_measure(bench, server, data))
    lags = [row for row in rows if row.kind.startswith("lag")]
    missed = [f"{row.kind}: p99 {row.p99} ms" for row in lags if row.p99 >= LAG_MS]
    head = ("what", "answers", "p50, ms", "p95, ms", "p99, ms", "a second")
    return Result("mixed", table(head, [_line(row) for row in rows]), {"rows": rows}, missed)


async def _measure(bench: machine.Bench, server: machine.Process, data: Path) -> list[Latency]:
    places = archive.Places(data / "chatbox.db")
    await places.learn_cursors(server.port)

    async def paste(client: Client) -> None:
        body = {"content": LARGE, "model": "up/ok-5-20"}
        await client.post(f"/sessions/{places.idle_session()}/messages", body)

    rows = []
    for name, steps in {
        "lag alone": (),
        "lag beside large texts": (paste, paste),
        "lag beside long lists": (places.list_on,) * 4,
        "lag beside title search": (places.search,) * 4,
    }.items():
        everybody = _Everybody(server.port)
        waits, *_ = await asyncio.gather(
            everybody.probe(), *(everybody.repeat(step) for step in steps)
        )
        rows.append(latency(name, 1, waits))
    rows += await _under_streams(server)
    rows.append(await _beside_a_backup(bench, server, data))
    return rows


async def _under_streams(server: machine.Process) -> list[Latency]:
    async def create(client: Client) -> None:
        await client.post("/sessions", {"title": "Another"})

    streams = asyncio.create_task(Load(chatbox_at(server.port, "ok-400-20")).run(100, ramp=1.0))
    await asyncio.sleep(1.5)
    everybody = _Everybody(server.port)
    lag, *writes = await asyncio.gather(
        everybody.probe(), *(everybody.repeat(create) for _ in range(WRITERS))
    )
    failed = sum(stream.failure is not None for stream in await streams)
    return [
        latency("lag beside 100 streams", 1, lag, failed=failed),
        latency("writes beside 100 streams", WRITERS, sum(writes, [])),
    ]


async def _beside_a_backup(bench: machine.Bench, server: machine.Process, data: Path) -> Latency:
    everybody = _Everybody(server.port)
    with tempfile.TemporaryDirectory(prefix="chatbox-bench-") as target:
        backup = await asyncio.create_subprocess_exec(
            *bench.command, "backup", target, "--data-dir", str(data)
        )
        waits = await everybody.probe()
        if await backup.wait() != 0:
            raise SystemExit("The backup failed.")
    return latency("lag beside a backup", 1, waits)


def _line(row: Latency) -> tuple[str, ...]:
    return (
        row.kind,
        f"{row.requests:,}",
        f"{row.p50:.1f}",
        f"{row.p95:.1f}",
        f"{row.p99:.1f}",
        f"{row.requests / SECONDS:,.0f}",
    )
