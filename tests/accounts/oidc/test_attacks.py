"""What a bad provider, or somebody between, could try: every lie is refused with its code."""

import gzip
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from chatbox.accounts.oidc.flows import Flow, Started
from chatbox.accounts.oidc.keys import choose
from chatbox.accounts.oidc.model import Identity, OidcFailed
from chatbox.accounts.oidc.provider import Answer, Provider
from chatbox.config import Oidc
from tests.accounts.bad_idp import (
    CLIENT,
    EC_KEY,
    OTHER_RSA_KEY,
    RSA_KEY,
    WEAK_RSA_KEY,
    BadIdP,
    Reply,
    jwk_of,
    raw_token,
    signed,
)

HOME = "http://127.0.0.1:9/api/v1/auth/oidc/callback"
DISCOVERY = "/.well-known/openid-configuration"
Forge = Callable[[BadIdP, str], str]


@pytest.fixture
async def bad() -> AsyncIterator[BadIdP]:
    async with BadIdP().open() as running:
        yield running


@pytest.fixture
def clock() -> list[float]:
    """The seconds that the provider takes for the time."""
    return [1_000.0]


@pytest.fixture
async def provider(bad: BadIdP, clock: list[float]) -> AsyncIterator[Provider]:
    oidc = Oidc(issuer=bad.issuer, client_id=CLIENT, client_secret="canary-client-secret")
    made = Provider(oidc, redirect_uri=lambda: HOME, clock=lambda: clock[0])
    yield made
    await made.aclose()


async def finish(provider: Provider, started: Started, **answer: Any) -> tuple[Flow, Identity]:
    told = Answer(**{"state": started.state, "code": "c", **answer})
    flow = provider.flow_of(told, started.browser)
    return flow, await provider.finish(told, flow)


async def outcome(provider: Provider, bad: BadIdP, forge: Forge, **begin: Any) -> str:
    """How a sign-in ends with a forged token: `in`, or the code of the failure."""
    _, started = await provider.begin("/", "192.0.2.1", **begin)
    bad.give(forge(bad, started.flow.nonce))
    try:
        await finish(provider, started)
    except OidcFailed as failed:
        return failed.code
    return "in"


def by_claims(**changed: Any) -> Forge:
    return lambda bad, nonce: signed(bad.claims(nonce, **changed))


def unsigned(algorithm: str) -> Forge:
    return lambda bad, nonce: raw_token({"alg": algorithm, "kid": "one"}, bad.claims(nonce))


def with_public_key_as_secret(bad: BadIdP, nonce: str) -> str:
    """HS256 with what everybody can read: the oldest trick."""
    public = RSA_KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    head = raw_token({"alg": "HS256", "kid": "one"}, bad.claims(nonce)).removesuffix(".")
    tag = hmac.new(public, head.encode(), hashlib.sha256).digest()
    return f"{head}.{raw_token({}, {}, tag).rpartition('.')[2]}"


def tampered(bad: BadIdP, nonce: str) -> str:
    head, _, tag = signed(bad.claims(nonce)).split(".")
    payload = raw_token({}, bad.claims(nonce, sub="eve")).split(".")[1]
    return f"{head}.{payload}.{tag}"


