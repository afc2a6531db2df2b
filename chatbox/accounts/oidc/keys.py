"""The provider's public keys, from the one address that its description names.

A key is found by comparing its id and in no other way. An id that is not known makes us fetch the
keys once more, for they change, but not more often than once a minute.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

import jwt
import msgspec

from chatbox.accounts.oidc.asking import ask
from chatbox.accounts.oidc.discovery import Discovery
from chatbox.accounts.oidc.model import OidcFailed
from chatbox.kit.egress import Client

ALGORITHMS = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}
"""The algorithms that are accepted, and the kind of key that each takes."""
KEPT_SECONDS = 3_600.0
FLOOR_SECONDS = 60.0
MOST_BITS = 8_192

Jwk = dict[str, Any]


class KeySet(msgspec.Struct, frozen=True):
    """A JSON Web Key Set (RFC 7517)."""

    keys: list[Jwk]


class Keys:
    """Answers the key that a token was signed with."""

    def __init__(
        self, client: Client, discovery: Discovery, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._discovery = discovery
        self._clock = clock
        self._lock = asyncio.Lock()
        self._known: list[Jwk] = []
        self._fetched_at: float | None = None

    async def find(self, kid: str | None, algorithm: str) -> jwt.PyJWK:
        """Find a key by its id, or the only one there is. Raises `OidcFailed`."""
        async with self._lock:
            if self._age() > KEPT_SECONDS:
                await self._fetch()
            found = choose(self._known, kid, algorithm)
            if found is None and self._age() > FLOOR_SECONDS:
                await self._fetch()
                found = choose(self._known, kid, algorithm)
        if found is None:
            raise OidcFailed("oidc_refused", "The provider has no such key.")
        return usable(found, algorithm)

    def _age(self) -> float:
        return float("inf") if self._fetched_at is None else self._clock() - self._fetched_at

    async def _fetch(self) -> None:
        metadata = await self._discovery.metadata()
        self._known = (await ask(self._client, metadata.jwks_uri, KeySet)).keys
        self._fetched_at = self._clock()


def choose(keys: Sequence[Jwk], kid: str | None, algorithm: str) -> Jwk | None:
    """The one key that fits; without an id it must be the only one that could."""
    fitting = [key for key in keys if _fits(key, algorithm)]
    if kid is not None:
        fitting = [key for key in fitting if key.get("kid") == kid]
    return fitting[0] if len(fitting) == 1 else None


def usable(key: Jwk, algorithm: str) -> jwt.PyJWK:
    """Read a key. Raises `OidcFailed` when it is none, or one that is too weak or too large."""
    try:
        read = jwt.PyJWK(key, algorithm=algorithm)
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as unlike:
        raise OidcFailed("oidc_refused", "The provider's key cannot be read.") from unlike
    bits = getattr(read.key, "key_size", 0)
    if bits > MOST_BITS or (ALGORITHMS[algorithm] == "RSA" and bits < 2_048):
        raise OidcFailed("oidc_refused", f"The provider's key has {bits} bits.")
    return read


def _fits(key: Jwk, algorithm: str) -> bool:
    return (
        key.get("kty") == ALGORITHMS[algorithm]
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and "d" not in key
    )
