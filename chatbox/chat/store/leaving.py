"""The SQL of removing everything that an account has written."""

import msgspec

from chatbox.db.database import Reader, Writer


class Heap(msgspec.Struct, frozen=True):
    """A session and how many messages it has."""

    id: int
    message_count: int


async def find_heap(reader: Reader, user_id: int) -> Heap | None:
    """Find any session of a user."""
    return await reader.fetch_one(
        Heap,
        """
        SELECT id, message_count FROM sessions WHERE user_id = :user AND deleted_at IS NULL
        UNION ALL
        SELECT id, message_count FROM sessions WHERE user_id = :user AND deleted_at IS NOT NULL
        LIMIT 1
        """,
        user=user_id,
    )


async def delete_newest(writer: Writer, session_key: int, *, most: int) -> int:
    """Remove a session's newest messages with their turns; what is left stays a sound session.

    A message comes after its parent, so the newest ones are nobody's parents.
    """
    gone = await writer.execute(
        """
        DELETE FROM messages
        WHERE id IN (
            SELECT id FROM messages WHERE session_id = :session ORDER BY id DESC LIMIT 0 + :most
        )
        """,
        session=session_key,
        most=most,
    )
    await writer.execute(
        """
        UPDATE sessions
        SET message_count = message_count - :gone,
            active_leaf_id = (SELECT max(id) FROM messages WHERE session_id = :session)
        WHERE id = :session
        """,
        gone=gone,
        session=session_key,
    )
    return gone


async def delete_session(writer: Writer, session_key: int) -> None:
    """Remove a session with everything in it."""
    await writer.execute("DELETE FROM sessions WHERE id = :id", id=session_key)