NOW = int(time.time())
REFUSED: dict[str, Forge] = {
    "another issuer": by_claims(iss="https://evil.test"),
    "no issuer": by_claims(iss=None),
    "an issuer without the port": by_claims(iss="http://127.0.0.1"),
    "another audience": by_claims(aud="other"),
    "no audience": by_claims(aud=None),
    "an empty audience": by_claims(aud=[]),
    "several audiences and no party": by_claims(aud=[CLIENT, "other"]),
    "another party": by_claims(aud=[CLIENT, "other"], azp="other"),
    "another party alone": by_claims(azp="other"),
    "another nonce": by_claims(nonce="x"),
    "no nonce": by_claims(nonce=None),
    "a nonce that is none": by_claims(nonce=1),
    "expired": by_claims(exp=NOW - 3_600),
    "no expiry": by_claims(exp=None),
    "an endless number": by_claims(exp=float("inf")),
    "an expiry that is none": by_claims(exp="soon"),
    "no issue time": by_claims(iat=None),
    "issued before time": by_claims(iat=-(10**400)),
    "issued tomorrow": by_claims(iat=NOW + 86_400),
    "issued yesterday": by_claims(iat=NOW - 86_400),
    "not valid yet": by_claims(nbf=NOW + 86_400),
    "no subject": by_claims(sub=None),
    "an empty subject": by_claims(sub=""),
    "a subject that is none": by_claims(sub=7),
    "an endless subject": by_claims(sub="x" * 256),
    "alg none": unsigned("none"),
    "alg None": unsigned("None"),
    "no signature": unsigned("RS256"),
    "an unknown alg": unsigned("XX999"),
    "an alg that is not announced": lambda bad, nonce: signed(bad.claims(nonce), algorithm="PS256"),
    "HS256 with the public key": with_public_key_as_secret,
    "another key": lambda bad, nonce: signed(bad.claims(nonce), OTHER_RSA_KEY),
    "another kind of key": lambda bad, nonce: signed(bad.claims(nonce), EC_KEY, "ES256"),
    "other claims": tampered,
    "an unknown kid": lambda bad, nonce: signed(bad.claims(nonce), kid="two"),
    "a kid that is a path": lambda bad, nonce: signed(bad.claims(nonce), kid="../../etc/passwd"),
    "a kid that is a URL": lambda bad, nonce: signed(bad.claims(nonce), kid=f"{bad.issuer}/evil"),
    "keys of its own": lambda bad, nonce: signed(
        bad.claims(nonce),
        OTHER_RSA_KEY,
        jku=f"{bad.issuer}/evil",
        x5u=f"{bad.issuer}/evil",
        jwk=jwk_of(OTHER_RSA_KEY),
    ),
    "a critical extension": lambda bad, nonce: signed(bad.claims(nonce), crit=["x"], x=1),
    "no token": lambda _bad, _nonce: "",
    "two parts": lambda bad, nonce: signed(bad.claims(nonce)).rpartition(".")[0],
    "not a token": lambda _bad, _nonce: "a.b.c",
    "a kid that is a number": lambda bad, nonce: raw_token(
        {"alg": "RS256", "kid": 1}, bad.claims(nonce)
    ),
    "a deep header": lambda _bad, _nonce: raw_token({"alg": "RS256", "x": deep(800)}, {}),
    "an endless token": lambda bad, nonce: signed(bad.claims(nonce, x="x" * 100_000)),
}


def deep(levels: int) -> Any:
    found: Any = 1
    for _ in range(levels):
        found = [found]
    return found


async def test_a_good_token_is_taken(provider: Provider, bad: BadIdP) -> None:
    assert await outcome(provider, bad, by_claims()) == "in"
    assert await outcome(provider, bad, by_claims(aud=[CLIENT], azp=CLIENT)) == "in"
    assert await outcome(provider, bad, by_claims(aud=[CLIENT, "x"], azp=CLIENT)) == "in"


@pytest.mark.parametrize("case", REFUSED)
async def test_a_bad_token_is_refused(provider: Provider, bad: BadIdP, case: str) -> None:
    assert await outcome(provider, bad, REFUSED[case]) == "oidc_refused"
    assert set(bad.asked) <= {DISCOVERY, "/jwks", "/token"}


async def test_an_unknown_key_is_looked_for_once_in_a_while(
    provider: Provider, bad: BadIdP, clock: list[float]
) -> None:
    unknown = REFUSED["an unknown kid"]
    assert await outcome(provider, bad, by_claims()) == "in"
    for _ in range(5):
        assert await outcome(provider, bad, unknown) == "oidc_refused"
    assert bad.asked.count("/jwks") == 1  # the floor
    clock[0] += 61
    bad.publish(jwk_of(RSA_KEY, kid="two"))
    assert await outcome(provider, bad, unknown) == "in"
    assert bad.asked.count("/jwks") == 2
    assert bad.asked.count(DISCOVERY) == 1


@pytest.mark.parametrize(
    "keys",
    [
        [jwk_of(WEAK_RSA_KEY, kid="one")],
        [jwk_of(RSA_KEY, kid="one", alg="RS512")],
        [jwk_of(RSA_KEY, kid="one") | {"use": "enc"}],
        [jwk_of(RSA_KEY, kid="one"), jwk_of(OTHER_RSA_KEY, kid="one")],
        [{"kty": "RSA", "kid": "one"}],
        [{"kty": "RSA", "kid": "one", "n": "AQAB", "e": "AQAB"}],
        [{"kty": "RSA", "kid": "one", "n": 7, "e": []}],
        [{"kty": "oct", "kid": "one", "k": "AAAA"}],
        [jwk_of(EC_KEY, kid="one")],
        [{}],
        [],
    ],
)
async def test_keys_that_do_not_fit_are_not_used(
    provider: Provider, bad: BadIdP, keys: list[Any]
) -> None:
    bad.publish(*keys)
    assert await outcome(provider, bad, by_claims()) == "oidc_refused"


def test_without_an_id_the_only_key_is_taken_and_never_one_of_two() -> None:
    one, two = jwk_of(RSA_KEY, kid="one"), jwk_of(OTHER_RSA_KEY, kid="two")
    assert choose([one], None, "RS256") == one
    assert choose([one, two], None, "RS256") is None
    assert choose([one, jwk_of(EC_KEY)], None, "RS256") == one


