"""The SQL of links that work once: set-up, invitations, new passwords, e-mail addresses."""

from typing import Literal

import msgspec

from chatbox.caller import Role
from chatbox.db.database import Reader, Writer

LinkKind = Literal["setup", "invitation", "reset", "email"]


class LinkRow(msgspec.Struct, frozen=True):
    """A row of `links`; `user_id` is whom a reset or an address is for."""

    id: int
    public_id: str
    kind: LinkKind
    user_id: int | None
    created_by: int | None
    role: Role | None
    email: str | None
    note: str
    created_at: int
    expires_at: int
    used_at: int | None


_LINK = """
    SELECT id, public_id, kind, user_id, created_by, role, email, note, created_at, expires_at,
        used_at
    FROM links
"""


async def find_link(reader: Reader, token_hash: bytes, *, now: int) -> LinkRow | None:
    """Find a link that can still be used."""
    return await reader.fetch_one(
        LinkRow,
        _LINK + "WHERE token_hash = :hash AND used_at IS NULL AND expires_at > :now",
        hash=token_hash,
        now=now,
    )


async def list_invitations(reader: Reader, *, before: int, limit: int) -> list[LinkRow]:
    """List invitations, the newest first, from a key on."""
    return await reader.fetch_list(
        LinkRow,
        _LINK + "WHERE kind = 'invitation' AND id < :before ORDER BY id DESC LIMIT 0 + :limit",
        before=before,
        limit=limit,
    )


async def insert_link(writer: Writer, row: LinkRow, token_hash: bytes) -> None:
    """Insert a link."""
    await writer.execute(
        """
        INSERT INTO links (public_id, kind, token_hash, user_id, created_by, role, email, note,
            created_at, expires_at)
        VALUES (:public_id, :kind, :hash, :user, :by, :role, :email, :note, :at, :expires)
        """,
        public_id=row.public_id,
        kind=row.kind,
        hash=token_hash,
        user=row.user_id,
        by=row.created_by,
        role=row.role,
        email=row.email,
        note=row.note,
        at=row.created_at,
        expires=row.expires_at,
    )


async def use_link(writer: Writer, token_hash: bytes, *, now: int) -> LinkRow | None:
    """Use a link up and answer it; None when it cannot be used, or somebody was quicker."""
    row = await find_link(writer, token_hash, now=now)
    if row is None:
        return None
    await writer.execute("UPDATE links SET used_at = :now WHERE id = :id", now=now, id=row.id)
    return row


async def delete_invitation(writer: Writer, public_id: str) -> int:
    """Revoke an invitation that has not been used."""
    return await writer.execute(
        "DELETE FROM links WHERE public_id = :id AND kind = 'invitation' AND used_at IS NULL",
        id=public_id,
    )


async def delete_own_invitations(writer: Writer, email: str) -> None:
    """Remove the unused invitations that somebody asked for with an address."""
    await writer.execute(
        """
        DELETE FROM links
        WHERE kind = 'invitation' AND email = :email AND created_by IS NULL AND used_at IS NULL
        """,
        email=email,
    )


async def delete_links(writer: Writer, kind: LinkKind, *, user_id: int | None) -> None:
    """Remove the unused links of a kind that are for one account, or for none."""
    await writer.execute(
        "DELETE FROM links WHERE kind = :kind AND user_id IS :user AND used_at IS NULL",
        kind=kind,
        user=user_id,
    )


async def delete_old_links(writer: Writer, *, ended_before: int) -> None:
    """Remove what was over long ago."""
    await writer.execute("DELETE FROM links WHERE expires_at < :before", before=ended_before)
