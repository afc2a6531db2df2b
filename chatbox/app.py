"""The composition root: every object is built here once, top to bottom; every route is listed."""

import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from litestar import Controller, Litestar
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler

from chatbox.accounts.auth import caller_of, surroundings_of
from chatbox.accounts.front_desk import FrontDesk
from chatbox.accounts.routes.auth import MeRoutes, SignInRoutes
from chatbox.accounts.routes.factors import FactorRoutes, RefreshRoutes, StepUpRoutes
from chatbox.accounts.routes.letters import LetterRoutes
from chatbox.accounts.routes.oidc import OidcRoutes
from chatbox.accounts.routes.pages import PageRoutes
from chatbox.accounts.routes.people import InvitationRoutes, PeopleRoutes, RoleRoutes, TeamRoutes
from chatbox.chat.answers import Turning
from chatbox.chat.ending import Ending
from chatbox.chat.journal import Journal
from chatbox.chat.messages import Messages
from chatbox.chat.pace import Pace
from chatbox.chat.plan import Planner
from chatbox.chat.reading import Reading
from chatbox.chat.reading_routes import ReadingRoutes
from chatbox.chat.replay import forget_marks, sweep
from chatbox.chat.reply import ReplyWriter
from chatbox.chat.room import Room
from chatbox.chat.routes import ChatRoutes, MessageRoutes, SessionRoutes, TurnRoutes
from chatbox.chat.service import Sessions
from chatbox.chat.turn import Turns
from chatbox.config import Config
from chatbox.db.condition import Condition
from chatbox.db.database import Database
from chatbox.events.hub import PING_SECONDS, Hub
from chatbox.events.routes import EventRoutes
from chatbox.events.seats import Seats
from chatbox.kit.egress import Client, Policy
from chatbox.kit.secretbox import SecretBox
from chatbox.kit.tasks import Tasks
from chatbox.life.deletion import Deletion
from chatbox.life.export import Exports
from chatbox.life.routes import delete_me, delete_user, export_me
from chatbox.llm.adapters import all_adapters
from chatbox.llm.tokens import TokenCounter
from chatbox.providers.calls import Calls
from chatbox.providers.discovery import SPOTS, Discovery
from chatbox.providers.grant_routes import GrantRoutes
from chatbox.providers.grants import Grants
from chatbox.providers.models import Models
from chatbox.providers.routes import ModelRoutes, ProviderRoutes
from chatbox.providers.rows import Rows
from chatbox.providers.service import Providers
from chatbox.system.admin_routes import AuditRoutes, SiteRoutes
from chatbox.system.alerts import CHECK_SECONDS, Alarm
from chatbox.system.audit_log import AuditLog
from chatbox.system.backup.places import schedule_of
from chatbox.system.backup.remote import Network
from chatbox.system.backup.state import last_backup
from chatbox.system.health import Health
from chatbox.system.instance import claim
from chatbox.system.limits import SAVE_SECONDS, RateLimits
from chatbox.system.metrics import Metrics
from chatbox.system.mode import Mode
from chatbox.system.notices import Targets
from chatbox.system.routes import AdminRoutes, HealthRoutes, SystemRoutes
from chatbox.system.rules import rules_of
from chatbox.system.settings import UserSettings
from chatbox.system.site import SiteSettings
from chatbox.system.stats import STEP_SECONDS, Watch
from chatbox.system.trial import Trials
from chatbox.web.address import trusted_proxies
from chatbox.web.boundary import Boundary
from chatbox.web.entrance import Entrance
from chatbox.web.given import giving, plainly
from chatbox.web.hosts import Hosts, own_hosts
from chatbox.web.openapi import Structs, openapi_config
from chatbox.web.problems import answer_problem
from chatbox.web.static import Ui

HOUR = 3_600.0
DAY = 24 * HOUR
STORAGE_SECONDS = 2.0

ROUTES: list[type[Controller] | HTTPRouteHandler] = [
    ChatRoutes,
    SessionRoutes,
    MessageRoutes,
    TurnRoutes,
    EventRoutes,
    ProviderRoutes,
    ModelRoutes,
    GrantRoutes,
    SystemRoutes,
    HealthRoutes,
    AdminRoutes,
    SiteRoutes,
    AuditRoutes,
    SignInRoutes,
    RefreshRoutes,
    MeRoutes,
    StepUpRoutes,
    FactorRoutes,
    LetterRoutes,
    OidcRoutes,
    PeopleRoutes,
    ReadingRoutes,
    InvitationRoutes,
    RoleRoutes,
    TeamRoutes,
    export_me,
    delete_me,
    delete_user,
    PageRoutes,
]


