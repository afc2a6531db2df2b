"""A running chatbox for tests: the real app over real HTTP on loopback, and a client for it."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import uvicorn
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as connect_socket

from chatbox.app import Server, open_server
from chatbox.config import Config, Upstream
from chatbox.db.migrate import migrate
from chatbox.kit.secretbox import SecretBox
from tests.upstream import Upstream as ScriptedProvider

SECRET = "sk-canary-0123456789abcdef"
MASTER_KEY = bytes(range(32))
QUICK = Upstream(first_token_seconds=5.0, local_first_token_seconds=5.0, idle_seconds=5.0)
UNKNOWN = "00000000-0000-7000-8000-00000000dead"

JSON = dict[str, Any]


class Event(NamedTuple):
    """One server-sent event."""

    id: str | None
    kind: str
    data: Any


class Site:
    """A server on a port of its own; `client` speaks to its API, as the UI or a script would."""

    def __init__(self, server: Server, port: int, client: httpx.AsyncClient) -> None:
        self.server = server
        self.port = port
        self.client = client
        self.url = f"http://127.0.0.1:{port}"

    async def connect(self, provider: ScriptedProvider, name: str = "up", **more: Any) -> JSON:
        """Connect a scripted provider."""
        new = {"name": name, "base_url": provider.base_url, "secret": SECRET, **more}
        return good(await self.client.post("/providers", json=new))

    async def session(self, **new: Any) -> JSON:
        """Create a session."""
        return good(await self.client.post("/sessions", json=new))

    async def say(self, content: str, model: str | None = "up/echo", **more: Any) -> JSON:
        """Send a message and wait for the whole answer."""
        body = {"content": content, "model": model, **more}
        return good(await self.client.post("/chat", json=body))

    async def begin(self, session_id: str, content: str = "Hello", **more: Any) -> JSON:
        """Send a message and get the turn that has begun."""
        body = {"content": content, **more}
        return good(await self.client.post(f"/sessions/{session_id}/messages", json=body))

    async def stream(self, content: str, model: str | None = "up/echo", **more: Any) -> list[Event]:
        """Send a message and collect the events of its turn."""
        body = {"content": content, "model": model, **more}
        async with self.client.stream("POST", "/chat/stream", json=body) as response:
            assert response.status_code == 200, await response.aread()
            return [event async for event in events_of(response)]

    async def follow(
        self, turn_id: str, after: int | None = None, *, until: str | None = None
    ) -> list[Event]:
        """Collect a turn's events to its end, or to the first one of a kind."""
        headers = {} if after is None else {"Last-Event-ID": str(after)}
        found = []
        url = f"/turns/{turn_id}/events"
        async with self.client.stream("GET", url, headers=headers) as response:
            assert response.status_code == 200, await response.aread()
            async for event in events_of(response):
                found.append(event)
                if event.kind == until:
                    break
        return found

    async def messages(self, session_id: str, **query: Any) -> list[JSON]:
        """Read the active branch."""
        response = await self.client.get(f"/sessions/{session_id}/messages", params=query)
        items: list[JSON] = good(response)["items"]
        return items

    async def turn(self, turn_id: str) -> JSON:
        """Read a turn."""
        return good(await self.client.get(f"/turns/{turn_id}"))

    @asynccontextmanager
    async def feed(self, **query: Any) -> AsyncIterator[AsyncIterator[Event]]:
        """Open a tab's stream of events."""
        async with self.client.stream("GET", "/events", params=query) as response:
            assert response.status_code == 200, await response.aread()
            yield events_of(response)

    @asynccontextmanager
    async def socket(
        self, *, host: str = "", headers: Mapping[str, str] | None = None, **query: Any
    ) -> AsyncIterator[ClientConnection]:
        """Open a tab's WebSocket, under any `Host`."""
        url = httpx.URL(f"ws://{host or f'127.0.0.1:{self.port}'}/api/v1/ws", params=query)
        async with connect_socket(
            str(url), additional_headers=headers, proxy=None, host="127.0.0.1", port=self.port
        ) as found:
            yield found


def good(response: httpx.Response) -> JSON:
    """The document of an answer that must be a success."""
    assert response.is_success, f"{response.status_code}: {response.text}"
    document: JSON = response.json()
    return document


def refused(response: httpx.Response, status: int, code: str) -> JSON:
    """The problem document of an answer that must be this error."""
    assert response.status_code == status, f"{response.status_code}: {response.text}"
    assert response.headers["content-type"] == "application/problem+json"
    problem: JSON = response.json()
    assert problem["code"] == code
    assert problem["status"] == status
    return problem


async def events_of(response: httpx.Response) -> AsyncIterator[Event]:
    """Parse server-sent events; pings are left out."""
    text = ""
    async for piece in response.aiter_text():
        text += piece
        while "\n\n" in text:
            block, _, text = text.partition("\n\n")
            fields = dict(line.partition(": ")[::2] for line in block.split("\n"))
            if fields["event"] != "ping":
                yield Event(fields.get("id"), fields["event"], json.loads(fields["data"]))


async def next_of(events: AsyncIterator[Event], kind: str) -> Event:
    """Read on to the next event of a kind."""
    async for event in events:
        if event.kind == kind:
            return event
    raise AssertionError(f"the stream ended without {kind}")


async def next_frame(connection: ClientConnection, kind: str) -> JSON:
    """Read a WebSocket on to the next frame of a kind."""
    while True:
        frame: JSON = json.loads(await connection.recv())
        if frame["type"] == kind:
            return frame


async def until(true: Callable[[], bool]) -> None:
    """Wait for something that tells nobody when it happens."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


def text_of(events: list[Event], kind: str = "delta") -> str:
    """Join what a turn's deltas say."""
    return "".join(event.data["text"] for event in events if event.kind == kind)


@asynccontextmanager
async def run_site(config: Config, environ: Mapping[str, str] | None = None) -> AsyncIterator[Site]:
    """Run a server on a free port; the database is migrated first."""
    migrate(config.data_path / "chatbox.db")
    async with open_server(config, SecretBox(MASTER_KEY), environ=environ or {}) as server:
        with _listener() as listener:
            port = server.port = listener.getsockname()[1]
            async with _http(server, listener), _client(port) as client:
                yield Site(server, port, client)
                server.hub.drain()


@asynccontextmanager
async def _http(server: Server, listener: socket.socket) -> AsyncIterator[None]:
    """Serve without uvicorn's main loop, which takes a fifth of a second to end."""
    http = uvicorn.Server(
        uvicorn.Config(
            server.app, lifespan="off", log_config=None, ws="websockets-sansio", proxy_headers=False
        )
    )
    http.config.load()
    http.lifespan = http.config.lifespan_class(http.config)
    await http.startup(sockets=[listener])
    try:
        yield
    finally:
        http.force_exit = True
        await http.shutdown(sockets=[listener])


def _listener() -> socket.socket:
    """Named as TCP, for else asyncio leaves Nagle's algorithm on: 40 ms an answer."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    return listener


def _client(port: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}/api/v1",
        timeout=30.0,
        trust_env=False,
        verify=False,  # noqa: S501 - plain http; reading the authorities takes 50 ms a client
        limits=httpx.Limits(max_connections=200),
    )


def config_in(folder: Path, **values: Any) -> Config:
    """A configuration whose data lives in a folder, with clocks that tests can wait for."""
    usual: JSON = {"discover": False, "shutdown_seconds": 0.0, "upstream": QUICK}
    return Config(data_dir=str(folder), **{**usual, **values})
