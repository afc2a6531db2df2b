"""HTTP: signing in and out, one's own account and its logins."""

from typing import Annotated

import msgspec
from litestar import Controller, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, Parameter

from chatbox.accounts.joining import Joining
from chatbox.accounts.links import Links
from chatbox.accounts.logins import Logins, Opened, cookie_of, no_cookie
from chatbox.accounts.model import (
    Link,
    LinkToken,
    LoginPage,
    Me,
    MeChange,
    PasswordChange,
    PasswordReset,
    Registration,
    SetUp,
    SignedIn,
    SignIn,
)
from chatbox.accounts.profile import Profile
from chatbox.accounts.routes.cookies import cookies_of
from chatbox.accounts.signin import SignIns
from chatbox.accounts.visit import Visit
from chatbox.caller import Caller
from chatbox.rights import Action

LoginId = Annotated[str, Parameter(description="The login's id")]


class SignInRoutes(Controller):
    """Signing in: for those who are nobody yet."""

    path = "/api/v1/auth"
    tags = ["Accounts"]
    opt = {"action": Action.OPEN}

    @post(
        "/links/check",
        status_code=200,
        summary="Look at a link",
        description="Tells what a set-up, invitation or reset link is for; it is not used up.",
    )
    async def check_link(self, links: NamedDependency[Links], data: JSONBody[LinkToken]) -> Link:
        return await links.check(data.token)

    @post(
        "/setup",
        summary="Set up the owner",
        description="With the link that the server printed; it works once, for thirty minutes.",
    )
    async def set_up(
        self,
        joining: NamedDependency[Joining],
        profile: NamedDependency[Profile],
        visit: NamedDependency[Visit],
        data: JSONBody[SetUp],
    ) -> Response[Me]:
        return await _joined(await joining.set_up(data, visit), profile, visit)

    @post(
        "/register",
        summary="Make an account",
        description="By invitation, or without a token where registration is open.",
    )
    async def register(
        self,
        joining: NamedDependency[Joining],
        profile: NamedDependency[Profile],
        visit: NamedDependency[Visit],
        data: JSONBody[Registration],
    ) -> Response[Me]:
        return await _joined(await joining.register(data, visit), profile, visit)

    @post(
        "/login",
        status_code=200,
        summary="Sign in",
        description='Browsers get a cookie; programs ask for `kind: "api"` and get tokens. '
        "`totp_required` asks for the code of the second factor.",
    )
    async def sign_in(
        self,
        signins: NamedDependency[SignIns],
        profile: NamedDependency[Profile],
        visit: NamedDependency[Visit],
        data: JSONBody[SignIn],
    ) -> Response[SignedIn]:
        opened = await signins.sign_in(data, visit)
        signed_in = SignedIn(user=await profile.of_login(opened, visit))
        if (pair := opened.pair) is not None:
            signed_in = SignedIn(signed_in.user, **msgspec.structs.asdict(pair))
        return Response(signed_in, status_code=200, cookies=cookies_of(opened, visit))

    @post(
        "/reset",
        status_code=204,
        summary="Choose a new password",
        description="With a reset link; all logins of the account end.",
    )
    async def reset_password(
        self,
        joining: NamedDependency[Joining],
        visit: NamedDependency[Visit],
        data: JSONBody[PasswordReset],
    ) -> None:
        await joining.reset(data.token, data.password, visit)


class MeRoutes(Controller):
    """One's own account."""

    path = "/api/v1/auth"
    tags = ["Accounts"]
    opt = {"action": Action.ACCOUNT}

    @get("/me", summary="Read one's own account", description="And what it may do.")
    async def get_me(
        self, caller: NamedDependency[Caller], profile: NamedDependency[Profile]
    ) -> Me:
        return await profile.show(caller)

    @patch("/me", summary="Change one's own account", description="Absent fields stay.")
    async def change_me(
        self,
        caller: NamedDependency[Caller],
        profile: NamedDependency[Profile],
        data: JSONBody[MeChange],
    ) -> Me:
        return await profile.change(caller, data)

    @post(
        "/logout",
        status_code=204,
        summary="Sign out",
        description="Ends this login at once, with everything that is open under it.",
    )
    async def sign_out(
        self,
        caller: NamedDependency[Caller],
        logins: NamedDependency[Logins],
        visit: NamedDependency[Visit],
    ) -> Response[None]:
        await logins.sign_out(caller)
        return Response(None, status_code=204, headers={"Set-Cookie": no_cookie(visit)})

    @post(
        "/password",
        status_code=204,
        summary="Change the password",
        description="All other logins of the account end.",
    )
    async def change_password(
        self,
        caller: NamedDependency[Caller],
        signins: NamedDependency[SignIns],
        visit: NamedDependency[Visit],
        data: JSONBody[PasswordChange],
    ) -> Response[None]:
        token = await signins.change_password(caller, data, visit)
        headers = {} if token is None else {"Set-Cookie": cookie_of(token, visit)}
        return Response(None, status_code=204, headers=headers)

    @get("/logins", summary="List logins", description="The caller's own, the last used first.")
    async def list_logins(
        self, caller: NamedDependency[Caller], logins: NamedDependency[Logins]
    ) -> LoginPage:
        return LoginPage(items=await logins.all(caller))

    @delete("/logins", summary="End all other logins", description="Only the one that asks stays.")
    async def end_other_logins(
        self, caller: NamedDependency[Caller], logins: NamedDependency[Logins]
    ) -> None:
        await logins.end_others(caller)

    @delete("/logins/{login_id:str}", summary="End a login", description="At once.")
    async def end_login(
        self,
        caller: NamedDependency[Caller],
        logins: NamedDependency[Logins],
        login_id: LoginId,
    ) -> None:
        await logins.end(caller, login_id)


async def _joined(opened: Opened, profile: Profile, visit: Visit) -> Response[Me]:
    me = await profile.of_login(opened, visit)
    return Response(me, status_code=201, cookies=cookies_of(opened, visit))
