"""The entrance: how many come from one place, how slowly, and how much they bring unknown."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn

from chatbox.web import boundary, protocol
from chatbox.web.address import trusted_proxies
from chatbox.web.boundary import Boundary
from chatbox.web.entrance import ANONYMOUS_BYTES, Entrance
from chatbox.web.protocol import Connection
from tests.running import Site, refused, until

DRIPPING = int(os.environ.get("CHATBOX_FAULT_ROUNDS", "60"))
API_HEAD = "HTTP/1.1\r\nHost: localhost:{port}\r\n"


class Door:
    """A second HTTP server in front of a site, with an entrance of its own."""

    def __init__(self, site: Site, url: str, port: int, entrance: Entrance) -> None:
        self.entrance = entrance
        self.port = port
        self.head = API_HEAD.format(port=site.port)
        headers = {"Host": f"localhost:{site.port}"}
        self.client = httpx.AsyncClient(
            base_url=url, headers=headers, trust_env=False, timeout=30.0
        )

    async def open(self, text: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Send the beginning of a request over a connection of its own."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(text.encode())
        return reader, writer


@asynccontextmanager
async def door(
    site: Site, *, most: int = 0, proxies: str = "", known: str = ""
) -> AsyncIterator[Door]:
    """`known` is the Authorization header of those who are signed in."""

    async def is_known(scope: Any) -> bool:
        return (b"authorization", known.encode()) in scope["headers"]

    entrance = Entrance(trusted_proxies(proxies), most=lambda: most, is_known=is_known)
    app = Boundary(
        site.server.litestar,
        hosts=site.server.hosts,
        body_bytes=4 * ANONYMOUS_BYTES,
        is_stopping=lambda: False,
        observe=lambda _exchange: None,
        entrance=entrance,
    )
    config = uvicorn.Config(
        app, http=Connection, lifespan="off", log_config=None, proxy_headers=False
    )
    config.load()
    http = uvicorn.Server(config)
    http.lifespan = config.lifespan_class(config)
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as bound:
        await http.startup(sockets=[bound])
        port = bound.getsockname()[1]
        opened = Door(site, f"http://127.0.0.1:{port}/api/v1", port, entrance)
        async with opened.client:
            yield opened
        http.force_exit = True
        await http.shutdown(sockets=[bound])


def forwarded(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address}


async def test_one_place_has_only_so_many_open(site: Site) -> None:
    async with door(site, most=3, proxies="127.0.0.1") as opened:
        streams = [
            await opened.open(f"GET /api/v1/events {opened.head}X-Forwarded-For: {address}\r\n\r\n")
            for address in ("2001:db8::1", "2001:db8::2", "2001:db8::3")
        ]
        for reader, _ in streams:
            assert b" 200 " in await reader.readline()
        answer = await opened.client.get("/info", headers=forwarded("2001:db8::4"))
        problem = refused(answer, 429, "limit_reached")
        assert "from your address" in problem["detail"]
        assert answer.headers["retry-after"] == "2"
        assert (await opened.client.get("/info", headers=forwarded("2001:db9::4"))).is_success
        streams[0][1].close()
        await until(lambda: opened.entrance.count("2001:db8::/64") == 2)
        assert (await opened.client.get("/info", headers=forwarded("2001:db8::4"))).is_success
        for _, writer in streams:
            writer.close()
        await until(lambda: opened.entrance.count("2001:db8::/64") == 0)


async def test_rotating_headers_do_not_make_room(site: Site) -> None:
    async with door(site, most=1) as opened:
        reader, writer = await opened.open(f"GET /api/v1/events {opened.head}\r\n")
        assert b" 200 " in await reader.readline()
        for number in range(100):
            headers = forwarded(f"198.51.100.{number}")
            refused(await opened.client.get("/info", headers=headers), 429, "limit_reached")
        writer.close()


@pytest.mark.parametrize("is_chunked", [True, False])
async def test_a_large_body_is_taken_from_known_senders_only(
    site: Site, *, is_chunked: bool
) -> None:
    body = b'{"title": "x"' + b" " * ANONYMOUS_BYTES + b"}"

    async def pieces() -> AsyncIterator[bytes]:
        yield body[: ANONYMOUS_BYTES - 10]
        yield body[ANONYMOUS_BYTES - 10 :]

    async def post(key: str, *, size: int | None = None) -> httpx.Response:
        headers = {"Content-Type": "application/json", "Authorization": key}
        content = pieces() if is_chunked else body
        if size is not None:
            content = body[:size] + b"}"
        return await opened.client.post("/sessions", content=content, headers=headers)

    async with door(site, known="Bearer good") as opened:
        problem = refused(await post("Bearer other"), 413, "body_too_large")
        assert problem["detail"] == "Sign in to send more than 1,048,576 bytes."
        assert (await post("Bearer good")).status_code == 201
        assert (await post("", size=ANONYMOUS_BYTES - 1)).status_code == 201


@pytest.mark.parametrize("part", ["head", "body"])
async def test_hundreds_that_drip_are_closed_and_hinder_nobody(
    site: Site, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """500 sockets with CHATBOX_FAULT_ROUNDS=500."""
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 1.0)
    monkeypatch.setattr(boundary, "PATIENCE_SECONDS", 1.0)
    monkeypatch.setattr(boundary, "LATE_DISCARD_SECONDS", 0.2)
    async with door(site) as opened:
        text = f"POST /api/v1/sessions {opened.head}"
        if part == "body":
            text += "Content-Type: application/json\r\nContent-Length: 500\r\n\r\n"

        async def drip() -> bytes | None:
            reader, writer = await opened.open(text)
            dripping = asyncio.ensure_future(_drip(writer))
            try:
                async with asyncio.timeout(30):
                    return await reader.read()
            except ConnectionResetError:  # it was closed while something came
                return None
            finally:
                dripping.cancel()
                writer.close()

        drips = asyncio.gather(*(drip() for _ in range(DRIPPING)))
        served = 0
        while not drips.done():
            assert (await opened.client.get("/info")).is_success
            served += 1
            await asyncio.sleep(0.02)
        ends = set(await drips)
        assert served
        ends.discard(None)
        assert all(end == b"" if part == "head" else b" 408 " in (end or b"") for end in ends)
        await until(lambda: opened.entrance.count("127.0.0.1") == 0)


async def _drip(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"x")
        await asyncio.sleep(0.1)
