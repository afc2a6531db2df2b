"""Connections to servers: made to vetted addresses, kept for a while, used again.

A name is resolved once for each connection and every one of its addresses is vetted; the connection
goes to a vetted address, while TLS and the Host header keep the name.
"""

import asyncio
import ssl
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence

import httpx

from chatbox.kit.trust import trusting_context
from chatbox.kit.wire import Wire

KEEP_ALIVE = 30.0  # seconds an idle connection is kept
MOST_IDLE = 256
NEXT_ADDRESS = 3.0  # seconds after which the next address of a name is tried
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
Origin = tuple[str, str, int]
"""Scheme, host and port."""


class Pool:
    """Lends connections; `resolve` answers the addresses that may be connected to, or raises."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self._idle: defaultdict[Origin, list[tuple[float, Wire]]] = defaultdict(list)
        self._idle_count = 0
        self._context: ssl.SSLContext | None = None
        self._timer: asyncio.TimerHandle | None = None

    def kept(self, origin: Origin) -> Wire | None:
        """Take the youngest idle connection that still stands."""
        idle = self._idle.get(origin, [])
        while idle:
            _, wire = idle.pop()
            self._idle_count -= 1
            if wire.is_reusable:
                return wire
            wire.close()
        return None

    async def connect(self, origin: Origin, *, seconds: float | None) -> Wire:
        """Make a connection. Raises httpx.ConnectError and httpx.ConnectTimeout."""
        scheme, host, port = origin
        try:
            async with asyncio.timeout(seconds):
                addresses = await self._addresses(host, port)
                return await self._first(addresses, origin)
        except TimeoutError as late:
            text = f"No connection to {host}:{port} came about in time."
            raise httpx.ConnectTimeout(text) from late
        except ssl.SSLCertVerificationError as failure:
            raise httpx.ConnectError(f"The certificate of {host} is not trusted.") from failure
        except ssl.SSLError as failure:
            text = f"No secure connection to {host}:{port} came about."
            raise httpx.ConnectError(text) from failure
        except OSError as failure:
            why = f" ({failure.strerror})" if failure.strerror else ""
            text = f"No connection to {host}:{port} came about{why}."
            raise httpx.ConnectError(text) from failure

    def give_back(self, origin: Origin, wire: Wire) -> None:
        """Keep a connection whose answer is read, unless it cannot be used again."""
        if not wire.is_reusable or self._idle_count >= MOST_IDLE:
            wire.close()
            return
        self._idle[origin].append((asyncio.get_running_loop().time(), wire))
        self._idle_count += 1
        self._begin_timer()

    def close(self) -> None:
        """Close every idle connection."""
        if self._timer is not None:
            self._timer.cancel()
        for idle in self._idle.values():
            for _, wire in idle:
                wire.close()
        self._idle.clear()
        self._idle_count = 0

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            return await self._resolve(host, port)
        except OSError as unknown:
            raise httpx.ConnectError(f"The name {host} could not be found.") from unknown

    async def _first(self, addresses: Sequence[str], origin: Origin) -> Wire:
        """Try one address after the other; all but the last get a few seconds each."""
        for address in addresses[:-1]:
            try:
                async with asyncio.timeout(NEXT_ADDRESS):
                    return await self._connect(address, origin)
            except (OSError, TimeoutError):
                continue
        return await self._connect(addresses[-1], origin)

    async def _connect(self, address: str, origin: Origin) -> Wire:
        scheme, host, port = origin
        loop = asyncio.get_running_loop()
        if scheme == "http":
            _, wire = await loop.create_connection(Wire, address, port)
        else:
            context = self._context = self._context or _make_context()
            name = host.rstrip(".")
            _, wire = await loop.create_connection(
                Wire, address, port, ssl=context, server_hostname=name
            )
        return wire

    def _begin_timer(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(KEEP_ALIVE, self._expire)

    def _expire(self) -> None:
        """Close what was not used for a while; come back as long as any is kept."""
        self._timer = None
        oldest = asyncio.get_running_loop().time() - KEEP_ALIVE
        for origin, idle in list(self._idle.items()):
            young = [(since, wire) for since, wire in idle if since > oldest and wire.is_reusable]
            for entry in idle:
                if entry not in young:
                    entry[1].close()
            self._idle_count -= len(idle) - len(young)
            if young:
                self._idle[origin] = young
            else:
                del self._idle[origin]
        if self._idle:
            self._begin_timer()


def _make_context() -> ssl.SSLContext:
    context = trusting_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
