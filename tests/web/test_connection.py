"""A connection of the server as it is started: heads that are huge, slow or for somebody else."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn

from chatbox.web import protocol
from chatbox.web.protocol import HEAD_BYTES, Connection
from tests.running import Site

pytest.importorskip("httptools")


@pytest.fixture
async def port(site: Site) -> AsyncIterator[int]:
    """The port of a second HTTP server in front of the site, with our own connections."""
    config = uvicorn.Config(
        site.server.app,
        http=Connection,
        ws="websockets-sansio",
        lifespan="off",
        log_config=None,
        proxy_headers=False,
    )
    config.load()
    http = uvicorn.Server(config)
    http.lifespan = config.lifespan_class(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        await http.startup(sockets=[listener])
        yield listener.getsockname()[1]
        http.force_exit = True
        await http.shutdown(sockets=[listener])


async def said(port: int, *pieces: bytes, pause: float = 0.05) -> bytes:
    """Send pieces; what comes back until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(pause)
        async with asyncio.timeout(5):
            return await reader.read()
    finally:
        writer.close()


def head(site: Site, *fields: str, target: str = "/healthz") -> bytes:
    lines = [f"GET {target} HTTP/1.1", f"Host: localhost:{site.port}", *fields, "", ""]
    return "\r\n".join(lines).encode()


async def test_a_large_head_is_a_431(site: Site, port: int) -> None:
    large = "x" * (HEAD_BYTES + 1)
    many = [f"X-{number}: {'x' * 100}" for number in range(400)]
    unfinished = head(site, f"X-Large: {large}")[:-4]
    for pieces in (
        [head(site, f"X-Large: {large}")],
        [head(site, *many)],
        [head(site, target=f"/{large}")],
        [unfinished],
        [unfinished[:20_000], unfinished[20_000:]],
        [b"\r\n" * HEAD_BYTES],
    ):
        answer = await said(port, *pieces)
        assert answer.startswith(b"HTTP/1.1 431 "), (pieces[0][:80], answer)


async def test_a_head_just_below_the_limit_passes(site: Site, port: int) -> None:
    request = head(site, f"X-Large: {'x' * (HEAD_BYTES - 500)}", "Connection: close")
    assert (await said(port, request)).startswith(b"HTTP/1.1 200 ")
    assert (await said(port, request[:9_000], request[9_000:])).startswith(b"HTTP/1.1 200 ")


async def test_other_targets_than_paths_are_a_400(site: Site, port: int) -> None:
    for target in (f"http://localhost:{site.port}/healthz", "http://evil.test/", "*"):
        answer = await said(port, head(site, target=target))
        assert answer.startswith(b"HTTP/1.1 400 "), target
    assert b"200 OK" in await said(port, head(site, "Connection: close"))


async def test_a_slow_head_is_closed_and_kept_connections_serve_on(
    site: Site, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.3)
    assert await said(port, b"GET / HTTP/1.1\r\n", b"Host: ", b"x", pause=0.15) == b""
    whole = head(site)
    answers = await said(port, whole, whole, whole, whole[:30], b"x", pause=0.2)
    assert answers.count(b"HTTP/1.1 200 ") == 3
    monkeypatch.setattr(protocol, "SILENT_SECONDS", 0.1)
    assert await said(port) == b""


async def test_a_large_body_and_the_next_head_are_not_one_head(site: Site, port: int) -> None:
    body = b'{"title":"' + b"x" * 100 + b'"' + b" " * 100_000 + b"}"
    post = head(site, "Content-Type: application/json", f"Content-Length: {len(body)}")
    post = post.replace(b"GET /healthz", b"POST /api/v1/sessions") + body
    whole = post + post + head(site)
    last = head(site, "Connection: close")
    answer = await said(port, whole[:90_000], whole[90_000:], last[:20], last[20:])
    assert answer.count(b"HTTP/1.1 201 ") == 2, answer[:500]
    assert answer.count(b"HTTP/1.1 200 ") == 2


async def test_trailers_are_no_headers(site: Site, port: int) -> None:
    post = head(site, "Content-Type: application/json", "Transfer-Encoding: chunked")
    post = post.replace(b"GET /healthz", b"POST /api/v1/sessions")
    trailed = post + b"2\r\n{}\r\n0\r\nHost: evil.test\r\n\r\n"
    answer = await said(port, trailed, head(site, "Connection: close"))
    assert answer.count(b"HTTP/1.1 201 ") == 1
    assert answer.count(b"HTTP/1.1 200 ") == 1


async def test_websockets_and_streams_pass(site: Site, port: int) -> None:
    upgrade = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13")
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    for target, fields, word in (
        ("/api/v1/ws", (*upgrade, key), b" 101 "),
        ("/api/v1/events", (), b" 200 "),
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head(site, *fields, target=target))
        async with asyncio.timeout(5):
            assert word in await reader.readline()
            assert await reader.readuntil(b"hello")
        writer.close()
