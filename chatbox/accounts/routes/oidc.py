"""HTTP: signing in through an identity provider; browsers are sent there and back."""

import logging
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from litestar import Controller, Request, Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Parameter, QueryParameter
from msgspec import Meta

from chatbox.accounts.auth import visitor_of
from chatbox.accounts.oidc.flows import SECONDS
from chatbox.accounts.oidc.model import OidcFailed
from chatbox.accounts.oidc.provider import Answer
from chatbox.accounts.routes.cookies import cookies_of
from chatbox.accounts.sso import SingleSignOn
from chatbox.accounts.visit import Visit, cookie_name
from chatbox.caller import Caller
from chatbox.errors import IdentityProviderFailed
from chatbox.rights import Action

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
        status_code=302,
        responses=ELSEWHERE,
    )
    async def start(
        self,
        request: Request[Any, Any, Any],
        sso: NamedDependency[SingleSignOn],
        visit: NamedDependency[Visit],
        next_path: Next = "/",
    ) -> Response[bytes]:
        try:
            url, browser = await sso.begin(visitor_of(request.scope), next_path, visit)
        except OidcFailed as failed:
            return _failed(failed, visit)
        return _redirect(url, _flow_cookie(browser, visit))

    @get(
        "/oidc/callback",
        summary="Come back from elsewhere",
        description="The identity provider sends the browser here. A failure goes to the page "
        "`/login#error=…` with one of the codes that docs/errors.md lists.",
        status_code=302,
        responses=ELSEWHERE,
        opt={"action": Action.OPEN, "is_proof": True},
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
    ) -> Response[bytes]:
        browser = request.cookies.get(cookie_name(COOKIE, visit.is_secure), "")
        answer = Answer(state=flow_state, code=code, error=error, iss=iss)
        try:
            target, opened = await sso.finish(answer, browser, visit, visitor_of(request.scope))
        except OidcFailed as failed:
            return _failed(failed, visit)
        cookies = [] if opened is None else cookies_of(opened, visit)
        return _redirect(target, _flow_cookie("", visit), *cookies)

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
        return Response(Elsewhere(url), cookies=[_flow_cookie(browser, visit)])

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


def _flow_cookie(browser: str, visit: Visit) -> Cookie:
    """What binds a flow to the browser; empty, it is removed."""
    return Cookie(
        key=cookie_name(COOKIE, visit.is_secure),
        value=browser,
        max_age=int(SECONDS) if browser else 0,
        httponly=True,
        samesite="lax",
        secure=visit.is_secure,
    )


def _failed(failed: OidcFailed, visit: Visit) -> Response[bytes]:
    logger.warning("signing in elsewhere failed", extra={"code": failed.code, "why": str(failed)})
    wanted = "" if failed.next == "/" else f"?next={quote(failed.next, safe='')}"
    return _redirect(f"/login{wanted}#error={failed.code}", _flow_cookie("", visit))


def _redirect(target: str, *cookies: Cookie) -> Response[bytes]:
    headers = {"Location": target}
    return Response(b"", status_code=302, media_type="text/plain", headers=headers, cookies=cookies)
