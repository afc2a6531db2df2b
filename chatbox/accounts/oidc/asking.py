"""Asks a provider over the one outbound client: JSON in, at most so many bytes, in so much time."""

import asyncio
from collections.abc import Sequence
from typing import TypeVar

import msgspec

from chatbox.accounts.oidc.model import Failure, OidcFailed
from chatbox.kit.egress import Client, InvalidURL, TransportFailed, check_url
from chatbox.kit.egress_body import read_body

SECONDS = 10.0
MOST_BYTES = 256 * 1024
T = TypeVar("T")


async def ask(  # noqa: PLR0913 - what a request is made of
    client: Client,
    url: str,
    answer: type[T],
    *,
    form: bytes | None = None,
    headers: Sequence[tuple[bytes, bytes]] = (),
    refusal: Failure = "oidc_unavailable",
) -> T:
    """Post a form, or get where there is none, and read the answer.

    Raises `OidcFailed`: with the code `refusal` when the provider answers an error of ours (4xx).
    """
    status, body = await _exchange(client, url, form, headers)
    if status != 200:
        code: Failure = refusal if 400 <= status < 500 else "oidc_unavailable"
        raise OidcFailed(code, f"The provider answered with status {status}{_reason(body)}.")
    try:
        return msgspec.json.decode(body, type=answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as unlike:
        raise OidcFailed("oidc_unavailable", "The provider's answer is not as agreed.") from unlike


async def _exchange(
    client: Client, url: str, form: bytes | None, headers: Sequence[tuple[bytes, bytes]]
) -> tuple[int, bytes]:
    sent = [(b"accept", b"application/json"), (b"accept-encoding", b"identity"), *headers]
    sent.append((b"user-agent", b"chatbox"))
    if form is not None:
        sent.append((b"content-type", b"application/x-www-form-urlencoded"))
    method = b"GET" if form is None else b"POST"
    try:
        async with asyncio.timeout(SECONDS):
            target = check_url(url)
            response = await client.exchange(
                method, target, headers=sent, body=form or b"", connect=SECONDS
            )
            try:
                return response.status_code, await read_body(response, limit=MOST_BYTES)
            finally:
                await response.aclose()
    except TimeoutError as late:
        raise OidcFailed("oidc_unavailable", "The provider did not answer in time.") from late
    except (TransportFailed, InvalidURL, OSError) as failure:
        raise OidcFailed("oidc_unavailable", str(failure)) from failure


class _Refusal(msgspec.Struct, frozen=True):
    error: str = ""


def _reason(body: bytes) -> str:
    """The error code of a refusal (RFC 6749, 5.2), when it looks like one."""
    try:
        error = msgspec.json.decode(body, type=_Refusal).error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
    is_code = error.isascii() and error.replace("_", "").isalpha() and len(error) <= 64
    return f" ({error})" if is_code else ""
