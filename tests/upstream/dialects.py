"""Proper answers, in the ways the servers of this dialect write them."""

from collections.abc import Awaitable, Callable
from functools import partial

from tests.upstream import wire
from tests.upstream.exchange import Exchange

CONTEXT = (
    "This model's maximum context length is 8192 tokens. However, your messages resulted in "
    "9001 tokens. Please reduce the length of the messages."
)


async def send(x: Exchange, *, frames: list[bytes]) -> None:
    """Send these events."""
    x.head()
    for data in frames:
        x.send(data, chunks=1)


def _thinking(field: str, **more: object) -> list[bytes]:
    role = wire.chunk({"role": "assistant", "content": None, field: ""})
    thoughts = [wire.chunk({"content": None, field: word, **more}) for word in ("Let me", " see")]
    return [role, *thoughts, wire.text("Four"), wire.text(".")]


def _tool(index: int, **function: object) -> dict[str, object]:
    return {"tool_calls": [{"index": index, "function": function}]}


DEEPSEEK = [
    b": keep-alive\n\n",
    *_thinking("reasoning_content"),
    wire.finish(),
    wire.usage(
        {
            "prompt_tokens": 20,
            "completion_tokens": 7,
            "total_tokens": 27,
            "prompt_tokens_details": {"cached_tokens": 16},
            "completion_tokens_details": {"reasoning_tokens": 4},
            "prompt_cache_hit_tokens": 16,
            "prompt_cache_miss_tokens": 4,
        }
    ),
    wire.DONE,
]
OPENROUTER = [
    b": OPENROUTER PROCESSING\n\n" * 2,
    *_thinking("reasoning", reasoning_details=[{"type": "reasoning.text", "text": "x"}]),
    wire.chunk({"role": "assistant", "content": ""}, "stop", native_finish_reason="STOP"),
    wire.usage({"prompt_tokens": 20, "completion_tokens": 7, "cost": 0.0001, "is_byok": False}),
    wire.DONE,
]
OPENROUTER_ERROR = [
    wire.text("One"),
    wire.text(" two"),
    wire.chunk(
        {"content": ""},
        "error",
        error={"code": 502, "message": "Provider returned error", "metadata": {"raw": "<html>"}},
    ),
]
ERROR_EVENT = [
    wire.text("One"),
    wire.text(" two"),
    b"event: error\n" + wire.frame({"message": "The engine stopped", "type": "server_error"}),
]
OLLAMA = [*_thinking("reasoning"), wire.finish(), wire.usage(), wire.DONE]
LLAMACPP = [
    *_thinking("reasoning_content"),
    wire.chunk({}, "stop", timings={"predicted_per_second": 80.1}),
    wire.usage({"completion_tokens": 3, "prompt_tokens": 12, "total_tokens": 15}),
    wire.DONE,
]
TOOLS = [
    wire.chunk(
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "index": 0,
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "get_weather", "arguments": ""},
                }
            ],
        }
    ),
    wire.chunk(_tool(0, arguments='{"ci')),
    wire.chunk(_tool(0, arguments='ty":"Tokyo"}')),
    wire.finish("tool_calls"),
    wire.usage(),
    wire.DONE,
]
PARTS = [
    wire.chunk({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}]}),
    wire.chunk({"content": [{"type": "text", "text": "Fo"}, {"type": "text", "text": "ur"}]}),
    wire.finish(),
    wire.DONE,
]


async def context_openai(x: Exchange) -> None:
    """The context is too long, OpenAI's way."""
    x.reply(400, wire.error(CONTEXT, "context_length_exceeded"))


async def context_llamacpp(x: Exchange) -> None:
    """The context is too long, llama.cpp's way."""
    words = "the request exceeds the available context size, try increasing it"
    more = {"type": "exceed_context_size_error", "n_prompt_tokens": 10_031, "n_ctx": 4_096}
    x.reply(400, wire.error(words, 400, **more))


MODES: dict[str, Callable[[Exchange], Awaitable[None]]] = {
    "deepseek": partial(send, frames=DEEPSEEK),
    "openrouter": partial(send, frames=OPENROUTER),
    "openrouter-error": partial(send, frames=OPENROUTER_ERROR),
    "error-event": partial(send, frames=ERROR_EVENT),
    "ollama": partial(send, frames=OLLAMA),
    "llamacpp": partial(send, frames=LLAMACPP),
    "tools": partial(send, frames=TOOLS),
    "parts": partial(send, frames=PARTS),
    "length": partial(send, frames=[wire.text("Cut"), wire.finish("length"), wire.DONE]),
    "context-400": context_openai,
    "context-llamacpp": context_llamacpp,
}
