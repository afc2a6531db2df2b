"""Webhooks to a real receiver on loopback: what it can check, and what is not sent."""

import base64
import hashlib
import hmac
import time
from collections.abc import AsyncIterator

import pytest

from chatbox.kit.egress import Client, Policy
from chatbox.kit.webhook import WebhookFailed, key_of, post_signed
from tests.receivers import Hook

SECRET = "canary-hook-secret-5Zt"
BODY = b'{"text":"hello"}'


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    async with Hook().open() as opened:
        yield opened


async def post(url: str, *, secret: str = SECRET, allowed: str = "") -> None:
    host, _, port = (allowed or url).partition("//")[2].partition("/")[0].partition(":")
    client = Client(Policy([(host, int(port or 80))]))
    try:
        await post_signed(client, url, BODY, secret=secret, name="message-1")
    finally:
        await client.aclose()


@pytest.mark.parametrize("secret", [SECRET, "whsec_" + base64.b64encode(b"\x00\xff" * 12).decode()])
async def test_the_receiver_can_check_the_signature(hook: Hook, secret: str) -> None:
    await post(hook.url, secret=secret)
    ((headers, body),) = hook.requests
    assert body == BODY
    assert headers["content-type"] == "application/json"
    stamp = headers["webhook-timestamp"]
    assert abs(int(stamp) - time.time()) < 60
    signed = f"{headers['webhook-id']}.{stamp}.".encode() + body
    mac = hmac.new(key_of(secret), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(mac).decode()}"
    assert secret not in str(headers)


async def test_without_a_secret_nothing_is_signed(hook: Hook) -> None:
    await post(hook.url, secret="")
    ((headers, _),) = hook.requests
    assert "webhook-signature" not in headers


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n", "status 500"),
        (b"HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n", "status 404"),
        (b"HTTP/1.1 302 Go\r\nlocation: http://127.0.0.1:1/\r\n\r\n", "redirect"),
        (b"no http\r\n\r\n", "proper HTTP"),
        (b"", "closed the connection"),
    ],
)
async def test_what_is_no_success_is_told(hook: Hook, answer: bytes, said: str) -> None:
    hook.answer = answer
    with pytest.raises(WebhookFailed, match=said) as failed:
        await post(hook.url)
    assert "secret-path" not in str(failed.value)
    assert SECRET not in str(failed.value)


async def test_another_private_address_is_not_asked(hook: Hook) -> None:
    with pytest.raises(WebhookFailed, match="not a public address"):
        await post(hook.url, allowed="http://127.0.0.1:1/")
    for url in ("http://169.254.169.254/", "http://100.100.100.200/"):
        with pytest.raises(WebhookFailed, match="not a public address"):
            await post(url)
    assert hook.requests == []


def test_a_secret_that_says_base64_must_be_it() -> None:
    with pytest.raises(ValueError, match="base64"):
        key_of("whsec_not base64!")
