"""A server with accounts for browser tests: its people, and tabs that are one of theirs."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.e2e.conftest import type_of_opener
from tests.e2e.screen import Screen
from tests.e2e.site import JSON, Site

PASSWORD = "correct horse battery"
OWNER = "olga"
PEOPLE = {"adam": "admin", "uma": "user", "otto": "user", "vera": "viewer"}


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
        token = str(self.site.call("POST", "/invitations", role=role)["url"]).partition("#")[2]
        client = httpx.Client(trust_env=False, timeout=30)
        body = {"token": token, "username": who, "password": PASSWORD, "name": who.title()}
        answer = client.post(f"{self.site.url}/api/v1/auth/register", json=body)
        assert answer.status_code == 201, answer.text
        self.ids[who] = str(answer.json()["id"])
        self._clients[who] = client

    def call(self, who: str, method: str, path: str, **body: Any) -> Any:
        """Call the API as somebody; the call must succeed."""
        url = f"{self.site.url}/api/v1{path}"
        answer = self._clients[who].request(method, url, json=body or None)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def person(self, who: str) -> JSON:
        """An account as administrators see it."""
        found: JSON = self.site.call("GET", f"/users/{self.ids[who]}")
        return found

    def open(self, opener: type_of_opener, who: str, path: str, **options: Any) -> Screen:
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


def make_team(site: Site, people: dict[str, str] = PEOPLE) -> Team:
    """Turn a running single-user server into one with accounts."""
    team = Team(site)
    for who, role in people.items():
        team.add(who, role)
    return team


type_of_team = Callable[[], Team]
