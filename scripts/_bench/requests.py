"""Everything that is asked for besides streams: one kept connection to a client, JSON both ways.

Standard library only.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from _bench.report import share

WARM_UP = 20
LONGEST_WAIT = 60.0  # seconds


@dataclass(frozen=True)
class Answer:
    """A status and a JSON document."""

    status: int
    body: bytes

    def json(self) -> Any:
        """Decode the document."""
        return json.loads(self.body)


class Client:
    """One kept connection to a server on loopback."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self._port = port
        self._cookie = cookie
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def get(self, path: str, *, base: str = "/api/v1") -> Answer:
        """Read something."""
        return await self._ask("GET", base + path, b"")

    async def post(self, path: str, body: object) -> Answer:
        """Send JSON."""
        return await self._ask("POST", f"/api/v1{path}", json.dumps(body).encode())

    async def patch(self, path: str, body: object) -> Answer:
        """Change something."""
        return await self._ask("PATCH", f"/api/v1{path}", json.dumps(body).encode())

    async def delete(self, path: str) -> Answer:
        """Delete something."""
        return await self._ask("DELETE", f"/api/v1{path}", b"")

    async def _ask(self, method: str, path: str, body: bytes) -> Answer:
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(
                "127.0.0.1", self._port, limit=2**22
            )
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n"
        head += f"Cookie: {self._cookie}\r\n" if self._cookie else ""
        if body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        self._writer.write(head.encode() + b"\r\n" + body)
        answer = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(answer.partition("content-length:")[2].partition("\r\n")[0] or 0)
        return Answer(int(answer[9:12]), await self._reader.readexactly(length))

    def close(self) -> None:
        """Drop the connection."""
        if self._writer is not None:
            self._writer.close()


Ask = Callable[[Client], Awaitable[Answer]]


@dataclass(frozen=True)
class Latency:
    """One kind of request with so many clients; times in milliseconds."""

    kind: str
    clients: int
    requests: int
    p50: float
    p95: float
    p99: float
    failed: int


async def measure(  # noqa: PLR0913 - what is asked, how often, by how many, as whom
    port: int, kind: str, ask: Ask, *, clients: int, requests: int, cookie: str = ""
) -> Latency:
    """Let every client ask as soon as it was answered."""
    waits: list[float] = []
    statuses: list[int] = []

    async def use(client: Client, times: int) -> None:
        for _ in range(times):
            begin = time.perf_counter()
            answer = await ask(client)
            waits.append((time.perf_counter() - begin) * 1000)
            statuses.append(answer.status)

    everyone = [Client(port, cookie) for _ in range(clients)]
    await asyncio.gather(*(use(one, WARM_UP // clients + 1) for one in everyone))
    waits.clear()
    statuses.clear()
    await asyncio.gather(*(use(one, requests // clients) for one in everyone))
    for one in everyone:
        one.close()
    return latency(kind, clients, waits, failed=sum(status >= 300 for status in statuses))


def latency(kind: str, clients: int, waits: list[float], *, failed: int = 0) -> Latency:
    """Sum up how long answers took, in milliseconds."""
    ordered = sorted(waits)
    p50, p95, p99 = (round(share(ordered, part), 2) for part in (0.5, 0.95, 0.99))
    return Latency(kind, clients, len(waits), p50, p95, p99, failed)
