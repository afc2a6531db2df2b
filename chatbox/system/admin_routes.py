"""HTTP: what administrators see and change of the server as a whole."""

from litestar import Controller, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from chatbox.caller import Caller
from chatbox.rights import Action
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
