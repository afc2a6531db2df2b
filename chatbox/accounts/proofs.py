"""What the API takes as a proof of who somebody is, and what it hands out for it."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chatbox.accounts.model import Code

RefreshToken = Annotated[
    str, Meta(min_length=1, max_length=200, description="The one of the last pair; it works once")
]


class Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The password once more, and the code where there is a second factor."""

    password: Annotated[
        str, Meta(max_length=1024, description="Empty where the account has no password")
    ] = ""
    code: Code | None = None


class Verified(msgspec.Struct, frozen=True):
    """The login counts as fresh."""

    verified_until: Annotated[str, Meta(description="For how long, RFC 3339 in UTC")]


class Enrolment(msgspec.Struct, frozen=True):
    """The secret of a second factor; it is shown now and never again."""

    secret: Annotated[str, Meta(description="To type into an authenticator app, in base32")]
    uri: Annotated[str, Meta(description="The same as an address, for a QR code")]


class FactorCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A first code of the authenticator app."""

    code: Code


class RecoveryCodes(msgspec.Struct, frozen=True):
    """Codes for when the app is lost; they are shown now and never again."""

    recovery_codes: Annotated[list[str], Meta(description="Ten codes; each works once")]


class Refresh(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The token that a program stays signed in with."""

    refresh_token: RefreshToken


class TokenPair(msgspec.Struct, frozen=True):
    """What a program signs its requests with, and how it gets the next pair."""

    access_token: Annotated[str, Meta(description="For `Authorization: Bearer`")]
    expires_in: Annotated[int, Meta(description="Seconds that the access token is good for")]
    refresh_token: RefreshToken
    token_type: Annotated[Literal["Bearer"], Meta(description="Always Bearer")] = "Bearer"  # noqa: S105
