"""Where in which session a turn happens, and what its request says about the model."""

import msgspec
from msgspec import UNSET

from chatbox.caller import Caller
from chatbox.chat.model import Again, Chat, NewSession, Send
from chatbox.chat.service import new_session
from chatbox.chat.store import branches as branch_store
from chatbox.chat.store import messages as message_store
from chatbox.chat.store import sessions as session_store
from chatbox.chat.store.messages import MessageRow
from chatbox.chat.store.sessions import SessionRow
from chatbox.config import Limits
from chatbox.db.database import Reader
from chatbox.errors import CannotContinue, InvalidRequest, LimitReached, NotFound, SessionBusy
from chatbox.llm.adapter import Params


class Place(msgspec.Struct, frozen=True):
    """A turn's place. `leaf` is what it answers; `asked` and `fallbacks` are wishes for models."""

    session: SessionRow
    leaf: int | None
    question: str | None = None
    message_id: str | None = None
    reply: MessageRow | None = None
    params: Params | None = None
    asked: tuple[str | None, ...] = ()
    fallbacks: tuple[str | None, ...] = ()


async def place_of_send(
    reader: Reader, caller: Caller, session_id: str | None, ask: Send | Chat, *, limits: Limits
) -> Place:
    """Find the place of a new message; without a session it is in a new one."""
    session = await _session(reader, caller, session_id, ask, limits=limits)
    return Place(
        session=session,
        leaf=await _leaf(reader, caller, session, ask.parent_id),
        question=ask.content,
        message_id=getattr(ask, "message_id", None),
        params=ask.params,
        asked=(ask.model, session.model),
    )


async def place_of_again(reader: Reader, caller: Caller, message_id: str, ask: Again) -> Place:
    """Find the place of another version of a reply, or of a reply to a user message."""
    message, session = await _message(reader, caller, message_id)
    leaf = message.parent_id if message.role == "assistant" else message.id
    if leaf is None:
        raise InvalidRequest("There is no question before this message.")
    return Place(
        session=session,
        leaf=leaf,
        params=ask.params,
        asked=(ask.model, session.model),
        fallbacks=(message.model,),
    )


async def place_of_more(reader: Reader, caller: Caller, message_id: str) -> Place:
    """Find the place of a continuation. Raises `CannotContinue` and `SessionBusy`."""
    message, session = await _message(reader, caller, message_id)
    if message.role != "assistant":
        raise CannotContinue("Only replies can be continued.")
    if message.status == "pending":
        raise SessionBusy
    if message.status == "done" and message.finish_reason != "length":
        raise CannotContinue("This reply is complete.")
    if await branch_store.list_children(reader, [message.id]):
        raise CannotContinue("Only the last reply of a branch can be continued.")
    return Place(session, leaf=message.id, reply=message, fallbacks=(message.model, session.model))


async def _message(
    reader: Reader, caller: Caller, message_id: str
) -> tuple[MessageRow, SessionRow]:
    message = await message_store.get_message(reader, caller.user_id, message_id)
    session = await session_store.get_session(reader, caller.user_id, message.session_public_id)
    return message, session


async def _session(
    reader: Reader, caller: Caller, session_id: str | None, ask: Send | Chat, *, limits: Limits
) -> SessionRow:
    if session_id is None:
        prompt = getattr(ask, "system_prompt", None) or ""
        return new_session(NewSession(model=ask.model, system_prompt=prompt))
    session = await session_store.get_session(reader, caller.user_id, session_id)
    if session.running_turn_id is not None:
        raise SessionBusy(turn_id=session.running_turn_id)
    if session.message_count >= limits.messages_per_session:
        raise LimitReached("This session is full; begin a new one.")
    return session


async def _leaf(reader: Reader, caller: Caller, session: SessionRow, parent: object) -> int | None:
    """Find the message that the new one goes below."""
    if parent is UNSET:
        return session.active_leaf_id
    if parent is None:
        return None
    message = await message_store.get_message(reader, caller.user_id, str(parent))
    if message.session_id != session.id:
        raise NotFound("There is no such message in this session.")
    return message.id