async def whole_sign_in(provider: Provider, bad: BadIdP) -> None:
    _, started = await provider.begin("/", "192.0.2.1")
    if "/token" not in bad.replies:
        bad.give(signed(bad.claims(started.flow.nonce)))
    await finish(provider, started)


USELESS: dict[str, Reply] = {
    "an error": Reply(b"{}", 500),
    "another error": Reply(b'{"error": "x"}', 404),
    "no JSON": Reply(b"<html>"),
    "no object": Reply(b"[]"),
    "nothing in it": Reply(b"{}"),
    "a huge answer": Reply(b'{"x": "' + b"x" * 300_000 + b'"}'),
    "a small answer that is huge": Reply(
        gzip.compress(b'{"x": "' + b"x" * 30_000_000 + b'"}'), **{"content-encoding": "gzip"}
    ),
    "a deep answer": Reply(json.dumps({"x": deep(900)}).replace("1", "[" * 5_000, 1).encode()),
    "a redirect": Reply(b"", 302, location="/evil"),
    "no text": Reply(b'{"issuer": "\xff\xfe"}'),
}


@pytest.mark.parametrize("case", USELESS)
@pytest.mark.parametrize("path", [DISCOVERY, "/jwks", "/token"])
async def test_a_useless_answer_ends_the_sign_in(
    provider: Provider, bad: BadIdP, path: str, case: str
) -> None:
    bad.replies[path] = USELESS[case]
    with pytest.raises(OidcFailed) as failed:
        await whole_sign_in(provider, bad)
    is_refusal = path == "/token" and case == "another error"
    assert failed.value.code == ("oidc_refused" if is_refusal else "oidc_unavailable")
    assert "/evil" not in bad.asked
    assert "canary" not in str(failed.value)


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "https://evil.test"},
        {"issuer": None},
        {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": "http://user@127.0.0.1/"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"userinfo_endpoint": "//evil.test"},
        {"token_endpoint": None},
    ],
)
async def test_a_wrong_description_is_refused(
    provider: Provider, bad: BadIdP, changed: dict[str, Any]
) -> None:
    bad.describe(**changed)
    for _ in range(3):
        with pytest.raises(OidcFailed) as failed:
            await provider.begin("/", "192.0.2.1")
        assert failed.value.code == "oidc_unavailable"
    assert bad.asked == [DISCOVERY]  # and is not asked for again at once


async def test_private_addresses_beside_the_issuer_are_not_asked(
    provider: Provider, bad: BadIdP, clock: list[float]
) -> None:
    async with BadIdP().open() as canary:
        bad.describe(token_endpoint=f"{canary.issuer}/token")
        assert await outcome(provider, bad, by_claims()) == "oidc_unavailable"
        bad.describe(jwks_uri=f"{canary.issuer}/jwks")
        clock[0] += 3_601
        assert await outcome(provider, bad, by_claims()) == "oidc_unavailable"
        assert canary.asked == []


async def test_an_answer_from_another_provider_is_refused(provider: Provider, bad: BadIdP) -> None:
    bad.describe(authorization_response_iss_parameter_supported=True)
    for told in ({"iss": "https://evil.test"}, {}):
        _, started = await provider.begin("/", "192.0.2.1")
        with pytest.raises(OidcFailed) as failed:
            await finish(provider, started, **told)
        assert failed.value.code == "oidc_refused"
    assert "/token" not in bad.asked


async def test_an_unverified_address_is_told_as_such(provider: Provider, bad: BadIdP) -> None:
    for told in (None, False, "true", 1):
        _, started = await provider.begin("/", "192.0.2.1")
        bad.give(signed(bad.claims(started.flow.nonce, email_verified=told)))
        _, identity = await finish(provider, started)
        assert (identity.email, identity.is_verified) == ("ada@example.org", False)


async def test_what_is_told_about_another_person_is_refused(
    provider: Provider, bad: BadIdP
) -> None:
    for access_token, subject in (("t", "eve"), ("t\r\nX-Evil: 1", "ada"), ("ü", "ada")):
        _, started = await provider.begin("/", "192.0.2.1")
        claims = bad.claims(started.flow.nonce, email=None)
        bad.give(signed(claims), access_token=access_token)
        bad.tell("/userinfo", {"sub": subject, "email": "x@example.org", "email_verified": True})
        with pytest.raises(OidcFailed) as failed:
            await finish(provider, started)
        assert failed.value.code == "oidc_refused"


OLD = pytest.param(NOW - 3_600, id="old")


@pytest.mark.parametrize("auth_time", [None, OLD, "now", True, 1.5])
async def test_a_sign_in_that_is_not_fresh_is_none(
    provider: Provider, bad: BadIdP, auth_time: Any
) -> None:
    forge = by_claims(auth_time=auth_time)
    assert await outcome(provider, bad, forge, is_fresh=True) == "oidc_not_fresh"
    assert await outcome(provider, bad, forge) == "in"
