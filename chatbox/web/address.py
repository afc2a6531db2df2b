"""From where a request comes: the peer, or whoever a trusted proxy says that it asks for.

Headers such as X-Forwarded-For can be sent by anybody, so they are read only when the connection
comes from a proxy that the configuration names. Each proxy appends the address that it was asked
from: the right-most one that is no proxy of ours is the client, whatever stands left of it.
"""

import logging
from typing import Any

import msgspec

from chatbox.errors import StartRefused
from chatbox.kit.networks import Network, is_within, parse_address, parse_networks

logger = logging.getLogger(__name__)

MOST_HOPS = 32


class Origin(msgspec.Struct, frozen=True, gc=False):
    """A client's address, empty when it is not known, and whether it speaks TLS."""

    address: str
    is_secure: bool


class Proxies:
    """The proxies that may say for whom they ask."""

    def __init__(self, networks: tuple[Network, ...] = ()) -> None:
        self._networks = networks
        self._has_warned = False

    def origin(self, scope: Any) -> Origin:
        """Find out who is behind a request."""
        peer = (scope.get("client") or ("",))[0]
        is_secure = scope.get("scheme") in ("https", "wss")
        found = parse_address(peer)
        if found is None:
            return Origin(peer, is_secure)
        if not is_within(found, self._networks):
            self._warn(scope)
            return Origin(str(found), is_secure)
        hops = _items(scope, b"x-forwarded-for")[-MOST_HOPS:]
        for hop in reversed(hops):
            address = parse_address(_without_port(hop))
            if address is None:
                break  # what stands left of it was not written by a proxy of ours
            found = address
            if not is_within(address, self._networks):
                break
        schemes = _items(scope, b"x-forwarded-proto")
        if schemes:
            is_secure = schemes[-1].lower() == "https"
        return Origin(str(found), is_secure)

    def _warn(self, scope: Any) -> None:
        """Say once that something in front of the server is not trusted: all seem to be one."""
        if not self._has_warned and any(name == b"x-forwarded-for" for name, _ in scope["headers"]):
            self._has_warned = True
            logger.warning("X-Forwarded-For is ignored: its sender is not in trusted_proxies")


def trusted_proxies(text: str) -> Proxies:
    """Read the value of `trusted_proxies`; raise `StartRefused` when it is not a list of CIDRs."""
    try:
        return Proxies(parse_networks(item for part in text.split(",") if (item := part.strip())))
    except ValueError as wrong:
        raise StartRefused(f"The value of trusted_proxies is not valid: {wrong}.") from wrong


def _items(scope: Any, wanted: bytes) -> list[str]:
    """Every item of a header that may be sent several times and hold several."""
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]
    return [item.strip() for value in values for item in value.split(",") if item.strip()]


def _without_port(hop: str) -> str:
    """Some proxies add the port: 192.0.2.1:4711, [2001:db8::1]:4711."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop
