"""Who a proxy vouches for, and everybody who only pretends to be one."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from chatbox.accounts.proxy import check_proxy_login, vouched_name
from chatbox.config import ProxyLogin
from chatbox.errors import StartRefused
from chatbox.kit.networks import parse_networks
from tests.running import config_in, events_of, good, next_of, refused
from tests.team import OTHER, USER, Team, Template, run_team

SECRET = "canary-proxy-secret-1"
PROXY = ProxyLogin(header="X-User-ID", secret=SECRET)
TRUSTED = parse_networks(["10.1.0.0/16", "::1"])
HEADERS = {"x-user-id": "ada", "x-chatbox-proxy-secret": SECRET}


def name_of(
    *pairs: tuple[str, str | bytes], peer: str = "10.1.2.3", proxy: ProxyLogin = PROXY
) -> str | None:
    raw = [
        (name.encode(), value if isinstance(value, bytes) else value.encode())
        for name, value in pairs
    ]
    return vouched_name(raw, peer, proxy=proxy, trusted=TRUSTED)


@pytest.mark.parametrize("peer", ["10.1.2.3", "::1", "::ffff:10.1.2.3"])
def test_a_trusted_proxy_with_the_secret_is_believed(peer: str) -> None:
    assert name_of(*HEADERS.items(), peer=peer) == "ada"
    assert name_of(*(HEADERS | {"x-user-id": " Ada@example.org "}).items()) == "Ada@example.org"
    assert name_of(*(HEADERS | {"x-user-id": "王小明"}).items()) == "王小明"


@pytest.mark.parametrize("peer", ["10.2.0.1", "127.0.0.1", "", "unix", "fe80::1%eth0"])
def test_nobody_else_is_believed(peer: str) -> None:
    assert name_of(*HEADERS.items(), peer=peer) is None
    assert name_of(*HEADERS.items(), ("x-forwarded-for", "10.1.2.3"), peer=peer) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"x-chatbox-proxy-secret": "x"},
        {"x-chatbox-proxy-secret": ""},
        {"x-chatbox-proxy-secret": SECRET[:-1]},
        {"x-chatbox-proxy-secret": SECRET + "1"},
        {"x-chatbox-proxy-secret": b"\xff\xfe"},
        {"x-user-id": ""},
        {"x-user-id": "  "},
        {"x-user-id": "a\x00b"},
        {"x-user-id": "a\u202eb"},
        {"x-user-id": b"\xff"},
        {"x-user-id": "a" * 321},
    ],
)
def test_a_wrong_secret_or_name_is_nobody(changed: dict[str, Any]) -> None:
    assert name_of(*(HEADERS | changed).items()) is None


def test_a_header_that_is_there_twice_or_not_at_all_is_nobody() -> None:
    pairs = list(HEADERS.items())
    assert name_of(*pairs, ("x-user-id", "eve")) is None
    assert name_of(*pairs, ("x-chatbox-proxy-secret", SECRET)) is None
    assert name_of(pairs[0]) is None
    assert name_of(pairs[1]) is None


def test_it_is_off_until_it_is_configured() -> None:
    for proxy in (ProxyLogin(), ProxyLogin(header="X-User-ID"), ProxyLogin(secret=SECRET)):
        assert name_of(*HEADERS.items(), peer="10.1.2.3", proxy=proxy) is None
        pairs = [("x-user-id", "ada"), ("x-chatbox-proxy-secret", ""), ("", "ada")]
        assert name_of(*pairs, peer="10.1.2.3", proxy=proxy) is None


@pytest.mark.parametrize(
    ("values", "trusted", "word"),
    [
        ({"header": "X-User-ID", "secret": ""}, "10.0.0.1", "proxy_login.secret"),
        ({"header": "X-User-ID", "secret": "short"}, "10.0.0.1", "proxy_login.secret"),
        ({"header": "X-User-ID", "secret": "ü" * 20}, "10.0.0.1", "proxy_login.secret"),
        ({"header": "X-User-ID", "secret": SECRET}, " ", "trusted_proxies"),
        ({"header": "X User", "secret": SECRET}, "10.0.0.1", "proxy_login.header"),
        (
            {"header": "X-Chatbox-Proxy-Secret", "secret": SECRET},
            "10.0.0.1",
            "proxy_login.header",
        ),
    ],
)
def test_half_a_configuration_stops_the_start(
    values: dict[str, str], trusted: str, word: str
) -> None:
    with pytest.raises(StartRefused, match=word):
        check_proxy_login(ProxyLogin(**values), trusted)


def test_a_whole_one_and_none_do_not() -> None:
    check_proxy_login(ProxyLogin(), "")
    check_proxy_login(PROXY, "10.0.0.0/8")


@pytest.fixture
async def behind_proxy(data_dir: Path, team_template: Template) -> AsyncIterator[Team]:
    """A server that believes a proxy on this computer."""
    proxy = ProxyLogin(header="Remote-User", secret=SECRET)
    config = config_in(data_dir, team=True, trusted_proxies="127.0.0.1", proxy_login=proxy)
    async with run_team(config, team_template) as running:
        yield running


def vouching_for(who: str, secret: str = SECRET) -> dict[str, str]:
    return {"Remote-User": who, "X-Chatbox-Proxy-Secret": secret}


async def test_who_comes_through_the_proxy_is_who_it_says(behind_proxy: Team) -> None:
    team, browser = behind_proxy, behind_proxy.browser()
    me = good(await browser.get("/auth/me", headers=vouching_for("Uma")))
    assert (me["username"], me["login_id"], me["verified_until"]) == (USER, None, None)
    good(await browser.post("/sessions", json={}, headers=vouching_for(USER)))
    refused(await browser.get("/users", headers=vouching_for(USER)), 403, "forbidden")
    answer = await browser.post("/auth/email", json={"email": None}, headers=vouching_for(USER))
    refused(answer, 403, "step_up_required")
    for headers in (vouching_for("nobody"), vouching_for(USER, "x" * 21), {"Remote-User": USER}):
        refused(await browser.get("/auth/me", headers=headers), 401, "login_required")
    bearer = vouching_for(USER) | {"Authorization": "Bearer x"}
    refused(await browser.get("/auth/me", headers=bearer), 401, "login_required")
    me = good(await team.owner.get("/auth/me", headers=vouching_for(USER)))
    assert me["username"] == "olga"  # a login goes first


async def test_what_is_open_through_the_proxy_ends_with_the_account(behind_proxy: Team) -> None:
    team, browser = behind_proxy, behind_proxy.browser()
    async with browser.stream("GET", "/events", headers=vouching_for(USER)) as response:
        events = events_of(response)
        await next_of(events, "hello")
        await team.site.server.desk.sentinel.look()
        await team[USER].post("/sessions", json={})
        await next_of(events, "session")
        url = f"/users/{team.id_of(USER)}"
        good(await team.owner.patch(url, json={"state": "suspended"}))
        async with asyncio.timeout(10):
            while await anext(events, None) is not None:
                pass
    refused(await browser.get("/auth/me", headers=vouching_for(USER)), 401, "login_required")


async def test_without_the_configuration_nobody_is_believed(team: Team) -> None:
    answer = await team.browser().get("/auth/me", headers=vouching_for(USER))
    refused(answer, 401, "login_required")


async def test_signing_out_ends_ones_own_connections_only(behind_proxy: Team) -> None:
    """Nobody of those whom a proxy vouches for has a login to tell them apart by."""
    team, browser = behind_proxy, behind_proxy.browser()
    async with browser.stream("GET", "/events", headers=vouching_for(USER)) as response:
        events = events_of(response)
        await next_of(events, "hello")
        answer = await team.browser().post("/auth/logout", headers=vouching_for(OTHER))
        assert answer.status_code == 204
        await team.browser().post("/sessions", json={}, headers=vouching_for(USER))
        await next_of(events, "session")
