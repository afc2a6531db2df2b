"""Turns a provider's error answer into one of ours, in words a person may see."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from chatbox.llm.adapter import Endpoint
from chatbox.llm.errors import (
    BadRequest,
    ContextExceeded,
    CreditExhausted,
    LLMError,
    ModelMissing,
    Overloaded,
    RateLimited,
    SecretRejected,
    UpstreamFailed,
)

MAX_WORDS = 400
_MARKUP = re.compile(r"<\s*[a-zA-Z!/]")
_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|context (?:size|window|length)"
    r"|prompt is too long|input token count|too many tokens in the prompt|input is too long"
    r"|reduce the length of the (?:messages|prompt|input)",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"context (?:length|window|size)\D{0,24}?([0-9]{3,8})"
    r"|([0-9]{3,8}) maximum"
    r"|maximum number of tokens allowed \(([0-9]{3,8})",
    re.IGNORECASE,
)
_OVERLOADED = frozenset((408, 409, 425))
_CREDIT = re.compile(r"insufficient[_ ](?:quota|balance|credit|funds)", re.IGNORECASE)


class Failure(msgspec.Struct, frozen=True):
    """What a provider's error object says: `words` are safe to show, `kind` is its codes."""

    words: str
    kind: str
    status: int | None
    window: int | None


def refusal(
    status: int, headers: Mapping[str, str], *, body: bytes, endpoint: Endpoint
) -> LLMError:
    """Name the error behind an answer with this status."""
    failure = read_failure(body, endpoint)
    said = _said(failure.words)
    if _is_too_long(status, failure):
        return _too_long(failure, status)
    if status in (401, 403):
        text = f"The provider did not accept the secret ({status}).{said}"
        return SecretRejected(text, status=status)
    if status == 402 or (status == 429 and _CREDIT.search(f"{failure.kind} {failure.words}")):
        return CreditExhausted(f"The account at the provider is empty.{said}", status=status)
    if status == 404:
        return ModelMissing(f"The provider knows no such model or address.{said}", status=status)
    later = parse_retry_after(headers.get("retry-after", ""))
    if status == 429:
        text = f"The provider gets too many requests at the moment.{said}"
        return RateLimited(text, status=status, retry_after=later)
    if status >= 500 or status in _OVERLOADED:
        text = f"The provider cannot answer at the moment ({status}).{said}"
        return Overloaded(text, status=status, retry_after=later)
    return BadRequest(f"The provider did not accept the request ({status}).{said}", status=status)


def failure_within(body: bytes, endpoint: Endpoint) -> LLMError:
    """Name the error that came in the middle of an answer, as a JSON object."""
    failure = read_failure(body, endpoint)
    if _is_too_long(400, failure):
        return _too_long(failure, failure.status)
    status = failure.status or 0
    return UpstreamFailed(
        f"The provider gave up on its answer.{_said(failure.words)}",
        status=failure.status,
        retryable=status == 429 or status >= 500 or status in _OVERLOADED,
    )


def read_failure(body: bytes, endpoint: Endpoint) -> Failure:
    """Find the words in the shapes in use: error.message, error, message, detail, or plain text."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        found = body[:4_000].decode(errors="replace")
    if isinstance(found, list) and found:
        found = found[0]  # Gemini wraps its error object in an array
    source = found
    if isinstance(found, dict) and isinstance(inner := found.get("error"), dict | str):
        source = inner
    if not isinstance(source, dict):
        return Failure(_clean(source, endpoint), "", None, None)
    words = next((source[key] for key in ("message", "detail", "msg") if source.get(key)), "")
    if isinstance(words, list):
        words = _listed(words)
    status = next((n for n in (source.get("code"), source.get("status")) if _is_status(n)), None)
    kind = " ".join(str(source.get(key, ""))[:80] for key in ("code", "type", "status"))
    window = source.get("n_ctx")
    return Failure(
        _clean(words, endpoint), kind, status, window if isinstance(window, int) else None
    )


def _listed(problems: list[Any]) -> str:
    """Join the words of a list of problems, as FastAPI has it (vLLM, llama-cpp-python)."""
    found = [problem.get("msg") if isinstance(problem, dict) else problem for problem in problems]
    return "; ".join(words for words in found[:5] if isinstance(words, str))


def parse_retry_after(text: str) -> float | None:
    """Read the header as seconds from now: a number, or an HTTP date (RFC 9110, 10.2.3)."""
    text = text.strip()
    if re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the second is for absurd time zones
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _is_status(number: object) -> bool:
    return isinstance(number, int) and 400 <= number <= 599


def _is_too_long(status: int, failure: Failure) -> bool:
    if status not in (400, 413, 422, 500):
        return False
    return bool(_TOO_LONG.search(failure.kind) or _TOO_LONG.search(failure.words))


def _too_long(failure: Failure, status: int | None) -> ContextExceeded:
    limit = failure.window
    if limit is None and (match := _LIMIT.search(failure.words)):
        limit = int(next(group for group in match.groups() if group))
    return ContextExceeded(
        f"The messages are longer than the model can read at once.{_said(failure.words)}",
        limit=limit if limit and 0 < limit <= 100_000_000 else None,
        status=status,
    )


def _said(words: str) -> str:
    return f" It said: {words}" if words else ""


def _clean(words: Any, endpoint: Endpoint) -> str:
    """Make foreign words fit to be shown: text only, no markup, no secret, one line, not long."""
    if not isinstance(words, str) or _MARKUP.search(words):
        return ""
    for hidden in (endpoint.secret, *(value for _, value in endpoint.headers)):
        if hidden and len(hidden) >= 4:
            words = words.replace(hidden, "[secret]")
    return _UNSEEN.sub(" ", words).strip()[:MAX_WORDS]
