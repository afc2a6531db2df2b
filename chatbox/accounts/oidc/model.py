"""What a provider says, as far as it matters here, and how signing in through it can fail."""

from typing import Literal

import msgspec

Failure = Literal[
    "oidc_unavailable",
    "oidc_expired",
    "oidc_denied",
    "oidc_refused",
    "oidc_not_fresh",
    "oidc_no_account",
    "oidc_unverified",
    "oidc_domain",
    "oidc_email_taken",
    "oidc_linked_elsewhere",
    "oidc_other_account",
    "suspended",
]
"""The codes that `/login#error=` shows a text for."""


class OidcFailed(Exception):
    """Signing in did not work: `code` is for the page, the text for the log; it has no secret.

    `next` is where the person wanted to go, as far as that is known; `account` the public id of the
    account that it is about, if any.
    """

    def __init__(self, code: Failure, why: str, *, account: str = "") -> None:
        self.code: Failure = code
        self.account = account
        self.next = "/"
        super().__init__(why)


class Metadata(msgspec.Struct, frozen=True):
    """The provider's own description (OpenID Connect Discovery 1.0, 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class TokenAnswer(msgspec.Struct, frozen=True):
    """What a code is exchanged for."""

    id_token: str
    access_token: str = ""


class Profile(msgspec.Struct, frozen=True):
    """Claims about a person, from the ID token or from the UserInfo endpoint."""

    sub: str
    email: str | None = None
    email_verified: object = None
    name: str | None = None
    preferred_username: str | None = None


class Identity(msgspec.Struct, frozen=True):
    """Who somebody is at a provider; `auth_time` is when they last proved it there, in seconds."""

    issuer: str
    subject: str
    email: str | None = None
    is_verified: bool = False
    name: str = ""
    username: str = ""
    auth_time: int | None = None
