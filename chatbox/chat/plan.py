"""What a turn will do, worked out before anything is written.

Everything that depends on the caller's request is decided here: session, place in the tree, model,
parameters, and which messages fit. So a request that cannot work fails before it changes anything.
"""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import UNSET

from chatbox.caller import Caller
from chatbox.chat.compose import NEW, write_messages
from chatbox.chat.context import Budget, Context, Entry, build_context
from chatbox.chat.model import Again, Chat, ContextAccount, NewSession, Send
from chatbox.chat.reply import text_of
from chatbox.chat.service import new_session
from chatbox.chat.store import branches as branch_store
from chatbox.chat.store import messages as message_store
from chatbox.chat.store import sessions as session_store
from chatbox.chat.store.branches import PathRow
from chatbox.chat.store.messages import MessageRow
from chatbox.chat.store.sessions import SessionRow
from chatbox.config import Config, Limits
from chatbox.db.database import Database, Reader
from chatbox.errors import (
    BodyTooLarge,
    CannotContinue,
    InvalidRequest,
    LimitReached,
    NotFound,
    SessionBusy,
)
from chatbox.kit.ids import is_id, new_id
from chatbox.llm.adapter import Completion, Params
from chatbox.llm.messages import Message
from chatbox.llm.tokens import EncodingName, TokenCounter, encoding_for
from chatbox.providers.models import Models, Target
from chatbox.system.settings import UserSettings

CONTINUE = "Continue your last reply exactly where it stopped. Do not repeat any of it."


class Question(msgspec.Struct, frozen=True):
    """The user message to insert."""

    public_id: str
    text: str
    tokens: int


class Plan(msgspec.Struct, frozen=True):
    """A turn that can begin. A session with id 0 is to be created."""

    session: SessionRow
    parent: int | None
    question: Question | None
    reply: MessageRow | None
    target: Target
    completion: Completion
    context: Context
    account: ContextAccount
    counts: tuple[tuple[int, int], ...]
    encoding: EncodingName


class _Place(msgspec.Struct, frozen=True):
    """Where in which session a turn happens, and what it says."""

    session: SessionRow
    leaf: int | None
    question: str | None = None
    message_id: str | None = None
    reply: MessageRow | None = None
    params: Params | None = None
    asked: tuple[str | None, ...] = ()
    fallbacks: tuple[str | None, ...] = ()


