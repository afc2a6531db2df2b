"""The SQL of taking out everything that an account has written."""

from collections.abc import Sequence

import msgspec

from chatbox.db.database import Reader
from chatbox.db.rows import encode_json


class SessionRow(msgspec.Struct, frozen=True):
    """A session with what its user knows of it."""

    id: str
    title: str
    model: str | None
    system_prompt: str
    params: msgspec.Raw
    pinned: bool
    archived: bool
    message_count: int
    created_at: int
    updated_at: int
    last_message_at: int | None
    deleted_at: int | None


class MessageRow(msgspec.Struct, frozen=True):
    """A message; what is stored as JSON stays as it is."""

    id: str
    session_id: str
    parent_id: str | None
    role: str
    status: str
    parts: msgspec.Raw
    model: str | None
    finish_reason: str | None
    error: msgspec.Raw | None
    usage: msgspec.Raw | None
    context: msgspec.Raw | None
    pinned: bool
    edited: bool
    created_at: int
    finished_at: int | None


class TurnRow(msgspec.Struct, frozen=True):
    """A turn without what only its replay needs."""

    key: int
    id: str
    session_id: str
    user_message_id: str | None
    reply_id: str
    status: str
    model: str
    continued: bool
    started_at: int
    ended_at: int | None


class Size(msgspec.Struct, frozen=True):
    """A message's key and how many bytes its content has."""

    key: int
    size: int


async def list_session_keys(reader: Reader, user_id: int) -> list[int]:
    """List the keys of all of a user's sessions, deleted ones too."""
    return await reader.fetch_all(
        int,
        """
        SELECT id FROM sessions WHERE user_id = :user AND deleted_at IS NULL
        UNION ALL
        SELECT id FROM sessions WHERE user_id = :user AND deleted_at IS NOT NULL
        ORDER BY id
        """,
        user=user_id,
    )


async def list_sessions(reader: Reader, keys: Sequence[int]) -> list[SessionRow]:
    """Read sessions by their keys, which only a checked row can have given."""
    return await reader.fetch_all(
        SessionRow,
        """
        SELECT s.public_id AS id, s.title, s.model, s.system_prompt, s.params, s.pinned, s.archived,
            s.message_count, s.created_at, s.updated_at, s.last_message_at, s.deleted_at
        FROM json_each(:keys) wanted
        JOIN sessions s ON s.id = wanted.value
        ORDER BY s.id
        """,
        keys=encode_json(keys),
    )


async def list_sizes(reader: Reader, session_key: int, *, after: int, limit: int) -> list[Size]:
    """List how large a session's messages are, which SQLite tells without reading them."""
    return await reader.fetch_all(
        Size,
        """
        SELECT id AS key, octet_length(parts) AS size
        FROM messages
        WHERE session_id = :session AND id > :after
        ORDER BY id
        LIMIT 0 + :limit
        """,
        session=session_key,
        after=after,
        limit=limit,
    )


async def list_messages(
    reader: Reader, session_key: int, *, after: int, last: int
) -> list[MessageRow]:
    """Read a session's messages within a range of keys, all branches."""
    return await reader.fetch_all(
        MessageRow,
        """
        SELECT m.public_id AS id, s.public_id AS session_id, p.public_id AS parent_id,
            m.role, m.status, m.parts, m.model, m.finish_reason, m.error, m.usage, m.context,
            m.pinned, m.edited, m.created_at, m.finished_at
        FROM messages m
        JOIN sessions s ON s.id = m.session_id
        LEFT JOIN messages p ON p.id = m.parent_id
        WHERE m.session_id = :session AND m.id > :after AND m.id <= :last
        ORDER BY m.id
        """,
        session=session_key,
        after=after,
        last=last,
    )


async def list_turns(reader: Reader, session_key: int, *, after: int, limit: int) -> list[TurnRow]:
    """Read a session's turns from a key on."""
    return await reader.fetch_all(
        TurnRow,
        """
        SELECT t.id AS key, t.public_id AS id, s.public_id AS session_id,
            u.public_id AS user_message_id, r.public_id AS reply_id, t.status, t.model,
            t.continued, t.started_at, t.ended_at
        FROM turns t
        JOIN sessions s ON s.id = t.session_id
        JOIN messages r ON r.id = t.reply_id
        LEFT JOIN messages u ON u.id = t.user_message_id
        WHERE t.session_id = :session AND t.id > :after
        ORDER BY t.id
        LIMIT 0 + :limit
        """,
        session=session_key,
        after=after,
        limit=limit,
    )
