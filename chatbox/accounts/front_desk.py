"""The objects of accounts, built once for `app.py`."""

from collections.abc import Awaitable, Callable

from chatbox.accounts.auth import Gate
from chatbox.accounts.backoff import Backoff
from chatbox.accounts.boots import Boots
from chatbox.accounts.factors import Factors
from chatbox.accounts.hashing import Hasher
from chatbox.accounts.invitations import Invitations
from chatbox.accounts.joining import Joining
from chatbox.accounts.letters import Letters
from chatbox.accounts.links import Links
from chatbox.accounts.logins import Logins
from chatbox.accounts.oidc.provider import provider_of
from chatbox.accounts.people import People
from chatbox.accounts.postbox import Postbox
from chatbox.accounts.profile import Profile
from chatbox.accounts.proxy import Vouching
from chatbox.accounts.refresh import Refreshing
from chatbox.accounts.sentinel import LOOK_SECONDS, Sentinel
from chatbox.accounts.signin import SignIns
from chatbox.accounts.sso import SingleSignOn
from chatbox.accounts.stepup import StepUp
from chatbox.accounts.strangers import Strangers
from chatbox.accounts.tokens import AccessTokens
from chatbox.config import Config
from chatbox.db.database import Database
from chatbox.events.hub import Hub
from chatbox.kit.secretbox import SecretBox
from chatbox.kit.tasks import Tasks
from chatbox.system.health import Health
from chatbox.system.limits import RateLimits
from chatbox.system.mode import Mode
from chatbox.system.settings import UserSettings
from chatbox.system.site import SiteSettings


class FrontDesk:
    """Everything that finds out who people are; `base` answers the address they use."""

    def __init__(  # noqa: PLR0913 - built once, in app.py
        self,
        database: Database,
        hub: Hub,
        tasks: Tasks,
        *,
        box: SecretBox,
        config: Config,
        mode: Mode,
        site: SiteSettings,
        rates: RateLimits,
        settings: UserSettings,
        health: Health,
        base: Callable[[], str],
        stop_turns: Callable[[int], Awaitable[None]],
    ) -> None:
        self._database = database
        self._tasks = tasks
        self.mode = mode
        self.hasher = Hasher()
        self.backoff = Backoff(box)
        self.logins = Logins(database, hub, self.backoff)
        self.links = Links(database, base)
        self.factors = Factors(database, box, self.logins, backoff=self.backoff, site=site)
        self.stepup = StepUp(database, self.hasher, self.factors, backoff=self.backoff)
        tokens = AccessTokens(box)
        self.refreshing = Refreshing(database, tokens, hub)
        strangers = Strangers()
        self.signins = SignIns(
            database,
            self.hasher,
            self.logins,
            backoff=self.backoff,
            factors=self.factors,
            refreshing=self.refreshing,
            strangers=strangers,
        )
        self.joining = Joining(
            database, self.hasher, self.logins, links=self.links, site=site, mode=mode
        )
        self.sentinel = Sentinel(database, hub, mode=mode, site=site, stop_turns=stop_turns)
        self.people = People(database, self.logins, self.links, sentinel=self.sentinel)
        self.invitations = Invitations(database, self.links, site)
        self.profile = Profile(database, site)
        self.sso = SingleSignOn(
            database,
            self.logins,
            provider_of(config.oidc, base),
            oidc=config.oidc,
            mode=mode,
            strangers=strangers,
        )
        self.letters = Letters(
            database,
            tasks,
            Postbox(config.alerts, site, base),
            links=self.links,
            mode=mode,
            site=site,
            settings=settings,
        )
        self.boots = Boots(
            settings,
            self.profile,
            self.joining,
            health=health,
            mode=mode,
            site=site,
            oidc=config.oidc.name if config.oidc.issuer else None,
            mail=self.letters.is_on,
        )
        vouching = Vouching(database, config.proxy_login, config.trusted_proxies)
        self.gate = Gate(
            self.logins,
            tokens,
            vouching,
            mode=mode,
            site=site,
            rates=rates,
            tasks=tasks,
            metrics_token=config.metrics_token,
        )

    async def start(self) -> None:
        """Find out the mode and the owner, and begin to look after what is open."""
        await self.sentinel.look_at_mode()
        self._tasks.every(LOOK_SECONDS, self.sentinel.look, name="sentinel")

    async def tidy(self) -> None:
        """Remove what is over."""
        await self.logins.tidy()
        await self.links.tidy()
        async with self._database.write() as writer:
            await self.backoff.prune(writer)

    async def close(self) -> None:
        """End the threads and the connections."""
        self.hasher.close()
        await self.sso.aclose()

    def provided(self) -> dict[str, object]:
        """What the routes of accounts are given, by name."""
        return {
            "logins": self.logins,
            "links": self.links,
            "signins": self.signins,
            "refreshing": self.refreshing,
            "stepup": self.stepup,
            "factors": self.factors,
            "joining": self.joining,
            "people": self.people,
            "invitations": self.invitations,
            "profile": self.profile,
            "sso": self.sso,
            "letters": self.letters,
            "boots": self.boots,
        }
