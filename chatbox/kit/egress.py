"""The one client for outbound requests, and the one policy about where they may go.

The check sits where connections are made: names are resolved once per connection and every address
is vetted, spelled-out addresses are vetted before each request as well, and the connection goes to
a vetted address. Redirects are errors, proxies and netrc of the environment are ignored, cookies
are not kept.
"""

import asyncio
import contextlib
import logging
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import ip_address

import httpx

from chatbox.kit.egress_address import (
    InvalidURL,
    check_parsed_url,
    check_url,
    host_of,
    literal,
    port_of,
    promised,
)
from chatbox.kit.egress_policy import Policy
from chatbox.kit.egress_pool import Origin, Pool
from chatbox.kit.wire import Pieces, Wire, request_head

__all__ = [
    "Client",
    "AddressRefused",
    "Body",
    "HeaderRefused",
    "InvalidURL",
    "Lookup",
    "Policy",
    "RedirectRefused",
    "TransportFailed",
    "check_headers",
    "check_url",
]

TransportFailed = httpx.TransportError
"""What every request raises that got no answer; its text holds no secret."""
Lookup = Callable[[str, int], Awaitable[Sequence[str]]]

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(rb"[\x20-\x7e]*")


class AddressRefused(httpx.ConnectError):
    """The policy forbids this address; nothing was sent."""


class RedirectRefused(httpx.TransportError):
    """The answer was a redirect, which is never followed."""


class HeaderRefused(httpx.LocalProtocolError):
    """A header cannot be sent. The text names the header and never quotes its value."""


class Client(httpx.AsyncClient):
    """The client. It connects nowhere and loads no certificates before its first request.

    `lookup` answers the addresses of a name; without it the system is asked.
    """

    def __init__(self, policy: Policy, *, lookup: Lookup | None = None) -> None:
        logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs every URL at INFO
        self._egress = EgressTransport(policy, lookup or _system_lookup)
        super().__init__(
            transport=self._egress,
            headers={"User-Agent": "chatbox", "Accept-Encoding": "identity"},
            timeout=httpx.Timeout(30.0, connect=10.0, pool=10.0),
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            trust_env=False,
        )

    async def exchange(
        self,
        method: bytes,
        url: httpx.URL,
        *,
        headers: Sequence[tuple[bytes, bytes]],
        body: bytes | Pieces,
        connect: float,
    ) -> httpx.Response:
        """Send a request just as it is and return when its answer begins.

        Left out is what httpx does for browsers' sake (cookies, redirects, logins), which costs
        more than sending. `connect` is in seconds; nothing else is limited here. The answer's
        `extensions["body"]` is its `Body`. Raises httpx.TransportError.
        """
        framed = [(b"host", url.netloc), *headers]
        if body or method != b"GET":
            framed.append((b"content-length", b"%d" % len(body)))
        return await self._egress.exchange(method, url, framed, body, connect)

    async def vet(self, url: httpx.URL, *, seconds: float) -> None:
        """Tell whether a request would be let through as names are now; nothing is connected.

        A name that nobody knows, or not in time, is let through. Raises AddressRefused.
        """
        with contextlib.suppress(OSError):
            async with asyncio.timeout(seconds):
                await self._egress.vet(url)


