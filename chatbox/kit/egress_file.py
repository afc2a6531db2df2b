"""Whole requests: a body from memory or a file goes out, a short answer comes back.

There is no limit for the whole, since a large file on a slow line takes long, but one for every
pause.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec

from chatbox.kit.egress import Client
from chatbox.kit.egress_body import read_body
from chatbox.kit.files import PIECE, create_private

CONNECT_SECONDS = 10.0
PAUSE_SECONDS = 60.0
ANSWER_BYTES = 8 * 1024 * 1024


class CallFailed(Exception):
    """No answer came; the text is a sentence that holds no secret."""


class Answer(msgspec.Struct, frozen=True):
    """What a server answered; the names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_good(self) -> bool:
        """The status says that it was done."""
        return 200 <= self.status < 300


class FileBody:
    """A file as a body; `tick` is told how many bytes have been read."""

    def __init__(self, path: Path, tick: Callable[[int], None] = lambda _: None) -> None:
        self._path = path
        self._tick = tick
        self._size = path.stat().st_size

    def __len__(self) -> int:
        return self._size

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        file = await asyncio.to_thread(self._path.open, "rb")
        try:
            done = 0
            while piece := await asyncio.to_thread(file.read, PIECE):
                yield piece
                done += len(piece)
                self._tick(done)
        finally:
            file.close()


async def call(  # noqa: PLR0913 - what a request is made of
    client: Client,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | Path = b"",
    tick: Callable[[int], None] = lambda _: None,
) -> Answer:
    """Send a request and read its answer; `tick` is told how much of a file is sent.

    Raises CallFailed.
    """
    async with _exchange(client, method, url, headers, body=body, tick=tick) as (response, _):
        # The answer to HEAD announces a body that never comes.
        read = b"" if method == "HEAD" else await read_body(response, limit=ANSWER_BYTES)
        return _answer(response, read)


async def fetch(
    client: Client,
    url: str,
    path: Path,
    *,
    headers: Mapping[str, str],
    tick: Callable[[int], None] = lambda _: None,
) -> Answer:
    """Ask for a file and write it under a name that is not taken; the answer has its beginning.

    Nothing is written when the status is not 200. Raises CallFailed and OSError.
    """
    async with _exchange(client, "GET", url, headers, tick=tick) as (response, go_on):
        if response.status_code != 200:
            return _answer(response, await read_body(response, limit=ANSWER_BYTES))
        file = await asyncio.to_thread(create_private, path)
        try:
            done = 0
            async for piece in response.aiter_raw():
                await asyncio.to_thread(file.write, piece)
                done += len(piece)
                go_on(done)
        finally:
            file.close()
        return _answer(response, b"")


@asynccontextmanager
async def _exchange(  # noqa: PLR0913 - what a request is made of
    client: Client,
    method: str,
    url: str,
    headers: Mapping[str, str],
    *,
    body: bytes | Path = b"",
    tick: Callable[[int], None] = lambda _: None,
) -> AsyncIterator[tuple[httpx.Response, Callable[[int], None]]]:
    """Lend the answer, and what to call whenever something of it came."""
    loop = asyncio.get_running_loop()
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    address = httpx.URL(url)
    try:
        async with asyncio.timeout(PAUSE_SECONDS) as pause:

            def go_on(done: int) -> None:
                pause.reschedule(loop.time() + PAUSE_SECONDS)
                tick(done)

            content = FileBody(body, go_on) if isinstance(body, Path) else body
            response = await client.exchange(
                method.encode(), address, headers=raw, body=content, connect=CONNECT_SECONDS
            )
            try:
                yield response, go_on
            finally:
                await response.aclose()
    except httpx.TransportError as failure:
        raise CallFailed(str(failure)) from failure
    except TimeoutError as late:
        raise CallFailed(f"{address.host} took too long.") from late


def _answer(response: httpx.Response, body: bytes) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(status=response.status_code, headers=headers, body=body)
