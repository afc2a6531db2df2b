"""HTTP: accounts and invitations, for administrators; the switch between one person and a team."""

from typing import Annotated, Literal

from litestar import Controller, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, Parameter, QueryParameter

from chatbox.accounts.invitations import Invitations, invitation_of
from chatbox.accounts.joining import Joining
from chatbox.accounts.model import (
    Invitation,
    InvitationPage,
    MadeUser,
    Me,
    NewInvitation,
    NewUser,
    OneTimeLink,
    RolePage,
    RoleRights,
    TeamStart,
    User,
    UserChange,
    UserPage,
)
from chatbox.accounts.people import People
from chatbox.accounts.profile import Profile
from chatbox.accounts.routes.cookies import cookies_of
from chatbox.accounts.view import may, user_of
from chatbox.accounts.visit import Visit
from chatbox.caller import Caller, Role
from chatbox.rights import RANK, Action
from chatbox.web.paging import Cursor, Limit, decode_cursor, page
from chatbox.web.params import IfMatch, etag, version_in

UserId = Annotated[str, Parameter(description="The account's id")]
InvitationId = Annotated[str, Parameter(description="The invitation's id")]
MANAGE = {"action": Action.MANAGE}
GUARD = {"action": Action.GUARD}


class PeopleRoutes(Controller):
    """Accounts."""

    path = "/api/v1/users"
    tags = ["People"]
    opt = {"action": Action.OPERATE}

    @get(summary="List accounts", description="The oldest first.")
    async def list_users(  # noqa: PLR0913 - a filter each
        self,
        people: NamedDependency[People],
        limit: Limit = 50,
        cursor: Cursor = None,
        q: Annotated[
            str, Parameter(max_length=200, description="Text in a name or e-mail address")
        ] = "",
        role: Annotated[Role | None, Parameter(description="Those of one role")] = None,
        user_state: Annotated[
            Literal["active", "suspended"] | None,
            QueryParameter(name="state", description="Those of one state"),
        ] = None,
    ) -> UserPage:
        _, after = decode_cursor(cursor, default=(0, 0))
        rows = await people.page(query=q, role=role, state=user_state, after=after, limit=limit + 1)
        shown, next_cursor = page(rows, limit, lambda row: (0, row.id))
        return UserPage(items=[user_of(row) for row in shown], next_cursor=next_cursor)

    @post(
        opt=MANAGE,
        summary="Make an account",
        description="The answer holds the link that its owner chooses a password with.",
    )
    async def create_user(
        self,
        caller: NamedDependency[Caller],
        people: NamedDependency[People],
        data: JSONBody[NewUser],
    ) -> Response[MadeUser]:
        row, link = await people.create(caller, data)
        headers = {"Location": f"/api/v1/users/{row.public_id}", **etag(row.version)}
        return Response(MadeUser(user_of(row), link), status_code=201, headers=headers)

    @get("/{user_id:str}", summary="Read an account", description="Without anything of its own.")
    async def get_user(self, people: NamedDependency[People], user_id: UserId) -> Response[User]:
        row = await people.get(user_id)
        return Response(user_of(row), headers=etag(row.version))

    @patch(
        "/{user_id:str}",
        opt=MANAGE,
        summary="Change an account",
        description="A suspended account can do nothing any more; what is open under it ends at "
        "once, as under another role. The role `owner` hands the server over.",
    )
    async def change_user(
        self,
        caller: NamedDependency[Caller],
        people: NamedDependency[People],
        user_id: UserId,
        data: JSONBody[UserChange],
        if_match: IfMatch = None,
    ) -> Response[User]:
        row = await people.change(caller, user_id, data, version=version_in(if_match))
        return Response(user_of(row), headers=etag(row.version))

    @post(
        "/{user_id:str}/reset-link",
        status_code=200,
        opt=GUARD,
        summary="Make a reset link",
        description="It is shown once. The old password works until the link is used.",
    )
    async def make_reset_link(
        self, caller: NamedDependency[Caller], people: NamedDependency[People], user_id: UserId
    ) -> OneTimeLink:
        return await people.reset_link(caller, user_id)

    @delete(
        "/{user_id:str}/logins",
        opt=MANAGE,
        summary="End an account's logins",
        description="All of them, at once.",
    )
    async def end_user_logins(
        self, caller: NamedDependency[Caller], people: NamedDependency[People], user_id: UserId
    ) -> None:
        await people.end_logins(caller, user_id)

    @delete(
        "/{user_id:str}/totp",
        opt=GUARD,
        summary="Remove a lost second factor",
        description="The account's logins end.",
    )
    async def remove_user_totp(
        self, caller: NamedDependency[Caller], people: NamedDependency[People], user_id: UserId
    ) -> None:
        await people.remove_totp(caller, user_id)


class InvitationRoutes(Controller):
    """Invitations."""

    path = "/api/v1/invitations"
    tags = ["People"]
    opt = MANAGE

    @get(
        opt={"action": Action.OPERATE},
        summary="List invitations",
        description="The newest first, without their links.",
    )
    async def list_invitations(
        self,
        invitations: NamedDependency[Invitations],
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> InvitationPage:
        _, before = decode_cursor(cursor, default=(0, 2**62))
        rows = await invitations.page(before=before, limit=limit + 1)
        shown, next_cursor = page(rows, limit, lambda row: (0, row.id))
        return InvitationPage([invitation_of(row) for row in shown], next_cursor)

    @post(summary="Invite somebody", description="The link is shown once; it makes one account.")
    async def make_invitation(
        self,
        caller: NamedDependency[Caller],
        invitations: NamedDependency[Invitations],
        data: JSONBody[NewInvitation],
    ) -> Invitation:
        return await invitations.make(caller, data)

    @delete(
        "/{invitation_id:str}", summary="Revoke an invitation", description="Unless it was used."
    )
    async def revoke_invitation(
        self,
        caller: NamedDependency[Caller],
        invitations: NamedDependency[Invitations],
        invitation_id: InvitationId,
    ) -> None:
        await invitations.revoke(caller, invitation_id)


class RoleRoutes(Controller):
    """Roles."""

    path = "/api/v1/roles"
    tags = ["People"]
    opt = {"action": Action.READ}

    @get(summary="List roles", description="And the actions that each allows.")
    async def list_roles(self) -> RolePage:
        roles = sorted(RANK, key=RANK.__getitem__, reverse=True)
        return RolePage([RoleRights(role=role, may=may(role)) for role in roles])


class TeamRoutes(Controller):
    """The switch between one person and a team."""

    path = "/api/v1/team"
    tags = ["People"]
    opt = {"action": Action.OWN}

    @post(
        summary="Use the server with several people",
        description="Makes the owner's account; from now on everybody signs in. Nothing is lost.",
    )
    async def start_team(
        self,
        caller: NamedDependency[Caller],
        joining: NamedDependency[Joining],
        profile: NamedDependency[Profile],
        visit: NamedDependency[Visit],
        data: JSONBody[TeamStart],
    ) -> Response[Me]:
        opened = await joining.start_team(caller, data, visit)
        me = await profile.of_login(opened, visit)
        return Response(me, status_code=201, cookies=cookies_of(opened, visit))

    @delete(
        summary="Use the server alone again",
        description="Nobody signs in any more. Other people's data stays, out of reach.",
    )
    async def end_team(
        self, caller: NamedDependency[Caller], joining: NamedDependency[Joining]
    ) -> None:
        await joining.end_team(caller)
