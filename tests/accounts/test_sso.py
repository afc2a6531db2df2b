"""Whose account it is, with a real identity provider, a real server and a browser between them."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from chatbox.accounts.oidc.provider import HOME
from chatbox.config import Oidc
from chatbox.system.audit import Entry
from tests.accounts.idp import Browser, IdP
from tests.running import JSON, config_in, good, refused
from tests.team import USER, Team, Template, run_team

FROM_ELSEWHERE = {
    "Sec-Fetch-Site": "cross-site",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
}
Open = Callable[..., AbstractAsyncContextManager[Team]]


@pytest.fixture
def open_team(data_dir: Path, idp: IdP, team_template: Template) -> Open:
    """Runs a server that knows the identity provider."""

    @asynccontextmanager
    async def opened(**values: Any) -> AsyncIterator[Team]:
        known = await idp.register(f"http://127.0.0.1{HOME}", application_type="native")
        oidc = Oidc(
            issuer=idp.issuer,
            client_id=known.client_id,
            client_secret=known.client_secret,
            **{"create_users": True, "allowed_domains": "example.org", **values},
        )
        config = config_in(data_dir, oidc=oidc, team=True)
        async with run_team(config, team_template) as team:
            yield team

    return opened


class Person(Browser):
    """A browser that goes to a team's server."""

    def __init__(self, team: Team) -> None:
        super().__init__()
        self.team = team
        self.url = team.site.url
        self.api = f"{team.site.url}/api/v1"

    async def come_back(self, url: str, login: str = "", **how: Any) -> httpx.Response:
        """Walk to the provider and back; the answer of the server."""
        back = await self.go(url, until=self.url + HOME, login=login, **how)
        return await self.client.get(back, headers=FROM_ELSEWHERE)

    async def sign_in(self, login: str = "", next_path: str = "/c/7", **how: Any) -> str:
        """Sign in through the provider; where that leads."""
        url = str(httpx.URL(f"{self.api}/auth/oidc/start", params={"next": next_path}))
        answer = await self.come_back(url, login, **how)
        assert answer.status_code == 302
        return answer.headers["location"]

    def sign_in_here(self, who: str) -> None:
        """Be the browser of somebody who has signed in with the password."""
        token = self.team[who].cookies["chatbox"]
        self.client.cookies.set("chatbox", token, domain="127.0.0.1", path="/")

    async def link(self, login: str) -> str:
        """Link the account; where that leads."""
        told = good(await self.client.post(f"{self.api}/auth/oidc/link"))
        return (await self.come_back(told["url"], login)).headers["location"]

    async def me(self) -> JSON:
        return good(await self.client.get(f"{self.api}/auth/me"))

    async def __aenter__(self) -> "Person":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()


async def audited(team: Team, action: str) -> list[JSON]:
    async with team.site.server.database.read() as reader:
        rows = await reader.fetch_all(
            str,
            "SELECT json_object('result', result, 'detail', json(detail)) FROM audit "
            "WHERE action = :action ORDER BY id",
            action=action,
        )
    return [json.loads(row) for row in rows]


async def test_a_newcomer_gets_an_account_and_keeps_it(open_team: Open) -> None:
    async with open_team(name="Example") as team, Person(team) as ada:
        assert '"oidc":"Example"' in (await ada.client.get(team.site.url)).text
        assert await ada.sign_in("ada") == "/c/7"
        first = await ada.me()
        assert (first["username"], first["name"], first["email"]) == (
            "ada",
            "ADA",
            "ada@example.org",
        )
        assert (first["role"], first["via"], first["has_password"]) == ("user", "oidc", False)
        assert [one["email"] for one in first["identities"]] == ["ada@example.org"]
        assert first["verified_until"] is None  # the provider did not say when
        good(await ada.client.post(f"{ada.api}/sessions", json={}))
        await ada.client.post(f"{ada.api}/auth/logout")
        assert await ada.sign_in(next_path="//evil.test") == "/"
        assert (await ada.me())["id"] == first["id"]
        entries = await audited(team, "login.open")
        assert {"result": "ok", "detail": {"kind": "browser", "via": "oidc"}} in entries


