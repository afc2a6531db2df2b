"""HTTP: taking out everything that one owns, and deleting accounts.

These are functions, for a path that two controllers share cannot be registered (Litestar 2.25); the
other methods of these paths are those of `accounts`.
"""

from typing import Annotated

from litestar import Response, delete, get
from litestar.di import NamedDependency
from litestar.params import Parameter
from litestar.types import ASGIApp

from chatbox.accounts.logins import no_cookie
from chatbox.accounts.visit import Visit
from chatbox.caller import Caller
from chatbox.events.hub import Hub
from chatbox.events.pieces import PieceStream
from chatbox.kit.tasks import Tasks
from chatbox.life.deletion import Deletion
from chatbox.life.export import Exports, file_name
from chatbox.rights import Action
from chatbox.web.openapi import ARCHIVE

UserId = Annotated[str, Parameter(description="The account's id")]


@get(
    "/api/v1/auth/me/export",
    tags=["Accounts"],
    opt={"action": Action.SECURE},
    summary="Take out everything",
    description="A zip archive of JSON lines with all that one owns, made while it is sent: "
    "account, settings, sessions, messages, turns, providers without secrets, logins, own "
    "entries of the audit log. 429 while another one is made.",
    responses=ARCHIVE,
)
async def export_me(
    caller: NamedDependency[Caller],
    exports: NamedDependency[Exports],
    hub: NamedDependency[Hub],
    tasks: NamedDependency[Tasks],
) -> ASGIApp:
    """Stream the archive."""
    headers = [
        (b"content-type", b"application/zip"),
        (b"content-disposition", b'attachment; filename="%b"' % file_name(caller).encode()),
        (b"cache-control", b"no-store"),
    ]
    pieces = await exports.begin(caller)
    return PieceStream(hub, tasks, caller, pieces=pieces, headers=headers)


@delete(
    "/api/v1/auth/me",
    tags=["Accounts"],
    opt={"action": Action.SECURE},
    summary="Delete one's own account",
    description="With everything that it owns; nothing can be brought back. The owner hands the "
    "server over first.",
)
async def delete_me(
    caller: NamedDependency[Caller],
    deletion: NamedDependency[Deletion],
    visit: NamedDependency[Visit],
) -> Response[None]:
    """Delete the caller."""
    await deletion.delete(caller)
    return Response(None, status_code=204, headers={"Set-Cookie": no_cookie(visit)})


@delete(
    "/api/v1/users/{user_id:str}",
    tags=["People"],
    opt={"action": Action.GUARD},
    summary="Delete an account",
    description="With everything that it owns; nothing can be brought back. What it shared with "
    "everybody stays.",
)
async def delete_user(
    caller: NamedDependency[Caller], deletion: NamedDependency[Deletion], user_id: UserId
) -> None:
    """Delete somebody."""
    await deletion.delete(caller, user_id)
