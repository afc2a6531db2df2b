"""Reads OpenAI's chat completions, streamed or whole, as the servers of this dialect send them.

Only the fields needed are named; msgspec skips the rest unread. `reasoning_content` is DeepSeek's
and llama.cpp's word for thinking, `reasoning` OpenRouter's, Ollama's and vLLM's.
"""

from collections.abc import Callable
from typing import Final

import msgspec
from msgspec import Raw, Struct

from chatbox.llm.errors import AnswerUnreadable, LLMError, StreamBroken, UpstreamFailed
from chatbox.llm.events import (
    Event,
    Finish,
    FinishReason,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    Usage,
)
from chatbox.llm.sse import Frame

MAX_CALLS = 128
MAX_COUNT = 1_000_000_000
FailureNamer = Callable[[bytes], LLMError]


class _Piece(Struct):
    type: str = "text"
    text: str | None = None
    thinking: "str | list[_Piece] | None" = None


class _Function(Struct):
    name: str | None = None
    arguments: str | dict[str, object] | None = None


class _Call(Struct):
    index: int | None = None
    id: str | None = None
    function: _Function | None = None


class _Said(Struct):
    """A `delta` of a stream or the `message` of a whole answer."""

    content: str | list[_Piece] | None = None
    reasoning_content: str | list[object] | dict[str, object] | None = None
    reasoning: str | list[object] | dict[str, object] | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None


_ABSENT: Final = Raw()


class _Choice(Struct):
    index: int | float | None = None
    delta: _Said | list[object] | None = None
    message: _Said | None = None
    finish_reason: str | None = None
    error: Raw = _ABSENT


class _Chunk(Struct):
    choices: list[_Choice] | None = None
    usage: Raw = _ABSENT
    error: Raw = _ABSENT


_decode = msgspec.json.Decoder(_Chunk).decode
_EVENT_NAMES: Final = frozenset(("", "message", "error", "chat.completion.chunk"))
_NOTHING: Final = frozenset((b"", b"null", b"false", b'""', b"{}"))
_NO_REASONS: Final = frozenset(("", "null", "none"))
_REASONS: Final[dict[str, FinishReason]] = {
    "stop": "stop",
    "eos": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "max_tokens": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
}
_FAILED: Final = frozenset(("error", "insufficient_system_resource"))


