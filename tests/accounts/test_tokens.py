"""Access tokens: only what this server wrote, whole and in time, is read."""

import base64
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from chatbox.accounts.tokens import ACCESS_SECONDS, MOST_CHARS, AccessTokens, Claims
from chatbox.errors import LoginRequired
from chatbox.kit.secretbox import SecretBox

BOX = SecretBox(bytes(range(32)))
KEY = BOX.derive("access-tokens/v1")
TOKENS = AccessTokens(BOX)
WHO = Claims(
    user="01a201e0-8750-757d-a723-4c8abcb3150f", login="01a201e0-8549-7844-9cf1-51df823b3e48"
)
PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def payload(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    usual = {
        "iss": "chatbox",
        "aud": "chatbox/api",
        "sub": WHO.user,
        "sid": WHO.login,
        "iat": now,
        "exp": now + 600,
    }
    return {name: value for name, value in (usual | changes).items() if value is not None}


def signed(head: dict[str, Any] | None = None, **changes: Any) -> str:
    """A token with the right key, and whatever else."""
    return jwt.encode(payload(**changes), KEY, "HS256", headers=head)


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def refuse(token: str) -> None:
    with pytest.raises(LoginRequired):
        TOKENS.read(token)


def test_what_is_issued_is_read() -> None:
    assert TOKENS.read(TOKENS.issue(WHO)) == WHO
    assert TOKENS.read(signed()) == WHO
    assert AccessTokens(SecretBox(bytes(range(32)))).read(TOKENS.issue(WHO)) == WHO


def test_a_token_is_good_for_fifteen_minutes() -> None:
    now = time.time_ns() // 1_000_000
    late = AccessTokens(BOX, clock=lambda: now - (ACCESS_SECONDS + 2) * 1000)
    refuse(late.issue(WHO))
    almost = AccessTokens(BOX, clock=lambda: now - (ACCESS_SECONDS - 60) * 1000)
    assert TOKENS.read(almost.issue(WHO)) == WHO


def test_another_master_key_writes_nothing_that_is_read() -> None:
    refuse(AccessTokens(SecretBox(bytes(32))).issue(WHO))
    with pytest.raises(LoginRequired):
        AccessTokens(SecretBox(bytes(32))).read(TOKENS.issue(WHO))


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "sid", "iat", "exp"])
def test_every_claim_has_to_be_there(name: str) -> None:
    refuse(signed(**{name: None}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("aud", "other"),
        ("aud", ["chatbox/api"]),
        ("aud", ["chatbox/api", "other"]),
        ("iss", "other"),
        ("sub", 1),
        ("sid", 1),
        ("sid", ["x"]),
        ("exp", 1),
        ("exp", "tomorrow"),
        ("exp", [2**40]),
        ("iat", 2**40),
        ("nbf", 2**40),
    ],
)
def test_every_claim_has_to_be_right(name: str, value: Any) -> None:
    claims = payload(**{name: value})
    head = TOKENS.issue(WHO).partition(".")[0]
    body = f"{head}.{part(claims)}"
    refuse(f"{body}.{signature(body)}")


def signature(body: str) -> str:
    algorithm = jwt.get_algorithm_by_name("HS256")
    raw = algorithm.sign(body.encode(), algorithm.prepare_key(KEY))
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "", "HS512", "RS256", "HS256 ", None, 1])
def test_the_algorithm_is_not_the_senders_choice(alg: Any) -> None:
    head = part({"alg": alg, "typ": "JWT"})
    body = f"{head}.{part(payload())}"
    refuse(f"{body}.")
    refuse(f"{body}.{signature(body)}")


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_another_hash_with_the_right_key_is_refused(algorithm: str) -> None:
    key = KEY * 2
    refuse(jwt.encode(payload(), key, algorithm))


def test_a_token_of_a_key_pair_is_refused() -> None:
    refuse(jwt.encode(payload(), PRIVATE, "RS256"))


@pytest.mark.parametrize(
    "head",
    [
        {"kid": "../../dev/null"},
        {"kid": "https://evil.test/key"},
        {"jku": "https://evil.test/keys"},
        {"x5u": "https://evil.test/cert"},
        {"jwk": {"kty": "oct", "k": "AAAA"}},
        {"crit": ["exp"]},
        {"b64": False},
        {"typ": "at+jwt"},
    ],
)
def test_nothing_in_the_header_is_looked_at(head: dict[str, Any]) -> None:
    refuse(signed(head))


def test_a_token_that_was_cut_is_refused() -> None:
    token = TOKENS.issue(WHO)
    for length in range(len(token)):
        refuse(token[:length])


def test_a_token_that_was_changed_anywhere_is_refused() -> None:
    token = TOKENS.issue(WHO)
    for position, char in enumerate(token):
        for other in {"A", "_", ".", "=", " ", chr(ord(char) ^ 1), chr(ord(char) ^ 4)} - {char}:
            refuse(token[:position] + other + token[position + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "...",
        "null",
        "é",
        "\0",
        "a.b.c",
        "[" * MOST_CHARS,
        part("x") + ".." + part("y"),
        part([[[]]]) + "." + part({}) + ".AAAA",
    ],
)
def test_what_is_no_token_is_refused(text: str) -> None:
    refuse(text)
    refuse(TOKENS.issue(WHO).partition(".")[0] + "." + text)


def test_what_is_added_to_a_token_is_refused() -> None:
    token = TOKENS.issue(WHO)
    for more in (".", "=", "==", "A", " ", "\n", "." + token, "A" * 10_000):
        refuse(token + more)
        refuse(more + token)
