"""One connection: every way in which an answer may be framed, cut and end, over real sockets."""

import asyncio
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chatbox.kit.egress import Client, Policy

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


class Server:
    """A port with a script for each connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connections = 0


@asynccontextmanager
async def serving(
    talk: Talk, context: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[Server, Client]]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", ssl=context)
    server = Server(listener.sockets[0].getsockname()[1])
    policy = Policy([("127.0.0.1", server.port), ("localhost", server.port)])
    async with Client(policy) as client:
        yield server, client
    listener.close()
    await asyncio.sleep(0)


async def request_of(reader: asyncio.StreamReader) -> bytes:
    """Read one request, body included."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if b"content-length" in line
        ),
        0,
    )
    return head + await reader.readexactly(length)


def answering(*pieces: bytes, pause: float = 0.0) -> Talk:
    """Answer every request of a connection with these pieces."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await request_of(reader)
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)

    return talk


def once(*pieces: bytes) -> Talk:
    """Answer one request and hang up."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        writer.write(b"".join(pieces))
        await writer.drain()

    return talk


async def ask(
    server: Server, client: Client, *, body: bytes = b"{}", host: str = "127.0.0.1"
) -> httpx.Response:
    url = httpx.URL(f"http://{host}:{server.port}/v1/x")
    return await client.exchange(b"POST", url, headers=[(b"x", b"y")], body=body, connect=5.0)


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello", 200, b"Hello"),
        (CHUNKED + b"2\r\nHe\r\n3;ext=1\r\nllo\r\n0\r\n\r\n", 200, b"Hello"),
        (CHUNKED + b"5\r\nHello\r\n0\r\nX-Trailer: a\r\n\r\n", 200, b"Hello"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", 500, b""),
        (
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello",
            200,
            b"Hello",
        ),
        (b"HTTP/1.1 200 OK\nContent-Length: 5\n\nHello", 200, b"Hello"),
    ],
)
async def test_an_answer_is_read_however_it_is_framed_and_cut(
    answer: bytes, status: int, body: bytes
) -> None:
    letters = [answer[i : i + 1] for i in range(len(answer))]
    for pieces in ([answer], letters):
        async with serving(answering(*pieces)) as (server, client):
            for _ in range(2):
                response = await ask(server, client)
                assert (response.status_code, await response.aread()) == (status, body)
                assert "link" not in response.headers
            assert server.connections == 1, "the connection was not used again"


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n",
        b"HTTP/1.1 200\r\nConnection: close\r\n\r\n",
    ],
)
async def test_an_answer_without_a_length_ends_with_its_connection(head: bytes) -> None:
    async with serving(once(head, b"Hel", b"lo")) as (server, client):
        for _ in range(2):
            assert await (await ask(server, client)).aread() == b"Hello"
        assert server.connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nHello",
        CHUNKED + b"5\r\nHello\r\n",
        CHUNKED + b"5\r\nHello\r\nzz\r\n",
    ],
)
async def test_what_came_before_an_answer_broke_is_handed_out(answer: bytes) -> None:
    async with serving(once(answer)) as (server, client):
        response = await ask(server, client)
        body = response.extensions["body"]
        assert await body.read() == b"Hello"
        with pytest.raises(httpx.TransportError):
            await body.read()


async def test_a_kept_connection_that_was_dropped_is_made_anew() -> None:
    async with serving(once(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nHi")) as (server, client):
        for _ in range(3):
            assert await (await ask(server, client)).aread() == b"Hi"
        assert server.connections == 3


async def test_bytes_that_nobody_asked_for_end_a_connection() -> None:
    good = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nHi"
    async with serving(answering(good, b"HTTP/1.1 200 OK\r\n\r\nevil", pause=0.02)) as (
        server,
        client,
    ):
        for _ in range(2):
            assert await (await ask(server, client)).aread() == b"Hi"
            await asyncio.sleep(0.05)
        assert server.connections == 2


async def test_an_answer_that_is_left_unread_ends_its_connection() -> None:
    async with serving(answering(CHUNKED, b"5\r\nHello\r\n", pause=0.01)) as (server, client):
        for _ in range(2):
            response = await ask(server, client)
            await response.aclose()
        assert server.connections == 2


async def test_a_rest_gathers_what_comes_meanwhile_in_one_piece() -> None:
    words = [b"1\r\n%d\r\n" % n for n in range(9)]
    async with serving(answering(CHUNKED, *words, b"0\r\n\r\n", pause=0.01)) as (server, client):
        body = (await ask(server, client)).extensions["body"]
        first = await body.read()
        await asyncio.sleep(0.3)
        second = await body.read()
        assert first + second == b"012345678"
        assert len(second) >= 7
        assert await body.read() is None


async def test_a_flood_is_held_back_by_a_reader_that_rests() -> None:
    written = 0

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        await request_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()
            written += 65_536

    async with serving(flood) as (server, client):
        response = await ask(server, client)
        await response.extensions["body"].read()
        await asyncio.sleep(0.3)
        held = written
        await asyncio.sleep(0.3)
        assert written == held < 32_000_000
        await response.aclose()


async def test_a_long_body_that_is_refused_early_gets_its_answer() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
        await writer.drain()
        await asyncio.sleep(0.5)

    async with serving(refuse) as (server, client):
        response = await ask(server, client, body=b"x" * 50_000_000)
        assert (response.status_code, await response.aread()) == (413, b"no")


async def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    async with serving(answering(b"HTTP/1.1 204 No\r\n\r\n")) as (server, _):

        async def lookup(host: str, port: int) -> list[str]:
            return ["127.0.0.2", "127.0.0.1"]

        async with Client(Policy([("both.lan", server.port)]), lookup=lookup) as client:
            response = await ask(server, client, host="both.lan")
        assert response.status_code == 204


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for localhost that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


async def test_tls_wants_a_trusted_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cert, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    answer = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nHi")
    async with serving(answer, context) as (server, client):
        url = httpx.URL(f"https://localhost:{server.port}/")
        with pytest.raises(httpx.ConnectError, match="certificate of localhost is not trusted"):
            await client.exchange(b"GET", url, headers=[], body=b"", connect=5.0)
        monkeypatch.setenv("SSL_CERT_FILE", str(cert))
        policy = Policy([("localhost", server.port), ("127.0.0.1", server.port)])
        async with Client(policy) as trusting:
            for _ in range(2):
                response = await trusting.exchange(b"GET", url, headers=[], body=b"", connect=5.0)
                assert await response.aread() == b"Hi"
        assert server.connections == 1  # the first did not get that far
