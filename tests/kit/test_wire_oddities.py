"""Answers that are odd, or more than was asked for."""

import httpx
import pytest

from tests.kit.test_wire import CHUNKED, answering, ask, once, serving

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nHi"


@pytest.mark.parametrize(
    "second",
    [b"HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\nevil", b"HTTP/1.1 500 Oo", b"evil"],
)
@pytest.mark.parametrize("first", [GOOD, CHUNKED + b"2\r\nHi\r\n0\r\n\r\n"])
async def test_an_answer_behind_an_answer_is_not_taken(first: bytes, second: bytes) -> None:
    async with serving(answering(first + second)) as (server, client):
        for _ in range(2):
            response = await ask(server, client)
            assert (response.status_code, await response.aread()) == (200, b"Hi")
        assert server.connections == 2, "the connection was used again"


@pytest.mark.parametrize(
    "head",
    [
        b"Transfer-Encoding: identity\r\n\r\nHi",
        b"X-Folded: one\r\n  two\r\n\tthree\r\nContent-Length: 2\r\n\r\nHi",
        b"X-Control: a\x01b\r\nContent-Length: 2\r\n\r\nHi",
    ],
)
async def test_odd_heads_are_read(head: bytes) -> None:
    async with serving(once(b"HTTP/1.1 200 OK\r\n" + head)) as (server, client):
        assert await (await ask(server, client)).aread() == b"Hi"


@pytest.mark.parametrize("length", [b"0", b"2", b"99"])
async def test_chunks_win_over_a_length_and_end_the_connection(length: bytes) -> None:
    head = CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Length: " + length + b"\r\n\r\n")
    async with serving(answering(head + b"2\r\nHi\r\n0\r\n\r\n")) as (server, client):
        for _ in range(2):
            assert await (await ask(server, client)).aread() == b"Hi"
        assert server.connections == 2


async def test_a_body_of_an_unknown_coding_that_breaks_is_not_whole() -> None:
    async with serving(once(CHUNKED.replace(b"chunked", b"gzip, chunked") + b"9\r\nHi")) as (
        server,
        client,
    ):
        with pytest.raises(httpx.TransportError):
            await (await ask(server, client)).aread()