class Server:
    """The objects of a running server; `app` is what the HTTP server calls."""

    def __init__(  # noqa: PLR0915 - every object on one list
        self, config: Config, database: Database, box: SecretBox, *, environ: Mapping[str, str]
    ) -> None:
        self.config = config
        self.patience = config.shutdown_seconds
        self.database = database
        self.box = box
        self.tasks = Tasks()
        self.hub = Hub()
        self.metrics = Metrics()

        policy = Policy()
        self.client = Client(policy)
        self.public_client = Client(Policy())
        self.counter = TokenCounter()
        calls = Calls(
            self.client,
            all_adapters(),
            policy=policy,
            public=self.public_client,
            box=box,
            upstream=config.upstream,
        )
        self.site = SiteSettings(database)
        self.mode = Mode(is_team=False, is_forced=config.team)
        self.audit = AuditLog(database, self.site)
        self.rates = RateLimits(database, self.site, self.mode)
        self.settings = UserSettings(database, self.hub)
        self.providers = Providers(
            database, Rows(box), calls, hub=self.hub, site=self.site, limits=config.limits
        )
        self.models = Models(database, hub=self.hub, site=self.site, defaults=config.context)
        self.grants = Grants(database, hub=self.hub)
        self.discovery = Discovery(
            self.providers,
            calls,
            environ,
            spots=SPOTS if config.discover else (),
            own_port=config.port,
        )

        live: dict[str, ReplyWriter] = {}
        self.sessions = Sessions(database, self.hub)
        self.messages = Messages(database, self.hub, live, limits=config.limits)
        self.journal = Journal(database)
        self.pace = Pace()
        planner = Planner(database, self.models, self.settings, counter=self.counter, config=config)
        self.turns = Turns(
            database,
            self.hub,
            planner,
            messages=self.messages,
            calls=calls,
            models=self.models,
            ending=Ending(self.hub, self.journal, self.counter, metrics=self.metrics),
            journal=self.journal,
            live=live,
            pace=self.pace,
            room=Room(config.limits.running_turns, self.site, self.rates),
        )
        self.seats = Seats(self.hub, config.limits.viewers, lambda: self.site.now.sockets_per_user)
        self.turning = Turning(
            self.turns,
            self.messages,
            database=database,
            hub=self.hub,
            tasks=self.tasks,
            seats=self.seats,
        )
        self.health = Health(database, self.hub, limits=config.limits, mode=self.mode)
        self.watch = Watch(self.metrics, database, self.hub, health=self.health)
        database.condition.changed = self._tell_storage
        self.backups = schedule_of(config, Network(self.client, policy))
        self.targets = Targets(config.alerts)
        self.alarm = Alarm(
            self.targets,
            rules_of(
                config.alerts,
                self.watch,
                database.condition,
                last_backup=self._last_backup if self.backups else None,
            ),
            remind_hours=config.alerts.remind_hours,
        )
        self.ui = Ui(Path(__file__).parent / "ui" / "dist")
        self.port = config.port
        self.desk = FrontDesk(
            database,
            self.hub,
            self.tasks,
            box=box,
            config=config,
            mode=self.mode,
            site=self.site,
            rates=self.rates,
            settings=self.settings,
            health=self.health,
            base=lambda: self.hosts().address,
            stop_turns=self.turns.stop_all,
        )
        self.exports = Exports(database)
        self.deletion = Deletion(
            database,
            self.hub,
            tasks=self.tasks,
            settings=self.settings,
            stop_turns=self.turns.stop_all,
            removed=self.providers.allow_addresses,
        )
        self.litestar = plainly(self._litestar())
        self.app = Boundary(
            self.litestar,
            hosts=self.hosts,
            body_bytes=config.limits.body_bytes,
            is_stopping=lambda: self.hub.stopping,
            observe=self.metrics.request,
            entrance=Entrance(
                trusted_proxies(config.trusted_proxies),
                most=self._connections_per_address,
                is_known=self.desk.gate.knows,
            ),
        )
        self._watch_queues()

    def hosts(self) -> Hosts:
        """The Host values that this server answers under."""
        config = self.config
        return own_hosts(
            config.host, self.port, public_url=config.public_url, is_team=self.mode.is_team
        )

    def _connections_per_address(self) -> int:
        return self.config.limits.connections_per_address if self.mode.is_team else 0

    async def start(self) -> None:
        """Complete what an earlier server left, let known addresses through, begin the jobs."""
        await claim(self.database, self.box)
        await self.site.reload()
        await self.rates.load()
        await self.desk.start()
        await sweep(self.database)
        await self.providers.allow_addresses()
        self.tasks.spawn(self.journal.run(), name="journal")
        self.tasks.every(PING_SECONDS, self.hub.tick, name="pings")
        self.tasks.every(HOUR, self._tidy, name="tidy")
        self.tasks.every(DAY, self.health.check_file, name="file check", at_once=False)
        self.tasks.spawn(self.watch.lag(), name="loop lag")
        self.tasks.every(STEP_SECONDS, self.watch.sample, name="stats")
        if self.targets:
            self.tasks.every(CHECK_SECONDS, self.alarm.check, name="alerts")
        self.tasks.every(DAY, self.audit.forget, name="audit")
        self.tasks.every(SAVE_SECONDS, self.rates.save, name="rates")
        self.tasks.every(STORAGE_SECONDS, self.database.condition.recover, name="storage")
        if self.backups is not None:
            self.tasks.every(self.backups.look_seconds, self.backups.tick, name="backups")

    async def stop(self) -> None:
        """End turns, connections and jobs, in this order, and close the file."""
        await self.turns.drain(self.patience)
        self.hub.drain()
        await self.journal.flush()
        await self.tasks.cancel()
        await self.client.aclose()
        await self.public_client.aclose()
        await self.targets.aclose()
        self.counter.close()
        await self.rates.save()
        await self.desk.close()
        await self.database.close()

    def _watch_queues(self) -> None:
        watch = self.metrics.watch
        watch("chatbox_turns_running", "Replies being written.", lambda: self.hub.running_count)
        watch("chatbox_viewers", "Connections that watch.", lambda: self.hub.viewer_count)
        is_open = self.app.open
        watch("chatbox_http_open", "Requests being answered.", lambda: is_open["http"])
        watch("chatbox_websockets_open", "Open WebSockets.", lambda: is_open["websocket"])
        text = "Streams that queue for the event loop."
        watch("chatbox_streams_waiting", text, lambda: self.pace.waiting)
        text = "Turns with text or an ending that is not on disk yet."
        watch("chatbox_journal_waiting", text, lambda: self.journal.waiting)
        text = "Small writes that wait for a transaction."
        watch("chatbox_writes_waiting", text, lambda: self.database.waiting)
        watch("chatbox_alerts_firing", "Alerts that are not over.", lambda: self.alarm.firing)
        watch("chatbox_tasks_running", "Background tasks.", lambda: len(self.tasks))

    def _last_backup(self) -> int | None:
        good = last_backup(self.config.data_path).last_good
        return None if good is None else good.at

    def _tell_storage(self) -> None:
        self.hub.broadcast("storage", self.health.storage())

    async def _tidy(self) -> None:
        await self.desk.tidy()
        await forget_marks(self.database)
        await self.sessions.purge()
        await self.deletion.complete()

    def _provided(self) -> dict[str, object]:
        return {
            "providers": self.providers,
            "models": self.models,
            "grants": self.grants,
            "discovery": self.discovery,
            "settings": self.settings,
            "site": self.site,
            "audit": self.audit,
            "sessions": self.sessions,
            "messages": self.messages,
            "reading": Reading(self.database, self.sessions, self.messages, site=self.site),
            "turning": self.turning,
            "hub": self.hub,
            "tasks": self.tasks,
            "seats": self.seats,
            "health": self.health,
            "trials": Trials(),
            "watch": self.watch,
            "ui": self.ui,
            "exports": self.exports,
            "deletion": self.deletion,
            **self.desk.provided(),
        }

    def _litestar(self) -> Litestar:
        structs = Structs()
        given = {name: _constant(value) for name, value in self._provided().items()}
        given |= {"caller": Provide(caller_of), "visit": Provide(surroundings_of)}
        return Litestar(
            route_handlers=[giving(route, given) for route in ROUTES],
            guards=[self.desk.gate.admit],
            exception_handlers={Exception: answer_problem},
            openapi_config=openapi_config(structs),
            plugins=[structs],
            logging_config=None,
            request_max_body_size=None,
        )


@asynccontextmanager
async def open_server(
    config: Config, box: SecretBox, environ: Mapping[str, str] | None = None
) -> AsyncGenerator[Server, None]:
    """Open the database (migrated already) and run a server's life around the `with` block."""
    path = config.data_path / "chatbox.db"
    storage = config.storage
    condition = Condition(
        path,
        ballast_bytes=storage.ballast_bytes,
        least_free_bytes=storage.least_free_bytes,
    )
    database = await Database.open(path, condition, checkpoints=storage.checkpoints == "chatbox")
    server = Server(config, database, box, environ=os.environ if environ is None else environ)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()


def _constant(value: object) -> Provide:
    async def provide() -> object:
        return value

    return Provide(provide, use_cache=True)