async def test_of_two_with_one_name_the_second_gets_a_number(open_team: Open) -> None:
    async with (
        open_team(allowed_domains="*", role="viewer") as team,
        Person(team) as one,
    ):
        await one.sign_in(f"{USER}+example.com")
        me = await one.me()
        assert (me["username"], me["role"]) == (f"{USER}2", "viewer")


@pytest.mark.parametrize(
    ("login", "values", "code"),
    [
        ("ada", {"create_users": False}, "oidc_no_account"),
        ("unverified", {}, "oidc_unverified"),
        ("nobody", {}, "oidc_unverified"),
        ("ada+evil.test", {}, "oidc_domain"),
        ("ada+sub.example.org", {}, "oidc_domain"),
    ],
)
async def test_who_may_not_have_an_account_gets_none(
    open_team: Open, login: str, values: JSON, code: str
) -> None:
    async with open_team(**values) as team, Person(team) as person:
        assert await person.sign_in(login) == f"/login?next=%2Fc%2F7#error={code}"
        refused(await person.client.get(f"{person.api}/auth/me"), 401, "login_required")
        assert len(good(await team.owner.get("/users"))["items"]) == 5
        assert (await audited(team, "login.open"))[-1] == {
            "result": "refused",
            "detail": {"via": "oidc", "why": code},
        }


async def test_an_address_does_not_open_the_account_that_has_it(open_team: Open) -> None:
    async with open_team() as team, Person(team) as thief, Person(team) as uma:
        change = {"email": "uma@example.org"}
        good(await team.owner.patch(f"/users/{team.id_of(USER)}", json=change))
        assert await thief.sign_in("uma") == "/login?next=%2Fc%2F7#error=oidc_email_taken"
        uma.sign_in_here(USER)
        assert await uma.link("uma") == "/settings"
        assert [one["email"] for one in (await uma.me())["identities"]] == ["uma@example.org"]
        await uma.client.post(f"{uma.api}/auth/logout")
        assert await uma.sign_in() == "/c/7"
        assert (await uma.me())["id"] == team.id_of(USER)


async def test_an_identity_belongs_to_one_account(open_team: Open) -> None:
    async with open_team() as team, Person(team) as ada, Person(team) as uma:
        await ada.sign_in("ada")
        uma.sign_in_here(USER)
        assert await uma.link("ada") == "/login?next=%2Fsettings#error=oidc_linked_elsewhere"
        assert (await uma.me())["identities"] == []


async def test_a_link_is_made_by_the_browser_and_person_that_began(open_team: Open) -> None:
    async with open_team() as team, Person(team) as uma, Person(team) as other:
        uma.sign_in_here(USER)
        other.sign_in_here("otto")
        told = good(await uma.client.post(f"{uma.api}/auth/oidc/link"))
        back = await other.go(told["url"], until=team.site.url + HOME, login="mallory")
        answer = await other.client.get(back)
        assert answer.headers["location"] == "/login#error=oidc_expired"
        told = good(await uma.client.post(f"{uma.api}/auth/oidc/link"))
        await uma.client.post(f"{uma.api}/auth/logout")
        answer = await uma.come_back(told["url"], "ida")
        assert answer.headers["location"] == "/login?next=%2Fsettings#error=oidc_other_account"


async def test_the_only_way_in_stays(open_team: Open) -> None:
    async with open_team() as team, Person(team) as ada, Person(team) as uma:
        await ada.sign_in("ada")
        await ada.sign_in("ada")  # fresh
        (identity,) = (await ada.me())["identities"]
        path = f"/auth/identities/{identity['id']}"
        refused(await team[USER].delete(path), 404, "not_found")
        refused(await ada.client.delete(ada.api + path), 403, "forbidden")
        uma.sign_in_here(USER)
        await uma.link("uma")
        (identity,) = (await uma.me())["identities"]
        answer = await team[USER].delete(f"/auth/identities/{identity['id']}")
        assert answer.status_code == 204
        assert (await uma.me())["identities"] == []


