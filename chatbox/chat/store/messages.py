"""The SQL of messages."""

from collections.abc import Sequence

import msgspec

from chatbox.chat.model import ContextAccount, Failure, Role, Status, Usage
from chatbox.db.database import Reader, Writer
from chatbox.db.rows import encode_json
from chatbox.errors import NotFound
from chatbox.llm.messages import Part


class MessageRow(msgspec.Struct, frozen=True):
    """A row of `messages` with the public ids around it."""

    id: int
    public_id: str
    session_id: int
    session_public_id: str
    parent_id: int | None
    parent_public_id: str | None
    role: Role
    status: Status
    parts: tuple[Part, ...]
    model: str | None
    finish_reason: str | None
    error: Failure | None
    usage: Usage | None
    context: ContextAccount | None
    turn_id: str | None
    pinned: bool
    edited: bool
    created_at: int
    finished_at: int | None


class TextRow(msgspec.Struct, frozen=True):
    """A message's content."""

    id: int
    role: Role
    parts: tuple[Part, ...]


MESSAGE = """
    SELECT m.id, m.public_id, m.session_id, s.public_id AS session_public_id, m.parent_id,
        p.public_id AS parent_public_id, m.role, m.status, m.parts, m.model, m.finish_reason,
        m.error, m.usage, m.context,
        (SELECT t.public_id FROM turns t WHERE t.reply_id = m.id ORDER BY t.id DESC LIMIT 1)
            AS turn_id,
        m.pinned, m.edited, m.created_at, m.finished_at
    FROM messages m
    JOIN sessions s ON s.id = m.session_id
    LEFT JOIN messages p ON p.id = m.parent_id
"""


async def find_message(reader: Reader, user_id: int, public_id: str) -> MessageRow | None:
    """Find a message of a session that is not deleted."""
    return await reader.fetch_one(
        MessageRow,
        MESSAGE
        + """
        WHERE m.public_id = :id AND s.user_id = :user AND s.deleted_at IS NULL
        """,
        id=public_id,
        user=user_id,
    )


async def get_message(reader: Reader, user_id: int, public_id: str) -> MessageRow:
    """Find a message or raise `NotFound`."""
    row = await find_message(reader, user_id, public_id)
    if row is None:
        raise NotFound("There is no such message.")
    return row


async def get_message_by_key(reader: Reader, key: int) -> MessageRow:
    """Find a message by its integer id, which only a checked row can have given."""
    row = await reader.fetch_one(MessageRow, MESSAGE + "WHERE m.id = :id", id=key)
    if row is None:
        raise NotFound("There is no such message.")
    return row


async def list_texts(reader: Reader, session_key: int, *, first: int, last: int) -> list[TextRow]:
    """Read the contents of a session's messages within a range of ids, all branches."""
    return await reader.fetch_list(
        TextRow,
        """
        SELECT id, role, parts
        FROM messages
        WHERE session_id = :session AND id BETWEEN :first AND :last
        """,
        session=session_key,
        first=first,
        last=last,
    )


async def is_in_session(reader: Reader, session_key: int, key: int) -> bool:
    """Tell whether a message is (still) one of a session's."""
    found = await reader.fetch_one(
        int,
        "SELECT id FROM messages WHERE id = :id AND session_id = :session",
        id=key,
        session=session_key,
    )
    return found is not None


async def key_of(reader: Reader, public_id: str) -> int | None:
    """Find a message's integer id; the caller has checked whose it is."""
    return await reader.fetch_one(
        int, "SELECT id FROM messages WHERE public_id = :id", id=public_id
    )


class NewMessage(msgspec.Struct, frozen=True):
    """A message to insert."""

    session_key: int
    public_id: str
    parent: int | None
    role: str
    status: Status
    parts: tuple[Part, ...]
    at: int
    model: str | None = None
    edited: bool = False
    tokens: int | None = None
    tokens_encoding: str | None = None


async def insert_message(writer: Writer, message: NewMessage) -> int:
    """Insert a message; raises `Conflict` when its public id is taken."""
    return await writer.insert(
        """
        INSERT INTO messages (public_id, session_id, parent_id, role, status, parts, model, edited,
            tokens, tokens_encoding, created_at, finished_at)
        VALUES (:public_id, :session, :parent, :role, :status, :parts, :model, :edited,
            :tokens, :encoding, :at, CASE :status WHEN 'pending' THEN NULL ELSE :at END)
        """,
        public_id=message.public_id,
        session=message.session_key,
        parent=message.parent,
        role=message.role,
        status=message.status,
        parts=encode_json(message.parts),
        model=message.model,
        edited=message.edited,
        tokens=message.tokens,
        encoding=message.tokens_encoding,
        at=message.at,
    )


async def update_tokens(writer: Writer, counts: Sequence[tuple[int, int]], encoding: str) -> None:
    """Remember token counts as `(message id, tokens)`."""
    await writer.execute(
        """
        UPDATE messages
        SET tokens = count.value ->> 1, tokens_encoding = :encoding
        FROM json_each(:counts) count
        WHERE messages.id = count.value ->> 0
        """,
        counts=encode_json(counts),
        encoding=encoding,
    )


async def update_pinned(writer: Writer, key: int, *, pinned: bool) -> None:
    """Pin or unpin a message."""
    await writer.execute(
        "UPDATE messages SET pinned = :pinned WHERE id = :id", pinned=pinned, id=key
    )


async def start_reply(
    writer: Writer, key: int, *, model: str, context: ContextAccount, window_start: int | None
) -> None:
    """Note what a reply is about to be made from."""
    await writer.execute(
        """
        UPDATE messages
        SET status = 'pending', model = :model, context = :context, window_start_id = :start,
            error = NULL, finished_at = NULL
        WHERE id = :id
        """,
        model=model,
        context=encode_json(context),
        start=window_start,
        id=key,
    )


async def delete_message(writer: Writer, session_key: int, key: int) -> None:
    """Delete a message and everything below it, and correct the session's count."""
    await writer.execute(
        """
        DELETE FROM messages
        WHERE id IN (
            WITH RECURSIVE below (id) AS (
                SELECT :id
                UNION ALL
                SELECT m.id FROM messages m JOIN below b ON m.parent_id = b.id
            )
            SELECT id FROM below
        )
        """,
        id=key,
    )
    await writer.execute(
        """
        UPDATE sessions
        SET message_count = (SELECT count(*) FROM messages WHERE session_id = :id)
        WHERE id = :id
        """,
        id=session_key,
    )


async def set_leaf(writer: Writer, session_key: int, *, leaf: int | None, at: int) -> None:
    """Switch the session to another branch."""
    await writer.execute(
        """
        UPDATE sessions
        SET active_leaf_id = :leaf, updated_at = :at
        WHERE id = :id
        """,
        leaf=leaf,
        at=at,
        id=session_key,
    )
