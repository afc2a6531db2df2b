"""The SQL of accounts that are deleted: marked first, removed when nothing else is left of them."""

from chatbox.db.database import Reader, Writer


async def mark_deleted(writer: Writer, key: int) -> int:
    """Take an account's names and secrets away; answer 0 for the owner, who cannot be deleted."""
    return await writer.execute(
        """
        UPDATE users
        SET state = 'deleted', username = NULL, email = NULL, name = '', settings = '{}',
            password_hash = NULL, totp_secret = NULL, totp_confirmed_at = NULL,
            rights_version = rights_version + 1, version = version + 1
        WHERE id = :id AND role <> 'owner'
        """,
        id=key,
    )


async def delete_ways_in(writer: Writer, key: int) -> None:
    """Remove everything that somebody signs in with, and the links that the account handed out."""
    for sql in (
        "DELETE FROM logins WHERE user_id = :user",
        "DELETE FROM known_devices WHERE user_id = :user",
        "DELETE FROM recovery_codes WHERE user_id = :user",
        "DELETE FROM identities WHERE user_id = :user",
        "DELETE FROM links WHERE user_id = :user OR (created_by = :user AND used_at IS NULL)",
    ):
        await writer.execute(sql, user=key)


async def list_deleted(reader: Reader) -> list[int]:
    """List the accounts whose removal has begun."""
    return await reader.fetch_all(int, "SELECT id FROM users WHERE state = 'deleted' ORDER BY id")


async def delete_user(writer: Writer, key: int) -> int:
    """Remove an account that was marked, with whatever still refers to it."""
    return await writer.execute("DELETE FROM users WHERE id = :id AND state = 'deleted'", id=key)
