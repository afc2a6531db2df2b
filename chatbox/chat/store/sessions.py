"""The SQL of sessions."""

import msgspec

from chatbox.db.database import Reader, Writer
from chatbox.db.rows import encode_json
from chatbox.errors import NotFound
from chatbox.llm.adapter import NO_PARAMS, Params


class SessionRow(msgspec.Struct, frozen=True, gc=False):
    """A row of `sessions`; the provider decides where there are no `params`."""

    id: int
    public_id: str
    title: str
    title_source: str
    model: str | None
    system_prompt: str
    params: Params | None
    pinned: bool
    archived: bool
    active_leaf_id: int | None
    message_count: int
    version: int
    created_at: int
    updated_at: int
    active_at: int
    last_message_at: int | None
    running_turn_id: str | None


class Shelf(msgspec.Struct, frozen=True):
    """Which of the session lists."""

    pinned: bool = False
    archived: bool = False


_SESSION = """
    SELECT s.id, s.public_id, s.title, s.title_source, s.model, s.system_prompt,
        nullif(s.params, '{}') AS params, s.pinned, s.archived, s.active_leaf_id, s.message_count,
        s.version, s.created_at, s.updated_at, s.active_at, s.last_message_at,
        t.public_id AS running_turn_id
    FROM sessions s
    LEFT JOIN turns t ON t.session_id = s.id AND t.status = 'running'
"""


async def find_session(reader: Reader, user_id: int, public_id: str) -> SessionRow | None:
    """Find a session that is not deleted."""
    return await reader.fetch_one(
        SessionRow,
        _SESSION + "WHERE s.public_id = :id AND s.user_id = :user AND s.deleted_at IS NULL",
        id=public_id,
        user=user_id,
    )


async def get_session(reader: Reader, user_id: int, public_id: str) -> SessionRow:
    """Find a session or raise `NotFound`."""
    row = await find_session(reader, user_id, public_id)
    if row is None:
        raise NotFound("There is no such session.")
    return row


async def list_sessions(
    reader: Reader,
    user_id: int,
    *,
    shelf: Shelf,
    before: tuple[int, int],
    limit: int,
) -> list[SessionRow]:
    """List pinned or unpinned sessions, newest activity first, from `(active_at, id)` on."""
    return await reader.fetch_list(
        SessionRow,
        _SESSION
        + """
        WHERE s.user_id = :user AND s.deleted_at IS NULL AND s.archived = :archived
            AND s.pinned = :pinned AND (s.active_at, s.id) < (:at, :id)
        ORDER BY s.active_at DESC, s.id DESC
        LIMIT 0 + :limit
        """,
        user=user_id,
        archived=shelf.archived,
        pinned=shelf.pinned,
        at=before[0],
        id=before[1],
        limit=limit,
    )


async def search_sessions(
    reader: Reader, user_id: int, *, pattern: str, before: tuple[int, int], limit: int
) -> list[SessionRow]:
    """List sessions whose title contains the text of an escaped LIKE pattern, newest first."""
    return await reader.fetch_list(
        SessionRow,
        _SESSION  # noqa: S608 - both halves are literals
        + """
        JOIN (
            SELECT id FROM sessions
            WHERE user_id = :user AND deleted_at IS NULL AND title LIKE :pattern ESCAPE '\\'
                AND (active_at, id) < (:at, :id)
            ORDER BY active_at DESC, id DESC
            LIMIT 0 + :limit
        ) found ON found.id = s.id
        ORDER BY s.active_at DESC, s.id DESC
        """,
        user=user_id,
        pattern=pattern,
        at=before[0],
        id=before[1],
        limit=limit,
    )


async def insert_session(writer: Writer, user_id: int, session: SessionRow) -> int:
    """Insert a session; raises `Conflict` when its public id is taken."""
    return await writer.insert(
        """
        INSERT INTO sessions (public_id, user_id, title, title_source, model, system_prompt,
            params, created_at, updated_at, active_at)
        VALUES (:public_id, :user, :title, :title_source, :model, :system_prompt, :params,
            :at, :at, :at)
        """,
        public_id=session.public_id,
        user=user_id,
        title=session.title,
        title_source=session.title_source,
        model=session.model,
        system_prompt=session.system_prompt,
        params=encode_json(session.params or NO_PARAMS),
        at=session.created_at,
    )


async def update_session(
    writer: Writer, user_id: int, session: SessionRow, *, expected_version: int, at: int
) -> int:
    """Write a session's own fields; answer 0 when somebody else was quicker."""
    return await writer.execute(
        """
        UPDATE sessions
        SET title = :title, title_source = :title_source, model = :model,
            system_prompt = :system_prompt, params = :params, pinned = :pinned,
            archived = :archived, active_leaf_id = :leaf, version = version + 1, updated_at = :at
        WHERE id = :id AND user_id = :user AND version = :version AND deleted_at IS NULL
        """,
        title=session.title,
        title_source=session.title_source,
        model=session.model,
        system_prompt=session.system_prompt,
        params=encode_json(session.params or NO_PARAMS),
        pinned=session.pinned,
        archived=session.archived,
        leaf=session.active_leaf_id,
        id=session.id,
        user=user_id,
        version=expected_version,
        at=at,
    )


async def set_deleted(writer: Writer, user_id: int, public_id: str, *, at: int | None) -> int:
    """Delete a session softly, or bring it back with `at=None`."""
    return await writer.execute(
        """
        UPDATE sessions
        SET deleted_at = :at, version = version + 1
        WHERE public_id = :id AND user_id = :user AND (deleted_at IS NULL) = (:at IS NOT NULL)
        """,
        at=at,
        id=public_id,
        user=user_id,
    )


async def delete_sessions(writer: Writer, *, deleted_before: int) -> int:
    """Remove sessions for good that were deleted before a time, with all they hold."""
    return await writer.execute(
        "DELETE FROM sessions WHERE deleted_at < :before", before=deleted_before
    )


async def touch_session(
    writer: Writer, session_key: int, *, leaf: int | None, messages: int, at: int
) -> None:
    """Note new messages: the branch they are on, how many came, when."""
    await writer.execute(
        """
        UPDATE sessions
        SET active_leaf_id = :leaf, message_count = message_count + :messages,
            active_at = :at, last_message_at = :at, updated_at = :at
        WHERE id = :id
        """,
        leaf=leaf,
        messages=messages,
        at=at,
        id=session_key,
    )


async def set_title(writer: Writer, session_key: int, title: str) -> None:
    """Name a session that its user has not named."""
    await writer.execute(
        """
        UPDATE sessions
        SET title = :title, title_source = 'heuristic'
        WHERE id = :id AND title_source = 'none'
        """,
        title=title,
        id=session_key,
    )
