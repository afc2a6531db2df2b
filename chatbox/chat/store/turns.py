"""The SQL of turns and of the journal that holds their text while they run."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from chatbox.chat.model import Failure, TurnStatus, Usage
from chatbox.db.database import Reader, Writer
from chatbox.db.rows import encode_json
from chatbox.errors import NotFound
from chatbox.llm.messages import Part


class TurnRow(msgspec.Struct, frozen=True):
    """A row of `turns` with the public ids around it."""

    id: int
    public_id: str
    user_id: int
    session_id: int
    session_public_id: str
    user_message_public_id: str | None
    reply_id: int
    reply_public_id: str
    status: TurnStatus
    model: str
    continued: bool
    request_hash: str | None
    outcome: tuple[tuple[str, msgspec.Raw], ...] | None
    swept: bool
    marks: str | None
    text_start: int
    thinking_start: int
    started_at: int
    ended_at: int | None


class TurnEnd(msgspec.Struct, frozen=True):
    """Everything that is written when a turn ends; `turn_key` is the turn's integer id."""

    turn_key: int
    reply_key: int
    session_key: int
    status: TurnStatus
    parts: tuple[Part, ...]
    finish_reason: str | None
    error: Failure | None
    usage: Usage | None
    tokens: int | None
    tokens_encoding: str | None
    marks: str
    outcome: tuple[tuple[str, msgspec.Raw], ...]
    at: int
    swept: bool = False


class JournalRow(msgspec.Struct, frozen=True):
    """What one turn said between two commits."""

    seq: int
    marks: str
    text: str


class NewJournalRow(msgspec.Struct, frozen=True):
    """What a turn, by its integer id, has said since the last commit."""

    turn_id: int
    seq: int
    marks: str
    text: str


_TURN = """
    SELECT t.id, t.public_id, t.user_id, t.session_id, s.public_id AS session_public_id,
        u.public_id AS user_message_public_id, t.reply_id, r.public_id AS reply_public_id,
        t.status, t.model, t.continued, t.request_hash, t.outcome, t.swept, t.marks,
        t.text_start, t.thinking_start, t.started_at, t.ended_at
    FROM turns t
    JOIN sessions s ON s.id = t.session_id
    JOIN messages r ON r.id = t.reply_id
    LEFT JOIN messages u ON u.id = t.user_message_id
"""


async def find_turn(reader: Reader, user_id: int, public_id: str) -> TurnRow | None:
    """Find a turn of a session that is not deleted."""
    return await reader.fetch_one(
        TurnRow,
        _TURN + "WHERE t.public_id = :id AND t.user_id = :user AND s.deleted_at IS NULL",
        id=public_id,
        user=user_id,
    )


async def get_turn(reader: Reader, user_id: int, public_id: str) -> TurnRow:
    """Find a turn or raise `NotFound`."""
    row = await find_turn(reader, user_id, public_id)
    if row is None:
        raise NotFound("There is no such turn.")
    return row


async def find_turn_by_key(reader: Reader, user_id: int, idempotency_key: str) -> TurnRow | None:
    """Find the turn that an Idempotency-Key began."""
    return await reader.fetch_one(
        TurnRow,
        _TURN + "WHERE t.user_id = :user AND t.idempotency_key = :key",
        user=user_id,
        key=idempotency_key,
    )


async def list_running(reader: Reader) -> list[TurnRow]:
    """List the turns that a server which died left behind."""
    return await reader.fetch_all(TurnRow, _TURN + "WHERE t.status = 'running' ORDER BY t.id")


async def insert_turn(writer: Writer, user_id: int, turn: Mapping[str, Any]) -> int:
    """Insert a running turn; raises `Conflict` when its session has one or its key is taken."""
    return await writer.insert(
        """
        INSERT INTO turns (public_id, user_id, session_id, user_message_id, reply_id, status,
            model, continued, idempotency_key, request_hash, text_start, thinking_start, started_at)
        VALUES (:public_id, :user, :session, :user_message, :reply, 'running', :model, :continued,
            :idempotency_key, :request_hash, :text_start, :thinking_start, :at)
        """,
        user=user_id,
        **turn,
    )


async def append_journal(writer: Writer, rows: Sequence[NewJournalRow]) -> None:
    """Append text to the journal of turns that still run, of all of them in one step."""
    await writer.execute(
        """
        INSERT INTO journal (turn_id, seq, marks, text)
        SELECT t.id, row.value ->> 'seq', row.value ->> 'marks', row.value ->> 'text'
        FROM json_each(:rows) row
        JOIN turns t ON t.id = row.value ->> 'turn_id' AND t.status = 'running'
        """,
        rows=encode_json(rows),
    )


async def list_journal(reader: Reader, turn_key: int) -> list[JournalRow]:
    """Read a turn's journal in order."""
    return await reader.fetch_list(
        JournalRow,
        "SELECT seq, marks, text FROM journal WHERE turn_id = :turn ORDER BY seq",
        turn=turn_key,
    )


async def end_turn(writer: Writer, end: TurnEnd) -> None:
    """Write the reply once, whole; end the turn; let its journal go; touch its session."""
    await _write_reply(writer, end)
    await writer.execute(
        """
        UPDATE turns
        SET status = :status, marks = :marks, outcome = :outcome, swept = :swept,
            ended_at = :at
        WHERE id = :id
        """,
        status=end.status,
        marks=end.marks,
        outcome=encode_json(end.outcome),
        swept=end.swept,
        at=end.at,
        id=end.turn_key,
    )
    await writer.execute("DELETE FROM journal WHERE turn_id = :id", id=end.turn_key)
    await writer.execute(
        """
        UPDATE sessions
        SET active_at = :at, last_message_at = :at
        WHERE id = :id
        """,
        at=end.at,
        id=end.session_key,
    )


async def _write_reply(writer: Writer, end: TurnEnd) -> None:
    await writer.execute(
        """
        UPDATE messages
        SET parts = :parts, status = :status, finish_reason = :finish_reason, error = :error,
            usage = :usage, tokens = :tokens, tokens_encoding = :encoding, finished_at = :at
        WHERE id = :id
        """,
        parts=encode_json(end.parts),
        status=end.status,
        finish_reason=end.finish_reason,
        error=None if end.error is None else encode_json(end.error),
        usage=None if end.usage is None else encode_json(end.usage),
        tokens=end.tokens,
        encoding=end.tokens_encoding,
        at=end.at,
        id=end.reply_key,
    )


async def forget_marks(writer: Writer, *, ended_before: int) -> int:
    """Drop how old turns were cut into events; their text stays."""
    return await writer.execute(
        "UPDATE turns SET marks = NULL WHERE marks IS NOT NULL AND ended_at < :before",
        before=ended_before,
    )
