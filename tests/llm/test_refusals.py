"""What providers say when they refuse, and what we make of it."""

import json

import pytest

from chatbox.llm.adapter import Endpoint
from chatbox.llm.errors import ContextExceeded, CreditExhausted
from chatbox.llm.refusals import parse_retry_after, refusal

ENDPOINT = Endpoint("http://up.test/v1", "sk-canary-secret")


@pytest.mark.parametrize(
    ("body", "limit"),
    [
        (b'{"error":{"code":"context_length_exceeded","message":"Too long."}}', None),
        (b'{"error":{"type":"exceed_context_size_error","code":400,"n_ctx":4096}}', 4096),
        (b'{"message":"This model\'s maximum context length is 2048 tokens."}', 2048),
        (b'{"error":"Trying to keep the first 9000 tokens when context the overflows. However, the '
         b'model is loaded with context length of only 4096 tokens"}', 4096),
        (b'{"error":"the input length exceeds the context length"}', None),
        (b'{"error":{"message":"prompt is too long: 210000 tokens > 200000 maximum"}}', 200000),
        (b'[{"error":{"message":"The input token count (9) exceeds the maximum number of tokens '
         b'allowed (1048576)."}}]', 1048576),
        (b'{"error":{"message":"Requested tokens (5000) exceed context window of 2048"}}', 2048),
    ],
)  # fmt: skip
def test_a_full_context_is_recognised(body: bytes, limit: int | None) -> None:
    failure = refusal(400, {}, body=body, endpoint=ENDPOINT)
    assert isinstance(failure, ContextExceeded)
    assert failure.limit == limit


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error":{"message":"No"}}', "No"),
        (b'{"error":"No"}', "No"),
        (b'{"message":"No"}', "No"),
        (b'{"detail":"No"}', "No"),
        (b'{"detail":[{"loc":["body"],"msg":"No"},{"msg":"Never"},7]}', "No; Never"),
        (b'{"error":null,"message":"No"}', "No"),
        (b'{"error":true,"message":"No"}', "No"),
        (b"No", "No"),
        (b"<html><body>No</body></html>", ""),
        (b'{"error":{"message":"<!doctype html>"}}', ""),
        (
            b'{"error":{"message":"bad key sk-canary-secret\\n\\u0000here"}}',
            "bad key [secret] here",
        ),
        (b"\xff\xfe\x00", "\ufffd\ufffd"),
        (b'{"error":null}', ""),
        (b"[]", ""),
        (b"", ""),
    ],
)
def test_the_providers_words_are_found_and_cleaned(body: bytes, words: str) -> None:
    failure = refusal(418, {}, body=body, endpoint=ENDPOINT)
    said = f" It said: {words}" if words else ""
    assert failure.detail == f"The provider did not accept the request (418).{said}"


def test_a_refusal_is_never_long() -> None:
    body = json.dumps({"error": {"message": "word " * 10_000}}).encode()
    assert len(refusal(400, {}, body=body, endpoint=ENDPOINT).detail) <= 500


def test_an_empty_account_is_not_worth_a_retry() -> None:
    body = b'{"error":{"message":"You exceeded your quota","code":"insufficient_quota"}}'
    failure = refusal(429, {"retry-after": "1"}, body=body, endpoint=ENDPOINT)
    assert isinstance(failure, CreditExhausted)
    assert not failure.retryable


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("120", 120, 120), ("1.5", 1.5, 1.5), ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0)],
)
def test_retry_after_is_read(text: str, low: float, high: float) -> None:
    seconds = parse_retry_after(text)
    assert seconds is not None
    assert low <= seconds <= high


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "-1",
        "1e9",
        "9" * 50,
        "٣",
        "Mon, 01 Jan 99999 00:00:00 GMT",
        "Mon, 01 Jan 2000 00:00:00 +99999999999999",
    ],
)
def test_a_retry_after_that_is_none(text: str) -> None:
    assert parse_retry_after(text) is None
