"""Builds the bytes of answers in OpenAI's dialect."""

import json
from collections.abc import Iterable

JSON = dict[str, object]
DONE = b"data: [DONE]\n\n"
USAGE: JSON = {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}
_HEAD: JSON = {
    "id": "chatcmpl-up",
    "object": "chat.completion.chunk",
    "created": 1_795_324_800,
    "model": "scripted",
    "system_fingerprint": "fp_0123456789",
    "service_tier": "default",
}


def dumps(value: object) -> bytes:
    """Compact JSON, characters beyond ASCII as themselves, as most servers write it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def frame(value: object) -> bytes:
    """One server-sent event."""
    return b"data: " + dumps(value) + b"\n\n"


def chunk(delta: JSON, finish: str | None = None, **more: object) -> bytes:
    """An event with one choice."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return frame({**_HEAD, "choices": [choice], "usage": None, **more})


def text(words: str) -> bytes:
    """An event with text."""
    return chunk({"content": words})


def finish(reason: str = "stop") -> bytes:
    """The event that says why it ended."""
    return chunk({}, reason)


def usage(numbers: object = USAGE) -> bytes:
    """The event with counts and no choices."""
    return frame({**_HEAD, "choices": [], "usage": numbers})


def answer(words: Iterable[str]) -> bytes:
    """A whole proper stream."""
    role = chunk({"role": "assistant", "content": ""})
    return role + b"".join(map(text, words)) + finish() + usage() + DONE


def whole(words: str) -> bytes:
    """The non-streaming form."""
    message = {"role": "assistant", "content": words}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return dumps({**_HEAD, "object": "chat.completion", "choices": [choice], "usage": USAGE})


def error(message: str, code: object = None, **more: object) -> bytes:
    """OpenAI's error object."""
    body = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    return dumps({"error": {**body, **more}})


_BEFORE, _AFTER = text("@").split(b"@")


def numbered(number: int) -> bytes:
    """An event with the text ` t<number>`, quickly made."""
    return b"%b t%d%b" % (_BEFORE, number, _AFTER)
