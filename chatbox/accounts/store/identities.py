"""The SQL of identities: accounts elsewhere that sign in one here."""

import msgspec

from chatbox.db.database import Reader, Writer


class IdentityRow(msgspec.Struct, frozen=True):
    """A row of `identities`."""

    id: int
    public_id: str
    user_id: int


async def find_identity(reader: Reader, issuer: str, subject: str) -> IdentityRow | None:
    """Find whose account a person elsewhere signs in."""
    return await reader.fetch_one(
        IdentityRow,
        """
        SELECT id, public_id, user_id
        FROM identities
        WHERE issuer = :issuer AND subject = :subject
        """,
        issuer=issuer,
        subject=subject,
    )


async def insert_identity(  # noqa: PLR0913 - a column each
    writer: Writer,
    user_id: int,
    *,
    public_id: str,
    issuer: str,
    subject: str,
    email: str | None,
    at: int,
) -> None:
    """Link a person elsewhere to an account; raises `Conflict` when they are linked already."""
    await writer.execute(
        """
        INSERT INTO identities (public_id, user_id, issuer, subject, email, created_at, used_at)
        VALUES (:public_id, :user, :issuer, :subject, :email, :at, :at)
        """,
        public_id=public_id,
        user=user_id,
        issuer=issuer,
        subject=subject,
        email=email,
        at=at,
    )


async def note_use(writer: Writer, key: int, *, email: str | None, at: int) -> None:
    """Note that somebody signed in, and the address that was told."""
    await writer.execute(
        "UPDATE identities SET used_at = :at, email = :email WHERE id = :id",
        at=at,
        email=email,
        id=key,
    )


async def delete_identity(writer: Writer, user_id: int, public_id: str) -> int:
    """Unlink one of a user's identities."""
    return await writer.execute(
        "DELETE FROM identities WHERE user_id = :user AND public_id = :id",
        user=user_id,
        id=public_id,
    )
