"""Encoding and decoding OpenAI's dialect, without a network."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import Raw

from chatbox.llm.adapter import Completion, Endpoint, Params, ToolOffer
from chatbox.llm.errors import (
    AnswerUnreadable,
    LLMError,
    StreamBroken,
    UpstreamFailed,
)
from chatbox.llm.events import Event, Finish, TextDelta, ThinkingDelta, ToolCallDelta, Usage
from chatbox.llm.messages import (
    ImagePart,
    Message,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from chatbox.llm.openai import Decoder, Shape, encode
from chatbox.llm.refusals import failure_within
from chatbox.llm.sse import SSEDecoder

WIRE = Path(__file__).parent.parent / "wire"
ENDPOINT = Endpoint("http://up.test/v1", "sk-canary-secret")


def decode(*chunks: bytes) -> tuple[list[Event], LLMError | None]:
    """Feed the chunks through both decoders; give the events and how it failed."""
    sse, decoder = SSEDecoder(), Decoder(lambda body: failure_within(body, ENDPOINT))
    events: list[Event] = []
    try:
        for chunk in chunks:
            for frame in sse.feed(chunk):
                events += decoder.feed(frame)
        events += [event for frame in sse.close() for event in decoder.feed(frame)]
        events += decoder.close()
    except LLMError as failure:
        return events, failure
    return events, None


EXPECTED: dict[str, list[Event]] = {
    "openai": [
        TextDelta("Grüße"),
        TextDelta(' 👋\n\n"您好"'),
        Usage(1210, 9, 1024, 0),
        Finish("stop"),
    ],
    "openai_tools": [
        ToolCallDelta(0, "call_a", "get_weather", ""),
        ToolCallDelta(0, None, None, '{"city":'),
        ToolCallDelta(1, "call_b", "get_time", ""),
        ToolCallDelta(0, None, None, '"Zürich"}'),
        ToolCallDelta(1, None, None, "{}"),
        Finish("tool_calls"),
    ],
    "deepseek": [
        ThinkingDelta("二加二"),
        ThinkingDelta(" is four"),
        TextDelta("Four."),
        Usage(20, 7, 16, 4),
        Finish("stop"),
    ],
    "openrouter": [
        ThinkingDelta("Two and"),
        ThinkingDelta(" two."),
        TextDelta("Four"),
        Usage(31, 12, 0, 8),
        Finish("length"),
    ],
    "openrouter_error": [TextDelta("One"), TextDelta(" two")],
    "ollama": [
        ThinkingDelta("Okay"),
        ToolCallDelta(0, "call_x1", "add", '{"a":2,"b":2}'),
        Usage(158, 24),
        Finish("tool_calls"),
    ],
    "llamacpp": [TextDelta("The"), TextDelta(" capital"), Usage(37, 3, 36), Finish("stop")],
    "mistral": [ThinkingDelta("Deux et deux"), TextDelta("Quatre"), Usage(9, 5), Finish("stop")],
    "vllm": [ThinkingDelta("Hm"), TextDelta("Four\u2028five"), Usage(14, 3), Finish("stop")],
}


def test_every_recording_is_expected() -> None:
    assert {path.stem for path in WIRE.glob("*.sse")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_recordings_cut_at_every_byte_give_equal_events(name: str) -> None:
    stream = (WIRE / f"{name}.sse").read_bytes()
    events, failure = decode(stream)
    assert events == EXPECTED[name]
    assert isinstance(failure, UpstreamFailed) == (name == "openrouter_error")
    for cut in range(1, len(stream)):
        again, failed = decode(stream[:cut], stream[cut:])
        assert again == events
        assert repr(failed) == repr(failure)
    assert decode(*(bytes([byte]) for byte in stream))[0] == events


@pytest.mark.parametrize("name", EXPECTED)
def test_a_recording_that_stops_early_never_ends_well(name: str) -> None:
    stream = (WIRE / f"{name}.sse").read_bytes()
    reason = stream.index(b'"finish_reason":"')
    for cut in range(0, reason, 7):
        events, failure = decode(stream[:cut])
        assert isinstance(failure, StreamBroken | AnswerUnreadable)
        assert events == EXPECTED[name][: len(events)]


def chunk(**choice: Any) -> bytes:
    """One event with one choice."""
    return b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n"


@pytest.mark.parametrize(
    ("stream", "events", "failure"),
    [
        (
            chunk(delta={"content": "a"}) + b"data: [DONE]\n\n",
            [TextDelta("a"), Finish("stop")],
            None,
        ),
        (
            chunk(delta={"content": "a"}, finish_reason="stop"),
            [TextDelta("a"), Finish("stop")],
            None,
        ),
        (chunk(delta={"content": "a"}), [TextDelta("a")], StreamBroken),
        (b"data: [DONE]\n\n", [], StreamBroken),
        (b"", [], StreamBroken),
        (b": nothing\n\n", [], StreamBroken),
        (b"data: []\n\n", [], AnswerUnreadable),
        (b'data: {"a":1}\n\n', [], AnswerUnreadable),
        (b"data: " + b"[" * 200_000 + b"\n\n", [], AnswerUnreadable),
        (chunk(delta={"content": 5}), [], AnswerUnreadable),
        (chunk(delta={"tool_calls": [{"index": 10**9}]}), [], AnswerUnreadable),
        (chunk(delta={"tool_calls": [{"index": -1}]}), [], AnswerUnreadable),
        (
            chunk(delta={"refusal": "No."}, finish_reason="odd"),
            [TextDelta("No."), Finish("other")],
            None,
        ),
        (chunk(index=1, delta={"content": "b"}, finish_reason="stop"), [], StreamBroken),
        (
            b"event: execute\n" + chunk(delta={"content": "x"}, finish_reason="stop"),
            [],
            StreamBroken,
        ),
        (b'data: {"choices":[],"error":"Boom"}\n\n', [], UpstreamFailed),
        (b'event: error\ndata: {"message":"Boom"}\n\n', [], UpstreamFailed),
    ],
)
def test_odd_streams(stream: bytes, events: list[Event], failure: type[LLMError] | None) -> None:
    found, failed = decode(stream)
    assert found == events
    assert type(failed) is (failure or type(None))


@pytest.mark.parametrize("usage", [{"total_tokens": 9}, {"prompt_tokens": "9"}, [1], "many"])
def test_usage_without_any_count_is_none(usage: object) -> None:
    told = b"data: " + json.dumps({"choices": [], "usage": usage}).encode() + b"\n\n"
    events, _ = decode(told + chunk(delta={"content": "a"}, finish_reason="stop"))
    assert events == [TextDelta("a"), Finish("stop")]


def test_tool_calls_without_an_index_are_numbered() -> None:
    call = {"id": "a", "function": {"name": "f", "arguments": {"x": 1}}}
    more = {"function": {"arguments": "!"}}
    other = {"id": "b", "function": {"name": "g", "arguments": ""}}
    stream = chunk(delta={"tool_calls": [call, more, other]}, finish_reason="stop")
    assert decode(stream)[0] == [
        ToolCallDelta(0, "a", "f", '{"x":1}'),
        ToolCallDelta(0, None, None, "!"),
        ToolCallDelta(1, "b", "g", ""),
        Finish("tool_calls"),
    ]


def test_everything_a_conversation_holds_is_encoded() -> None:
    messages = (
        Message("system", (TextPart("Be brief."),)),
        Message("user", (TextPart("What is "), TextPart("this?"), ImagePart("image/png", "AAAA"))),
        Message(
            "assistant",
            (ThinkingPart("Hm"), TextPart("Let me look."), ToolCallPart("c1", "look", '{"x":1}')),
        ),
        Message("tool", (ToolResultPart("c1", "a cat"), ToolResultPart("c2", "a dog"))),
        Message("assistant", (ThinkingPart("stopped before saying anything"),)),
        Message("user", (TextPart("And "), TextPart("now?"))),
    )
    offer = ToolOffer("look", "Looks.", Raw(b'{"type":"object"}'))
    params = Params(temperature=0.0, max_tokens=9, stop=("END",), seed=0)
    body = json.loads(encode(Completion("m", messages, params, (offer,))))
    assert body == {
        "model": "m",
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.0,
        "max_tokens": 9,
        "stop": ["END"],
        "seed": 0,
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "look",
                    "description": "Looks.",
                    "parameters": {"type": "object"},
                },
            }
        ],
        "messages": [
            {"role": "system", "content": "Be brief."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is "},
                    {"type": "text", "text": "this?"},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
                ],
            },
            {
                "role": "assistant",
                "content": "Let me look.",
                "tool_calls": [
                    {
                        "id": "c1",
                        "type": "function",
                        "function": {"name": "look", "arguments": '{"x":1}'},
                    }
                ],
            },
            {"role": "tool", "tool_call_id": "c1", "content": "a cat"},
            {"role": "tool", "tool_call_id": "c2", "content": "a dog"},
            {"role": "user", "content": "And now?"},
        ],
    }


def test_what_is_not_set_is_not_sent() -> None:
    plain = Completion("m", (Message("user", (TextPart("Hi"),)),))
    assert set(json.loads(encode(plain))) == {"model", "messages", "stream", "stream_options"}
    limited = Completion("m", plain.messages, Params(max_tokens=5))
    body = json.loads(encode(limited, shape=Shape(False, True)))
    assert set(body) == {"model", "messages", "stream", "max_completion_tokens"}


@pytest.mark.parametrize(
    "message",
    [
        Message("system", (ImagePart("image/png", ""),)),
        Message("user", (ToolResultPart("c", ""),)),
        Message("assistant", (ImagePart("image/png", ""),)),
        Message("tool", (TextPart("x"),)),
    ],
)
def test_a_part_in_the_wrong_role_is_an_error(message: Message) -> None:
    with pytest.raises(ValueError, match="cannot carry"):
        encode(Completion("m", (message,)))


def test_a_secret_never_shows_in_a_repr() -> None:
    assert "canary" not in repr(Endpoint("http://h", "sk-canary", (("x-api-key", "canary"),)))
