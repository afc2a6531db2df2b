"""Files on their way out and in: whole, in pieces, and with an end when nothing comes any more."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from chatbox.kit import egress_file
from chatbox.kit.egress import Client, Policy
from chatbox.kit.egress_file import CallFailed, call, fetch

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
SIZE = 3_000_000
CONTENT = bytes(range(250)) * (SIZE // 250)


@asynccontextmanager
async def talking(serve: Serve) -> AsyncIterator[tuple[Client, str]]:
    """A server that behaves as told, and a client that may reach it."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, limit=64 * 1024)
    port = server.sockets[0].getsockname()[1]
    async with server, Client(Policy([("127.0.0.1", port)])) as client:
        yield client, f"http://127.0.0.1:{port}/x"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    return path


async def test_a_file_arrives_whole_at_a_slow_reader(file: Path) -> None:
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        seen.append(head)
        digest = hashlib.sha256()
        for _ in range(SIZE // 100_000):
            digest.update(await reader.readexactly(100_000))
            await asyncio.sleep(0.001)
        seen.append(digest.digest())
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 4\r\nX-Name: a\r\n\r\ndone")
        await writer.drain()

    told: list[int] = []
    async with talking(serve) as (client, url):
        answer = await call(client, "PUT", url, headers={"a": "b"}, body=file, tick=told.append)
    assert (answer.status, answer.body, answer.headers["x-name"]) == (201, b"done", "a")
    assert f"content-length: {SIZE}".encode() in seen[0]
    assert seen[1] == hashlib.sha256(CONTENT).digest()
    assert told == sorted(told)
    assert told[-1] == SIZE
    assert len(told) > 5


async def test_a_refusal_in_the_middle_is_an_answer(file: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        while await reader.read(65_536):
            pass

    async with talking(serve) as (client, url):
        answer = await call(client, "PUT", url, headers={}, body=file)
    assert answer.status == 413
    assert not answer.is_good


async def test_silence_has_an_end(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(egress_file, "PAUSE_SECONDS", 0.2)
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readline()
        if line.startswith(b"GET"):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
        await ended.wait()

    async with talking(serve) as (client, url):
        with pytest.raises(CallFailed, match="took too long"):
            await call(client, "PUT", url, headers={}, body=file)
        with pytest.raises(CallFailed, match="took too long"):
            await fetch(client, url, tmp_path / "new", headers={})
        ended.set()


async def test_a_download_that_breaks_off_is_told(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")

    async with talking(serve) as (client, url):
        with pytest.raises(CallFailed):
            await fetch(client, url, tmp_path / "new", headers={})


async def test_head_waits_for_no_body(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 123456\r\n\r\n")
        await reader.read()

    async with talking(serve) as (client, url):
        answer = await call(client, "HEAD", url, headers={})
    assert answer.headers["content-length"] == "123456"
