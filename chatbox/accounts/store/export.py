"""The SQL of taking out what chatbox knows of a person."""

import msgspec

from chatbox.caller import Role
from chatbox.db.database import Reader


class AccountRow(msgspec.Struct, frozen=True):
    """An account without its secrets."""

    id: str
    username: str | None
    name: str
    email: str | None
    role: Role
    state: str
    has_password: bool
    has_totp: bool
    created_at: int
    last_login_at: int | None


class LoginRow(msgspec.Struct, frozen=True):
    """A login without its token."""

    id: str
    kind: str
    via: str
    device: str
    address: str
    created_at: int
    used_at: int
    verified_at: int
    expires_at: int


class IdentityRow(msgspec.Struct, frozen=True):
    """An account elsewhere."""

    id: str
    issuer: str
    subject: str
    email: str | None
    created_at: int
    used_at: int


async def find_account(reader: Reader, user_id: int) -> AccountRow | None:
    """Read an account."""
    return await reader.fetch_one(
        AccountRow,
        """
        SELECT public_id AS id, username, name, email, role, state,
            password_hash IS NOT NULL AS has_password, totp_confirmed_at IS NOT NULL AS has_totp,
            created_at, last_login_at
        FROM users
        WHERE id = :user
        """,
        user=user_id,
    )


async def list_logins(reader: Reader, user_id: int) -> list[LoginRow]:
    """Read an account's logins, the oldest first."""
    return await reader.fetch_all(
        LoginRow,
        """
        SELECT public_id AS id, kind, via, device, address, created_at, used_at, verified_at,
            expires_at
        FROM logins
        WHERE user_id = :user
        ORDER BY id
        """,
        user=user_id,
    )


async def list_identities(reader: Reader, user_id: int) -> list[IdentityRow]:
    """Read the accounts elsewhere that sign in this one."""
    return await reader.fetch_all(
        IdentityRow,
        """
        SELECT public_id AS id, issuer, subject, email, created_at, used_at
        FROM identities
        WHERE user_id = :user
        ORDER BY id
        """,
        user=user_id,
    )