class Planner:
    """Plans turns."""

    def __init__(
        self,
        database: Database,
        models: Models,
        settings: UserSettings,
        *,
        counter: TokenCounter,
        config: Config,
    ) -> None:
        self._database = database
        self._models = models
        self._settings = settings
        self._counter = counter
        self._config = config

    async def send(self, caller: Caller, session_id: str | None, ask: Send | Chat) -> Plan:
        """Plan the answer to a new message."""
        check_text(ask.content, self._config.limits)
        message_id = getattr(ask, "message_id", None)
        if message_id is not None and not is_id(message_id):
            raise InvalidRequest("The message_id must be a UUID in lower case.")
        async with self._database.snapshot() as reader:
            session = await self._session(reader, caller, session_id, ask)
            leaf = await _leaf(reader, caller, session, ask.parent_id)
        place = _Place(
            session=session,
            leaf=leaf,
            question=ask.content,
            message_id=message_id,
            params=ask.params,
            asked=(ask.model, session.model),
        )
        return await self._plan(caller, place)

    async def again(self, caller: Caller, message_id: str, ask: Again) -> Plan:
        """Plan another version of a reply, or a new reply to a user message."""
        async with self._database.snapshot() as reader:
            message = await message_store.get_message(reader, caller.user_id, message_id)
            session = await session_store.get_session(
                reader, caller.user_id, message.session_public_id
            )
        leaf = message.parent_id if message.role == "assistant" else message.id
        if leaf is None:
            raise InvalidRequest("There is no question before this message.")
        place = _Place(
            session=session,
            leaf=leaf,
            params=ask.params,
            asked=(ask.model, session.model),
            fallbacks=(message.model,),
        )
        return await self._plan(caller, place)

    async def more(self, caller: Caller, message_id: str) -> Plan:
        """Plan the continuation of a reply that is not complete."""
        async with self._database.snapshot() as reader:
            message = await message_store.get_message(reader, caller.user_id, message_id)
            session = await session_store.get_session(
                reader, caller.user_id, message.session_public_id
            )
            below = await branch_store.list_children(
                reader, session.id, first_parent=message.id, last_parent=message.id
            )
        if message.role != "assistant":
            raise CannotContinue("Only replies can be continued.")
        if message.status == "pending":
            raise SessionBusy
        if message.status == "done" and message.finish_reason != "length":
            raise CannotContinue("This reply is complete.")
        if below:
            raise CannotContinue("Only the last reply of a branch can be continued.")
        place = _Place(
            session, leaf=message.id, reply=message, fallbacks=(message.model, session.model)
        )
        return await self._plan(caller, place)

    async def _session(
        self, reader: Reader, caller: Caller, session_id: str | None, ask: Send | Chat
    ) -> SessionRow:
        if session_id is None:
            prompt = getattr(ask, "system_prompt", None) or ""
            return new_session(NewSession(model=ask.model, system_prompt=prompt))
        session = await session_store.get_session(reader, caller.user_id, session_id)
        if session.running_turn_id is not None:
            raise SessionBusy(turn_id=session.running_turn_id)
        if session.message_count >= self._config.limits.messages_per_session:
            raise LimitReached("This session is full; begin a new one.")
        return session

    async def _plan(self, caller: Caller, place: _Place) -> Plan:
        default = (await self._settings.get(caller)).default_model
        fallbacks = (*place.fallbacks, default)
        target = await self._models.resolve(caller, asked=place.asked, fallbacks=fallbacks)
        encoding = encoding_for(target.model.name)
        params = merge_params(place.session.params, place.params)
        budget = self._budget(target, params)
        async with self._database.snapshot() as reader:
            path = []
            if place.leaf is not None:
                path = await branch_store.list_path(reader, place.session.id, place.leaf)
            texts = await _texts(
                reader, place.session, [r for r in path if r.tokens_encoding != encoding]
            )
        counts = {key: await self._counter.count(text, encoding) for key, text in texts.items()}
        entries = _entries(path, counts)
        question = await self._question(place, encoding)
        if question is not None:
            entries.append(Entry(id=NEW, role="user", tokens=question.tokens))
        system = place.session.system_prompt
        system_tokens = await self._counter.count(system, encoding) if system else 0
        start = next((row.window_start_id for row in reversed(path) if row.window_start_id), None)
        context = build_context(system_tokens, entries, budget, start_id=start)
        return Plan(
            session=place.session,
            parent=place.leaf if place.reply is None else place.reply.parent_id,
            question=question,
            reply=place.reply,
            target=target,
            completion=Completion(
                model=target.model.name,
                messages=await self._written(place, context),
                params=params,
            ),
            context=context,
            account=_account(context, budget),
            counts=tuple(counts.items()),
            encoding=encoding,
        )

    def _budget(self, target: Target, params: Params) -> Budget:
        window = target.window
        reserve = params.max_tokens or min(self._config.context.output_reserve, window // 4)
        return Budget(
            window=window,
            reserve=min(reserve, window // 2),
            ratio=target.model.token_ratio,
            keep=self._config.context.keep_after_drop,
        )

    async def _written(self, place: _Place, context: Context) -> tuple[Message, ...]:
        question = place.question
        if place.reply is not None and text_of(place.reply.parts):
            question = CONTINUE
        async with self._database.read() as reader:
            return await write_messages(reader, place.session, context, question=question)

    async def _question(self, place: _Place, encoding: EncodingName) -> Question | None:
        if place.question is None:
            return None
        tokens = await self._counter.count(place.question, encoding)
        return Question(public_id=place.message_id or new_id(), text=place.question, tokens=tokens)


def check_text(text: str, limits: Limits) -> None:
    """Refuse a message that is empty or longer than the limit."""
    if len(text) > limits.content_chars:
        raise BodyTooLarge(f"A message may have at most {limits.content_chars:,} characters.")
    if not text.strip():
        raise InvalidRequest("The message is empty.")


def merge_params(session: Params, asked: Params | None) -> Params:
    """Lay the parameters of one request over those of its session."""
    if asked is None:
        return session
    given = {
        name: value
        for name in asked.__struct_fields__
        if (value := getattr(asked, name)) is not None
    }
    return msgspec.structs.replace(session, **given)


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


async def _texts(reader: Reader, session: SessionRow, rows: Sequence[PathRow]) -> dict[int, str]:
    """Read the texts of messages that were not counted in this encoding yet."""
    if not rows:
        return {}
    wanted = {row.id for row in rows}
    found = await message_store.list_texts(reader, session.id, first=min(wanted), last=max(wanted))
    return {row.id: text_of(row.parts) for row in found if row.id in wanted}


def _entries(path: Sequence[PathRow], counts: Mapping[int, int]) -> list[Entry]:
    """The branch as the window sees it; replies without any text are left out."""
    entries = []
    for row in path:
        tokens = counts.get(row.id, row.tokens or 0)
        if row.status == "pending" or (tokens == 0 and row.role == "assistant"):
            continue
        entries.append(Entry(id=row.id, role=row.role, tokens=tokens, pinned=row.pinned))
    return entries


def _account(context: Context, budget: Budget) -> ContextAccount:
    return ContextAccount(
        used=context.used,
        window=budget.window,
        budget=budget.tokens,
        dropped=context.dropped,
        kept=len(context.kept) + len(context.pinned),
        system_tokens=context.system_tokens,
        history_tokens=context.history_tokens,
        reserve=budget.reserve,
        ratio=round(budget.ratio, 4),
    )
