"""Which addresses outbound requests may reach, and how a URL must look.

Python's `ipaddress` flags are no guard (`is_global` is true for `::127.0.0.1`, `fec0::1` and
`192.0.0.192`), so the ranges are spelled out: the IANA special-purpose registries of November 2026
plus the addresses where clouds keep their metadata. IPv6 is refused outside 2000::/3.

Everything here is pure, and remembered: each request asks the same about the same few hosts.
"""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import httpx

Address = IPv4Address | IPv6Address

MAX_URL = 2_048

REFUSED = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's wire server, on a public address
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
    )
)
PRIVATE = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
    )
)
METADATA = (ip_address("100.100.100.200"), ip_address("fd00:ec2::254"))
_GLOBAL_IPV6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?")
_CANONICAL_IPV4 = re.compile(r"(?:(?:0|[1-9][0-9]{0,2})\.){3}(?:0|[1-9][0-9]{0,2})")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


class InvalidURL(ValueError):
    """A URL that cannot be used; its text is a sentence for the person who wrote it."""


@lru_cache(maxsize=512)
def check_url(text: str) -> httpx.URL:
    """Parse an http or https URL that every parser reads alike. Raises InvalidURL.

    This judges the writing only; whether the address may be reached is decided on connecting.
    """
    if len(text) > MAX_URL:
        raise InvalidURL(f"The address is longer than {MAX_URL:,} characters.")
    if any(not char.isprintable() or char.isspace() or char == "\\" for char in text):
        raise InvalidURL("The address contains a space, a backslash or an invisible character.")
    scheme, separator, rest = text.partition("://")
    if not separator or scheme.lower() not in ("http", "https"):
        raise InvalidURL("The address must begin with http:// or https://.")
    if "@" in re.split(r"[/?#]", rest, maxsplit=1)[0]:
        raise InvalidURL("The address must not contain a user name or a password.")
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as exc:
        raise InvalidURL("The address is not a valid URL.") from exc
    check_parsed_url(url)
    return url


def check_parsed_url(url: httpx.URL) -> None:
    """Judge the very object that is sent, so that no second parser can see another host."""
    if url.scheme not in ("http", "https"):
        raise InvalidURL("The address must begin with http:// or https://.")
    if url.userinfo:
        raise InvalidURL("The address must not contain a user name or a password.")
    if url.port is not None and not 1 <= url.port <= 65_535:
        raise InvalidURL("The port must be between 1 and 65535.")
    _check_host(host_of(url))


def host_of(url: httpx.URL) -> str:
    """The host as it goes over the wire: lower case, IDNA, an IPv6 address without brackets."""
    return url.raw_host.decode("ascii").lower()


def port_of(url: httpx.URL) -> int:
    """The port that is connected to."""
    return url.port or (443 if url.scheme == "https" else 80)


def literal(host: str) -> Address | None:
    """The address a host spells out, None for a name. Raises ValueError for a bad IPv6 address."""
    if ":" in host:
        return IPv6Address(host)
    return IPv4Address(host) if _CANONICAL_IPV4.fullmatch(host) else None


@lru_cache(maxsize=512)
def promised(host: str) -> Address | None:
    """The address known before any lookup: a literal one, or loopback for localhost (RFC 6761)."""
    if host.rstrip(".") == "localhost" or host.rstrip(".").endswith(".localhost"):
        return IPv4Address("127.0.0.1")
    return literal(host)


@lru_cache(maxsize=512)
def is_public(address: Address) -> bool:
    """Tell whether the address belongs to the public internet, looking into embedded IPv4."""
    if isinstance(address, IPv6Address):
        inner = _embedded(address)
        if inner is not None:
            return is_public(inner)
        if address not in _GLOBAL_IPV6 or address.scope_id is not None:
            return False
    return not any(address in network for network in REFUSED)


@lru_cache(maxsize=512)
def is_private(address: Address) -> bool:
    """Tell whether the address lies in somebody's own network and is not a cloud's metadata."""
    if isinstance(address, IPv6Address):
        inner = _embedded(address)
        if inner is not None:
            return is_private(inner)
    return address not in METADATA and any(address in network for network in PRIVATE)


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address inside a mapped or NAT64 one; other embeddings are refused as a whole."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None


@lru_cache(maxsize=512)
def _check_host(host: str) -> None:
    if not host:
        raise InvalidURL("The address has no host.")
    try:
        if literal(host) is not None:
            if "%" in host:
                raise InvalidURL("The address must not name a network interface.")
            return
    except ValueError as exc:
        raise InvalidURL("The address is not a valid IP address.") from exc
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise InvalidURL("The host name contains characters that are not allowed there.")
    if _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
        raise InvalidURL("A numeric host must be written as four plain numbers, like 192.0.2.1.")
