"""The load of `bench.py`: many streams over raw sockets, each read to its end and looked at later.

While a run lasts, a piece of data costs one append and, until the first text, one search; texts are
taken apart afterwards. Standard library only; uvloop makes it cheaper when it is there.
"""

import asyncio
import json
import time
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

END_OF_BODY = b"0\r\n\r\n"
LONGEST_RUN = 180.0  # seconds


@dataclass(frozen=True)
class Target:
    """Where streams come from: chatbox, or the bare upstream."""

    name: str
    port: int
    path: str
    body: dict[str, object]
    first_text: bytes
    cookie: str = ""

    def request(self) -> bytes:
        """Write the whole HTTP request."""
        body = json.dumps(self.body).encode()
        head = f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
        head += f"Cookie: {self.cookie}\r\n" if self.cookie else ""
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body


def chatbox_at(port: int, model: str, *, cookie: str = "") -> Target:
    """Every stream is a new session, and its reply is stored."""
    body: dict[str, object] = {"content": "Please say something.", "model": f"up/{model}"}
    return Target("chatbox", port, "/api/v1/chat/stream", body, b"event: delta", cookie)


def upstream_at(port: int, model: str) -> Target:
    """The same streams without chatbox."""
    question = [{"role": "user", "content": "Please say something."}]
    body: dict[str, object] = {"model": model, "stream": True, "messages": question}
    return Target("upstream", port, "/v1/chat/completions", body, b'"content":" t')


@dataclass
class Stream:
    """What became of one stream; times in seconds."""

    opened: float = 0.0
    first: float | None = None
    failure: str | None = None
    pieces: list[bytes] = field(default_factory=list)
    times: "array[float]" = field(default_factory=lambda: array("d"))

    @property
    def wait(self) -> float | None:
        """From opening the connection to the first text."""
        return None if self.first is None else self.first - self.opened

    def events(self) -> Iterator[dict[str, object]]:
        """The JSON of every event, in order."""
        _, _, body = b"".join(self.pieces).partition(b"\r\n\r\n")
        for line in _joined(body).split(b"\n"):
            if line.startswith(b"data: {"):
                yield json.loads(line[6:])


@dataclass(frozen=True)
class Reply:
    """The text of a stream, and where chatbox keeps it (None for the bare upstream)."""

    text: str
    message_id: str | None


def read_reply(stream: Stream) -> Reply:
    """Put the text of either kind of stream together."""
    text, message_id = [], None
    for event in stream.events():
        if "reply_id" in event:
            message_id = str(event["reply_id"])
        elif isinstance(words := event.get("text"), str):
            text.append(words)
        elif isinstance(choices := event.get("choices"), list) and choices:
            text.append(choices[0]["delta"].get("content") or "")
    return Reply("".join(text), message_id)


class Load:
    """Runs streams against a target and knows how many were open at once."""

    def __init__(self, target: Target) -> None:
        self._request = target.request()
        self._target = target
        self._open = 0
        self.most_open = 0

    async def run(self, count: int, *, ramp: float) -> list[Stream]:
        """Open so many streams, evenly over `ramp` seconds, and read them all to their end."""
        streams = [Stream() for _ in range(count)]
        begin = time.perf_counter()
        tasks = []
        for number, stream in enumerate(streams):
            await asyncio.sleep(begin + ramp * number / count - time.perf_counter())
            tasks.append(asyncio.create_task(self._read(stream)))
        await asyncio.gather(*tasks)
        return streams

    async def _read(self, stream: Stream) -> None:
        loop = asyncio.get_running_loop()
        stream.opened = time.perf_counter()
        self._open += 1
        self.most_open = max(self.most_open, self._open)
        reader = _Reader(stream, self._request, self._target.first_text)
        try:
            async with asyncio.timeout(LONGEST_RUN):
                await loop.create_connection(lambda: reader, "127.0.0.1", self._target.port)
                await reader.ended
        except (OSError, TimeoutError) as failure:
            stream.failure = repr(failure)
        finally:
            self._open -= 1
            reader.close()


class _Reader(asyncio.Protocol):
    def __init__(self, stream: Stream, request: bytes, first_text: bytes) -> None:
        self._stream = stream
        self._request = request
        self._first_text = first_text
        self._tail = b""
        self._transport: asyncio.Transport | None = None
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by inheritance
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        stream = self._stream
        stream.pieces.append(data)
        stream.times.append(time.perf_counter())
        if stream.first is None and self._first_text in data:
            stream.first = time.perf_counter()
        self._tail = data[-5:] if len(data) >= 5 else (self._tail + data)[-5:]
        if self._tail == END_OF_BODY:
            self._end(None)

    def connection_lost(self, failure: Exception | None) -> None:
        self._end(f"the connection was closed: {failure}")

    def _end(self, failure: str | None) -> None:
        if not self.ended.done():
            if failure is None and not self._stream.pieces[0].startswith(b"HTTP/1.1 200 "):
                failure = self._stream.pieces[0][:200].decode("latin-1")
            self._stream.failure = failure
            self.ended.set_result(None)

    def close(self) -> None:
        """Drop the connection."""
        if self._transport is not None:
            self._transport.abort()


def _joined(body: bytes) -> bytes:
    """Take the chunks of HTTP/1.1 apart (RFC 9112 §7.1)."""
    pieces = []
    position = 0
    while (end := body.find(b"\r\n", position)) >= 0:
        size = int(body[position:end], 16)
        if size == 0:
            break
        pieces.append(body[end + 2 : end + 2 + size])
        position = end + 4 + size
    return b"".join(pieces)
