"""One request and its answer: what a mode gets to write to, and the record that /_control shows."""

import asyncio
import heapq
import socket
import struct
import time
from array import array
from collections.abc import Mapping
from typing import Any

from tests.upstream.wire import dumps


class Record:
    """What came and what was sent, with wall-clock times that other processes can compare."""

    def __init__(self, number: int, path: str, *, headers: dict[str, str]) -> None:
        self.number = number
        self.path = path
        self.secret = headers.pop("authorization", "").removeprefix("Bearer ")
        self.headers = headers
        self.body: Any = None
        self.opened = time.time()
        self.ended: float | None = None
        self.ended_by: str | None = None
        self.bytes_sent = 0
        self.chunk_times = array("d")

    @property
    def model(self) -> str:
        """The model asked for."""
        return str(self.body.get("model", "")) if isinstance(self.body, dict) else ""

    def end(self, by: str) -> None:
        """Note the end, once."""
        if self.ended is None:
            self.ended, self.ended_by = time.time(), by

    def as_json(self) -> dict[str, object]:
        """Show everything but the secret itself."""
        return {
            "number": self.number,
            "path": self.path,
            "model": self.model,
            "has_secret": bool(self.secret),
            "secret_end": self.secret[-4:],
            "headers": self.headers,
            "body": self.body,
            "opened": self.opened,
            "ended": self.ended,
            "ended_by": self.ended_by,
            "bytes_sent": self.bytes_sent,
            "chunks_sent": len(self.chunk_times),
            "chunk_times": list(self.chunk_times),
        }


class Ticker:
    """Runs thousands of paced steps from one timer; a timer each would cost more than writing."""

    SLACK = 0.001

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._heap: list[tuple[float, int, Any]] = []
        self._count = 0
        self._timer: asyncio.TimerHandle | None = None

    def at(self, when: float, step: Any) -> None:
        """Call `step` at a loop time; it may return the time of its next call."""
        self._count += 1
        heapq.heappush(self._heap, (when, self._count, step))
        if self._timer is None or when < self._timer.when():
            self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._heap[0][0], self._run) if self._heap else None

    def _run(self) -> None:
        self._timer = None
        due = self._loop.time() + self.SLACK
        heap = self._heap
        while heap and heap[0][0] <= due:
            when, count, step = heap[0]
            again = step(when)
            if again is None:
                heapq.heappop(heap)
            else:
                heapq.heapreplace(heap, (again, count, step))
        if heap and self._timer is None:
            self._arm()


class Exchange:
    """The answer under way. Bodies are chunked, so that the connection can be used again."""

    def __init__(
        self, record: Record, transport: asyncio.Transport, *, ticker: Ticker, attempts: int
    ) -> None:
        self.record = record
        self.transport = transport
        self.ticker = ticker
        self.attempts = attempts
        self.writable = asyncio.Event()
        self.writable.set()
        self.body: dict[str, Any] = record.body if isinstance(record.body, dict) else {}

    def head(
        self, status: int = 200, headers: Mapping[str, str] | None = None, *, kind: str = ""
    ) -> None:
        """Send status and headers."""
        lines = [f"HTTP/1.1 {status} Scripted", "Transfer-Encoding: chunked"]
        lines.append(f"Content-Type: {kind or 'text/event-stream; charset=utf-8'}")
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.transport.write("\r\n".join([*lines, "", ""]).encode())

    def send(self, data: bytes, *, chunks: int = 0) -> None:
        """Send a piece of the body that holds so many chunks of text."""
        self.transport.write(b"%x\r\n%b\r\n" % (len(data), data))
        self.record.bytes_sent += len(data)
        if chunks:
            self.record.chunk_times.extend([time.time()] * chunks)

    async def flow(self) -> None:
        """Wait until the peer reads again."""
        await self.writable.wait()

    def reply(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """Send a whole JSON answer."""
        self.head(status, headers, kind="application/json")
        self.send(body)

    def show(self, value: object) -> None:
        """Send a value as JSON."""
        self.reply(200, dumps(value))

    def cut(self) -> None:
        """Close in the middle of the body."""
        self.record.end("server")
        self.transport.close()

    def reset(self) -> None:
        """Send a TCP reset."""
        self.record.end("server")
        sock = self.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    @property
    def question(self) -> str:
        """The last user message as text."""
        for message in reversed(self.body.get("messages", [])):
            if message.get("role") == "user":
                content = message.get("content", "")
                if isinstance(content, str):
                    return content
                return "".join(part.get("text", "") for part in content)
        return ""
