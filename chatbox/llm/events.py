"""What a model reports while it answers, one Struct per kind.

Order: any number of deltas, then at most one Usage, then exactly one Finish, the last event.
"""

from typing import Literal

from msgspec import Struct

FinishReason = Literal["stop", "length", "tool_calls", "content_filter", "other"]


class TextDelta(Struct, frozen=True):
    """More of the answer; never empty."""

    text: str


class ThinkingDelta(Struct, frozen=True):
    """More of what the model thinks; never empty."""

    text: str


class ToolCallDelta(Struct, frozen=True):
    """A fragment of the tool call `index`: id and name come once, arguments in pieces to join."""

    index: int
    id: str | None
    name: str | None
    arguments: str


class Usage(Struct, frozen=True):
    """Tokens as the provider counted them, clamped to 0..1e9.

    `cached_tokens` are part of `input_tokens`, `reasoning_tokens` part of `output_tokens`.
    """

    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0
    reasoning_tokens: int = 0


class Finish(Struct, frozen=True):
    """The answer is complete, and why it ended."""

    reason: FinishReason


Event = TextDelta | ThinkingDelta | ToolCallDelta | Usage | Finish
