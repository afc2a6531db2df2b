"""HTTP: the second factor, proving again who one is, and new tokens for programs."""

from litestar import Controller, Response, delete, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from chatbox.accounts.factors import Factors
from chatbox.accounts.logins import cookie_of
from chatbox.accounts.proofs import (
    Enrolment,
    FactorCode,
    Proof,
    RecoveryCodes,
    Refresh,
    TokenPair,
    Verified,
)
from chatbox.accounts.refresh import Refreshing
from chatbox.accounts.stepup import StepUp
from chatbox.accounts.visit import Visit
from chatbox.caller import Caller
from chatbox.rights import Action


class RefreshRoutes(Controller):
    """Staying signed in, for programs."""

    path = "/api/v1/auth"
    tags = ["Accounts"]
    opt = {"action": Action.OPEN}

    @post(
        "/refresh",
        status_code=200,
        summary="Get new tokens",
        description="The refresh token works once. Using it again ends the login, for somebody "
        "else may have it.",
    )
    async def refresh(
        self,
        refreshing: NamedDependency[Refreshing],
        visit: NamedDependency[Visit],
        data: JSONBody[Refresh],
    ) -> TokenPair:
        return await refreshing.refresh(data.refresh_token, visit)


class StepUpRoutes(Controller):
    """Proving it again."""

    path = "/api/v1/auth"
    tags = ["Accounts"]
    opt = {"action": Action.ACCOUNT}

    @post(
        "/verify",
        status_code=200,
        summary="Confirm that it is you",
        description="After `step_up_required`: the login then counts as fresh for five minutes.",
    )
    async def verify(
        self,
        caller: NamedDependency[Caller],
        stepup: NamedDependency[StepUp],
        visit: NamedDependency[Visit],
        data: JSONBody[Proof],
    ) -> Verified:
        return await stepup.verify(caller, data, visit)


class FactorRoutes(Controller):
    """The second factor."""

    path = "/api/v1/auth/totp"
    tags = ["Accounts"]
    opt = {"action": Action.SECURE}

    @post(
        status_code=200,
        summary="Begin a second factor",
        description="Makes a secret for an authenticator app; nothing asks for codes until one "
        "has been confirmed.",
    )
    async def begin(
        self, caller: NamedDependency[Caller], factors: NamedDependency[Factors]
    ) -> Enrolment:
        return await factors.begin(caller)

    @post(
        "/confirm",
        status_code=200,
        summary="Confirm a second factor",
        description="With a code of the app. Answers ten recovery codes; all other logins end.",
    )
    async def confirm(
        self,
        caller: NamedDependency[Caller],
        factors: NamedDependency[Factors],
        visit: NamedDependency[Visit],
        data: JSONBody[FactorCode],
    ) -> Response[RecoveryCodes]:
        codes, token = await factors.confirm(caller, data.code, visit)
        headers = _renewed(token, visit)
        return Response(RecoveryCodes(codes), status_code=200, headers=headers)

    @delete(summary="Remove the second factor", description="All other logins end.")
    async def disable(
        self,
        caller: NamedDependency[Caller],
        factors: NamedDependency[Factors],
        visit: NamedDependency[Visit],
    ) -> Response[None]:
        token = await factors.disable(caller)
        return Response(None, status_code=204, headers=_renewed(token, visit))

    @post(
        "/recovery-codes",
        status_code=200,
        summary="Make new recovery codes",
        description="The old ones stop working.",
    )
    async def renew_codes(
        self, caller: NamedDependency[Caller], factors: NamedDependency[Factors]
    ) -> RecoveryCodes:
        return RecoveryCodes(await factors.renew_codes(caller))


def _renewed(token: str | None, visit: Visit) -> dict[str, str]:
    return {} if token is None else {"Set-Cookie": cookie_of(token, visit)}
