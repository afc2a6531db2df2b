"""What is said to a model: messages made of parts, as plain values. Identity lives elsewhere."""

from typing import Literal

from msgspec import Struct

Role = Literal["system", "user", "assistant", "tool"]


class TextPart(Struct, frozen=True, tag="text"):
    """Words. Neighbouring text parts of one message are one text: nothing is put between them."""

    text: str


class ThinkingPart(Struct, frozen=True, tag="thinking"):
    """What the model thought before it answered; shown to people, sent to no model."""

    text: str


class ToolCallPart(Struct, frozen=True, tag="tool_call"):
    """A tool the model wants called; `arguments` is the JSON text exactly as the model wrote it."""

    id: str
    name: str
    arguments: str


class ToolResultPart(Struct, frozen=True, tag="tool_result"):
    """What the tool call `call_id` gave."""

    call_id: str
    text: str


class ImagePart(Struct, frozen=True, tag="image"):
    """A picture, for example `image/png`, with its bytes in standard base64."""

    media_type: str
    data_base64: str


Part = TextPart | ThinkingPart | ToolCallPart | ToolResultPart | ImagePart


class Message(Struct, frozen=True):
    """One entry of the conversation as the model gets to see it."""

    role: Role
    parts: tuple[Part, ...]
