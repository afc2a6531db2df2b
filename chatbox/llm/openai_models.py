"""Reads a list of models in the shapes in use.

OpenAI, vLLM, OpenRouter, Groq and LM Studio answer `{"data": [...]}`, llama.cpp that and `models`,
Ollama's own API `{"models": [...]}`, Together a bare array.
"""

from typing import Any

import msgspec

from chatbox.llm.adapter import OfferedModel
from chatbox.llm.errors import AnswerUnreadable

MAX_MODELS = 5_000
MAX_NAME = 200
MAX_WINDOW = 100_000_000
_WINDOW = (
    "loaded_context_length",
    "n_ctx",
    "max_model_len",
    "context_length",
    "context_window",
    "max_context_length",
    "inputTokenLimit",
    "n_ctx_train",
)
_OUTPUT = ("max_completion_tokens", "max_output_tokens", "outputTokenLimit")
_NOT_CHAT = frozenset(("embedding", "embeddings", "rerank", "moderation", "audio", "transcription"))
_CAPABILITY = {
    "vision": "vision",
    "image": "vision",
    "multimodal": "vision",
    "vlm": "vision",
    "tools": "tools",
    "tool_use": "tools",
    "function_calling": "tools",
    "reasoning": "reasoning",
    "include_reasoning": "reasoning",
    "thinking": "reasoning",
}


def decode_models(body: bytes) -> tuple[OfferedModel, ...]:
    """Read the list, each name once, at most 5,000. Raises AnswerUnreadable."""
    try:
        found = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
        raise AnswerUnreadable("The provider's list of models is not JSON.") from exc
    if isinstance(found, dict):
        found = found.get("data", found.get("models"))
    if found is None:
        raise AnswerUnreadable("The provider's answer holds no list of models.")
    if not isinstance(found, list):
        raise AnswerUnreadable("The provider's list of models is not in the expected form.")
    offered: dict[str, OfferedModel] = {}
    for entry in found:
        if len(offered) == MAX_MODELS:
            break
        model = _model(entry) if isinstance(entry, dict) else None
        if model is not None:
            offered.setdefault(model.name, model)
    return tuple(offered.values())


def _model(entry: dict[str, Any]) -> OfferedModel | None:
    name = next((entry[key] for key in ("id", "name", "model") if entry.get(key)), None)
    if not isinstance(name, str) or len(name) > MAX_NAME or not name.isprintable():
        return None
    if str(entry.get("type", "")).lower() in _NOT_CHAT:
        return None
    sources = [source for source in _sources(entry) if isinstance(source, dict)]
    return OfferedModel(
        name=name,
        context_window=_first_number(sources, _WINDOW),
        max_output=_first_number(sources, _OUTPUT),
        capabilities=_capabilities(entry),
    )


def _sources(entry: dict[str, Any]) -> tuple[object, ...]:
    """Where numbers may stand; llama.cpp's `meta` tells what is loaded, so it comes first."""
    return (entry.get("meta"), entry, entry.get("top_provider"))


def _first_number(sources: list[dict[str, Any]], names: tuple[str, ...]) -> int | None:
    for source in sources:
        for name in names:
            number = source.get(name)
            if isinstance(number, int) and 0 < number <= MAX_WINDOW:
                return int(number)
    return None


def _capabilities(entry: dict[str, Any]) -> tuple[str, ...]:
    words: set[str] = {str(entry.get("type", ""))}
    architecture = entry.get("architecture")
    if isinstance(architecture, dict):
        words |= _words(architecture.get("input_modalities"))
    for key in ("capabilities", "supported_parameters", "input_modalities"):
        words |= _words(entry.get(key))
    found = {_CAPABILITY[word] for word in words if word in _CAPABILITY}
    return tuple(sorted(found))


def _words(value: object) -> set[str]:
    """A list of words, or a table of word: true as Mistral sends it."""
    if isinstance(value, dict):
        value = [word for word, holds in value.items() if holds is True]
    return {word for word in value if isinstance(word, str)} if isinstance(value, list) else set()
