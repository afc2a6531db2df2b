"""Signing in at a real identity provider, over real HTTP, up to who came back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from chatbox.accounts.oidc.flows import Flow
from chatbox.accounts.oidc.model import Identity, OidcFailed
from chatbox.accounts.oidc.provider import Answer, Provider
from chatbox.config import Oidc
from tests.accounts.idp import Browser, IdP

HOME = "http://127.0.0.1:9/api/v1/auth/oidc/callback"


@asynccontextmanager
async def open_provider(idp: IdP, **client: Any) -> AsyncIterator[Provider]:
    known = await idp.register(HOME, **client)
    oidc = Oidc(issuer=idp.issuer, client_id=known.client_id, client_secret=known.client_secret)
    provider = Provider(oidc, redirect_uri=lambda: HOME)
    yield provider
    await provider.aclose()


async def sign_in(
    provider: Provider, browser: Browser, login: str = "", **begin: Any
) -> tuple[Flow, Identity]:
    url, started = await provider.begin("/c/1", "192.0.2.1", **begin)
    back = await browser.go(url, until=HOME, login=login)
    return await finish(provider, answer_of(back), started.browser)


async def finish(provider: Provider, answer: Answer, browser: str) -> tuple[Flow, Identity]:
    flow = provider.flow_of(answer, browser)
    return flow, await provider.finish(answer, flow)


def answer_of(url: str) -> Answer:
    told = httpx.URL(url).params
    return Answer(**{name: told[name] for name in Answer.__struct_fields__ if name in told})


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
async def test_who_came_back_is_told(idp: IdP, browser: Browser, algorithm: str) -> None:
    async with open_provider(idp, id_token_signed_response_alg=algorithm) as provider:
        flow, identity = await sign_in(provider, browser, "ada")
    assert flow.next == "/c/1"
    assert identity.auth_time is None
    assert identity == Identity(
        issuer=idp.issuer,
        subject="ada",
        email="ada@example.org",
        is_verified=True,
        name="ADA",
        username="ada",
    )


@pytest.mark.parametrize("method", ["client_secret_post", "none"])
async def test_clients_may_prove_themselves_otherwise(
    idp: IdP, browser: Browser, method: str
) -> None:
    async with open_provider(idp, token_endpoint_auth_method=method) as provider:
        _, identity = await sign_in(provider, browser, "ada")
    assert identity.subject == "ada"


async def test_an_address_that_was_never_confirmed_is_not_verified(
    idp: IdP, browser: Browser
) -> None:
    async with open_provider(idp) as provider:
        _, identity = await sign_in(provider, browser, "unverified")
    assert (identity.email, identity.is_verified) == ("unverified@example.org", False)


async def test_a_person_without_an_address_is_known_by_the_subject(
    idp: IdP, browser: Browser
) -> None:
    async with open_provider(idp) as provider:
        _, identity = await sign_in(provider, browser, "nobody")
    assert (identity.subject, identity.email, identity.is_verified) == ("nobody", None, False)


async def test_a_fresh_sign_in_asks_again_and_tells_when(idp: IdP, browser: Browser) -> None:
    async with open_provider(idp) as provider:
        await sign_in(provider, browser, "ada")
        await sign_in(provider, browser)  # nothing is asked
        with pytest.raises(AssertionError, match="the provider asks who this is"):
            await sign_in(provider, browser, is_fresh=True)
        flow, identity = await sign_in(provider, browser, "ada", is_fresh=True)
    assert identity.auth_time is not None
    assert abs(identity.auth_time - flow.began / 1000) < 60


async def test_who_changes_their_mind_is_not_signed_in(idp: IdP, browser: Browser) -> None:
    async with open_provider(idp) as provider:
        url, started = await provider.begin("/", "192.0.2.1")
        back = await browser.go(url, until=HOME, cancels=True)
        with pytest.raises(OidcFailed) as failed:
            await finish(provider, answer_of(back), started.browser)
    assert failed.value.code == "oidc_denied"


async def test_an_answer_is_taken_once_and_from_the_browser_that_asked(
    idp: IdP, browser: Browser
) -> None:
    async with open_provider(idp) as provider:
        url, started = await provider.begin("/", "192.0.2.1")
        back = answer_of(await browser.go(url, until=HOME, login="ada"))
        url, other = await provider.begin("/", "192.0.2.1")
        stolen = answer_of(await browser.go(url, until=HOME))
        assert (await finish(provider, back, started.browser))[1].subject == "ada"
        for answer, cookie in ((back, started.browser), (stolen, started.browser), (stolen, "")):
            with pytest.raises(OidcFailed) as failed:
                await finish(provider, answer, cookie)
            assert failed.value.code == "oidc_expired"


async def test_a_code_of_another_flow_is_refused(idp: IdP, browser: Browser) -> None:
    async with open_provider(idp) as provider:
        url, _ = await provider.begin("/", "192.0.2.1")
        other = answer_of(await browser.go(url, until=HOME, login="ada"))
        _, started = await provider.begin("/", "192.0.2.1")
        mixed = Answer(state=started.state, code=other.code, iss=other.iss)
        with pytest.raises(OidcFailed) as failed:
            await finish(provider, mixed, started.browser)  # the verifier does not match
    assert failed.value.code == "oidc_refused"