async def test_signing_in_again_is_a_fresh_proof(open_team: Open) -> None:
    async with open_team() as team, Person(team) as ada:
        await ada.sign_in("ada")
        before = await ada.me()
        answer = await ada.client.post(f"{ada.api}/auth/oidc/link")
        refused(answer, 403, "step_up_required")
        with pytest.raises(AssertionError, match="asks who this is"):
            await ada.sign_in()  # the provider's own cookie is not enough
        assert await ada.sign_in("eve", "/") == "/login#error=oidc_other_account"
        assert await ada.sign_in("ada") == "/c/7"
        after = await ada.me()
        assert after["verified_until"] is not None
        assert (
            after["id"],
            len(good(await ada.client.get(f"{ada.api}/auth/logins"))["items"]),
        ) == (
            before["id"],
            1,
        )
        good(await ada.client.post(f"{ada.api}/auth/oidc/link"))


async def test_a_suspended_account_stays_suspended(open_team: Open) -> None:
    async with open_team() as team, Person(team) as ada:
        await ada.sign_in("ada")
        url = f"/users/{(await ada.me())['id']}"
        good(await team.owner.patch(url, json={"state": "suspended"}))
        refused(await ada.client.get(f"{ada.api}/auth/me"), 401, "login_required")
        strangers = team.site.server.desk.sso._strangers
        while strangers.admit(Entry(action="login.open", address="127.0.0.1")) is not None:
            pass  # a flood of strangers hides nothing that is about an account
        assert await ada.sign_in("ada", "//evil.test") == "/login#error=suspended"
        written = (await audited(team, "login.open"))[-1]
        assert written["detail"] == {"via": "oidc", "why": "suspended"}
        assert good(await team.owner.get(url))["state"] == "suspended"


async def test_the_flow_is_bound_to_the_browser_by_a_cookie(open_team: Open) -> None:
    async with open_team() as team:
        answer = await team.browser().get("/auth/oidc/start")
        (cookie,) = answer.headers.get_list("set-cookie")
        name, _, flags = cookie.partition(";")
        assert name.startswith("chatbox-oidc=")
        flags = {flag.strip().lower() for flag in flags.split(";")}
        assert flags == {"httponly", "max-age=600", "path=/", "samesite=lax"}
        assert answer.status_code == 302
        assert answer.headers["cache-control"] == "no-store"


async def test_what_did_not_begin_here_does_not_end_here(open_team: Open) -> None:
    async with open_team() as team, Person(team) as ada:
        written = await audited(team, "login.open")
        for query in (
            "",
            "?state=x&code=y",
            "?error=access_denied&state=x",
            "?state=" + "x" * 4000,
        ):
            answer = await ada.client.get(f"{ada.url}{HOME}{query}", headers=FROM_ELSEWHERE)
            assert (answer.status_code, answer.headers["location"]) == (
                302,
                "/login#error=oidc_expired",
            )
        assert await audited(team, "login.open") == written  # who writes nothing fills nothing
        assert await ada.sign_in("ada", cancels=True) == ("/login?next=%2Fc%2F7#error=oidc_denied")
        post = await ada.client.post(f"{ada.url}{HOME}", headers=FROM_ELSEWHERE)
        assert post.status_code in (403, 405)
        start = await ada.client.get(f"{ada.api}/auth/oidc/start", headers=FROM_ELSEWHERE)
        assert start.status_code == 403


async def test_without_a_provider_there_is_nothing(team: Team) -> None:
    refused(await team.browser().get("/auth/oidc/start"), 404, "not_found")
    refused(await team.browser().get("/auth/oidc/callback?state=x&code=y"), 404, "not_found")
    refused(await team[USER].post("/auth/oidc/link"), 404, "not_found")


async def test_coming_back_counts_as_a_try_to_sign_in(open_team: Open) -> None:
    async with open_team() as team:
        good(await team.owner.patch("/settings/system", json={"sign_ins_per_minute": 2}))
        came = [await team.browser().get("/auth/oidc/callback?state=x") for _ in range(3)]
        assert [one.status_code for one in came] == [302, 302, 429]
