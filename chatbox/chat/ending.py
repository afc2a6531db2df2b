"""How a turn ends: on disk first, then told to its viewers."""

import asyncio
import logging
from typing import Literal

import msgspec

from chatbox.caller import Caller
from chatbox.chat.begin import Begun
from chatbox.chat.journal import Journal
from chatbox.chat.model import Failure, TurnStatus, Usage
from chatbox.chat.plan import Plan
from chatbox.chat.reply import ReplyWriter, text_of
from chatbox.chat.report import Stopwatch, report_turn
from chatbox.chat.store.turns import TurnEnd
from chatbox.events.hub import Hub
from chatbox.kit.clock import now_ms
from chatbox.llm import events as llm
from chatbox.llm.errors import ContextExceeded
from chatbox.llm.tokens import TokenCounter
from chatbox.system.metrics import Metrics

logger = logging.getLogger(__name__)

SERVER_STOPPED = Failure(
    "server_stopped", "The server stopped while this reply was being written.", True
)
NOT_SAVED = Failure("not_saved", "The reply could not be saved. Is the disk full?", True)


class Running:
    """A turn in this process."""

    def __init__(self, caller: Caller, plan: Plan, begun: Begun, writer: ReplyWriter) -> None:
        self.caller = caller
        self.plan = plan
        self.begun = begun
        self.writer = writer
        self.task: asyncio.Task[None] | None = None
        self.calling = False
        self.refusal: ContextExceeded | None = None
        self.ending: Literal["stopped", "interrupted"] | None = None
        self.usage: llm.Usage | None = None
        self.finish_reason: str | None = None
        self.status: TurnStatus = "running"
        self.failure: Failure | None = None
        self.spent: Usage | None = None
        self.watch = Stopwatch()


class Ending:
    """Ends turns."""

    def __init__(
        self, hub: Hub, journal: Journal, counter: TokenCounter, *, metrics: Metrics
    ) -> None:
        self._hub = hub
        self._journal = journal
        self._counter = counter
        self._metrics = metrics

    async def end(self, running: Running, status: TurnStatus, failure: Failure | None) -> None:
        """Write the reply, then show its viewers the last events.

        When that fails, they are told so; the journal keeps the text for the next start.
        """
        running.writer.flush()
        running.status, running.failure = status, failure
        running.finish_reason = running.finish_reason or ("stop" if status == "done" else status)
        end = await self._compose(running)
        running.spent = end.usage
        try:
            await self._journal.finish(end)
        except Exception:
            turn_id = running.begun.started.turn.id
            logger.exception("a reply could not be saved", extra={"turn": turn_id})
            running.status, running.failure = "interrupted", NOT_SAVED
        for kind, data in _outcome(running, end.usage):
            running.begun.log.publish(kind, data)

    def tell(self, running: Running) -> None:
        """Close the turn's log, tell the user's tabs, and account for the turn."""
        started = running.begun.started
        self._hub.close_log(running.begun.log)
        self._hub.notify(
            running.caller.user_id,
            "turn_ended",
            {
                "turn_id": started.turn.id,
                "session_id": started.session.id,
                "reply_id": started.reply.id,
                "status": running.status,
                "finish_reason": running.finish_reason,
            },
        )
        report_turn(
            self._metrics,
            started.turn.id,
            running.plan.target,
            watch=running.watch,
            status=running.status,
            failure=running.failure,
            usage=running.spent,
        )

    async def _compose(self, running: Running) -> TurnEnd:
        begun, plan = running.begun, running.plan
        parts = running.writer.parts(plan.reply.parts if plan.reply else ())
        tokens = await self._counter.count(text_of(parts), plan.encoding)
        usage = await self._usage(running, tokens if plan.reply is None else None)
        outcome = _outcome(running, usage)
        return TurnEnd(
            turn_key=begun.turn_key,
            reply_key=begun.reply_key,
            session_key=begun.session_key,
            status=running.status,
            parts=parts,
            finish_reason=running.finish_reason,
            error=running.failure,
            usage=usage,
            tokens=tokens,
            tokens_encoding=plan.encoding,
            marks=running.writer.marks,
            outcome=tuple((kind, msgspec.Raw(msgspec.json.encode(data))) for kind, data in outcome),
            at=now_ms(),
        )

    async def _usage(self, running: Running, written: int | None) -> Usage | None:
        """What the call took: as the provider told it, else as counted here, unless it failed."""
        told, plan = running.usage, running.plan
        if told is not None:
            return Usage(
                told.input_tokens, told.output_tokens, told.cached_tokens, told.reasoning_tokens
            )
        if running.status == "failed":
            return None
        if written is None:  # the reply is longer than what this turn wrote of it
            written = await self._counter.count(text_of(running.writer.parts()), plan.encoding)
        return Usage(plan.account.used, written, estimated=True)


def status_of(running: Running, failure: Failure | None) -> TurnStatus:
    """How the turn ended; a failure that left some text behind is an interruption."""
    if running.ending is not None:
        return running.ending
    if failure is None:
        return "done"
    return "failed" if running.writer.is_empty else "interrupted"


def _outcome(running: Running, usage: Usage | None) -> list[tuple[str, object]]:
    """The events that close a turn, in order."""
    account = running.plan.account
    outcome: list[tuple[str, object]] = []
    if running.failure is not None:
        outcome.append(("error", running.failure))
    if usage is not None:
        context = {"used": account.used, "window": account.window, "dropped": account.dropped}
        outcome.append(("usage", {**msgspec.structs.asdict(usage), "context": context}))
    done = {
        "status": running.status,
        "finish_reason": running.finish_reason,
        "text_length": running.writer.text_length,
    }
    outcome.append(("done", done))
    return outcome
