"""Archive: how long everyday requests take over a million messages, one or 32 at a time."""

import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from _bench import machine
from _bench.filling import fill
from _bench.report import Result, table
from _bench.requests import Answer, Ask, Client, Latency
from _bench.requests import measure as measure_requests

SESSIONS, MESSAGES = 20_000, 1_000_000
PAGE = 50
LONG = 200  # messages, from which on a session has several pages
CLIENTS = {1: 400, 32: 1_600}  # and how many requests of each kind
P95_MS = {1: 20.0, 32: 100.0}
BUDGETED = {"list", "list on", "open", "page back", "send"}


class Places:
    """Where everyday requests go: random places of a filled database."""

    def __init__(self, path: Path) -> None:
        self.chance = random.Random(11)  # noqa: S311 - the same places every time
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            rows = connection.execute("SELECT public_id, message_count, title FROM sessions")
            found = rows.fetchall()
        finally:
            connection.close()
        self.sessions = [name for name, _, _ in found]
        self.long = [name for name, count, _ in found if count >= LONG]
        self.titles = [title for _, _, title in found if title]
        self.list_cursors: list[str] = []
        self.pages: list[tuple[str, str]] = []
        self._unused: list[str] = []

    async def learn_cursors(self, port: int) -> None:
        """Go down the list and open long sessions, for the cursors of later pages."""
        client = Client(port)
        cursor = (await client.get(f"/sessions?limit={PAGE}")).json()["next_cursor"]
        for _ in range(30):
            self.list_cursors.append(cursor)
            page = (await client.get(f"/sessions?limit=200&cursor={cursor}")).json()
            cursor = page["next_cursor"]
        for name in self.chance.choices(self.long, k=100):
            page = (await client.get(f"/sessions/{name}/messages?from=end&limit={PAGE}")).json()
            self.pages.append((name, page["next_cursor"]))
        client.close()

    def idle_session(self) -> str:
        """A session whose last turn has long ended."""
        if not self._unused:
            self._unused = self.chance.sample(self.sessions, len(self.sessions))
        return self._unused.pop()

    async def list(self, client: Client) -> Answer:
        """The sidebar."""
        return await client.get(f"/sessions?limit={PAGE}")

    async def list_on(self, client: Client) -> Answer:
        """The sidebar, scrolled down."""
        return await client.get(f"/sessions?limit={PAGE}&cursor={self._any(self.list_cursors)}")

    async def open(self, client: Client) -> Answer:
        """The end of a session."""
        name = self._any(self.sessions)
        return await client.get(f"/sessions/{name}/messages?from=end&limit={PAGE}")

    async def page_back(self, client: Client) -> Answer:
        """The page before it."""
        name, cursor = self.chance.choice(self.pages)
        return await client.get(f"/sessions/{name}/messages?from=end&limit={PAGE}&cursor={cursor}")

    async def search(self, client: Client) -> Answer:
        """Sessions by the beginning of a title."""
        return await client.get(f"/sessions?q={quote(self._any(self.titles)[:6])}")

    async def send(self, client: Client) -> Answer:
        """A message; the answer is that the turn has begun."""
        body = {"content": "And what came after that?", "model": "up/ok-5-20"}
        return await client.post(f"/sessions/{self.idle_session()}/messages", body)

    def _any(self, values: Sequence[str]) -> str:
        return self.chance.choice(values)


def measure(bench: machine.Bench, kept: str | None) -> Result:
    """Fill a database (or use one that was kept) and measure every kind of request."""
    with tempfile.TemporaryDirectory(prefix="chatbox-bench-") as folder:
        data = Path(kept) if kept else Path(folder) / "data"
        prepare(bench, data)
        with bench.upstream() as upstream, bench.server(data) as server:
            machine.pin_to(bench.load_cpu)
            machine.reconnect(server, upstream)
            machine.settle(1.0)
            idle = server.pss_mb
            with machine.Peak(server) as peak:
                found = machine.run_loop(_measure(server, data / "chatbox.db"))
            size = (data / "chatbox.db").stat().st_size / 1e6
    lines = [
        f"{MESSAGES:,} messages in {SESSIONS:,} sessions, {size:,.0f} MB; {idle:.1f} MB of memory "
        f"when idle, {peak.mb:.1f} MB at most.",
        "",
        *table(
            ("request", "clients", "p50, ms", "p95, ms", "p99, ms", "failed"),
            [_line(one) for one in found],
        ),
    ]
    figures = {"idle_mb": idle, "peak_mb": peak.mb, "size_mb": size, "requests": found}
    return Result("archive", lines, figures, list(_misses(found)))


def prepare(bench: machine.Bench, data: Path) -> None:
    """Make the data directory with everything in it, unless it is there."""
    if (data / "chatbox.db").exists():
        return
    with bench.server(data):
        pass  # it makes the schema
    begin = time.perf_counter()
    fill(data / "chatbox.db", sessions=SESSIONS, messages=MESSAGES)
    print(f"Filled in {time.perf_counter() - begin:.0f} s.", flush=True)


async def _measure(server: machine.Process, path: Path) -> list[Latency]:
    places = Places(path)
    await places.learn_cursors(server.port)
    kinds: dict[str, Ask] = {
        "list": places.list,
        "list on": places.list_on,
        "open": places.open,
        "page back": places.page_back,
        "search titles": places.search,
        "send": places.send,
    }
    return [
        await measure_requests(server.port, kind, ask, clients=clients, requests=requests)
        for clients, requests in CLIENTS.items()
        for kind, ask in kinds.items()
    ]


def _misses(found: Sequence[Latency]) -> Iterator[str]:
    for one in found:
        allowed = P95_MS[one.clients]
        if one.kind in BUDGETED and one.p95 >= allowed:
            yield f"{one.kind}: {one.p95} ms at {one.clients} clients, allowed are {allowed:g}"
        if one.failed:
            yield f"{one.kind}: {one.failed} failed at {one.clients} clients"


def _line(one: Latency) -> tuple[str, ...]:
    return (
        one.kind,
        str(one.clients),
        f"{one.p50:.1f}",
        f"{one.p95:.1f}",
        f"{one.p99:.1f}",
        str(one.failed),
    )
