"""The one client for outbound requests, and the one policy about where they may go.

The check sits where connections are made: names are resolved once per connection and every address
is vetted, spelled-out addresses are vetted before the request (aiohttp does not ask its resolver
about them), and the connection goes to a vetted address. Redirects are errors, proxies and netrc of
the environment are ignored, cookies are not kept.
"""

import asyncio
import logging
import os
import re
import socket
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import ip_address

import aiohttp
import certifi
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from httpx_aiohttp import AiohttpTransport

from chatbox.kit.egress_address import (
    Address,
    InvalidURL,
    check_parsed_url,
    check_url,
    host_of,
    is_private,
    is_public,
    port_of,
    promised,
)

__all__ = [
    "Client",
    "AddressRefused",
    "HeaderRefused",
    "InvalidURL",
    "Lookup",
    "Policy",
    "RedirectRefused",
    "check_headers",
    "check_url",
    "make_client",
]

Client = httpx.AsyncClient
Lookup = Callable[[str, int], Awaitable[Sequence[str]]]

KEEP_ALIVE = 30.0  # seconds an idle connection is kept
BODY_PIECE = 256 * 1024
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(rb"[\x20-\x7e]*")


class AddressRefused(httpx.ConnectError):
    """The policy forbids this address; nothing was sent."""


class RedirectRefused(httpx.TransportError):
    """The answer was a redirect, which is never followed."""


class HeaderRefused(httpx.LocalProtocolError):
    """A header cannot be sent. The text names the header and never quotes its value."""


class Policy:
    """Public addresses, plus exact `host:port` entries for private ones.

    An entry that is a name admits addresses of private networks, an entry that is an address admits
    just that one; neither ever admits a cloud's metadata. Changing an entry does not cut
    connections that stand.
    """

    def __init__(self, allowed: Iterable[tuple[str, int]] = ()) -> None:
        self._allowed: frozenset[tuple[str, int]] = frozenset()
        self._held: Counter[tuple[str, int]] = Counter()
        self.replace(allowed)

    @property
    def allowed(self) -> frozenset[tuple[str, int]]:
        """The entries as they are compared: lower case, no trailing dot, no brackets."""
        return self._allowed | self._held.keys()

    @contextmanager
    def holding(self, host: str, port: int) -> Iterator[None]:
        """Add one entry for as long as the block runs, whatever `replace` is told meanwhile."""
        entry = (_entry(host), port)
        self._held[entry] += 1
        try:
            yield
        finally:
            self._held[entry] -= 1
            self._held += Counter()  # drops what is held no longer

    def replace(self, allowed: Iterable[tuple[str, int]]) -> None:
        """Take these entries instead of all earlier ones, except those that are held."""
        self._allowed = frozenset((_entry(host), port) for host, port in allowed)

    def permits(self, host: str, port: int, *, address: Address) -> bool:
        """Tell whether a connection to `host:port` may go to this address."""
        if is_public(address):
            return True
        entry = (_entry(host), port)
        return (entry in self._allowed or entry in self._held) and is_private(address)


