"""Networks and addresses as text: CIDR lists, and one spelling for every address."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

NEIGHBOURS = 64
"""One customer of a provider has a whole IPv6 network of this length."""
LONGEST = 100
"""No address is longer, even with the name of a zone."""


def parse_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Read networks such as 10.0.0.0/8, or single addresses; raise `ValueError` with a sentence."""
    return tuple(_network(text) for text in texts)


def parse_address(text: str) -> Address | None:
    """Read an address; one of IPv4 inside IPv6 is the one of IPv4, a zone is left out."""
    return _address(text) if len(text) <= LONGEST else None


@lru_cache(maxsize=4096)
def _address(text: str) -> Address | None:
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def is_within(address: Address | None, networks: tuple[Network, ...]) -> bool:
    """Whether one of the networks holds the address."""
    return address is not None and any(address in network for network in networks)


@lru_cache(maxsize=4096)
def neighbourhood(address: str) -> str:
    """What counts as one place to ask from: an IPv4 address, or a network of IPv6."""
    found = parse_address(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, NEIGHBOURS), strict=False))
    return address if found is None else str(found)


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError:
        pass
    try:
        meant = ip_network(text, strict=False)
    except ValueError:
        raise ValueError(
            f"{text!r} is not a network; write it like 10.0.0.0/8 or 2001:db8::/32"
        ) from None
    raise ValueError(f"{text!r} is not a network; {meant} is")
