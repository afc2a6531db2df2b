"""`chatbox healthcheck` against a running server, a closed port and something else."""

import asyncio
import socket

import pytest

from chatbox.cli.main import main
from tests.running import Site


async def test_a_running_server_is_healthy(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert await asyncio.to_thread(main, ["healthcheck", "--port", str(site.port)]) == 0
    assert "200" in capsys.readouterr().out


def test_a_closed_port_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert main(["healthcheck", "--port", str(port)]) == 1
    assert str(port) in capsys.readouterr().err


async def test_another_program_on_the_port_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.org ready\r\n")
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert await asyncio.to_thread(main, ["healthcheck", "--port", str(port)]) == 1
    assert "does not answer" in capsys.readouterr().err
