"""The SQL of wrong passwords and codes, and of the devices that have signed in before."""

import msgspec

from chatbox.db.database import Reader, Writer


class FailureRow(msgspec.Struct, frozen=True):
    """How often something has failed since it last went well."""

    count: int
    first_at: int
    last_at: int


NONE = FailureRow(count=0, first_at=0, last_at=0)


async def get_failures(reader: Reader, key: str, *, since: int) -> FailureRow:
    """Read a count; one whose newest failure is older than `since` is none."""
    found = await reader.fetch_one(
        FailureRow,
        "SELECT count, first_at, last_at FROM failures WHERE key = :key AND last_at >= :since",
        key=key,
        since=since,
    )
    return found or NONE


async def put_failures(writer: Writer, key: str, row: FailureRow) -> None:
    """Write a count."""
    await writer.execute(
        """
        INSERT INTO failures (key, count, first_at, last_at)
        VALUES (:key, :count, :first, :last)
        ON CONFLICT (key) DO UPDATE SET
            count = excluded.count, first_at = excluded.first_at, last_at = excluded.last_at
        """,
        key=key,
        count=row.count,
        first=row.first_at,
        last=row.last_at,
    )


async def delete_failures(writer: Writer, key: str) -> None:
    """Forget a count."""
    await writer.execute("DELETE FROM failures WHERE key = :key", key=key)


async def delete_old_failures(writer: Writer, *, before: int, keep: int) -> None:
    """Forget what ended long ago, and the oldest of too many."""
    await writer.execute("DELETE FROM failures WHERE last_at < :before", before=before)
    await writer.execute(
        """
        DELETE FROM failures
        WHERE key IN (SELECT key FROM failures ORDER BY last_at DESC LIMIT -1 OFFSET :keep)
        """,
        keep=keep,
    )


async def is_known_device(reader: Reader, user_id: int, token_hash: bytes, *, since: int) -> bool:
    """Tell whether a user has signed in from this device before."""
    found = await reader.fetch_one(
        int,
        """
        SELECT 1 FROM known_devices
        WHERE token_hash = :hash AND user_id = :user AND used_at >= :since
        """,
        hash=token_hash,
        user=user_id,
        since=since,
    )
    return found is not None


async def put_device(writer: Writer, user_id: int, token_hash: bytes, at: int) -> None:
    """Remember a device, or that it was used again."""
    await writer.execute(
        """
        INSERT INTO known_devices (token_hash, user_id, created_at, used_at)
        VALUES (:hash, :user, :at, :at)
        ON CONFLICT (token_hash) DO UPDATE SET used_at = excluded.used_at
        """,
        hash=token_hash,
        user=user_id,
        at=at,
    )


async def delete_extra_devices(writer: Writer, user_id: int, *, keep: int) -> None:
    """Forget a user's devices but the ones used last."""
    await writer.execute(
        """
        DELETE FROM known_devices
        WHERE token_hash IN (
            SELECT token_hash FROM known_devices
            WHERE user_id = :user
            ORDER BY used_at DESC
            LIMIT -1 OFFSET :keep
        )
        """,
        user=user_id,
        keep=keep,
    )


async def delete_devices(writer: Writer, user_id: int) -> None:
    """Forget every device of a user."""
    await writer.execute("DELETE FROM known_devices WHERE user_id = :user", user=user_id)


async def delete_old_devices(writer: Writer, *, before: int) -> None:
    """Forget devices that were not used for long."""
    await writer.execute("DELETE FROM known_devices WHERE used_at < :before", before=before)
