"""The transaction that begins a turn: question, empty reply and turn, or nothing at all."""

import hashlib

import msgspec

from chatbox.caller import Caller
from chatbox.chat.compose import NEW
from chatbox.chat.messages import Found, Messages, with_siblings
from chatbox.chat.model import Started
from chatbox.chat.plan import Plan
from chatbox.chat.reply import text_of, thinking_of
from chatbox.chat.store import messages as message_store
from chatbox.chat.store import sessions as session_store
from chatbox.chat.store import turns as turn_store
from chatbox.chat.store.messages import NewMessage
from chatbox.chat.store.sessions import SessionRow
from chatbox.chat.store.turns import TurnRow
from chatbox.chat.titles import title_of
from chatbox.chat.view import session_of, turn_of
from chatbox.db.database import Conflict, Database, Reader, Writer
from chatbox.errors import (
    AlreadyExists,
    CannotContinue,
    IdempotencyMismatch,
    NotFound,
    SessionBusy,
)
from chatbox.events.hub import Hub, TurnLog
from chatbox.kit.clock import now_ms
from chatbox.kit.ids import new_id
from chatbox.llm.messages import TextPart


class Order(msgspec.Struct, frozen=True):
    """A turn to begin: for whom, what, and the Idempotency-Key with its request's hash."""

    caller: Caller
    plan: Plan
    key: str | None
    fingerprint: str


def fingerprint_of(verb: str, target: str | None, body: object) -> str:
    """Tell requests apart that carry the same Idempotency-Key."""
    return hashlib.sha256(msgspec.json.encode([verb, target, body])).hexdigest()


class Begun(msgspec.Struct, frozen=True):
    """A turn on disk, with its integer keys and its log."""

    turn_key: int
    reply_key: int
    session_key: int
    log: TurnLog
    started: Started


class Shown(msgspec.Struct, frozen=True):
    """A turn as it is on disk, with its session and its messages, the reply last."""

    row: TurnRow
    session: SessionRow
    found: Found


class _Keys(msgspec.Struct, frozen=True):
    session: int
    question: int | None
    reply: int


async def begin_turn(
    database: Database,
    hub: Hub,
    messages: Messages,
    order: Order,
) -> Begun | None:
    """Write a planned turn; None when its Idempotency-Key has begun one in the meantime.

    Raises `SessionBusy`, `NotFound` and `AlreadyExists` for what changed since the plan was made.
    """
    written = await database.write_together(lambda writer: _write(writer, order))
    if written is None:
        return None
    log = _open_log(hub, order, written.row)
    return Begun(
        turn_key=written.row.id,
        reply_key=written.row.reply_id,
        session_key=written.row.session_id,
        log=log,
        started=started_of(hub, messages, written),
    )


async def _write(writer: Writer, order: Order) -> Shown | None:
    caller = order.caller
    if order.key and await turn_store.find_turn_by_key(writer, caller.user_id, order.key):
        return None
    at = now_ms()
    keys = await _write_messages(writer, caller, order.plan, at)
    row = await _write_turn(writer, order, keys, at)
    return await _show(writer, caller, row)


def _open_log(hub: Hub, order: Order, row: TurnRow) -> TurnLog:
    """Make the turn visible, in the same step of the event loop that learns of the commit."""
    log = TurnLog(
        turn_id=row.public_id,
        session_id=row.session_public_id,
        reply_id=row.reply_public_id,
        user_id=order.caller.user_id,
    )
    before = order.plan.reply.parts if order.plan.reply else ()
    log.publish("turn", turn_event(row, text=text_of(before)))
    hub.open_log(log)
    return log


async def _write_turn(writer: Writer, order: Order, keys: _Keys, at: int) -> TurnRow:
    plan, turn_id = order.plan, new_id()
    before = plan.reply.parts if plan.reply else ()
    turn: dict[str, object] = {
        "public_id": turn_id,
        "session": keys.session,
        "user_message": keys.question,
        "reply": keys.reply,
        "model": plan.target.public_name,
        "continued": plan.reply is not None,
        "idempotency_key": order.key,
        "request_hash": order.fingerprint,
        "text_start": len(text_of(before)),
        "thinking_start": len(thinking_of(before)),
        "at": at,
    }
    try:
        await turn_store.insert_turn(writer, order.caller.user_id, turn)
    except Conflict as conflict:
        raise SessionBusy from conflict
    return await turn_store.get_turn(writer, order.caller.user_id, turn_id)


