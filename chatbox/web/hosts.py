"""The names that a server answers under."""

from functools import lru_cache
from typing import NamedTuple

USUAL = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - the other way round
"""What a server that listens at all addresses is called on its own computer."""


class Hosts(NamedTuple):
    """The Host values that a server answers under, all when `any`; `address` is what people use."""

    names: frozenset[str]
    address: str
    any: bool = False
    secure: str | None = None
    """The one that is reached over TLS."""


@lru_cache(maxsize=16)
def own_hosts(bind_host: str, port: int, *, public_url: str = "", is_team: bool = False) -> Hosts:
    """The Host values that a server answers under; the port may be left out when it is 80.

    A team's server answers as its public address too, and as anything while that is not known.
    """
    names = {"127.0.0.1", "localhost", "[::1]"}
    if bind_host not in ("localhost", "::1"):
        names.add(f"[{bind_host}]" if ":" in bind_host else bind_host)
    hosts = {f"{name}:{port}" for name in names}
    hosts |= names if port == 80 else set()
    usual = USUAL.get(bind_host, f"[{bind_host}]" if ":" in bind_host else bind_host)
    if not is_team:
        return Hosts(frozenset(hosts), f"http://{usual}:{port}")
    scheme, _, public = public_url.partition("://")
    return Hosts(
        frozenset(hosts | {public} if public else hosts),
        public_url or f"http://{usual}:{port}",
        any=not public,
        secure=public if scheme == "https" else None,
    )
