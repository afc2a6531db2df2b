"""What is said to a model: messages made of parts, as plain values. Identity lives elsewhere."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Role = Literal["system", "user", "assistant", "tool"]


class TextPart(Struct, frozen=True, tag="text"):
    """Words. Neighbouring text parts of one message are one text: nothing is put between them."""

    text: Annotated[str, Meta(description="Markdown text")]


class ThinkingPart(Struct, frozen=True, tag="thinking"):
    """What the model thought before it answered; shown to people, sent to no model."""

    text: Annotated[str, Meta(description="Plain text")]


class ToolCallPart(Struct, frozen=True, tag="tool_call"):
    """A tool the model wants called; `arguments` is the JSON text exactly as the model wrote it."""

    id: Annotated[str, Meta(description="Names the call")]
    name: Annotated[str, Meta(description="The tool")]
    arguments: Annotated[str, Meta(description="A JSON object as text")]


class ToolResultPart(Struct, frozen=True, tag="tool_result"):
    """What the tool call `call_id` gave."""

    call_id: Annotated[str, Meta(description="The call that it answers")]
    text: Annotated[str, Meta(description="What the tool gave")]


class ImagePart(Struct, frozen=True, tag="image"):
    """A picture, for example `image/png`, with its bytes in standard base64."""

    media_type: Annotated[str, Meta(description="The kind of picture")]
    data_base64: Annotated[str, Meta(description="Its bytes in standard base64")]


Part = TextPart | ThinkingPart | ToolCallPart | ToolResultPart | ImagePart


class Message(Struct, frozen=True):
    """One entry of the conversation as the model gets to see it."""

    role: Role
    parts: tuple[Part, ...]