def turn_event(row: TurnRow, *, text: str) -> dict[str, object]:
    """The first event of every turn; `text` is what the reply said before, when it is continued."""
    return {
        "turn_id": row.public_id,
        "session_id": row.session_public_id,
        "user_message_id": row.user_message_public_id,
        "reply_id": row.reply_public_id,
        "model": row.model,
        "continued": row.continued,
        "text": text,
    }


async def find_begun(reader: Reader, caller: Caller, key: str, fingerprint: str) -> Shown | None:
    """Find what an Idempotency-Key has begun; another request under it is a mismatch."""
    row = await turn_store.find_turn_by_key(reader, caller.user_id, key)
    if row is None:
        return None
    if row.request_hash != fingerprint:
        raise IdempotencyMismatch
    return await _show(reader, caller, row)


async def _show(reader: Reader, caller: Caller, row: TurnRow) -> Shown:
    """Read what belongs to a turn."""
    session = await session_store.get_session(reader, caller.user_id, row.session_public_id)
    rows = [await message_store.get_message_by_key(reader, row.reply_id)]
    if row.user_message_public_id is not None:
        question = await message_store.get_message(
            reader, caller.user_id, row.user_message_public_id
        )
        rows.insert(0, question)
    return Shown(row, session, await with_siblings(reader, rows))


def started_of(hub: Hub, messages: Messages, shown: Shown) -> Started:
    """Show a turn with its session and messages as they are now."""
    log = hub.log(shown.row.public_id)
    last = len(log.events) if log is not None else 0
    items = messages.show(shown.found)
    return Started(
        turn=turn_of(shown.row, last_event_id=last),
        session=session_of(shown.session),
        user_message=items[0] if len(items) == 2 else None,
        reply=items[-1],
    )


async def _write_messages(writer: Writer, caller: Caller, plan: Plan, at: int) -> _Keys:
    session = await _session(writer, caller, plan)
    await _check_parent(writer, session, plan)
    if plan.counts:
        await message_store.update_tokens(writer, plan.counts, plan.encoding)
    question = None
    if plan.question is not None:
        question = await _insert(
            writer,
            NewMessage(
                session_key=session.id,
                public_id=plan.question.public_id,
                parent=plan.parent,
                role="user",
                status="done",
                parts=(TextPart(plan.question.text),),
                at=at,
                tokens=plan.question.tokens,
                tokens_encoding=plan.encoding,
            ),
        )
    reply = await _reply(writer, plan, session, question, at)
    start = question if plan.context.start_id == NEW else plan.context.start_id
    await message_store.start_reply(
        writer,
        reply,
        model=plan.target.public_name,
        context=plan.account,
        window_start=start,
    )
    inserted = (question is not None) + (plan.reply is None)
    await session_store.touch_session(writer, session.id, leaf=reply, messages=inserted, at=at)
    if session.title_source == "none" and plan.question is not None:
        await session_store.set_title(writer, session.id, title_of(plan.question.text))
    return _Keys(session=session.id, question=question, reply=reply)


async def _session(writer: Writer, caller: Caller, plan: Plan) -> SessionRow:
    if plan.session.id == 0:
        key = await session_store.insert_session(writer, caller.user_id, plan.session)
        return msgspec.structs.replace(plan.session, id=key)
    session = await session_store.get_session(writer, caller.user_id, plan.session.public_id)
    if session.running_turn_id is not None:
        raise SessionBusy(turn_id=session.running_turn_id)
    return session


async def _check_parent(reader: Reader, session: SessionRow, plan: Plan) -> None:
    """The plan was made a moment ago; what it answers may have been deleted since."""
    if plan.parent is None or await message_store.is_in_session(reader, session.id, plan.parent):
        return
    raise NotFound("The message to answer has just been deleted.")


async def _reply(
    writer: Writer, plan: Plan, session: SessionRow, question: int | None, at: int
) -> int:
    if plan.reply is None:
        return await _insert(
            writer,
            NewMessage(
                session_key=session.id,
                public_id=new_id(),
                parent=question or plan.parent,
                role="assistant",
                status="pending",
                parts=(),
                at=at,
            ),
        )
    now = await message_store.get_message_by_key(writer, plan.reply.id)
    if now.status != plan.reply.status or now.parts != plan.reply.parts:
        raise CannotContinue("The message has changed in the meantime.")
    return now.id


async def _insert(writer: Writer, message: NewMessage) -> int:
    try:
        return await message_store.insert_message(writer, message)
    except Conflict as conflict:
        raise AlreadyExists("There is already a message with that id.") from conflict
