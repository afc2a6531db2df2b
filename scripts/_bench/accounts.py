"""Accounts: a flood of sign-ins beside streams, how long a refusal takes, and a list as somebody.

The flood is 200 sign-ins at once while ten streams run. Refusals are compared by what was wrong:
equal medians tell nobody whether an account exists.
"""

import asyncio
import dataclasses
import json
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path

from _bench import machine, requests
from _bench.load import Load, Stream, chatbox_at
from _bench.report import Result, table
from _bench.requests import Latency

FLOOD, STREAMS, MODEL = 200, 10, "ok-400-20"
GROWTH_MB, GAP_MS = 100.0, 500.0
TRIES, ACCOUNTS, DIFFERENCE = 200, 4, 0.10
SESSIONS, LIST_REQUESTS, LIST_MS = 200, 1_000, 2.0
SUSPENDED = "suspended"


def measure(bench: machine.Bench) -> Result:
    """Measure one server with an owner and a suspended account."""
    team = dataclasses.replace(bench, is_team=True)
    with (
        tempfile.TemporaryDirectory(prefix="chatbox-bench-") as folder,
        team.upstream() as upstream,
        team.server(Path(folder) / "data") as server,
    ):
        machine.connect(server, upstream)
        _prepare(server)
        machine.pin_to(team.load_cpu)
        lines: list[str] = []
        figures: dict[str, object] = {}
        missed: list[str] = []
        for part in (_flood(server), _refusals(server), _list(server)):
            said, found, misses = machine.run_loop(part)
            lines += [*said, ""]
            figures |= found
            missed += misses
    return Result("accounts", lines[:-1], figures, missed)


Part = tuple[list[str], dict[str, object], list[str]]


def _prepare(server: machine.Process) -> None:
    """Make accounts to be refused, and sessions to list."""
    for kind in ("wrong", SUSPENDED):
        for number in range(ACCOUNTS):
            made = machine.ask(server, "POST", "/users", {"username": f"{kind}{number}"})
            token = made["link"]["url"].partition("#")[2]
            new = {"token": token, "password": machine.OWNER["password"]}
            machine.ask(server, "POST", "/auth/reset", new)
            if kind == SUSPENDED:
                path = f"/users/{made['user']['id']}"
                machine.ask(server, "PATCH", path, {"state": "suspended"})
    for number in range(SESSIONS):
        machine.ask(server, "POST", "/sessions", {"title": f"Session {number}"})


async def _flood(server: machine.Process) -> Part:
    load = Load(chatbox_at(server.port, MODEL, cookie=server.cookie))
    watch = asyncio.create_task(_gaps(load))
    await asyncio.sleep(2.0)
    before = server.pss_mb
    with machine.Peak(server) as peak:
        begin = time.perf_counter()
        answers = await asyncio.gather(*(_sign_in(server.port) for _ in range(FLOOD)))
        took = time.perf_counter() - begin
    gap, failed = await watch
    statuses = Counter(status for status, _ in answers)
    grown = peak.mb - before
    told = all(seconds > 0 for status, seconds in answers if status == 503)
    lines = [
        f"{FLOOD} sign-ins at once beside {STREAMS} streams: {statuses[200]} in, "
        f"{statuses[503]} told to come again{'' if told else ' without Retry-After'}, "
        f"{took:.1f} s in all.",
        f"Memory grew by {grown:.1f} MB; the longest gap in a stream was {gap:.0f} ms.",
    ]
    missed = []
    if grown >= GROWTH_MB:
        missed.append(f"{grown:.0f} MB more while people sign in")
    if gap >= GAP_MS or failed:
        missed.append(f"a gap of {gap:.0f} ms, {failed} failed streams while people sign in")
    if set(statuses) - {200, 503} or not told:
        missed.append(f"sign-ins were answered with {dict(statuses)}")
    return lines, {"flood": dict(statuses), "grown_mb": grown, "gap_ms": gap}, missed


async def _sign_in(
    port: int, who: str = machine.OWNER["username"], *, password: str = "", address: str = ""
) -> tuple[int, int]:
    """The status, and the seconds of its Retry-After; `address` is who a proxy says it is."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = json.dumps({"username": who, "password": password or machine.OWNER["password"]}).encode()
    head = f"POST /api/v1/auth/login HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    head += f"X-Forwarded-For: {address}\r\n" if address else ""
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    writer.close()
    wait = answer.partition("retry-after:")[2].partition("\r\n")[0].strip()
    return int(answer[9:12]), int(wait or 0)


async def _gaps(load: Load) -> tuple[float, int]:
    """The longest time between two pieces of a stream, in milliseconds; how many failed."""
    streams: list[Stream] = await load.run(STREAMS, ramp=0.5)
    gaps = [
        later - earlier
        for stream in streams
        for earlier, later in zip(stream.times, stream.times[1:], strict=False)
    ]
    return max(gaps) * 1000, sum(stream.failure is not None for stream in streams)


async def _refusals(server: machine.Process) -> Part:
    """Each kind has accounts enough, and each try comes from elsewhere: nobody has to wait."""
    waits: dict[str, list[float]] = {"wrong": [], "unknown": [], SUSPENDED: []}
    for number in range(TRIES):
        for kind, taken in waits.items():
            who = f"{kind}{number % ACCOUNTS}"
            password = "wrong password" if kind == "wrong" else ""
            address = f"198.18.{number // 250}.{number % 250 + 1}"
            begin = time.perf_counter()
            status, _ = await _sign_in(server.port, who, password=password, address=address)
            taken.append((time.perf_counter() - begin) * 1000)
            if status != 401:
                raise SystemExit(f"A refusal was answered with {status}.")
    medians = {kind: statistics.median(taken) for kind, taken in waits.items()}
    apart = max(medians.values()) / min(medians.values()) - 1
    said = ", ".join(f"{kind} {median:.1f} ms" for kind, median in medians.items())
    lines = [f"Refusals, medians of {TRIES}: {said}; {apart:.1%} apart."]
    missed = [f"refusals are {apart:.0%} apart"] if apart >= DIFFERENCE else []
    return lines, {"refusals_ms": medians}, missed


async def _list(server: machine.Process) -> Part:
    row: Latency = await requests.measure(
        server.port,
        f"list of {SESSIONS} sessions",
        lambda client: client.get(f"/sessions?limit={SESSIONS}"),
        clients=1,
        requests=LIST_REQUESTS,
        cookie=server.cookie,
    )
    head = ("what", "answers", "p50, ms", "p95, ms", "p99, ms")
    cells = (row.kind, f"{row.requests:,}", f"{row.p50:.2f}", f"{row.p95:.2f}", f"{row.p99:.2f}")
    missed = [f"{row.kind}: p50 {row.p50} ms"] if row.p50 >= LIST_MS or row.failed else []
    return table(head, [cells]), {"list": row}, missed
