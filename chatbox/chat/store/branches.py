"""The SQL of branches: the ways from a message up to its root, and what lies below it."""

from collections.abc import Sequence

import msgspec

from chatbox.chat.model import Status
from chatbox.chat.store.messages import MESSAGE, MessageRow
from chatbox.db.database import Reader
from chatbox.db.rows import encode_json


class PathRow(msgspec.Struct, frozen=True):
    """A message of a branch, without its text."""

    id: int
    role: str
    status: Status
    tokens: int | None
    tokens_encoding: str | None
    pinned: bool
    window_start_id: int | None


class Sibling(msgspec.Struct, frozen=True):
    """One of the versions of a message."""

    parent_id: int | None
    public_id: str


async def list_branch(
    reader: Reader, session_key: int, *, start: int, limit: int
) -> list[MessageRow]:
    """List a branch from one of its messages upwards, newest first."""
    return await reader.fetch_list(
        MessageRow,
        MESSAGE  # noqa: S608 - both halves are literals
        + """
        JOIN (
            WITH RECURSIVE branch (id, parent, depth) AS (
                SELECT id, parent_id, 0 FROM messages WHERE id = :start AND session_id = :session
                UNION ALL
                SELECT n.id, n.parent_id, b.depth + 1
                FROM messages n
                JOIN branch b ON n.id = b.parent AND n.session_id = :session
                LIMIT 0 + :limit
            )
            SELECT id, depth FROM branch
        ) b ON b.id = m.id
        ORDER BY b.depth
        """,
        session=session_key,
        start=start,
        limit=limit,
    )


async def list_branch_ids(reader: Reader, session_key: int, leaf: int) -> list[int]:
    """List the integer ids of a whole branch, oldest first."""
    return await reader.fetch_list(
        int,
        """
        WITH RECURSIVE branch (id, parent, depth) AS (
            SELECT id, parent_id, 0 FROM messages WHERE id = :leaf AND session_id = :session
            UNION ALL
            SELECT m.id, m.parent_id, b.depth + 1
            FROM messages m
            JOIN branch b ON m.id = b.parent AND m.session_id = :session
        )
        SELECT id FROM branch ORDER BY depth DESC
        """,
        session=session_key,
        leaf=leaf,
    )


async def list_path(reader: Reader, session_key: int, leaf: int) -> list[PathRow]:
    """List a whole branch without its texts, oldest first."""
    return await reader.fetch_list(
        PathRow,
        """
        WITH RECURSIVE branch (id, parent, depth) AS (
            SELECT id, parent_id, 0 FROM messages WHERE id = :leaf AND session_id = :session
            UNION ALL
            SELECT m.id, m.parent_id, b.depth + 1
            FROM messages m
            JOIN branch b ON m.id = b.parent AND m.session_id = :session
        )
        SELECT m.id, m.role, m.status, m.tokens, m.tokens_encoding, m.pinned, m.window_start_id
        FROM branch b
        JOIN messages m ON m.id = b.id
        ORDER BY b.depth DESC
        """,
        session=session_key,
        leaf=leaf,
    )


async def list_children(reader: Reader, parents: Sequence[int]) -> list[Sibling]:
    """List the children of messages, oldest first."""
    return await reader.fetch_list(
        Sibling,
        """
        SELECT parent_id, public_id
        FROM messages
        WHERE parent_id IN (SELECT value FROM json_each(:parents))
        ORDER BY id
        """,
        parents=encode_json(parents),
    )


async def list_roots(reader: Reader, session_key: int) -> list[Sibling]:
    """List a session's first messages, oldest first."""
    return await reader.fetch_list(
        Sibling,
        """
        SELECT parent_id, public_id
        FROM messages
        WHERE session_id = :session AND parent_id IS NULL
        ORDER BY id
        """,
        session=session_key,
    )


async def newest_leaf(reader: Reader, key: int) -> int:
    """Find the newest message at or below a message that has nothing below it."""
    leaf = await reader.fetch_one(
        int,
        """
        WITH RECURSIVE below (id) AS (
            SELECT :id
            UNION ALL
            SELECT m.id FROM messages m JOIN below b ON m.parent_id = b.id
        )
        SELECT max(id) FROM below
        """,
        id=key,
    )
    return key if leaf is None else leaf
