"""The gate: finds out who is behind every request, and asks `authorise` about the route's action.

A route names its action in `opt`; one that names none is refused, so nothing new is open by
mistake. The caller is kept with the request, where handlers take it from. An `Authorization` header
that is not good is refused even where a cookie would do: no second way in behind the first.
"""

from hmac import compare_digest
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import Scope

from chatbox.accounts.factors import needs_factor
from chatbox.accounts.logins import TOUCH_MS, Logins
from chatbox.accounts.proxy import Vouching
from chatbox.accounts.store.logins import Present
from chatbox.accounts.tokens import AccessTokens
from chatbox.accounts.visit import Visit, visit_of
from chatbox.caller import Caller
from chatbox.errors import Forbidden, LoginRequired
from chatbox.kit.clock import now_ms
from chatbox.kit.tasks import Tasks
from chatbox.rights import Action, authorise
from chatbox.system.limits import RateLimits, check_network
from chatbox.system.mode import Mode
from chatbox.system.site import SiteSettings

_BEARER = "bearer "


class Gate:
    """Litestar's guard of all routes."""

    def __init__(  # noqa: PLR0913 - built once
        self,
        logins: Logins,
        tokens: AccessTokens,
        vouching: Vouching,
        *,
        mode: Mode,
        site: SiteSettings,
        rates: RateLimits,
        tasks: Tasks,
        metrics_token: str,
    ) -> None:
        self._metrics_header = f"{_BEARER}{metrics_token}".encode() if metrics_token else None
        self._logins = logins
        self._tokens = tokens
        self._vouching = vouching
        self._mode = mode
        self._site = site
        self._rates = rates
        self._tasks = tasks

    async def admit(
        self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
    ) -> None:
        """Let a request through, or raise what is wrong with it."""
        action = handler.opt.get("action")
        if not isinstance(action, Action):
            raise Forbidden
        visit, state = visit_of(connection.scope), connection.scope["state"]
        if handler.opt.get("takes_metrics_token") and self._is_monitor(visit):
            state["visit"], state["caller"] = visit, None
            return
        caller, method = None, str(connection.scope.get("method", "WS"))
        if handler.opt.get("is_proof"):
            method = "POST"  # a try to sign in, though a browser is sent there
        try:
            caller = await self._caller(connection.scope, visit, action)
        finally:  # whoever shows a token that is not good is counted as nobody
            self._rates.take(caller, visit.address, action, method)
        state["visit"], state["caller"] = visit, caller
        if caller is None:
            if action is not Action.OPEN:
                raise LoginRequired
            return
        check_network(self._site.now, caller, action)
        authorise(caller, action)

    async def knows(self, scope: Scope) -> bool:
        """Whether somebody is signed in; asked before a large body is taken."""
        return await self._caller(scope, visit_of(scope), Action.OPEN) is not None

    def _is_monitor(self, visit: Visit) -> bool:
        """Whether a program shows the token that the configuration has for metrics alone."""
        if self._metrics_header is None or visit.bearer is None:
            return False
        kind, _, token = visit.bearer.partition(" ")
        return compare_digest(f"{kind.lower()} {token}".encode(), self._metrics_header)

    async def _caller(self, scope: Scope, visit: Visit, action: Action) -> Caller | None:
        if not self._mode.is_team:
            return self._mode.alone
        present = await self._present(visit)
        if present is None:
            if visit.bearer is not None and action is not Action.OPEN:
                raise LoginRequired
            return await self._vouched(scope, visit)
        if now_ms() - present.used_at > TOUCH_MS:
            self._tasks.spawn(self._logins.touch(present, visit.address), name="login used")
        return Caller(
            user_id=present.user_id,
            role=present.role,
            public_id=present.public_id,
            login=present.login,
            verified_at=present.verified_at,
            rights_version=present.rights_version,
            address=visit.address,
            must_enrol=needs_factor(self._site.now, present.role, has_one=present.has_totp),
        )

    async def _vouched(self, scope: Scope, visit: Visit) -> Caller | None:
        """Whom a trusted proxy names; without a login, and without a fresh proof."""
        user = await self._vouching.find(scope) if visit.bearer is None else None
        if user is None:
            return None
        return Caller(
            user_id=user.id,
            role=user.role,
            public_id=user.public_id,
            rights_version=user.rights_version,
            address=visit.address,
            must_enrol=needs_factor(self._site.now, user.role, has_one=user.has_totp),
        )

    async def _present(self, visit: Visit) -> Present | None:
        if visit.bearer is not None:
            return await self._program(visit.bearer)
        return await self._logins.find(visit.token) if visit.token else None

    async def _program(self, bearer: str) -> Present | None:
        if not bearer.lower().startswith(_BEARER):
            return None
        try:
            claims = self._tokens.read(bearer[len(_BEARER) :])
        except LoginRequired:
            return None
        present = await self._logins.find_program(claims.login)
        return present if present is not None and present.public_id == claims.user else None


async def caller_of(scope: Scope) -> Caller:
    """Who asks, as the gate found out; raises `LoginRequired` on open routes without anybody."""
    caller = visitor_of(scope)
    if caller is None:
        raise LoginRequired
    return caller


def visitor_of(scope: Scope) -> Caller | None:
    """Who asks, where that may be nobody."""
    caller: Caller | None = scope["state"].get("caller")
    return caller


async def surroundings_of(scope: Scope) -> Visit:
    """From where somebody asks."""
    visit: Visit = scope["state"]["visit"]
    return visit
