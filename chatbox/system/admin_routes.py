"""HTTP: what administrators see and change of the server as a whole."""

from typing import Annotated

from litestar import Controller, get, patch, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody, Parameter
from litestar.types import ASGIApp

from chatbox.caller import Caller
from chatbox.events.hub import Hub
from chatbox.events.pieces import PieceStream
from chatbox.kit.tasks import Tasks
from chatbox.rights import Action
from chatbox.system.audit_log import AuditCheck, AuditLog, AuditPage, entry_of
from chatbox.system.site import SiteSettings, Value
from chatbox.system.site_view import (
    Revert,
    SettingHistory,
    SettingList,
    change_of,
    list_settings,
)
from chatbox.web.paging import Cursor, Limit, decode_cursor, page

NEWEST = (2**62, 0)
Values = dict[str, Value | None]
ActionFilter = Annotated[
    str | None,
    Parameter(max_length=60, description="One action, or all that begin alike: `user.`"),
]
ActorFilter = Annotated[
    str | None, Parameter(max_length=60, description="The id of the account that did it")
]
LINES = {
    200: ResponseSpec(
        data_container=str,
        media_type="application/x-ndjson",
        generate_examples=False,
        description="A JSON document on each line",
    )
}
LINES_HEADERS = [
    (b"content-type", b"application/x-ndjson"),
    (b"content-disposition", b'attachment; filename="chatbox-audit.jsonl"'),
    (b"cache-control", b"no-store"),
]


class SiteRoutes(Controller):
    """Settings of the server, for everybody."""

    path = "/api/v1/settings/system"
    tags = ["Administration"]

    @get(
        summary="List the system settings",
        description="Each with its kind, its limits, its default and its value.",
        opt={"action": Action.OPERATE},
    )
    async def list_site_settings(self, site: NamedDependency[SiteSettings]) -> SettingList:
        return list_settings(site)

    @patch(
        summary="Change system settings",
        description="Values by their keys; null gives a setting its default back. All are "
        "changed or none, and at once.",
        opt={"action": Action.MANAGE},
    )
    async def change_site_settings(
        self,
        caller: NamedDependency[Caller],
        site: NamedDependency[SiteSettings],
        data: JSONBody[Values],
    ) -> SettingList:
        await site.change(caller, data)
        return list_settings(site)

    @get(
        "/history",
        summary="List changes of system settings",
        description="Who changed what and when, newest first.",
        opt={"action": Action.OPERATE},
    )
    async def list_setting_changes(
        self, site: NamedDependency[SiteSettings], limit: Limit = 50, cursor: Cursor = None
    ) -> SettingHistory:
        before, _ = decode_cursor(cursor, default=NEWEST)
        rows = await site.history(before=before, limit=limit + 1)
        shown, after = page(rows, limit, lambda row: (row.id, 0))
        return SettingHistory([change_of(row) for row in shown], after)

    @post(
        "/revert",
        summary="Take a change back",
        description="The setting gets the value that it had before that change.",
        status_code=200,
        opt={"action": Action.MANAGE},
    )
    async def revert_setting(
        self,
        caller: NamedDependency[Caller],
        site: NamedDependency[SiteSettings],
        data: JSONBody[Revert],
    ) -> SettingList:
        await site.revert(caller, data.id)
        return list_settings(site)


class AuditRoutes(Controller):
    """The audit log."""

    path = "/api/v1/audit"
    tags = ["Administration"]
    opt = {"action": Action.OPERATE}

    @get(
        summary="List the audit log",
        description="Who did what, when and from where, newest first; no messages, no secrets.",
    )
    async def list_audit(
        self,
        audit: NamedDependency[AuditLog],
        action: ActionFilter = None,
        actor: ActorFilter = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> AuditPage:
        before, _ = decode_cursor(cursor, default=NEWEST)
        rows = await audit.page(action=action, actor=actor, before=before, limit=limit + 1)
        shown, after = page(rows, limit, lambda row: (row.id, 0))
        return AuditPage([entry_of(row) for row in shown], after)

    @get(
        "/export",
        summary="Export the audit log",
        description="All of it as JSON lines, oldest first, each with its hash. That is noted in "
        "the log, too.",
        responses=LINES,
        opt={"action": Action.GUARD},
    )
    async def export_audit(
        self,
        caller: NamedDependency[Caller],
        audit: NamedDependency[AuditLog],
        hub: NamedDependency[Hub],
        tasks: NamedDependency[Tasks],
    ) -> ASGIApp:
        pieces = await audit.export(caller)
        return PieceStream(hub, tasks, caller, pieces=pieces, headers=LINES_HEADERS)

    @get(
        "/check",
        summary="Check the audit log",
        description="Whether every entry is as it was written and none is missing.",
    )
    async def check_audit(self, audit: NamedDependency[AuditLog]) -> AuditCheck:
        return await audit.check()
