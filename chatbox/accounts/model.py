"""What the accounts API takes and gives."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chatbox.accounts.store.links import LinkKind
from chatbox.accounts.store.logins import Kind, Via
from chatbox.accounts.store.users import Identity, State
from chatbox.caller import Role

Username = Annotated[
    str, Meta(min_length=1, max_length=200, description="Names the account when signing in")
]
SignInName = Annotated[
    str, Meta(min_length=1, max_length=320, description="The user name or the e-mail address")
]
Password = Annotated[
    str, Meta(min_length=1, max_length=1024, description="The password; 10 to 256 characters")
]
Code = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=40,
        description="The six digits of the authenticator app, or a recovery code",
    ),
]
PersonName = Annotated[  # no control characters: `chatbox users list` writes it to a terminal
    str,
    Meta(
        max_length=80,
        pattern=r"^[^\x00-\x1f\x7f-\x9f]*$",
        description="How the person is called",
    ),
]
Email = Annotated[str, Meta(min_length=3, max_length=320, description="An e-mail address")]
Token = Annotated[
    str, Meta(min_length=1, max_length=200, description="What stands behind the # of a link")
]
GivenRole = Annotated[
    Literal["admin", "user", "viewer"], Meta(description="What the account may do")
]


class Me(msgspec.Struct, frozen=True):
    """The caller's own account."""

    id: Annotated[str, Meta(description="A UUID in lower-case text")]
    username: Annotated[str | None, Meta(description="Null in single-user mode")]
    name: Annotated[str, Meta(description="How the person is called")]
    email: Annotated[str | None, Meta(description="The e-mail address, if known")]
    role: Annotated[Role, Meta(description="What the account may do")]
    may: Annotated[list[str], Meta(description="The actions that the role allows")]
    has_password: Annotated[bool, Meta(description="Whether it can sign in with a password")]
    totp: Annotated[bool, Meta(description="Whether signing in asks for a code")]
    must_enrol: Annotated[bool, Meta(description="A second factor must be set up first")]
    recovery_codes: Annotated[int, Meta(description="Recovery codes that are left")]
    identities: Annotated[list[Identity], Meta(description="Linked accounts elsewhere")]
    via: Annotated[Via | None, Meta(description="How this login began")]
    login_id: Annotated[str | None, Meta(description="This login")]
    verified_until: Annotated[
        str | None, Meta(description="Until when no new proof is asked for, RFC 3339 in UTC")
    ]
    created_at: Annotated[str, Meta(description="When the account was made, RFC 3339 in UTC")]


class Link(msgspec.Struct, frozen=True):
    """What a link is for."""

    kind: Annotated[LinkKind, Meta(description="What it does")]
    role: Annotated[Role | None, Meta(description="The role of an invited account")]
    email: Annotated[str | None, Meta(description="The address of an invited account")]
    username: Annotated[str | None, Meta(description="Whose password is made anew")]
    expires_at: Annotated[str, Meta(description="Until when it works, RFC 3339 in UTC")]


class LinkToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A link to look at."""

    token: Token


class SetUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The owner's account, made with the link that the server printed."""

    token: Token
    username: Username
    password: Password
    name: PersonName = ""
    email: Email | None = None


class Registration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new account, by invitation or where registration is open."""

    username: Username
    password: Password
    name: PersonName = ""
    token: Token | None = None


class TeamStart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The owner's account, when one person's server becomes a team's."""

    username: Username
    password: Password
    name: PersonName = ""


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Signing in; programs ask for tokens with `kind: "api"`."""

    username: SignInName
    password: Password
    code: Code | None = None
    kind: Annotated[
        Kind, Meta(description="`browser` answers with a cookie, `api` with tokens")
    ] = "browser"


class SignedIn(msgspec.Struct, frozen=True, omit_defaults=True):
    """A login that has begun."""

    user: Annotated[Me, Meta(description="The account")]
    access_token: Annotated[str | None, Meta(description="For `Authorization: Bearer`")] = None
    token_type: Annotated[Literal["Bearer"] | None, Meta(description="Always Bearer")] = None
    expires_in: Annotated[int | None, Meta(description="Seconds that the token is good for")] = None
    refresh_token: Annotated[
        str | None, Meta(description="Works once, at `POST /api/v1/auth/refresh`")
    ] = None


class MeChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change in one's own account."""

    name: PersonName | UnsetType = UNSET
    username: Username | UnsetType = UNSET


class PasswordChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new password; all other logins end."""

    new_password: Password
    current_password: Password


class PasswordReset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new password, with a link."""

    token: Token
    password: Password


class ResetRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose password was forgotten."""

    username: SignInName


class RegistrationRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who would like an account."""

    email: Email


class EmailChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another e-mail address, or none."""

    email: Email | None


class Login(msgspec.Struct, frozen=True):
    """An authenticated period of a browser or a program."""

    id: Annotated[str, Meta(description="A UUID in lower-case text")]
    kind: Annotated[Kind, Meta(description="A browser, or a program with tokens")]
    via: Annotated[Via, Meta(description="How it began")]
    device: Annotated[str, Meta(description="What it called itself: its User-Agent")]
    address: Annotated[str, Meta(description="Where it was used from last")]
    created_at: Annotated[str, Meta(description="When it began, RFC 3339 in UTC")]
    used_at: Annotated[str, Meta(description="When it was used last, to the minute")]
    expires_at: Annotated[str, Meta(description="When it ends at the latest")]
    current: Annotated[bool, Meta(description="Whether it is the one that asks")]


class LoginPage(msgspec.Struct, frozen=True):
    """All logins of the caller."""

    items: Annotated[list[Login], Meta(description="The logins, the last used one first")]
    next_cursor: Annotated[str | None, Meta(description="Always null: there is one page")] = None


class User(msgspec.Struct, frozen=True):
    """An account, as administrators see it."""

    id: Annotated[str, Meta(description="A UUID in lower-case text")]
    username: Annotated[str | None, Meta(description="Null before the owner has set it up")]
    name: Annotated[str, Meta(description="How the person is called")]
    email: Annotated[str | None, Meta(description="The e-mail address, if known")]
    role: Annotated[Role, Meta(description="What the account may do")]
    state: Annotated[State, Meta(description="Whether it can sign in")]
    totp: Annotated[bool, Meta(description="Whether signing in asks for a code")]
    has_password: Annotated[bool, Meta(description="Whether it can sign in with a password")]
    created_at: Annotated[str, Meta(description="When it was made, RFC 3339 in UTC")]
    last_login_at: Annotated[str | None, Meta(description="When somebody signed in last")]
    version: Annotated[int, Meta(description="Grows with every change; goes into If-Match")]


class UserPage(msgspec.Struct, frozen=True):
    """A page of accounts."""

    items: Annotated[list[User], Meta(description="The accounts, the oldest first")]
    next_cursor: Annotated[
        str | None, Meta(description="The `cursor` of the next page; null on the last one")
    ]


class NewUser(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An account to make; its owner chooses the password with the link."""

    username: Username
    role: GivenRole = "user"
    name: PersonName = ""
    email: Email | None = None


class OneTimeLink(msgspec.Struct, frozen=True):
    """A link that works once; it is shown now and never again."""

    url: Annotated[str, Meta(description="The whole address; the secret stands behind the #")]
    expires_at: Annotated[str, Meta(description="Until when it works, RFC 3339 in UTC")]


class MadeUser(msgspec.Struct, frozen=True):
    """A new account and the link to its first password."""

    user: Annotated[User, Meta(description="The account")]
    link: Annotated[OneTimeLink, Meta(description="Where its owner chooses a password")]


class UserChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change in an account; the role `owner` hands the server over."""

    name: PersonName | UnsetType = UNSET
    email: Email | None | UnsetType = UNSET
    role: Annotated[Role, Meta(description="What the account may do")] | UnsetType = UNSET
    state: Annotated[State, Meta(description="Whether it can sign in")] | UnsetType = UNSET


class Invitation(msgspec.Struct, frozen=True):
    """A link that makes one account."""

    id: Annotated[str, Meta(description="A UUID in lower-case text")]
    role: Annotated[Role, Meta(description="What the account will be allowed to do")]
    email: Annotated[str | None, Meta(description="The account's address, if it was given")]
    note: Annotated[str, Meta(description="For whom it is, for those who invite")]
    state: Annotated[
        Literal["open", "used", "expired"], Meta(description="Whether it can still be used")
    ]
    created_at: Annotated[str, Meta(description="When it was made, RFC 3339 in UTC")]
    expires_at: Annotated[str, Meta(description="Until when it works")]
    url: Annotated[str | None, Meta(description="The link; only in the answer that makes it")]


class InvitationPage(msgspec.Struct, frozen=True):
    """A page of invitations."""

    items: Annotated[list[Invitation], Meta(description="The invitations, the newest first")]
    next_cursor: Annotated[
        str | None, Meta(description="The `cursor` of the next page; null on the last one")
    ]


class NewInvitation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An invitation to make."""

    role: GivenRole = "user"
    email: Email | None = None
    note: Annotated[str, Meta(max_length=200, description="For whom it is")] = ""
    hours: (
        Annotated[int, Meta(ge=1, le=720, description="How long it works; null: as the settings")]
        | None
    ) = None


class RoleRights(msgspec.Struct, frozen=True):
    """A role and what it allows."""

    role: Annotated[Role, Meta(description="The role")]
    may: Annotated[list[str], Meta(description="The actions that it allows")]


class RolePage(msgspec.Struct, frozen=True):
    """All roles."""

    items: Annotated[list[RoleRights], Meta(description="The roles, the strongest first")]
    next_cursor: Annotated[str | None, Meta(description="Always null: there is one page")] = None