def make_client(policy: Policy, *, lookup: Lookup | None = None) -> httpx.AsyncClient:
    """Build the client. It connects nowhere and loads no certificates before its first request.

    `lookup` answers the addresses of a name; without it the system is asked.
    """
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs every URL at INFO
    return httpx.AsyncClient(
        transport=EgressTransport(policy, lookup or _system_lookup),
        headers={"User-Agent": "chatbox", "Accept-Encoding": "identity"},
        timeout=httpx.Timeout(30.0, connect=10.0, pool=10.0),
        follow_redirects=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        trust_env=False,
    )


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
    """Sends requests that the policy permits; the session behind it is made on first use."""

    def __init__(self, policy: Policy, lookup: Lookup) -> None:
        self._policy = policy
        self._resolver = _Resolver(policy, lookup)
        self._wire: AiohttpTransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request. Raises httpx.TransportError with a sentence that holds no secret."""
        self._vet(request)
        if self._wire is None:
            self._wire = self._open()
        try:
            response = await self._wire.handle_async_request(_in_pieces(request))
        except (AddressRefused, HeaderRefused):
            raise
        except httpx.TransportError as exc:
            raise _named(exc.__cause__ or exc, request.url) from exc
        except aiohttp.ClientError as exc:
            host = host_of(request.url)
            raise httpx.RemoteProtocolError(f"{host} does not answer in proper HTTP.") from exc
        if 300 <= response.status_code < 400:
            await response.aclose()
            raise RedirectRefused(f"{host_of(request.url)} answered with a redirect.")
        return response

    async def aclose(self) -> None:
        """Close every connection."""
        if self._wire is not None:
            await self._wire.aclose()

    def _vet(self, request: httpx.Request) -> None:
        try:
            check_parsed_url(request.url)
        except InvalidURL as exc:
            raise AddressRefused(str(exc)) from exc
        host, port = host_of(request.url), port_of(request.url)
        address = promised(host)
        if address is not None and not self._policy.permits(host, port, address=address):
            raise _refusal(host, port)
        check_headers(request.headers.raw)

    def _open(self) -> AiohttpTransport:
        context = ssl.create_default_context()
        if not context.cert_store_stats()["x509_ca"]:
            context.load_verify_locations(certifi.where())  # no system certificates here
        connector = aiohttp.TCPConnector(
            resolver=self._resolver,
            use_dns_cache=False,
            limit=0,
            keepalive_timeout=KEEP_ALIVE,
            ssl=context,
        )
        session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return AiohttpTransport(verify=context, trust_env=False, client=session)


class _Resolver(AbstractResolver):
    """Resolves a name once for each connection and vets all of its addresses."""

    def __init__(self, policy: Policy, lookup: Lookup) -> None:
        self._policy = policy
        self._lookup = lookup

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Answer the addresses of a name, or refuse it whole when one of them is forbidden."""
        addresses = [ip_address(text) for text in await self._lookup(host, port)]
        if not addresses:
            raise OSError(f"{host} has no address")
        if not all(self._policy.permits(host, port, address=address) for address in addresses):
            raise _refusal(host, port)
        return [_resolved(host, port, address=address) for address in addresses]

    async def close(self) -> None:
        """Nothing is held."""


def _resolved(host: str, port: int, *, address: Address) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=str(address),
        port=port,
        family=socket.AF_INET6 if address.version == 6 else socket.AF_INET,
        proto=socket.IPPROTO_TCP,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )


async def _system_lookup(host: str, port: int) -> Sequence[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


def _entry(host: str) -> str:
    host = host.strip("[]").rstrip(".").lower()
    try:
        return str(ip_address(host))
    except ValueError:
        return host


def _refusal(host: str, port: int) -> AddressRefused:
    return AddressRefused(
        f"{host}:{port} is not a public address and is not among the private ones allowed."
    )


def _named(cause: BaseException, url: httpx.URL) -> httpx.TransportError:
    """Name what went wrong: httpx-aiohttp reports nearly everything as a connect timeout."""
    host, port = host_of(url), port_of(url)
    match cause:
        case TimeoutError():
            return httpx.ConnectTimeout(f"No connection to {host}:{port} came about in time.")
        case aiohttp.ClientConnectorDNSError():
            return httpx.ConnectError(f"The name {host} could not be found.")
        case aiohttp.ClientConnectorCertificateError():
            return httpx.ConnectError(f"The certificate of {host} is not trusted.")
        case aiohttp.ClientSSLError():
            return httpx.ConnectError(f"No secure connection to {host}:{port} came about.")
        case aiohttp.ClientConnectorError():
            why = f" ({os.strerror(cause.os_error.errno)})" if cause.os_error.errno else ""
            return httpx.ConnectError(f"No connection to {host}:{port} came about{why}.")
    return httpx.ReadError(f"{host}:{port} closed the connection before it answered.")


class _Pieces(httpx.AsyncByteStream):
    """A long body in pieces, so that writing it does not hold up the event loop."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._body), BODY_PIECE):
            yield self._body[start : start + BODY_PIECE]


def _in_pieces(request: httpx.Request) -> httpx.Request:
    try:
        body = request.content
    except httpx.RequestNotRead:
        return request
    if len(body) <= BODY_PIECE:
        return request
    return httpx.Request(
        request.method,
        request.url,
        headers=request.headers,
        stream=_Pieces(body),
        extensions=request.extensions,
    )
