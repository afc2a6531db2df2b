"""What the provider is: its description, fetched when first needed and remembered for an hour.

Everything that follows is judged by it, so it must be the issuer's own: at the issuer's address,
naming the issuer as the configuration does, with every address as safe as the issuer's.
"""

import asyncio
import time
from collections.abc import Callable

from chatbox.accounts.oidc.asking import ask
from chatbox.accounts.oidc.model import Metadata, OidcFailed
from chatbox.kit.egress import Client, InvalidURL, check_url

KEPT_SECONDS = 3_600.0
PAUSE_SECONDS = 5.0
"""After a failure nothing is asked for so long: everybody may make us ask."""


class Discovery:
    """Answers the provider's description."""

    def __init__(
        self, client: Client, issuer: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._issuer = issuer
        self._clock = clock
        self._lock = asyncio.Lock()
        self._known: Metadata | None = None
        self._failure: OidcFailed | None = None
        self._until = 0.0

    async def metadata(self) -> Metadata:
        """Raises `OidcFailed` when the provider cannot be reached or is not what it should be."""
        async with self._lock:
            if self._clock() >= self._until:
                await self._fetch()
            if self._known is None:
                raise self._failure or OidcFailed("oidc_unavailable", "Nothing is known yet.")
            return self._known

    async def _fetch(self) -> None:
        url = self._issuer.rstrip("/") + "/.well-known/openid-configuration"
        self._known = None
        try:
            found = await ask(self._client, url, Metadata)
            check_metadata(found, self._issuer)
        except OidcFailed as failure:
            self._failure = failure
            self._until = self._clock() + PAUSE_SECONDS
            return
        self._known = found
        self._until = self._clock() + KEPT_SECONDS


def check_metadata(metadata: Metadata, issuer: str) -> None:
    """Raise `OidcFailed` unless a description is that of the issuer."""
    if metadata.issuer != issuer:
        raise OidcFailed(
            "oidc_unavailable", f"The description is that of another issuer than {issuer}."
        )
    is_secure = issuer.startswith("https:")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"):
        address = getattr(metadata, name)
        if address is None:
            continue
        try:
            scheme = check_url(address).scheme
        except InvalidURL as failure:
            raise OidcFailed("oidc_unavailable", f"{name}: {failure}") from failure
        if is_secure and scheme != "https":
            raise OidcFailed("oidc_unavailable", f"{name} does not begin with https://.")
