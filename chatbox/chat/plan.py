"""What a turn will do, worked out before anything is written.

Everything that depends on the caller's request is decided here: session, place in the tree, model,
parameters, and which messages fit. So a request that cannot work fails before it changes anything.
"""

from collections.abc import Mapping, Sequence

import msgspec

from chatbox.caller import Caller
from chatbox.chat.compose import NEW, chosen, read_texts, write_messages
from chatbox.chat.context import Budget, Context, Entry, build_context
from chatbox.chat.model import Again, Chat, ContextAccount, Send
from chatbox.chat.place import Place, place_of_again, place_of_more, place_of_send
from chatbox.chat.reply import text_of
from chatbox.chat.store import branches as branch_store
from chatbox.chat.store import messages as message_store
from chatbox.chat.store.branches import PathRow
from chatbox.chat.store.messages import MessageRow, TextRow
from chatbox.chat.store.sessions import SessionRow
from chatbox.config import Config, Limits
from chatbox.db.database import Database, Look, Reader
from chatbox.errors import BodyTooLarge, InvalidRequest
from chatbox.kit.ids import is_id, new_id
from chatbox.llm.adapter import NO_PARAMS, Completion, Params
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


class _Found(msgspec.Struct, frozen=True):
    """What a plan is made from; `texts` are those that were not counted in this encoding yet."""

    place: Place
    target: Target
    encoding: EncodingName
    path: list[PathRow]
    texts: dict[int, str]


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
        limits = self._config.limits
        check_text(ask.content, limits)
        message_id = getattr(ask, "message_id", None)
        if message_id is not None and not is_id(message_id):
            raise InvalidRequest("The message_id must be a UUID in lower case.")
        return await self._plan(
            caller, lambda reader: place_of_send(reader, caller, session_id, ask, limits=limits)
        )

    async def again(self, caller: Caller, message_id: str, ask: Again) -> Plan:
        """Plan another version of a reply, or a new reply to a user message."""
        return await self._plan(
            caller, lambda reader: place_of_again(reader, caller, message_id, ask)
        )

    async def more(self, caller: Caller, message_id: str) -> Plan:
        """Plan the continuation of a reply that is not complete."""
        return await self._plan(caller, lambda reader: place_of_more(reader, caller, message_id))

    async def _plan(self, caller: Caller, placing: Look[Place]) -> Plan:
        found = await self._find(caller, placing)
        place, target, encoding = found.place, found.target, found.encoding
        counts = await self._counter.count_all(found.texts, encoding)
        entries = _entries(found.path, counts)
        question = await self._question(place, encoding)
        if question is not None:
            entries.append(Entry(id=NEW, role="user", tokens=question.tokens))
        system = place.session.system_prompt
        system_tokens = await self._counter.count(system, encoding) if system else 0
        starts = (row.window_start_id for row in reversed(found.path) if row.window_start_id)
        params = merge_params(place.session.params or NO_PARAMS, place.params)
        budget = self._budget(target, params)
        context = build_context(system_tokens, entries, budget, start_id=next(starts, None))
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

    async def _find(self, caller: Caller, placing: Look[Place]) -> _Found:
        """Read everything in one trip, for all sends of a moment share few readers."""
        default = (await self._settings.get(caller)).default_model

        async def find(reader: Reader) -> _Found:
            place = await placing(reader)
            fallbacks = (*place.fallbacks, default)
            target = await self._models.resolve(
                reader, caller, asked=place.asked, fallbacks=fallbacks
            )
            encoding = encoding_for(target.model.name)
            path: list[PathRow] = []
            if place.leaf is not None:
                path = await branch_store.list_path(reader, place.session.id, place.leaf)
            uncounted = [row for row in path if row.tokens_encoding != encoding]
            texts = await _texts(reader, place.session, uncounted)
            return _Found(place, target, encoding, path, texts)

        return await self._database.snapshot(find)

    def _budget(self, target: Target, params: Params) -> Budget:
        window = target.window
        reserve = params.max_tokens or min(self._config.context.output_reserve, window // 4)
        return Budget(
            window=window,
            reserve=min(reserve, window // 2),
            ratio=target.model.token_ratio,
            keep=self._config.context.keep_after_drop,
        )

    async def _written(self, place: Place, context: Context) -> tuple[Message, ...]:
        question = place.question
        if place.reply is not None and text_of(place.reply.parts):
            question = CONTINUE
        texts: Sequence[TextRow] = ()
        if wanted := chosen(context):
            texts = await self._database.snapshot(
                lambda reader: read_texts(reader, place.session.id, wanted)
            )
        return write_messages(place.session.system_prompt, texts, question=question)

    async def _question(self, place: Place, encoding: EncodingName) -> Question | None:
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
