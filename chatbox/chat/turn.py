"""A turn: begun in one transaction, run by the server, ended on disk before anybody is told.

`begin` is everything that can still be refused. `_run` belongs to the server: browsers and requests
come and go, the reply is written all the same.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Literal, assert_never

from chatbox.caller import Caller
from chatbox.chat.begin import (
    Begun,
    Order,
    begin_turn,
    find_begun,
    fingerprint_of,
    started_of,
)
from chatbox.chat.ending import SERVER_STOPPED, Ending, Running, status_of
from chatbox.chat.journal import Journal
from chatbox.chat.messages import Messages
from chatbox.chat.model import Again, Chat, Failure, Send, Started, TurnStatus
from chatbox.chat.pace import Pace
from chatbox.chat.plan import Plan, Planner
from chatbox.chat.reply import ReplyWriter
from chatbox.chat.room import Room
from chatbox.chat.store import turns as turn_store
from chatbox.chat.store.turns import TurnRow
from chatbox.db.database import Database, StorageFailed
from chatbox.errors import ChatboxError, ShuttingDown
from chatbox.events.hub import Hub
from chatbox.kit.tasks import Tasks, uncancelled
from chatbox.llm import events as llm
from chatbox.llm.errors import ContextExceeded, LLMError
from chatbox.providers.calls import Calls
from chatbox.providers.models import Models

logger = logging.getLogger(__name__)


class Turns:
    """Begins, runs and stops turns."""

    def __init__(  # noqa: PLR0913 - built once, in app.py
        self,
        database: Database,
        hub: Hub,
        planner: Planner,
        *,
        messages: Messages,
        calls: Calls,
        models: Models,
        ending: Ending,
        journal: Journal,
        live: dict[str, ReplyWriter],
        pace: Pace,
        room: Room,
    ) -> None:
        self._database = database
        self._hub = hub
        self._planner = planner
        self._messages = messages
        self._calls = calls
        self._models = models
        self._ending = ending
        self._journal = journal
        self._live = live
        self._room = room
        self._pace = pace
        self._tasks = Tasks()
        self._running: dict[str, Running] = {}

    async def send(
        self, caller: Caller, session_id: str | None, ask: Send | Chat, *, key: str | None
    ) -> tuple[Started, bool]:
        """Send a message; answer the turn, and whether the Idempotency-Key had begun it before."""
        return await self._begin(
            caller,
            lambda: self._planner.send(caller, session_id, ask),
            key=key,
            fingerprint=fingerprint_of("send", session_id, ask),
        )

    async def again(
        self, caller: Caller, message_id: str, ask: Again, *, key: str | None
    ) -> tuple[Started, bool]:
        """Write another version of a reply."""
        return await self._begin(
            caller,
            lambda: self._planner.again(caller, message_id, ask),
            key=key,
            fingerprint=fingerprint_of("again", message_id, ask),
        )

    async def more(
        self, caller: Caller, message_id: str, *, key: str | None
    ) -> tuple[Started, bool]:
        """Go on with a reply that is not complete."""
        return await self._begin(
            caller,
            lambda: self._planner.more(caller, message_id),
            key=key,
            fingerprint=fingerprint_of("more", message_id, None),
        )

    async def get(self, caller: Caller, turn_id: str) -> TurnRow:
        """Find a turn, or raise `NotFound`."""
        async with self._database.read() as reader:
            return await turn_store.get_turn(reader, caller.user_id, turn_id)

    async def stop(self, caller: Caller, turn_id: str) -> TurnRow:
        """Stop a turn; what it has written stays. A turn that has ended is left as it is."""
        row = await self.get(caller, turn_id)
        running = self._running.get(row.public_id)
        if running is not None:
            self._cancel(running, "stopped")
        return row

    async def stop_all(self, user_id: int) -> None:
        """Stop all turns of an account, whose rows may be gone already."""
        for running in list(self._running.values()):
            if running.caller.user_id == user_id:
                self._cancel(running, "stopped")

    async def wait_for_quiet(self, seconds: float) -> None:
        """Wait for a moment in which no turn runs, but no longer; new ones may begin meanwhile."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while len(self._tasks):
                    await self._tasks.wait(seconds)

    async def drain(self, seconds: float) -> None:
        """Refuse new turns, give running ones some time, then interrupt the rest."""
        self._hub.stopping = True
        if not await self._tasks.wait(seconds):
            for running in list(self._running.values()):
                self._cancel(running, "interrupted")
            await self._tasks.wait(5.0)

    async def wait(self, turn_id: str) -> None:
        """Wait until a turn of this process has ended."""
        running = self._running.get(turn_id)
        if running is not None and running.task is not None:
            await asyncio.wait({running.task})

    async def _begin(
        self,
        caller: Caller,
        plan: Callable[[], Coroutine[Any, Any, Plan]],
        *,
        key: str | None,
        fingerprint: str,
    ) -> tuple[Started, bool]:
        if (replayed := await self._replayed(caller, key, fingerprint)) is not None:
            return replayed, True
        if self._hub.stopping:
            raise ShuttingDown("The server is stopping; try again in a moment.")
        self._database.condition.check_room()
        try:
            with self._room.beginning(caller):
                planned = await plan()
                begun = await uncancelled(self._commit(caller, planned, key, fingerprint))
        except ChatboxError:  # such as SessionBusy, when the twin of this request was quicker
            if (replayed := await self._replayed(caller, key, fingerprint)) is not None:
                return replayed, True
            raise
        if begun is not None:
            return begun.started, False
        if (replayed := await self._replayed(caller, key, fingerprint)) is None:
            raise ShuttingDown
        return replayed, True

    async def _commit(
        self, caller: Caller, plan: Plan, key: str | None, fingerprint: str
    ) -> Begun | None:
        """Write the turn and set it going; None when its Idempotency-Key was quicker."""
        order = Order(caller=caller, plan=plan, key=key, fingerprint=fingerprint)
        begun = await begin_turn(self._database, self._hub, self._messages, order)
        if begun is None:
            return None
        started = begun.started
        writer = ReplyWriter(begun.log, self._journal, turn_key=begun.turn_key)
        running = Running(caller, plan, begun, writer)
        self._running[started.turn.id] = running
        self._room.runs(caller)
        self._live[started.reply.id] = writer
        running.task = self._tasks.spawn(self._run(running), name=f"turn {started.turn.id}")
        self._hub.notify(caller.user_id, "session", {"session": started.session})
        self._hub.notify(
            caller.user_id,
            "turn_started",
            {
                "turn_id": started.turn.id,
                "session_id": started.session.id,
                "reply_id": started.reply.id,
                "user_message_id": started.turn.user_message_id,
                "continued": plan.reply is not None,
            },
        )
        return begun

    async def _replayed(self, caller: Caller, key: str | None, fingerprint: str) -> Started | None:
        if key is None:
            return None
        shown = await self._database.snapshot(
            lambda reader: find_begun(reader, caller, key, fingerprint)
        )
        return None if shown is None else started_of(self._hub, self._messages, shown)

    async def _run(self, running: Running) -> None:
        """Write the reply, whatever happens, and end the turn."""
        failure: Failure | None = None
        try:
            if running.ending is None:
                await self._call(running)
        except asyncio.CancelledError:
            running.ending = running.ending or "interrupted"
        except LLMError as failed:
            failure = Failure(failed.code, failed.detail, failed.retryable)
            if isinstance(failed, ContextExceeded):
                running.refusal = failed
        except ChatboxError as failed:
            failure = Failure(failed.code, failed.detail, False)
        except Exception:
            logger.exception("turn failed", extra={"turn": running.begun.started.turn.id})
            failure = Failure("internal", "Something went wrong on the server.", True)
        if running.ending == "interrupted":
            failure = SERVER_STOPPED
        await uncancelled(self._end(running, status_of(running, failure), failure))

    async def _call(self, running: Running) -> None:
        """Ask the model; only while this runs may the turn's task be cancelled."""
        running.calling = True
        try:
            plan, again = running.plan, running.watch.retried
            batches = self._calls.stream(plan.target.provider, plan.completion, on_retry=again)
            async with contextlib.aclosing(batches):
                async for events in batches:
                    for event in events:
                        _take(running, event)
                    running.watch.spoke(unless=running.writer.is_empty)
                    running.writer.flush()
                    if running.finish_reason is None:
                        await self._pace.rest()
        finally:
            running.calling = False

    async def _end(self, running: Running, status: TurnStatus, failure: Failure | None) -> None:
        started = running.begun.started
        try:
            await self._ending.end(running, status, failure)
            await self._learn(running)
        finally:
            self._running.pop(started.turn.id, None)
            self._room.ended(running.caller)
            self._live.pop(started.reply.id, None)
            self._ending.tell(running)

    async def _learn(self, running: Running) -> None:
        """Note what the call taught about its model; the turn has ended whatever comes of it."""
        plan, usage = running.plan, running.usage
        try:
            if running.refusal is not None:
                await self._models.learn_window(running.caller, plan.target, running.refusal.limit)
            if usage is not None and plan.reply is None:
                counted = int(plan.account.used / plan.account.ratio)
                await self._models.learn_ratio(
                    plan.target, counted=counted, told=usage.input_tokens
                )
        except (StorageFailed, ChatboxError):
            logger.exception("what a call taught could not be noted")

    def _cancel(self, running: Running, ending: Literal["stopped", "interrupted"]) -> None:
        """End a turn early; one that has not made its first step yet ends by itself."""
        if running.ending is None:
            running.ending = ending
            if running.calling and running.task is not None:
                running.task.cancel()


def _take(running: Running, event: llm.Event) -> None:
    match event:
        case llm.TextDelta(text):
            running.writer.add("delta", text)
        case llm.ThinkingDelta(text):
            running.writer.add("thinking", text)
        case llm.Usage():
            running.usage = event
        case llm.Finish(reason):
            running.finish_reason = reason
        case llm.ToolCallDelta():
            pass  # no tools are offered, so a call is not an answer to anything
        case _:
            assert_never(event)
