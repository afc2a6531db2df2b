"""A server in team mode for tests: its people, each with a browser of their own."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from chatbox.caller import OWNER as ALONE
from chatbox.config import Config
from chatbox.kit.clock import now_ms
from chatbox.system.site import Site as Settings
from tests.running import JSON, Site, config_in, good, run_site

PASSWORD = "correct horse battery"
OWNER, ADMIN, USER, OTHER, VIEWER = "olga", "adam", "uma", "otto", "vera"
ROLES = {OWNER: "owner", ADMIN: "admin", USER: "user", OTHER: "user", VIEWER: "viewer"}


class Team:
    """The people of a server; every client keeps its cookies, as a browser does."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.clients: dict[str, httpx.AsyncClient] = {}
        self.people: dict[str, JSON] = {}
        self._browsers: list[httpx.AsyncClient] = []

    def __getitem__(self, who: str) -> httpx.AsyncClient:
        return self.clients[who]

    @property
    def owner(self) -> httpx.AsyncClient:
        """The owner's browser."""
        return self[OWNER]

    def id_of(self, who: str) -> str:
        """The id of an account."""
        return str(self.people[who]["id"])

    def browser(self) -> httpx.AsyncClient:
        """A browser that nobody has signed in with."""
        browser = httpx.AsyncClient(
            base_url=f"{self.site.url}/api/v1",
            timeout=30.0,
            trust_env=False,
            verify=False,  # noqa: S501 - plain http
            headers={"User-Agent": "Mozilla/5.0 (test)"},
        )
        self._browsers.append(browser)
        return browser

    async def sign_in(self, who: str, password: str = PASSWORD, **more: Any) -> httpx.AsyncClient:
        """Another browser of somebody's, signed in."""
        browser = self.browser()
        body = {"username": who, "password": password, **more}
        good(await browser.post("/auth/login", json=body))
        return browser

    def seem_public(self, port: int) -> None:
        """Let users reach a server of this computer as if it were out in the internet."""
        public = self.site.server.public_client._egress._policy
        public.replace([*public.allowed, ("127.0.0.1", port)])

    async def set_up(self) -> None:
        """Let the owner begin."""
        link = await self.site.server.desk.joining.setup_link()
        browser = self.browser()
        new = {"token": token_of(link.url), "username": OWNER, "password": PASSWORD}
        self.people[OWNER] = good(await browser.post("/auth/setup", json=new))
        self.clients[OWNER] = browser

    async def invite(self, who: str, role: str) -> None:
        """Let somebody join by invitation."""
        made = good(await self.owner.post("/invitations", json={"role": role}))
        browser = self.browser()
        new = {"token": token_of(made["url"]), "username": who, "password": PASSWORD}
        self.people[who] = good(await browser.post("/auth/register", json=new))
        self.clients[who] = browser

    async def aclose(self) -> None:
        """Close the browsers."""
        for browser in self._browsers:
            await browser.aclose()


def token_of(url: str) -> str:
    """What stands behind the # of a link."""
    return url.partition("#")[2]


async def lift_rates(site: Site) -> None:
    """Let tests ask as often as they like; the tests of rates set their own."""
    rates = [key for key in Settings.__struct_fields__ if key.endswith("_per_minute")]
    await site.server.site.change(ALONE, dict.fromkeys(rates, 0))


class Template(NamedTuple):
    """A team's database, whose people are signed in, with what their browsers hold."""

    file: Path
    people: dict[str, JSON]
    cookies: dict[str, str]


async def make_template(folder: Path) -> Template:
    """Let an owner, an admin, two users and a viewer join, which takes a hash each."""
    async with run_site(config_in(folder, team=True)) as site:
        await lift_rates(site)
        team = Team(site)
        await team.set_up()
        for who, role in ROLES.items():
            if who != OWNER:
                await team.invite(who, role)
        cookies = {who: one.cookies["chatbox"] for who, one in team.clients.items()}
        await team.aclose()
    return Template(folder / "chatbox.db", team.people, cookies)


@asynccontextmanager
async def run_team(config: Config, template: Template) -> AsyncIterator[Team]:
    """Run a server in team mode, with the people of a template."""
    shutil.copy(template.file, config.data_path / "chatbox.db")
    async with run_site(config) as site:
        team = Team(site)
        team.people = dict(template.people)
        for who, cookie in template.cookies.items():
            team.clients[who] = team.browser()
            team.clients[who].cookies.set("chatbox", cookie, domain="127.0.0.1", path="/")
        now = now_ms()
        async with site.server.database.write() as writer:
            await writer.execute("UPDATE logins SET verified_at = :now, used_at = :now", now=now)
        try:
            yield team
        finally:
            await team.aclose()
