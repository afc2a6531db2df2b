"""The SQL of refresh tokens; all of one login are a family, and end with it."""

import msgspec

from chatbox.db.database import Reader, Writer


class RefreshRow(msgspec.Struct, frozen=True):
    """A refresh token with the login and the account that it belongs to."""

    used_at: int | None
    login: int
    login_public_id: str
    user_public_id: str


async def find_refresh(
    reader: Reader, token_hash: bytes, *, now: int, idle_since: int
) -> RefreshRow | None:
    """Find a token, used or not, unless its login or the account has ended."""
    return await reader.fetch_one(
        RefreshRow,
        """
        SELECT r.used_at, l.id AS login, l.public_id AS login_public_id,
            u.public_id AS user_public_id
        FROM refresh_tokens r
        JOIN logins l ON l.id = r.login_id
        JOIN users u ON u.id = l.user_id
        WHERE r.token_hash = :hash
            AND l.expires_at > :now AND l.used_at > :idle AND u.state = 'active'
        """,
        hash=token_hash,
        now=now,
        idle=idle_since,
    )


async def insert_refresh(writer: Writer, login: int, token_hash: bytes, *, at: int) -> None:
    """Add a token to a login."""
    await writer.execute(
        """
        INSERT INTO refresh_tokens (token_hash, login_id, created_at)
        VALUES (:hash, :login, :at)
        """,
        hash=token_hash,
        login=login,
        at=at,
    )


async def use_refresh(writer: Writer, token_hash: bytes, *, at: int) -> None:
    """Use a token up; it stays known, so that its reuse is noticed."""
    await writer.execute(
        "UPDATE refresh_tokens SET used_at = :at WHERE token_hash = :hash", at=at, hash=token_hash
    )


async def delete_used(writer: Writer, login: int, *, before: int) -> None:
    """Forget the tokens of a login that were used long ago."""
    await writer.execute(
        "DELETE FROM refresh_tokens WHERE login_id = :login AND used_at < :before",
        login=login,
        before=before,
    )
