"""Restarts in place and sockets of a service manager: nobody is refused, no reply is cut."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

import chatbox
from tests.faults.api import make_session, numbered, read_events, read_message, send
from tests.faults.processes import Server

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and descriptors of POSIX")
# What systemd does before it runs a service: the socket is descriptor 3, and two variables say so.
ACTIVATE = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=sys.argv[2])
os.execv(sys.argv[3], sys.argv[3:])
"""


async def probe(url: str, until: Callable[[], bool]) -> int:
    """Connect anew again and again; answer how often, all of it answered."""
    count = 0
    while not until():
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            answer = await client.get(f"{url}/healthz")
        assert answer.status_code == 200
        count += 1
        await asyncio.sleep(0.01)
    return count


async def read_reply(server: Server, model: str) -> tuple[str, str]:
    """Chat in one request; answer the reply's id and what was streamed."""
    text, reply = "", ""
    async with server.client() as client:
        body = {"content": "Hi", "model": f"up/{model}"}
        async with client.stream("POST", "/chat/stream", json=body) as response:
            async for event in read_events(response):
                reply = event.data.get("reply_id", reply)
                text += event.data.get("text", "") if event.kind == "delta" else ""
    return reply, text


def starts(server: Server) -> int:
    return server.output.read_text().count("ready: ")


async def test_a_restart_refuses_nobody_and_cuts_no_reply(server: Server) -> None:
    reading = asyncio.create_task(read_reply(server, "ok-100-10"))
    await asyncio.sleep(0.3)
    server.process.send_signal(signal.SIGUSR2)
    answered = await probe(server.url, lambda: starts(server) == 2)
    assert answered > 1
    reply, text = await reading
    assert text == numbered(100)
    async with server.client() as client:
        stored = await read_message(client, reply)
        assert (stored["status"], stored["text"]) == ("done", text)
        assert await make_session(client)
    assert server.stop() == 0


async def ask_late(server: Server, *, after: int) -> list[bytes]:
    """Ask on one connection, each time after a pause; answer the status lines."""
    authority = server.url.removeprefix("http://")
    host, port = authority.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = []
    for _ in range(after + 1):
        await asyncio.sleep(0.06)
        writer.write(f"GET /healthz HTTP/1.1\r\nhost: {authority}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        lines.append(head.splitlines()[0])
        await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
        if b"connection: close" in head.lower():
            break
    writer.close()
    await writer.wait_closed()
    return lines


@pytest.mark.parametrize("after", [0, 1], ids=["new", "used"])
async def test_a_restart_answers_what_was_on_its_way(server: Server, after: int) -> None:
    asking = []
    server.process.send_signal(signal.SIGUSR2)
    while starts(server) < 2:
        asking.append(asyncio.create_task(ask_late(server, after=after)))
        await asyncio.sleep(0.01)
    for lines in await asyncio.gather(*asking):
        assert set(lines) == {b"HTTP/1.1 200 OK"}
    assert server.stop() == 0


async def test_a_restart_waits_for_a_long_reply_only_so_long(
    make_server: Callable[..., Server],
) -> None:
    server = make_server().start(restart_seconds="0.3", shutdown_seconds="0.2")
    async with server.client() as client:
        started = await send(client, await make_session(client), "ok-2000-10")
        await asyncio.sleep(0.3)
        server.process.send_signal(signal.SIGUSR2)
        await probe(server.url, lambda: starts(server) == 2)
    async with server.client() as client:
        stored = await read_message(client, started["reply"]["id"])
    assert stored["status"] == "interrupted"
    assert numbered(2000).startswith(stored["text"])
    assert stored["text"]


async def test_asking_again_and_again_ends_no_server(server: Server) -> None:
    while starts(server) < 2 and server.process.poll() is None:
        server.process.send_signal(signal.SIGUSR2)
        await asyncio.sleep(0.02)
    assert await probe(server.url, lambda: starts(server) >= 2) >= 0
    assert server.stop() == 0


async def test_a_signal_to_stop_calls_a_restart_off(server: Server) -> None:
    async with server.client() as client:
        await send(client, await make_session(client), "ok-100-10")
    server.process.send_signal(signal.SIGUSR2)
    await asyncio.sleep(0.2)
    assert server.stop() == 0
    assert starts(server) == 1


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A socket that listens already, as a service manager's does."""
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


async def test_a_socket_of_the_service_manager_is_used(
    make_server: Callable[..., Server], listener: socket.socket
) -> None:
    server = activated(make_server(), listener)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    waiting = asyncio.create_task(probe(url, lambda: server.output.exists() and starts(server) > 0))
    await asyncio.sleep(0.05)  # it is in the queue before there is a server
    await asyncio.to_thread(server.start)
    assert server.url == url
    assert await waiting >= 1
    server.process.send_signal(signal.SIGUSR2)
    await probe(url, lambda: starts(server) == 2)
    assert server.stop() == 0


def test_a_socket_that_others_reach_is_for_teams(make_server: Callable[..., Server]) -> None:
    with socket.create_server(("0.0.0.0", 0)) as listener:  # noqa: S104
        assert "anybody who reaches" in activated(make_server(), listener).refused()


def test_several_sockets_are_refused(
    make_server: Callable[..., Server], listener: socket.socket
) -> None:
    assert "hands over 2 sockets" in activated(make_server(), listener, "2").refused()


def test_a_datagram_socket_is_refused(make_server: Callable[..., Server]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        assert "is no TCP socket" in activated(make_server(), listener).refused()


async def test_a_restart_imports_nothing_from_where_the_command_was_started(
    make_server: Callable[..., Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "chatbox").mkdir()
    (tmp_path / "chatbox" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    command = tmp_path / "command.py"
    command.write_text(
        f"import os, sys; os.chdir({str(tmp_path)!r}); from chatbox.cli.main import main; main()"
    )
    monkeypatch.setenv("PYTHONPATH", str(Path(chatbox.__file__).parents[1]))
    server = make_server()
    server.command = [sys.executable, "-P", str(command), *server.command[3:]]
    server.start()
    server.process.send_signal(signal.SIGUSR2)
    await probe(server.url, lambda: starts(server) == 2 or "not rest" in server.log.read_text())
    assert "not restarting" not in server.log.read_text()
    assert server.stop() == 0


def activated(server: Server, listener: socket.socket, count: str = "1") -> Server:
    """Start it as a service manager would, which holds the socket."""
    number = str(listener.fileno())
    server.command = [sys.executable, "-c", ACTIVATE, number, count, *server.command]
    server.descriptors = (listener.fileno(),)
    return server
