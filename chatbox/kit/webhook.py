"""Posts JSON to somebody's address, signed as https://www.standardwebhooks.com describes.

The receiver computes HMAC-SHA256 over `id.timestamp.body` and compares; the timestamp lets it
refuse what is old, the id what it has seen.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac

from chatbox.kit.clock import now_ms
from chatbox.kit.egress import Client, InvalidURL, TransportFailed, check_url

SECONDS = 15.0
_PREFIX = "whsec_"


class WebhookFailed(Exception):
    """A sentence about why the message was not taken; it holds no secret."""


async def post_signed(client: Client, url: str, body: bytes, *, secret: str, name: str) -> None:
    """Post a message with the id `name`. Raises `WebhookFailed` unless the answer is a success."""
    stamp = str(now_ms() // 1000)
    headers = [
        (b"content-type", b"application/json"),
        (b"user-agent", b"chatbox"),
        (b"webhook-id", name.encode()),
        (b"webhook-timestamp", stamp.encode()),
    ]
    if secret:
        headers.append((b"webhook-signature", sign(secret, name, stamp, body).encode()))
    try:
        async with asyncio.timeout(SECONDS):
            target = check_url(url)
            response = await client.exchange(
                b"POST", target, headers=headers, body=body, connect=SECONDS
            )
            await response.aclose()
    except TimeoutError as late:
        raise WebhookFailed(f"There was no answer within {SECONDS:g} seconds.") from late
    except (TransportFailed, InvalidURL) as failure:
        raise WebhookFailed(str(failure)) from failure
    if not response.is_success:
        raise WebhookFailed(f"The answer was status {response.status_code}.")


def sign(secret: str, name: str, stamp: str, body: bytes) -> str:
    """The value of `webhook-signature`; a secret that begins with `whsec_` is base64."""
    signed = b".".join((name.encode(), stamp.encode(), body))
    digest = hmac.new(key_of(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def key_of(secret: str) -> bytes:
    """The bytes of a secret. Raises ValueError when it begins with `whsec_` and is not base64."""
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as failure:
        raise ValueError("not base64") from failure