def check_headers(headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Refuse names and values that would break or smuggle a header. Raises HeaderRefused."""
    for name, value in headers:
        if not _TOKEN.fullmatch(name):
            raise HeaderRefused("A header has a name that cannot be sent.")
        if not _VALUE.fullmatch(value):
            raise HeaderRefused(
                f"The value of the header {name.decode()} contains characters that cannot be sent."
            )


class EgressTransport(httpx.AsyncBaseTransport):
    """Sends requests that the policy permits."""

    def __init__(self, policy: Policy, lookup: Lookup) -> None:
        self._policy = policy
        self._lookup = lookup
        self._pool = Pool(self._resolve)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request. Raises httpx.TransportError with a sentence that holds no secret."""
        return await self.exchange(
            request.method.encode(),
            request.url,
            request.headers.raw,
            await request.aread(),
            request.extensions.get("timeout", {}).get("connect"),
        )

    async def exchange(  # noqa: PLR0913 - what a request is made of
        self,
        method: bytes,
        url: httpx.URL,
        headers: Sequence[tuple[bytes, bytes]],
        body: bytes | Pieces,
        connect: float | None,
    ) -> httpx.Response:
        """Send what a request is made of; `headers` are all there are."""
        origin = self._vet(url, headers)
        head = request_head(method, url.raw_path, headers)
        wire = await self._ask(origin, head, body, seconds=connect)
        if 300 <= wire.status < 400:
            wire.close()
            raise RedirectRefused(f"{origin[1]} answered with a redirect.")
        stream = Body(wire, self._pool, origin)
        extensions = {"body": stream}
        return httpx.Response(
            wire.status, headers=wire.headers, stream=stream, extensions=extensions
        )

    async def vet(self, url: httpx.URL) -> None:
        """Vet where a URL leads. Raises AddressRefused, and OSError for an unknown name."""
        _, host, port = self._vet(url, ())
        await self._resolve(host, port)

    async def aclose(self) -> None:
        """Close every idle connection."""
        self._pool.close()

    async def _ask(
        self, origin: Origin, head: bytes, body: bytes | Pieces, *, seconds: float | None
    ) -> Wire:
        """Use a kept connection; when the server has dropped it meanwhile, a new one."""
        while (wire := self._pool.kept(origin)) is not None:
            try:
                return await _asked(wire, origin, head, body)
            except httpx.ReadError:
                if wire.has_begun:
                    raise
        wire = await self._pool.connect(origin, seconds=seconds)
        return await _asked(wire, origin, head, body)

    async def _resolve(self, host: str, port: int) -> Sequence[str]:
        """Answer the addresses of a host, or refuse it whole when one of them is forbidden."""
        spelled = literal(host)
        found = [str(spelled)] if spelled is not None else await self._lookup(host, port)
        addresses = [ip_address(text) for text in found]
        if not addresses:
            raise OSError(f"{host} has no address")
        if not all(self._policy.permits(host, port, address=address) for address in addresses):
            raise _refusal(host, port)
        return [str(address) for address in addresses]

    def _vet(self, url: httpx.URL, headers: Iterable[tuple[bytes, bytes]]) -> Origin:
        try:
            check_parsed_url(url)
        except InvalidURL as exc:
            raise AddressRefused(str(exc)) from exc
        host, port = host_of(url), port_of(url)
        address = promised(host)
        if address is not None and not self._policy.permits(host, port, address=address):
            raise _refusal(host, port)
        check_headers(headers)
        return url.scheme, host, port


class Body(httpx.AsyncByteStream):
    """The body of an answer; its connection is kept when it was read to the end, else closed."""

    def __init__(self, wire: Wire, pool: Pool, origin: Origin) -> None:
        self._wire: Wire | None = wire
        self._pool = pool
        self._origin = origin

    async def read(self) -> bytes | None:
        """Wait for the next piece, as it was encoded; None at the end."""
        return None if self._wire is None else await self._wire.read()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (piece := await self.read()) is not None:
            yield piece

    async def aclose(self) -> None:
        if self._wire is not None:
            wire, self._wire = self._wire, None
            self._pool.give_back(self._origin, wire)


async def _asked(wire: Wire, origin: Origin, head: bytes, body: bytes | Pieces) -> Wire:
    _, host, port = origin
    try:
        return await wire.ask(head, body)
    except httpx.RemoteProtocolError as exc:
        wire.close()
        raise httpx.RemoteProtocolError(f"{host} does not answer in proper HTTP.") from exc
    except httpx.ReadError as exc:
        wire.close()
        text = f"{host}:{port} closed the connection before it answered."
        raise httpx.ReadError(text) from exc
    except BaseException:
        wire.close()
        raise


async def _system_lookup(host: str, port: int) -> Sequence[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


def _refusal(host: str, port: int) -> AddressRefused:
    return AddressRefused(
        f"{host}:{port} is not a public address and is not among the private ones allowed."
    )
