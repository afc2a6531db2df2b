"""Judges an ID token (OpenID Connect Core 1.0, 3.1.3.7), once the key has been found."""

import hmac
import time
from collections.abc import Sequence
from typing import Any

import jwt

from chatbox.accounts.oidc.keys import ALGORITHMS
from chatbox.accounts.oidc.model import OidcFailed

LEEWAY_SECONDS = 60
OLDEST_SECONDS = 600
MOST_CHARS = 64 * 1024
MOST_SUBJECT = 255


def header_of(token: str, offered: Sequence[str]) -> tuple[str, str | None]:
    """The algorithm and the key id that a token names. Raises `OidcFailed`.

    The algorithm must be one that the provider announces and that we accept: neither `none` nor a
    shared secret, which the public key could be taken for.
    """
    if len(token) > MOST_CHARS:
        raise OidcFailed("oidc_refused", "The ID token is too large.")
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError) as unlike:
        raise OidcFailed("oidc_refused", "The ID token is none.") from unlike
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS or algorithm not in offered:
        raise OidcFailed("oidc_refused", "The ID token is signed in a way that is not accepted.")
    if kid is not None and not isinstance(kid, str):
        raise OidcFailed("oidc_refused", "The ID token names its key wrongly.")
    return algorithm, kid


def verified_claims(
    token: str, key: jwt.PyJWK, *, issuer: str, client_id: str, nonce: str
) -> dict[str, Any]:
    """The claims of a token that is meant for us and for this flow. Raises `OidcFailed`."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            issuer=issuer,
            audience=client_id,
            leeway=LEEWAY_SECONDS,
            options={"require": ["iss", "sub", "aud", "exp", "iat", "nonce"]},
        )
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as wrong:
        why = f"The ID token does not hold: {type(wrong).__name__}."
        raise OidcFailed("oidc_refused", why) from wrong
    _check_party(claims, client_id)
    if not _is_same(claims["nonce"], nonce):
        raise OidcFailed("oidc_refused", "The ID token belongs to another sign-in.")
    if int(time.time()) - int(claims["iat"]) > OLDEST_SECONDS + LEEWAY_SECONDS:
        raise OidcFailed("oidc_refused", "The ID token is old.")
    if not 0 < len(claims["sub"]) <= MOST_SUBJECT:
        raise OidcFailed("oidc_refused", "The ID token names nobody.")
    return claims


def auth_time_of(claims: dict[str, Any]) -> int | None:
    """When the person last proved who they are at the provider, in seconds."""
    told = claims.get("auth_time")
    return told if isinstance(told, int) and not isinstance(told, bool) else None


def _check_party(claims: dict[str, Any], client_id: str) -> None:
    """A token for several parties must have been issued to us."""
    party = claims.get("azp")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if party is None and not several:
        return
    if party != client_id:
        raise OidcFailed("oidc_refused", "The ID token was issued to another party.")


def _is_same(told: object, nonce: str) -> bool:
    return isinstance(told, str) and hmac.compare_digest(told.encode(), nonce.encode())
