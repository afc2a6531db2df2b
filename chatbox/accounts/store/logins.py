"""The SQL of logins; a row is one authenticated period, and without its row it has ended."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from chatbox.caller import Role
from chatbox.db.database import Reader, Writer
from chatbox.db.rows import encode_json

Kind = Literal["browser", "api"]
Via = Literal["password", "link", "oidc"]


class LoginRow(msgspec.Struct, frozen=True):
    """A row of `logins`."""

    id: int
    public_id: str
    user_id: int
    kind: Kind
    via: Via
    device: str
    address: str
    verified_at: int
    created_at: int
    used_at: int
    expires_at: int


class Present(msgspec.Struct, frozen=True):
    """What every request needs to know of who sends it."""

    login: int
    kind: Kind
    verified_at: int
    used_at: int
    user_id: int
    public_id: str
    role: Role
    rights_version: int
    has_totp: bool


_LOGIN = """
    SELECT id, public_id, user_id, kind, via, device, address, verified_at, created_at, used_at,
        expires_at
    FROM logins
"""
_PRESENT = """
    SELECT l.id AS login, l.kind, l.verified_at, l.used_at, u.id AS user_id, u.public_id, u.role,
        u.rights_version, u.totp_confirmed_at IS NOT NULL AS has_totp
    FROM logins l
    JOIN users u ON u.id = l.user_id
    WHERE l.expires_at > :now AND l.used_at > :idle AND u.state = 'active'
"""


async def find_present(
    reader: Reader, token_hash: bytes, *, now: int, idle_since: int
) -> Present | None:
    """Find who holds a browser's token, unless the login or the account has ended."""
    return await reader.fetch_one(
        Present, _PRESENT + "AND l.token_hash = :hash", hash=token_hash, now=now, idle=idle_since
    )


async def find_present_by_id(
    reader: Reader, public_id: str, *, now: int, idle_since: int
) -> Present | None:
    """Find the program whose access token names a login."""
    return await reader.fetch_one(
        Present,
        _PRESENT + "AND l.public_id = :id AND l.kind = 'api'",
        id=public_id,
        now=now,
        idle=idle_since,
    )


async def find_login(reader: Reader, key: int) -> LoginRow | None:
    """Find a login by its integer key."""
    return await reader.fetch_one(LoginRow, _LOGIN + "WHERE id = :id", id=key)


async def list_logins(reader: Reader, user_id: int) -> list[LoginRow]:
    """List a user's logins, the last used one first."""
    return await reader.fetch_list(
        LoginRow, _LOGIN + "WHERE user_id = :user ORDER BY used_at DESC, id DESC", user=user_id
    )


async def insert_login(  # noqa: PLR0913 - a column each
    writer: Writer,
    user_id: int,
    *,
    public_id: str,
    kind: Kind,
    via: Via,
    token_hash: bytes | None,
    device: str,
    address: str,
    at: int,
    expires_at: int,
) -> int:
    """Insert a login and answer its key."""
    return await writer.insert(
        """
        INSERT INTO logins (public_id, user_id, kind, via, token_hash, device, address,
            verified_at, created_at, used_at, expires_at)
        VALUES (:public_id, :user, :kind, :via, :hash, :device, :address, :at, :at, :at, :expires)
        """,
        public_id=public_id,
        user=user_id,
        kind=kind,
        via=via,
        hash=token_hash,
        device=device,
        address=address,
        at=at,
        expires=expires_at,
    )


async def update_token(writer: Writer, key: int, token_hash: bytes) -> None:
    """Give a browser's login another token."""
    await writer.execute("UPDATE logins SET token_hash = :h WHERE id = :id", h=token_hash, id=key)


async def touch_login(writer: Writer, key: int, *, address: str, at: int) -> None:
    """Note that a login was used just now, and from where."""
    await writer.execute(
        "UPDATE logins SET used_at = :at, address = :address WHERE id = :id",
        at=at,
        address=address,
        id=key,
    )


async def set_verified(writer: Writer, key: int, *, at: int) -> int:
    """Note that the caller has just proved who it is; 0 when the login has ended."""
    return await writer.execute("UPDATE logins SET verified_at = :at WHERE id = :id", at=at, id=key)


async def delete_login(writer: Writer, user_id: int, public_id: str) -> list[int]:
    """End one of a user's logins; answer its key, or nothing."""
    return await writer.fetch_all(
        int,
        "DELETE FROM logins WHERE user_id = :user AND public_id = :id RETURNING id",
        user=user_id,
        id=public_id,
    )


async def delete_login_by_key(writer: Writer, key: int) -> int:
    """End a login."""
    return await writer.execute("DELETE FROM logins WHERE id = :id", id=key)


async def delete_logins(writer: Writer, user_id: int, *, but: int = 0) -> list[int]:
    """End a user's logins, but for one; answer their keys."""
    return await writer.fetch_all(
        int,
        "DELETE FROM logins WHERE user_id = :user AND id <> :but RETURNING id",
        user=user_id,
        but=but,
    )


async def delete_extra_logins(writer: Writer, user_id: int, *, keep: int) -> None:
    """End a user's logins but the ones used last."""
    await writer.execute(
        """
        DELETE FROM logins
        WHERE id IN (
            SELECT id FROM logins
            WHERE user_id = :user
            ORDER BY used_at DESC, id DESC
            LIMIT -1 OFFSET :keep
        )
        """,
        user=user_id,
        keep=keep,
    )


async def delete_ended(writer: Writer, *, now: int, idle_since: int) -> int:
    """Remove the logins whose time is over."""
    return await writer.execute(
        "DELETE FROM logins WHERE expires_at <= :now OR used_at <= :idle",
        now=now,
        idle=idle_since,
    )


class Standing(msgspec.Struct, frozen=True):
    """An open login as it is on disk."""

    login: int
    user_id: int
    rights_version: int


async def list_standing(
    reader: Reader, logins: Sequence[int], *, now: int, idle_since: int
) -> list[Standing]:
    """Which of these logins are still good, and under which version of rights."""
    return await reader.fetch_list(
        Standing,
        """
        SELECT l.id AS login, u.id AS user_id, u.rights_version
        FROM json_each(:logins) wanted
        JOIN logins l ON l.id = wanted.value
        JOIN users u ON u.id = l.user_id
        WHERE l.expires_at > :now AND l.used_at > :idle AND u.state = 'active'
        """,
        logins=encode_json(logins),
        now=now,
        idle=idle_since,
    )
