"""Rows as the API shows them."""

from collections.abc import Sequence

from chatbox.chat.model import Message, MessagePage, Session, SessionPage, Turn
from chatbox.chat.reply import text_of
from chatbox.chat.store.messages import MessageRow
from chatbox.chat.store.sessions import SessionRow
from chatbox.chat.store.turns import TurnRow
from chatbox.kit.clock import optional_rfc3339, rfc3339
from chatbox.llm.adapter import NO_PARAMS
from chatbox.web.paging import encode_cursor, page


def session_of(row: SessionRow) -> Session:
    """Show a session."""
    return Session(
        id=row.public_id,
        title=row.title,
        model=row.model,
        system_prompt=row.system_prompt,
        params=row.params or NO_PARAMS,
        pinned=row.pinned,
        archived=row.archived,
        version=row.version,
        message_count=row.message_count,
        running_turn_id=row.running_turn_id,
        created_at=rfc3339(row.created_at),
        updated_at=rfc3339(row.updated_at),
        last_message_at=None if row.last_message_at is None else rfc3339(row.last_message_at),
    )


def message_of(row: MessageRow, *, siblings: Sequence[str]) -> Message:
    """Show a message; `siblings` are the public ids of all its versions, in order."""
    return Message(
        id=row.public_id,
        session_id=row.session_public_id,
        parent_id=row.parent_public_id,
        role=row.role,
        text=text_of(row.parts),
        parts=list(row.parts),
        status=row.status,
        model=row.model,
        finish_reason=row.finish_reason,
        usage=row.usage,
        context=row.context,
        error=row.error,
        turn_id=row.turn_id,
        sibling_ids=list(siblings) or [row.public_id],
        pinned=row.pinned,
        edited=row.edited,
        created_at=rfc3339(row.created_at),
        finished_at=optional_rfc3339(row.finished_at),
    )


def turn_of(row: TurnRow, *, last_event_id: int) -> Turn:
    """Show a turn."""
    return Turn(
        id=row.public_id,
        session_id=row.session_public_id,
        reply_id=row.reply_public_id,
        user_message_id=row.user_message_public_id,
        model=row.model,
        status=row.status,
        started_at=rfc3339(row.started_at),
        ended_at=optional_rfc3339(row.ended_at),
        last_event_id=last_event_id,
    )


def session_page(rows: Sequence[SessionRow], limit: int, *, has_pinned: bool) -> SessionPage:
    """Show a page of sessions that was read with one more; the pinned before it do not count."""
    pinned = next((i for i, row in enumerate(rows) if not row.pinned), len(rows))
    pinned = pinned if has_pinned else 0
    shown, next_cursor = page(rows[pinned:], limit, lambda row: (row.active_at, row.id))
    items = [session_of(row) for row in [*rows[:pinned], *shown]]
    return SessionPage(items=items, next_cursor=next_cursor)


def message_page(items: list[Message], following: int | None) -> MessagePage:
    """Show a page of messages; `following` is the key that the next one needs."""
    next_cursor = encode_cursor((0, following)) if following else None
    return MessagePage(items=items, next_cursor=next_cursor)
