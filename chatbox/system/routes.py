"""HTTP: what the server is, how it does, and the user's settings."""

from typing import Annotated

from litestar import Controller, get, patch
from litestar.di import NamedDependency
from litestar.params import JSONBody, Parameter
from litestar.types import ASGIApp

from chatbox.caller import Caller
from chatbox.rights import Action
from chatbox.system.health import Health
from chatbox.system.meters import MEDIA_TYPE
from chatbox.system.model import Alive, Info, Ready, Stats
from chatbox.system.settings import Settings, SettingsChange, UserSettings
from chatbox.system.stats import Period, Watch
from chatbox.system.trial import Trials
from chatbox.web.openapi import STREAM

PeriodQuery = Annotated[Period, Parameter(description="How far to look back")]


class SystemRoutes(Controller):
    """System: this server and the user's settings."""

    path = "/api/v1"
    tags = ["System"]

    @get(
        "/info",
        summary="About this server",
        description="Version, mode and limits; no secrets.",
        opt={"action": Action.OPEN},
    )
    async def get_info(self, health: NamedDependency[Health]) -> Info:
        return health.info()

    @get(
        "/settings",
        summary="Read the settings",
        description="The caller's own, with defaults.",
        opt={"action": Action.ACCOUNT},
    )
    async def get_settings(
        self, caller: NamedDependency[Caller], settings: NamedDependency[UserSettings]
    ) -> Settings:
        return await settings.get(caller)

    @patch(
        "/settings",
        summary="Change settings",
        description="Absent ones stay.",
        opt={"action": Action.ACCOUNT},
    )
    async def change_settings(
        self,
        caller: NamedDependency[Caller],
        settings: NamedDependency[UserSettings],
        data: JSONBody[SettingsChange],
    ) -> Settings:
        return await settings.change(caller, data)


class HealthRoutes(Controller):
    """Health: for monitors."""

    tags = ["System"]

    @get(
        "/healthz", summary="Alive", description="The process answers.", opt={"action": Action.OPEN}
    )
    async def healthz(self) -> Alive:
        return Alive()

    @get(
        "/readyz",
        summary="Ready",
        description="The database can be read and written; 503 otherwise and while stopping.",
        opt={"action": Action.OPEN},
    )
    async def readyz(self, health: NamedDependency[Health]) -> Ready:
        return await health.ready()

    @get(
        "/healthz/stream",
        summary="Try a stream",
        description="Five events, 200 ms apart, that say nothing: whoever gets them all at once is "
        "behind a proxy that holds streams back. 429 when too many run.",
        responses=STREAM,
        opt={"action": Action.OPEN},
    )
    async def try_stream(self, trials: NamedDependency[Trials]) -> ASGIApp:
        return trials.stream()

    @get(
        "/metrics",
        summary="Metrics",
        description="Counters, gauges and histograms in the text format of Prometheus, for "
        "administrators and whoever has the `metrics_token` of the configuration.",
        media_type=MEDIA_TYPE,
        opt={"action": Action.OPERATE, "takes_metrics_token": True},
    )
    async def metrics(self, watch: NamedDependency[Watch]) -> str:
        return await watch.page()


class AdminRoutes(Controller):
    """Admin: how the server does."""

    path = "/api/v1/admin"
    tags = ["System"]
    opt = {"action": Action.OPERATE}

    @get(
        "/stats",
        summary="How the server does",
        description="Now, and the last hour in steps of 10 seconds or the last day in steps of 5 "
        "minutes. It is kept in memory and begins anew with every start.",
    )
    async def get_stats(self, watch: NamedDependency[Watch], period: PeriodQuery = "hour") -> Stats:
        return await watch.show(period)
