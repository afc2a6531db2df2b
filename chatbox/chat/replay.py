"""Turns that are no longer running: replayed event by event, and swept up after a crash."""

import logging

import msgspec

from chatbox.chat.begin import turn_event
from chatbox.chat.ending import SERVER_STOPPED
from chatbox.chat.reply import join_parts, parts_of_journal, split_marks, text_of, thinking_of
from chatbox.chat.store import messages as message_store
from chatbox.chat.store import turns as turn_store
from chatbox.chat.store.turns import TurnEnd, TurnRow
from chatbox.db.database import Database, Reader, Writer
from chatbox.events.hub import Event
from chatbox.kit.clock import now_ms

logger = logging.getLogger(__name__)

KEEP_MARKS_MS = 24 * 3_600_000


class Replay(msgspec.Struct, frozen=True):
    """The events of an ended turn, and up to which number they are those that were streamed.

    A viewer who has seen more must begin again: after a crash the numbers that follow the saved
    text are other events than those that were streamed but did not reach the disk, and a day
    after the turn its cuts are forgotten and the text comes as one event.
    """

    events: list[Event]
    safe: int


async def replay(reader: Reader, row: TurnRow) -> Replay:
    """List the events of an ended turn."""
    reply = await message_store.get_message_by_key(reader, row.reply_id)
    whole = text_of(reply.parts)
    before, text = whole[: row.text_start], whole[row.text_start :]
    thinking = thinking_of(reply.parts)[row.thinking_start :]
    marks = row.marks
    if marks is None:
        marks = (f"R{len(thinking)}" if thinking else "") + (f"T{len(text)}" if text else "")
    first = Event("turn", msgspec.json.encode(turn_event(row, text=before)))
    deltas = list(split_marks(marks, text=text, thinking=thinking))
    last = [Event(kind, bytes(data)) for kind, data in row.outcome or ()]
    events = [first, *deltas, *last]
    if row.marks is None:
        return Replay(events, safe=0)
    return Replay(events, safe=1 + len(deltas) if row.swept else len(events))


async def sweep(database: Database) -> int:
    """Complete the replies of turns that a server which died left behind; answer how many."""
    async with database.read() as reader:
        rows = await turn_store.list_running(reader)
    for row in rows:
        async with database.write() as writer:
            await turn_store.end_turn(writer, await _interrupted(writer, row))
    if rows:
        logger.warning("interrupted turns were completed", extra={"turns": len(rows)})
    return len(rows)


async def forget_marks(database: Database) -> None:
    """Drop the cuts of turns that ended long ago."""
    async with database.write() as writer:
        await turn_store.forget_marks(writer, ended_before=now_ms() - KEEP_MARKS_MS)


async def _interrupted(writer: Writer, row: TurnRow) -> TurnEnd:
    reply = await message_store.get_message_by_key(writer, row.reply_id)
    journal = await turn_store.list_journal(writer, row.id)
    marks = "".join(entry.marks for entry in journal)
    written = parts_of_journal(marks, "".join(entry.text for entry in journal))
    done = {
        "status": "interrupted",
        "finish_reason": "interrupted",
        "text_length": len(text_of(written)),
    }
    return TurnEnd(
        turn_key=row.id,
        reply_key=row.reply_id,
        session_key=row.session_id,
        status="interrupted",
        parts=join_parts([*reply.parts, *written]),
        finish_reason="interrupted",
        error=SERVER_STOPPED,
        usage=None,
        tokens=None,
        tokens_encoding=None,
        marks=marks,
        outcome=(
            ("error", msgspec.Raw(msgspec.json.encode(SERVER_STOPPED))),
            ("done", msgspec.Raw(msgspec.json.encode(done))),
        ),
        at=now_ms(),
        swept=True,
    )
