"""Where outbound requests may go: public addresses, and the private ones that are named."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address

from chatbox.kit.egress_address import Address, is_private, is_public


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


def _entry(host: str) -> str:
    host = host.strip("[]").rstrip(".").lower()
    try:
        return str(ip_address(host))
    except ValueError:
        return host
