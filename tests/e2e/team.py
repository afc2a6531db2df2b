"""A server with accounts for browser tests: its people, and tabs that are one of theirs."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Locator, expect

from chatbox.accounts import totp
from chatbox.kit.clock import now_ms
from tests.e2e.screen import Screen
from tests.e2e.site import JSON, Site

PASSWORD = "correct horse battery"
OWNER = "olga"
PEOPLE = {"adam": "admin", "uma": "user", "otto": "user", "vera": "viewer"}
MOST_TABS = 60


class Team:
    """The people of a server, each with a client that is signed in."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.ids: dict[str, str] = {}
        self._clients: dict[str, httpx.Client] = {OWNER: site.client}
        me = site.call("POST", "/team", username=OWNER, password=PASSWORD, name="Olga")
        self.ids[OWNER] = str(me["id"])

    def add(self, who: str, role: str) -> None:
        """Let somebody join by invitation."""
        token = str(self.call(OWNER, "POST", "/invitations", role=role)["url"]).partition("#")[2]
        client = httpx.Client(trust_env=False, timeout=30, verify=False)  # noqa: S501
        body = {"token": token, "username": who, "password": PASSWORD, "name": who.title()}
        answer = client.post(f"{self.site.url}/api/v1/auth/register", json=body)
        assert answer.status_code == 201, answer.text
        self.ids[who] = str(answer.json()["id"])
        self._clients[who] = client

    def call(self, who: str, method: str, path: str, **body: Any) -> Any:
        """Call the API as somebody; the call must succeed."""
        url = f"{self.site.url}/api/v1{path}"
        answer = self._clients[who].request(method, url, json=body or None)
        if answer.status_code == 403 and answer.json()["code"] == "step_up_required":
            self.prove(who)
            answer = self._clients[who].request(method, url, json=body or None)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def prove(self, who: str) -> None:
        """Let somebody have just proved who they are: a slow machine outlasts five minutes."""
        with closing(sqlite3.connect(self.site.server.database)) as database, database:
            database.execute(
                "UPDATE logins SET verified_at = ?"
                " WHERE user_id = (SELECT id FROM users WHERE public_id = ?)",
                (time.time_ns() // 1_000_000, self.ids[who]),
            )

    def ended(self, who: str) -> bool:
        """Whether somebody is signed in no more."""
        return self._clients[who].get(f"{self.site.url}/api/v1/auth/me").status_code == 401

    def person(self, who: str) -> JSON:
        """An account as administrators see it."""
        found: JSON = self.call(OWNER, "GET", f"/users/{self.ids[who]}")
        return found

    def change(self, who: str, **change: Any) -> None:
        """Change an account as the owner."""
        self.call(OWNER, "PATCH", f"/users/{self.ids[who]}", **change)

    def settings(self) -> JSON:
        """The values of the system settings by their keys."""
        items = self.call(OWNER, "GET", "/settings/system")["items"]
        return {one["key"]: one["value"] for one in items}

    def enrol(self, who: str) -> str:
        """Set somebody's second factor up, with the code of the step before; answer its secret."""
        secret = str(self.call(who, "POST", "/auth/totp")["secret"])
        self.call(who, "POST", "/auth/totp/confirm", code=code_of(secret, -1))
        return secret

    def grow_old(self, who: str) -> None:
        """Let ten minutes pass since somebody proved who they are."""
        with closing(sqlite3.connect(self.site.server.database)) as database, database:
            database.execute(
                "UPDATE logins SET verified_at = verified_at - 600000"
                " WHERE user_id = (SELECT id FROM users WHERE public_id = ?)",
                (self.ids[who],),
            )

    def open(self, opener: Callable[..., Screen], who: str, path: str, **options: Any) -> Screen:
        """A tab that somebody is signed in with."""
        screen = opener(self.site, **options)
        host = urlsplit(self.site.url).hostname
        cookies = self._clients[who].cookies.jar
        screen.page.context.add_cookies(
            [
                {"name": one.name, "value": str(one.value), "domain": host, "path": "/"}
                for one in cookies
            ]
        )
        return screen.open(path)

    def close(self) -> None:
        for client in self._clients.values():
            client.close()


def code_of(secret: str, later: int = 0) -> str:
    """The code that an authenticator app shows now, or some steps later."""
    return totp.code_at(secret, totp.step_at(now_ms()) + later)


def make_team(site: Site, *people: str) -> Team:
    """Turn a running single-user server into one with accounts, of these people or all."""
    team = Team(site)
    for who in people or PEOPLE:
        team.add(who, PEOPLE[who])
    return team


def reach(screen: Screen, target: Locator) -> Locator:
    """Go to a control with the Tab key alone."""
    expect(target).to_be_visible()
    for _ in range(MOST_TABS):
        if target.evaluate("node => node === document.activeElement"):
            return target
        screen.page.keyboard.press("Tab")
    raise AssertionError(f"{target} cannot be reached with Tab")


def fits(screen: Screen) -> bool:
    """Whether nothing of the page is wider than the screen."""
    return bool(
        screen.evaluate(
            "document.documentElement.scrollWidth <= innerWidth &&"
            "[...document.querySelectorAll('.settings-body *')].every(one =>"
            " one.getBoundingClientRect().right <= innerWidth + 1)"
        )
    )
