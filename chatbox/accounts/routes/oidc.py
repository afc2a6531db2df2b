"""HTTP: signing in through an identity provider; browsers are sent there and back."""

import logging
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Parameter, QueryParameter
from litestar.types import ASGIApp
from msgspec import Meta

from chatbox.accounts.auth import visitor_of
from chatbox.accounts.logins import cookie_of
from chatbox.accounts.oidc.flows import SECONDS
from chatbox.accounts.oidc.model import OidcFailed
from chatbox.accounts.oidc.provider import Answer
from chatbox.accounts.sso import SingleSignOn
from chatbox.accounts.visit import Visit, cookie_name, set_cookie
from chatbox.caller import Caller
from chatbox.errors import IdentityProviderFailed
from chatbox.rights import Action
from chatbox.web.asgi import Whole

logger = logging.getLogger(__name__)

COOKIE = "chatbox-oidc"
SECURE = {"action": Action.SECURE}
Next = Annotated[
    str,
    QueryParameter(
        name="next", max_length=2000, description="The page to go to, a path of this site"
    ),
]
FlowState = Annotated[
    str, QueryParameter(name="state", max_length=4096, description="Names the sign-in")
]
IdentityId = Annotated[str, Parameter(description="The identity's id")]
Told = Annotated[str, QueryParameter(max_length=4096, description="What the provider sent along")]
Sender = Annotated[
    str | None, QueryParameter(max_length=2048, description="The provider that sent it (RFC 9207)")
]
ELSEWHERE = {302: ResponseSpec(None, description="To another page", generate_examples=False)}


class Elsewhere(msgspec.Struct, frozen=True):
    """A page of the identity provider."""

    url: Annotated[str, Meta(description="The address to send the browser to")]


class OidcRoutes(Controller):
    """Signing in elsewhere."""

    path = "/api/v1/auth"
    tags = ["Accounts"]
    opt = {"action": Action.OPEN}

    @get(
        "/oidc/start",
        summary="Sign in elsewhere",
        description="Sends the browser to the identity provider. Somebody who is signed in "
        "already has to prove anew who they are; the login that begins then is fresh.",
        responses=ELSEWHERE,
    )
    async def start(
        self,
        request: Request[Any, Any, Any],
        sso: NamedDependency[SingleSignOn],
        visit: NamedDependency[Visit],
        next_path: Next = "/",
    ) -> ASGIApp:
        try:
            url, browser = await sso.begin(visitor_of(request.scope), next_path)
        except OidcFailed as failed:
            return _failed(failed, visit)
        return _redirect(url, _flow_cookie(browser, visit))

    @get(
        "/oidc/callback",
        summary="Come back from elsewhere",
        description="The identity provider sends the browser here. A failure goes to the page "
        "`/login#error=…` with one of the codes that docs/errors.md lists.",
        responses=ELSEWHERE,
    )
    async def come_back(  # noqa: PLR0913 - what a provider sends along
        self,
        request: Request[Any, Any, Any],
        sso: NamedDependency[SingleSignOn],
        visit: NamedDependency[Visit],
        flow_state: FlowState = "",
        code: Told = "",
        error: Told = "",
        iss: Sender = None,
    ) -> ASGIApp:
        browser = request.cookies.get(cookie_name(COOKIE, visit.is_secure), "")
        answer = Answer(state=flow_state, code=code, error=error, iss=iss)
        try:
            target, opened = await sso.finish(answer, browser, visit, visitor_of(request.scope))
        except OidcFailed as failed:
            return _failed(failed, visit)
        token = None if opened is None else opened.token
        cookies = [] if token is None else [cookie_of(token, visit)]
        return _redirect(target, _no_flow_cookie(visit), *cookies)

    @post(
        "/oidc/link",
        status_code=200,
        opt=SECURE,
        summary="Link an account elsewhere",
        description="Answers with the address to open in this browser; who comes back from there "
        "can sign in here that way.",
    )
    async def link(
        self,
        caller: NamedDependency[Caller],
        sso: NamedDependency[SingleSignOn],
        visit: NamedDependency[Visit],
        next_path: Next = "/settings",
    ) -> Response[Elsewhere]:
        try:
            url, browser = await sso.begin_link(caller, next_path)
        except OidcFailed as failed:
            raise IdentityProviderFailed from failed
        return Response(Elsewhere(url), headers={"Set-Cookie": _flow_cookie(browser, visit)})

    @delete(
        "/identities/{identity_id:str}",
        opt=SECURE,
        summary="Unlink an account elsewhere",
        description="Unless it is the only way to sign in.",
    )
    async def unlink(
        self,
        caller: NamedDependency[Caller],
        sso: NamedDependency[SingleSignOn],
        identity_id: IdentityId,
    ) -> None:
        await sso.unlink(caller, identity_id)


def _flow_cookie(browser: str, visit: Visit) -> str:
    return set_cookie(COOKIE, browser, visit, seconds=int(SECONDS))


def _no_flow_cookie(visit: Visit) -> str:
    return set_cookie(COOKIE, "", visit, seconds=0)


def _failed(failed: OidcFailed, visit: Visit) -> Whole:
    logger.warning("signing in elsewhere failed", extra={"code": failed.code, "why": str(failed)})
    return _redirect(f"/login#error={failed.code}", _no_flow_cookie(visit))


def _redirect(target: str, *cookies: str) -> Whole:
    headers = [(b"location", target.encode())]
    headers += [(b"set-cookie", cookie.encode()) for cookie in cookies]
    return Whole(302, b"", media_type=b"text/plain", headers=headers)
