"""Writes a completion as the JSON body of OpenAI's chat completions."""

from typing import Any, assert_never

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from chatbox.llm.adapter import Completion, Params, ToolOffer
from chatbox.llm.messages import (
    ImagePart,
    Message,
    Part,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)


class Shape(Struct, frozen=True):
    """Concessions to servers that do not take the usual form."""

    stream_options: bool = True
    max_completion_tokens: bool = False


USUAL = Shape()


class _Options(Struct):
    include_usage: bool = True


class _URL(Struct):
    url: str


class _Piece(Struct, omit_defaults=True):
    type: str
    text: str | None = None
    image_url: _URL | None = None


class _Function(Struct):
    name: str
    arguments: str


class _Call(Struct):
    id: str
    function: _Function
    type: str = "function"


class _Message(Struct, omit_defaults=True):
    role: str
    content: str | list[_Piece]
    tool_calls: list[_Call] | UnsetType = UNSET
    tool_call_id: str | UnsetType = UNSET


class _ToolFunction(Struct):
    name: str
    description: str
    parameters: Raw


class _Tool(Struct):
    function: _ToolFunction
    type: str = "function"


class _Body(Struct, omit_defaults=True):
    model: str
    messages: list[_Message]
    stream: bool
    stream_options: _Options | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    stop: tuple[str, ...] | None = None
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    reasoning_effort: str | None = None
    tools: list[_Tool] | None = None


_json = msgspec.json.Encoder()


def encode(completion: Completion, *, shape: Shape = USUAL) -> bytes:
    """Write the request. What is not set is left out, never sent as null.

    Raises ValueError for parts that the role cannot carry.
    """
    return _json.encode(
        _Body(
            model=completion.model,
            messages=[wire for message in completion.messages for wire in _messages(message)],
            stream=True,
            stream_options=_Options() if shape.stream_options else None,
            tools=[_tool(offer) for offer in completion.tools] or None,
            **_params(completion.params, shape),
        )
    )


def _params(params: Params, shape: Shape) -> dict[str, Any]:
    named = msgspec.structs.asdict(params)
    if shape.max_completion_tokens:
        named["max_completion_tokens"] = named.pop("max_tokens")
    return named


def _tool(offer: ToolOffer) -> _Tool:
    return _Tool(_ToolFunction(offer.name, offer.description, offer.parameters))


def _messages(message: Message) -> list[_Message]:
    match message.role:
        case "system":
            return [_Message(role="system", content=_text(message))]
        case "user":
            return [_Message(role="user", content=_content(message))]
        case "assistant":
            return _assistant(message)
        case "tool":
            return [_result(message, part) for part in message.parts]
        case _:
            assert_never(message.role)


def _text(message: Message) -> str:
    """Join the words. Thinking is dropped on purpose: no server of this dialect wants it back.

    DeepSeek answers 400 when it is sent, OpenAI has no field for it, and the chat templates of
    local models strip it anyway; it would only use up the window.
    """
    texts: list[str] = []
    for part in message.parts:
        match part:
            case TextPart():
                texts.append(part.text)
            case ThinkingPart() | ToolCallPart() if message.role == "assistant":
                pass
            case _:
                raise _misplaced(message, part)
    return "".join(texts)


def _content(message: Message) -> str | list[_Piece]:
    """A string, which every server takes; a list of pieces only when there are images."""
    if not any(isinstance(part, ImagePart) for part in message.parts):
        return _text(message)
    return [_piece(message, part) for part in message.parts]


def _piece(message: Message, part: Part) -> _Piece:
    match part:
        case TextPart():
            return _Piece(type="text", text=part.text)
        case ImagePart():
            data_url = f"data:{part.media_type};base64,{part.data_base64}"
            return _Piece(type="image_url", image_url=_URL(data_url))
        case _:
            raise _misplaced(message, part)


def _assistant(message: Message) -> list[_Message]:
    """Nothing at all for a reply that never said anything: servers refuse empty ones."""
    text = _text(message)
    calls = [
        _Call(part.id, _Function(part.name, part.arguments))
        for part in message.parts
        if isinstance(part, ToolCallPart)
    ]
    if not text and not calls:
        return []
    return [_Message(role="assistant", content=text, tool_calls=calls or UNSET)]


def _result(message: Message, part: Part) -> _Message:
    if not isinstance(part, ToolResultPart):
        raise _misplaced(message, part)
    return _Message(role="tool", content=part.text, tool_call_id=part.call_id)


def _misplaced(message: Message, part: Part) -> ValueError:
    return ValueError(f"{message.role} messages cannot carry a {type(part).__name__}")