class Decoder:
    """Feed it frames, then close it; it does no I/O.

    An answer has ended properly when a finish_reason came, or when `[DONE]` came after some output:
    `[DONE]` is the server's word that nothing is missing, and some servers never give a reason.
    A connection that just ends, or `[DONE]` with nothing before it, is a broken stream.
    """

    def __init__(self, name_failure: FailureNamer) -> None:
        self._name_failure = name_failure
        self._failure: LLMError | None = None
        self._reason: FinishReason | None = None
        self._usage: Usage | None = None
        self._calls = 0
        self._done = False
        self._understood = False
        self._strange = False
        self.began = False
        self.closed = False

    @property
    def finished(self) -> bool:
        """Nothing more is worth waiting for: `[DONE]` or an error came."""
        return self._done or self._failure is not None

    @property
    def ended(self) -> bool:
        """The answer is whole; only its usage may still come."""
        return self._reason is not None or (self._done and self.began)

    def feed(self, frame: Frame) -> list[Event]:
        """Read one frame. Raises AnswerUnreadable."""
        data = frame.data
        if frame.event not in _EVENT_NAMES or not data:
            return []  # a control event of some other protocol is nobody's order here
        if data.strip() == b"[DONE]":
            self._done = True
            return []
        try:
            chunk = _decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
            raise AnswerUnreadable("The provider's answer is not in the expected form.") from exc
        events: list[Event] = []
        if chunk.choices is None:
            self._strange = True
        else:
            self._understood = True
            for choice in chunk.choices:
                if not choice.index:
                    self._read(choice, events)
        if _holds(chunk.usage):
            self._usage = read_usage(chunk.usage)
        if _holds(chunk.error) or frame.event == "error":
            self._failure = self._name_failure(data)
        return events

    def close(self) -> list[Event]:
        """End the answer. Raises UpstreamFailed, StreamBroken or AnswerUnreadable."""
        self.closed = True
        if self._failure is not None:
            raise self._failure
        if not self.ended:
            if self._strange and not self._understood:
                raise AnswerUnreadable("The provider's answer is not in the expected form.")
            raise StreamBroken("The provider ended its answer before it was complete.")
        reason = self._reason or "stop"
        if self._calls and reason == "stop":
            reason = "tool_calls"  # Ollama and others say "stop"
        finish = Finish(reason)
        return [finish] if self._usage is None else [self._usage, finish]

    def _read(self, choice: _Choice, events: list[Event]) -> None:
        said = choice.delta or choice.message  # PHP writes an empty delta as a list
        if isinstance(said, _Said):
            thinking = said.reasoning_content or said.reasoning
            if isinstance(thinking, str) and thinking:
                events.append(ThinkingDelta(_clean(thinking)))
            if isinstance(said.content, list):
                _read_pieces(said.content, events)
            elif text := said.content or said.refusal:
                events.append(TextDelta(_clean(text)))
            for call in said.tool_calls or ():
                events.append(self._call(call))
            if events:
                self.began = True
        if _holds(choice.error):
            self._failure = self._name_failure(choice.error)
            return
        reason = (choice.finish_reason or "").lower()
        if reason in _FAILED:
            self._failure = UpstreamFailed("The provider gave up on its answer.", retryable=True)
        elif reason not in _NO_REASONS:
            self._reason = _REASONS.get(reason, "other")

    def _call(self, call: _Call) -> ToolCallDelta:
        """Number the fragment: some servers leave the index out and send each call whole."""
        index = call.index
        if index is None:
            index = self._calls if call.id or not self._calls else self._calls - 1
        if not 0 <= index < MAX_CALLS:
            raise AnswerUnreadable("The provider asked for more tools at once than chatbox allows.")
        self._calls = max(self._calls, index + 1)
        function = call.function or _Function()
        arguments = function.arguments or ""
        if isinstance(arguments, dict):
            arguments = msgspec.json.encode(arguments).decode()
        return ToolCallDelta(index, call.id or None, function.name or None, _clean(arguments))


def read_usage(raw: bytes) -> Usage | None:
    """Read the counts and clamp them: some servers send negative, huge or fractional ones."""
    try:
        usage = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(usage, dict) or not any(
        isinstance(usage.get(name), int | float) for name in ("prompt_tokens", "completion_tokens")
    ):
        return None  # what says nothing is no count of zero
    asked = _count(usage.get("prompt_tokens"))
    answered = _count(usage.get("completion_tokens"))
    cached = _detail(usage, "prompt_tokens_details", name="cached_tokens")
    cached = cached or _count(usage.get("prompt_cache_hit_tokens"))  # DeepSeek
    reasoning = _detail(usage, "completion_tokens_details", name="reasoning_tokens")
    return Usage(asked, answered, min(cached, asked), min(reasoning, answered))


def _detail(usage: dict[str, object], group: str, *, name: str) -> int:
    details = usage.get(group)
    return _count(details.get(name)) if isinstance(details, dict) else 0


def _count(number: object) -> int:
    if isinstance(number, bool) or not isinstance(number, int | float):
        return 0
    return int(min(max(number, 0), MAX_COUNT))


def _read_pieces(pieces: list[_Piece], events: list[Event]) -> None:
    """Read content given as a list; Mistral puts thinking there as a piece with pieces."""
    for piece in pieces:
        if isinstance(piece.thinking, str) and piece.thinking:
            events.append(ThinkingDelta(_clean(piece.thinking)))
        elif isinstance(piece.thinking, list):
            inner = "".join(part.text or "" for part in piece.thinking)
            if inner:
                events.append(ThinkingDelta(_clean(inner)))
        elif piece.text:
            events.append(TextDelta(_clean(piece.text)))


def _holds(raw: Raw) -> bool:
    return raw is not _ABSENT and bytes(raw) not in _NOTHING


def _clean(text: str) -> str:
    """NUL is legal in JSON and cuts texts short in C programs such as SQLite's functions."""
    return text.replace("\0", "\ufffd") if "\0" in text else text
