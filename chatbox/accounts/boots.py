"""What a page of the web UI begins with."""

from typing import Literal

import msgspec

from chatbox import __version__
from chatbox.accounts.joining import Joining
from chatbox.accounts.profile import Profile
from chatbox.caller import Caller
from chatbox.system.health import Health
from chatbox.system.mode import Mode
from chatbox.system.settings import Settings, UserSettings
from chatbox.system.site import SiteSettings
from chatbox.web.static import Boot


class SiteBoot(msgspec.Struct, frozen=True):
    """What the sign-in page needs to know of the server; `registration` is how to join it now."""

    name: str
    registration: Literal["closed", "invitation", "mail", "open"]
    oidc: str | None
    mail: bool


class Boots:
    """Makes the data that a page begins with."""

    def __init__(  # noqa: PLR0913 - built once
        self,
        settings: UserSettings,
        profile: Profile,
        joining: Joining,
        *,
        health: Health,
        mode: Mode,
        site: SiteSettings,
        oidc: str | None,
        mail: bool,
    ) -> None:
        self._settings = settings
        self._profile = profile
        self._joining = joining
        self._health = health
        self._mode = mode
        self._site = site
        self._oidc = oidc
        self._mail = mail

    async def of(self, caller: Caller | None) -> Boot:
        """The data for a caller; for nobody, what the sign-in page needs."""
        chosen = Settings() if caller is None else await self._settings.get(caller)
        is_team, site = self._mode.is_team, self._site.now
        return Boot(
            version=__version__,
            mode=self._mode.name,
            locale=chosen.locale,
            theme=chosen.theme,
            density=chosen.density,
            settings=None if caller is None else chosen,
            storage=self._health.storage().state,
            user=await self._profile.show(caller) if is_team and caller is not None else None,
            setup=is_team and caller is None and await self._joining.needs_setup(),
            site=SiteBoot(
                name=site.name,
                registration=self._registration(),
                oidc=self._oidc,
                mail=self._mail,
            ),
        )

    def _registration(self) -> Literal["closed", "invitation", "mail", "open"]:
        site = self._site.now
        if site.registration != "open" or not site.registration_domains:
            return site.registration
        return "mail" if self._mail else "invitation"
