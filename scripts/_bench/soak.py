"""Soak: hours of mixed use, to see that memory, open files and the log file do not grow."""

import asyncio
import random
import tempfile
import time
from pathlib import Path

from _bench import machine
from _bench.load import Load, chatbox_at
from _bench.report import Result, table
from _bench.requests import Client

USERS = 20
ROWS = 10
GROWTH = 1.2  # of memory, from the second sample on


def measure(bench: machine.Bench, minutes: float) -> Result:
    """Chat, stop, open, rename and delete for so many minutes."""
    with tempfile.TemporaryDirectory(prefix="chatbox-bench-") as folder:
        data = Path(folder) / "data"
        with bench.upstream() as upstream, bench.server(data) as server:
            machine.pin_to(bench.load_cpu)
            machine.connect(server, upstream)
            rows = machine.run_loop(_measure(server, data, minutes * 60))
    figures = {"rows": rows}
    head = ("minute", "chats", "PSS, MB", "open files", "database, MB", "log (WAL), MB")
    lines = table(head, [tuple(f"{value:,.1f}" for value in row) for row in rows])
    _, _, memory, files, _, _ = zip(*rows, strict=True)
    missed = []
    if memory[-1] > memory[1] * GROWTH:
        missed.append(f"memory grew from {memory[1]} to {memory[-1]} MB")
    if files[-1] > files[1] + USERS:
        missed.append(f"open files grew from {files[1]} to {files[-1]}")
    return Result("soak", lines, figures, missed)


async def _measure(server: machine.Process, data: Path, seconds: float) -> list[tuple[float, ...]]:
    begin = time.perf_counter()
    chats: list[int] = []
    users = [
        asyncio.create_task(_use(server.port, begin + seconds, number, chats))
        for number in range(USERS)
    ]
    rows = []
    for sample in range(1, ROWS + 1):
        await asyncio.sleep(max(0.0, begin + seconds * sample / ROWS - time.perf_counter()))
        sizes = [
            path.stat().st_size / 1e6 if path.exists() else 0.0
            for path in (data / "chatbox.db", data / "chatbox.db-wal")
        ]
        minute = (time.perf_counter() - begin) / 60
        rows.append((minute, len(chats), server.pss_mb, server.open_files, *sizes))
    await asyncio.gather(*users)
    return rows


async def _use(port: int, end: float, number: int, chats: list[int]) -> None:
    """One person: a chat, then something else, again and again."""
    chance = random.Random(number)  # noqa: S311 - the same use every time
    client = Client(port)
    while time.perf_counter() < end:
        model = chance.choice(["ok-20-20", "ok-100-5", "cut@7", "429-then-ok", "deepseek"])
        await Load(chatbox_at(port, model)).run(1, ramp=0.0)
        chats.append(number)
        sessions = (await client.get("/sessions?limit=10")).json()["items"]
        session = chance.choice(sessions)["id"]
        await client.get(f"/sessions/{session}/messages?from=end")
        await client.patch(f"/sessions/{session}", {"title": f"Renamed {chance.random()}"})
        if chance.random() < 0.3:
            await client.delete(f"/sessions/{session}")
    client.close()
