"""The HTTP side of the scripted upstream: just enough of HTTP/1.1, on asyncio's protocols."""

import asyncio
import json
from collections import Counter, deque
from types import TracebackType
from typing import Any, Self

from tests.upstream.exchange import Exchange, Record, Ticker
from tests.upstream.modes import MODES, find_mode
from tests.upstream.wire import error

MAX_RECORDS = 20_000


class Upstream:
    """The server. `records` is what `/_control/requests` shows."""

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self.records: deque[Record] = deque(maxlen=MAX_RECORDS)
        self.attempts: Counter[str] = Counter()
        self.canary_hits = 0
        self.connections: set[_Connection] = set()
        self._server: asyncio.Server | None = None

    @property
    def base_url(self) -> str:
        """What a provider's base_url is set to."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def __aenter__(self) -> Self:
        self.ticker = Ticker()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Connection(self), "127.0.0.1", self.port, backlog=2_048
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for connection in list(self.connections):
            connection.drop()
        await self._server.wait_closed()
        await asyncio.sleep(0)

    def asked(self, model: str) -> list[Record]:
        """The requests for one model, oldest first."""
        return [record for record in self.records if record.model == model]


class _Connection(asyncio.Protocol):
    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._buffer = bytearray()
        self._task: asyncio.Task[None] | None = None
        self._exchange: Exchange | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._upstream.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._upstream.connections.discard(self)
        if self._exchange is not None:
            self._exchange.record.end("peer")
            self._exchange.writable.set()
        if self._task is not None:
            self._task.cancel()

    def drop(self) -> None:
        """Close because the server ends."""
        if self._exchange is not None:
            self._exchange.record.end("server")
        self._transport.abort()
        if self._task is not None:
            self._task.cancel()

    def pause_writing(self) -> None:
        if self._exchange is not None:
            self._exchange.writable.clear()

    def resume_writing(self) -> None:
        if self._exchange is not None:
            self._exchange.writable.set()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._task is None:
            self._next()

    def _next(self) -> None:
        head, separator, rest = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines[1:])
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        length = int(headers.get("content-length", 0))
        if len(rest) < length:
            return
        self._buffer = rest[length:]
        method, path, _ = lines[0].split(" ", 2)
        self._task = asyncio.ensure_future(self._serve(method, path, headers, bytes(rest[:length])))

    async def _serve(self, method: str, path: str, headers: dict[str, str], body: bytes) -> None:
        upstream = self._upstream
        record = Record(len(upstream.records), path, headers=headers)
        record.body = _parsed(body)
        upstream.attempts[record.model] += 1
        self._exchange = exchange = Exchange(
            record,
            self._transport,
            ticker=upstream.ticker,
            attempts=upstream.attempts[record.model],
        )
        if "/_control/" in path:
            _control(upstream, exchange, method=method)
        else:
            upstream.records.append(record)
            await _answer(exchange)
        if record.ended is None:
            self._transport.write(b"0\r\n\r\n")
            record.end("server")
        self._exchange = self._task = None
        self._next()


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _control(upstream: Upstream, exchange: Exchange, *, method: str) -> None:
    if "canary" in exchange.record.path:
        upstream.canary_hits += 1
    if method == "DELETE":
        upstream.records.clear()
        upstream.attempts.clear()
        upstream.canary_hits = 0
    items = [record.as_json() for record in upstream.records]
    exchange.show({"items": items, "canary_hits": upstream.canary_hits})


async def _answer(exchange: Exchange) -> None:
    path = exchange.record.path.partition("?")[0]
    if path.endswith("/models"):
        names = ["ok-20-10", *MODES]
        exchange.show({"object": "list", "data": [_listed(name) for name in names]})
        return
    mode = find_mode(exchange.record.model) if path.endswith("/chat/completions") else None
    if mode is None:
        message = f"The model `{exchange.record.model}` does not exist"
        exchange.reply(404, error(message, "model_not_found"))
        return
    await mode(exchange)


def _listed(name: str) -> dict[str, object]:
    return {"id": name, "object": "model", "owned_by": "scripted", "context_length": 8_192}
