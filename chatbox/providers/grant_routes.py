"""HTTP: whom the models of the server are for."""

from typing import Annotated

from litestar import Controller, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, Parameter

from chatbox.caller import Caller
from chatbox.providers.grants import Grants
from chatbox.providers.model import Grant, GrantPage, NewGrant
from chatbox.providers.view import grant_of
from chatbox.rights import Action
from chatbox.web.paging import Cursor, Limit, decode_cursor, page


class GrantRoutes(Controller):
    """Grants: who may use a provider of the server, or one of its models."""

    path = "/api/v1/grants"
    tags = ["Models"]

    @get(
        summary="List grants",
        description="Oldest first. What nothing is granted on is for everybody who may chat.",
        opt={"action": Action.OPERATE},
    )
    async def list_grants(
        self,
        grants: NamedDependency[Grants],
        provider_id: Annotated[
            str | None, Parameter(description="Only grants on this provider and its models")
        ] = None,
        limit: Limit = 200,
        cursor: Cursor = None,
    ) -> GrantPage:
        after, _ = decode_cursor(cursor, default=(0, 0))
        rows = await grants.page(provider=provider_id, after=after, limit=limit + 1)
        shown, next_cursor = page(rows, limit, lambda row: (row.id, 0))
        return GrantPage(items=[grant_of(row) for row in shown], next_cursor=next_cursor)

    @post(
        summary="Grant a provider or a model",
        description="The first grant restricts it to whom is named; grants on a model replace "
        "those on its provider. The owner and administrators may always.",
        opt={"action": Action.MANAGE},
    )
    async def add_grant(
        self,
        caller: NamedDependency[Caller],
        grants: NamedDependency[Grants],
        data: JSONBody[NewGrant],
    ) -> Response[Grant]:
        row = await grants.add(caller, data)
        return Response(grant_of(row), status_code=201)

    @delete(
        "/{grant_id:str}",
        summary="Take a grant back",
        description="It counts from the next turn on. Without its last grant, a provider is for "
        "everybody again.",
        opt={"action": Action.MANAGE},
    )
    async def remove_grant(
        self,
        caller: NamedDependency[Caller],
        grants: NamedDependency[Grants],
        grant_id: Annotated[str, Parameter(description="The grant's id")],
    ) -> None:
        await grants.remove(caller, grant_id)
