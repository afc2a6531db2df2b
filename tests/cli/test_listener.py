"""The listening socket and the doors to it."""

import asyncio
import contextlib
import socket
import time

import pytest

from chatbox.cli.listener import BACKLOG, doors

MANY = 100


def test_a_busy_event_loop_takes_in_many_connections_a_round() -> None:
    """Each round of the loop has something to do, as it has while replies are written."""
    uvloop = pytest.importorskip("uvloop")
    rounds = 0
    made = 0

    class Protocol(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            nonlocal made
            made += 1
            transport.close()

    async def take_all(sockets: list[socket.socket]) -> None:
        loop = asyncio.get_running_loop()

        def work() -> None:
            nonlocal rounds
            rounds += 1
            if made < MANY:
                time.sleep(0.001)
                loop.call_soon(work)
            else:
                ended.set()

        ended = asyncio.Event()
        servers = [await loop.create_server(Protocol, sock=one) for one in sockets]
        loop.call_soon(work)
        await asyncio.wait_for(ended.wait(), 30)
        for server in servers:
            server.close()

    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=BACKLOG))
        address = listener.getsockname()
        for _ in range(MANY):
            stack.enter_context(socket.create_connection(address, timeout=5))
        uvloop.run(take_all(doors(listener)))
    assert rounds < MANY / 4
