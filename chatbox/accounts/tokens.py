"""Access tokens: short JWTs (RFC 7519) that tell a program's login, signed by this server alone.

Every token is HS256 under a key of its own (HKDF over the master key). Its header must be, byte for
byte, the one that is written here, so no other algorithm and no key id is ever looked at. What a
token may do is not in it: the login it names is looked up at every request.
"""

from collections.abc import Callable

import jwt
import msgspec

from chatbox.errors import LoginRequired
from chatbox.kit.clock import now_ms
from chatbox.kit.secretbox import SecretBox

ACCESS_SECONDS = 15 * 60
MOST_CHARS = 1_024

_ALGORITHM = "HS256"
_AUDIENCE = "chatbox/api"
_ISSUER = "chatbox"
_LAST_CHARS = frozenset("AEIMQUYcgkosw048")
"""How the base64url text of 32 bytes may end: its last character holds four bits, not six."""
_OPTIONS: jwt.types.Options = {
    "require": ["iss", "aud", "sub", "sid", "iat", "exp"],
    "strict_aud": True,
    "enforce_minimum_key_length": True,
}


class Claims(msgspec.Struct, frozen=True):
    """Whom a token names: the public ids of an account and of one of its logins."""

    user: str
    login: str


class AccessTokens:
    """Issues and reads access tokens."""

    def __init__(self, box: SecretBox, clock: Callable[[], int] = now_ms) -> None:
        self._key = box.derive("access-tokens/v1")
        self._clock = clock
        self._head = jwt.encode({}, self._key, _ALGORITHM).partition(".")[0] + "."

    def issue(self, claims: Claims) -> str:
        """Write a token that is good for 15 minutes."""
        at = self._clock() // 1000
        payload = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "sub": claims.user,
            "sid": claims.login,
            "iat": at,
            "exp": at + ACCESS_SECONDS,
        }
        return jwt.encode(payload, self._key, _ALGORITHM)

    def read(self, token: str) -> Claims:
        """Check a token; raises `LoginRequired` for everything that is not valid here and now."""
        if len(token) > MOST_CHARS or not token.isascii() or not token.startswith(self._head):
            raise LoginRequired
        if token[-1] not in _LAST_CHARS:
            raise LoginRequired
        try:
            payload = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                issuer=_ISSUER,
                options=_OPTIONS,
            )
            return msgspec.convert({"user": payload["sub"], "login": payload["sid"]}, Claims)
        except (jwt.PyJWTError, msgspec.ValidationError) as wrong:
            raise LoginRequired from wrong
