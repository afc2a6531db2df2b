"""Providers of the server: who sees and uses them, and that nobody else learns where they lead."""

from typing import Any

import httpx
import pytest

from tests.providers.sharing import connect, grant, may_use, models_of, share
from tests.running import JSON, SECRET, UNKNOWN, Site, good, refused
from tests.team import ADMIN, OTHER, OWNER, USER, VIEWER, Team
from tests.upstream import Upstream

EVERYBODY = {OWNER, ADMIN, USER, OTHER, VIEWER}
MANAGERS = {OWNER, ADMIN}
ONE, TWO = "nospace", "echo"
# What is granted -> who sees the models `one` and `two`.
GRANTS: dict[str, tuple[list[JSON], set[str], set[str]]] = {
    "nothing": ([], {USER, OTHER}, {USER, OTHER}),
    "the provider to a role": ([{"role": "user"}], {USER, OTHER}, {USER, OTHER}),
    "the provider to another role": ([{"role": "viewer"}], {VIEWER}, {VIEWER}),
    "the provider to an account": ([{"user_id": USER}], {USER}, {USER}),
    "the provider to nobody": ([{"role": "admin"}], set(), set()),
    "a model to an account": ([{"model": ONE, "user_id": OTHER}], {OTHER}, {USER, OTHER}),
    "a model beyond its provider": (
        [{"user_id": USER}, {"model": ONE, "user_id": OTHER}, {"model": ONE, "role": "viewer"}],
        {OTHER, VIEWER},
        {USER},
    ),
}


@pytest.mark.parametrize("case", GRANTS)
async def test_grants_say_who_sees_and_uses_a_model(
    team: Team, upstream: Upstream, case: str
) -> None:
    granted, one, two = GRANTS[case]
    shared = await share(team, upstream)
    for given in granted:
        if "user_id" in given:
            given = {**given, "user_id": team.id_of(given["user_id"])}
        await grant(team, shared, **given)
    for who in EVERYBODY:
        seen = await models_of(team, who)
        assert (f"shared/{ONE}" in seen) == (who in one | MANAGERS), who
        assert (f"shared/{TWO}" in seen) == (who in two | MANAGERS), who
        assert await may_use(team, who, f"shared/{ONE}") == (who in (one | MANAGERS) - {VIEWER})
        found = await team[who].get(f"/models/shared%2F{TWO}")
        assert found.status_code == (200 if who in two | MANAGERS else 404)


async def test_what_somebody_connects_is_his_alone(team: Team, upstream: Upstream) -> None:
    team.seem_public(upstream.port)
    mine = await connect(team, USER, upstream, "mine")
    assert mine["is_system"] is False
    assert await may_use(team, USER, "mine/echo")
    for who in EVERYBODY - {USER}:
        assert "mine/echo" not in await models_of(team, who)
        assert not await may_use(team, who, "mine/echo")
        assert (await team[who].get(f"/providers/{mine['id']}")).status_code == 404
        assert mine["id"] not in (await team[who].get("/providers")).text


async def test_a_user_cannot_tell_a_provider_of_the_server_from_none(
    team: Team, upstream: Upstream
) -> None:
    shared = await share(team, upstream)
    assert shared["is_system"] is True

    async def answers(who: str, provider: str) -> list[Any]:
        url, client = f"/providers/{provider}", team[who]
        calls = [
            client.get(url),
            client.patch(url, json={"name": "x"}),
            client.patch(url, json={"base_url": "https://example.com/v1"}),
            client.patch(url, json={"base_url": "http://127.0.0.1:1/v1", "secret": "sk-x"}),
            client.patch(url, json={"system": False}),
            client.post(f"{url}/test"),
            client.post(f"{url}/models/refresh"),
            client.delete(url),
            client.post("/models", json={"provider_id": provider, "name": "x"}),
        ]
        found = []
        for call in calls:
            answer = await call
            found.append((answer.status_code, without_id(answer)))
        return found

    for who in (USER, VIEWER):
        theirs = await answers(who, shared["id"])
        assert theirs == await answers(who, UNKNOWN)
        assert {status for status, _ in theirs} == ({404} if who == USER else {404, 403})
        for call in ("PATCH", "DELETE"):
            answer = await team[who].request(call, "/models/shared%2Fecho", json={"enabled": False})
            assert answer.status_code == (404 if who == USER else 403)
        assert good(await team[who].get("/providers"))["items"] == []
        for url in ("/models?limit=500", "/providers"):
            text = (await team[who].get(url)).text
            assert "127.0.0.1" not in text
            assert SECRET[-4:] not in text
    assert good(await team[ADMIN].get(f"/providers/{shared['id']}")) == shared
    assert len(upstream.records) == 1


async def test_only_administrators_make_a_provider_the_servers(
    team: Team, upstream: Upstream
) -> None:
    team.seem_public(upstream.port)
    mine = await connect(team, USER, upstream, "mine")
    new = {"name": "x", "base_url": upstream.base_url, "system": True}
    refused(await team[USER].post("/providers", json=new), 403, "forbidden")
    url = f"/providers/{mine['id']}"
    refused(await team[USER].patch(url, json={"system": True}), 403, "forbidden")
    model = {"provider_id": mine["id"], "name": "by-hand"}
    refused(await team[USER].post("/models/system", json=model), 403, "forbidden")
    refused(await team[ADMIN].post("/models/system", json=model), 404, "not_found")
    for field in ("is_system", "user_id", "source", "secret_hint", "state"):
        answer = await team[USER].patch(url, json={field: True})
        refused(answer, 400, "invalid_request")
    assert good(await team[USER].get(url)) == mine


async def test_models_are_added_where_they_belong(team: Team, upstream: Upstream) -> None:
    shared = await share(team, upstream)
    own = await connect(team, ADMIN, upstream, "own")
    body = {"provider_id": shared["id"], "name": "by-hand"}
    refused(await team[ADMIN].post("/models", json=body), 404, "not_found")
    made = good(await team[ADMIN].post("/models/system", json=body))
    assert (made["id"], made["is_system"]) == ("shared/by-hand", True)
    assert "shared/by-hand" in await models_of(team, USER)
    body = {"provider_id": own["id"], "name": "by-hand"}
    assert good(await team[ADMIN].post("/models", json=body))["is_system"] is False


async def test_a_name_that_no_list_holds_is_for_administrators(
    team: Team, upstream: Upstream
) -> None:
    """Else a model that is not granted could be had by another of its names."""
    await share(team, upstream)
    assert (await team[ADMIN].delete("/models/shared%2Fecho")).status_code == 204
    assert not await may_use(team, USER, "shared/echo")
    assert await may_use(team, ADMIN, "shared/echo")
    team.seem_public(upstream.port)
    await connect(team, USER, upstream, "mine")
    assert (await team[USER].delete("/models/mine%2Fecho")).status_code == 204
    assert await may_use(team, USER, "mine/echo")


async def test_ones_own_comes_before_the_servers(team: Team, upstream: Upstream) -> None:
    team.seem_public(upstream.port)
    await connect(team, USER, upstream, "both", secret="sk-users-own-0123")
    shared = await share(team, upstream, "both")
    items = good(await team[USER].get("/models?limit=500"))["items"]
    assert [item["is_system"] for item in items if item["id"] == "both/echo"] == [False]
    for who, secret in ((USER, "sk-users-own-0123"), (OTHER, SECRET)):
        assert await may_use(team, who, "both/echo")
        assert upstream.records[-1].secret == secret
    new = {"name": "both", "base_url": upstream.base_url}
    refused(await team[OTHER].post("/providers", json=new), 409, "name_taken")
    other = await connect(team, OTHER, upstream, "other")
    answer = await team[OTHER].patch(f"/providers/{other['id']}", json={"name": "both"})
    refused(answer, 409, "name_taken")
    refused(await team[OWNER].post("/providers", json={**new, "system": True}), 409, "name_taken")
    await grant(team, shared, role="admin")
    renamed = await team[OTHER].patch(f"/providers/{other['id']}", json={"name": "both"})
    assert good(renamed)["name"] == "both"


async def test_a_grant_that_is_taken_back_counts_from_the_next_turn_on(
    team: Team, upstream: Upstream
) -> None:
    shared = await share(team, upstream)
    kept = await grant(team, shared, user_id=team.id_of(USER))
    client = team[USER]
    body = {"content": "Hello", "model": "shared/echo"}
    first = good(await client.post("/chat", json=body))
    session, reply = first["session_id"], first["message"]["id"]
    good(await client.patch("/settings", json={"default_model": "shared/echo"}))
    assert (await team[ADMIN].delete(f"/grants/{kept['id']}")).status_code == 204
    await grant(team, shared, role="admin")
    for call in (
        client.post(f"/sessions/{session}/messages", json={"content": "More"}),
        client.post(f"/messages/{reply}/regenerate", json={}),
        client.post(f"/messages/{reply}/regenerate", json={"model": "shared/ok-2-0"}),
        client.post("/chat", json=body),
        client.post("/chat/stream", json=body),
    ):
        problem = refused(await call, 404, "model_not_found")
        assert "Choose another model" in problem["detail"]
    refused(await client.post("/chat", json={"content": "Hello"}), 409, "no_model")
    made = good(await client.post("/sessions", json={"model": "shared/echo"}))
    url = f"/sessions/{made['id']}/messages"
    refused(await client.post(url, json={"content": "Hello"}), 404, "model_not_found")


async def test_grants_are_listed_checked_and_written_down(team: Team, upstream: Upstream) -> None:
    shared = await share(team, upstream)
    own = await connect(team, ADMIN, upstream, "own")
    admin, body = team[ADMIN], {"provider_id": shared["id"], "role": "user"}
    made = good(await admin.post("/grants", json=body))
    assert good(await admin.get(f"/grants?provider_id={shared['id']}"))["items"] == [made]
    assert good(await admin.get(f"/grants?provider_id={own['id']}"))["items"] == []
    refused(await admin.post("/grants", json=body), 409, "already_exists")
    for wrong in (
        {"provider_id": shared["id"]},
        {**body, "user_id": team.id_of(USER)},
        {**body, "role": "owner"},
        {**body, "model": ""},
        {**body, "id": UNKNOWN},
    ):
        refused(await admin.post("/grants", json=wrong), 400, "invalid_request")
    for provider in (own["id"], UNKNOWN):
        answer = await admin.post("/grants", json={**body, "provider_id": provider})
        refused(answer, 404, "not_found")
    nobody = {"provider_id": shared["id"], "user_id": UNKNOWN}
    refused(await admin.post("/grants", json=nobody), 404, "not_found")
    for call in (team[USER].get("/grants"), team[USER].post("/grants", json=body)):
        refused(await call, 403, "forbidden")
    assert (await admin.delete(f"/grants/{made['id']}")).status_code == 204
    refused(await admin.delete(f"/grants/{made['id']}"), 404, "not_found")
    async with team.site.server.database.read() as reader:
        told = await reader.fetch_all(
            str,
            """
            SELECT action || ' ' || object || ' ' || detail FROM audit
            WHERE action LIKE 'grant.%' OR action LIKE 'provider.%' ORDER BY id
            """,
        )
    object_, detail = f"provider:{shared['id']}", '{"model":null,"role":"user","user":null}'
    assert told == [
        f"provider.add {object_} {{}}",
        f"grant.add {object_} {detail}",
        f"grant.remove {object_} {detail}",
    ]


async def test_the_failures_of_the_servers_providers_tell_users_nothing(
    team: Team, upstream: Upstream
) -> None:
    await share(team, upstream)
    for model in ("401", "echo-secret-401", "402", "redirect", "500"):
        answer = await team[USER].post("/chat", json={"content": "x", "model": f"shared/{model}"})
        problem = refused(answer, 502, "provider_failed")
        assert "127.0.0.1" not in answer.text
        assert str(upstream.port) not in answer.text
        assert SECRET[-4:] not in answer.text
        assert model == "500" or "An administrator can test it" in problem["detail"]
    async with Upstream() as gone:
        await share(team, gone, "gone")
    answer = await team[USER].post("/chat", json={"content": "x", "model": "gone/echo"})
    refused(answer, 502, "provider_failed")
    assert "127.0.0.1" not in answer.text


async def test_connecting_can_be_for_administrators_only(team: Team, upstream: Upstream) -> None:
    team.seem_public(upstream.port)
    mine = await connect(team, USER, upstream, "shared")
    await share(team, upstream)
    good(await team.owner.patch("/settings/system", json={"personal_providers": "admins"}))
    new, url = {"name": "x", "base_url": upstream.base_url}, f"/providers/{mine['id']}"
    for call in (
        team[USER].post("/providers", json=new),
        team[USER].patch(url, json={"name": "y"}),
        team[USER].post(f"{url}/test"),
        team[USER].post("/models", json={"provider_id": mine["id"], "name": "x"}),
    ):
        refused(await call, 403, "forbidden")
    items = good(await team[USER].get("/models?limit=500"))["items"]
    assert {item["is_system"] for item in items} == {True}
    assert await may_use(team, USER, "shared/echo")
    assert (await team[USER].delete(url)).status_code == 204
    await connect(team, ADMIN, upstream, "x")


async def test_alone_one_may_do_everything(site: Site, upstream: Upstream) -> None:
    made = await site.connect(upstream, "up", system=True)
    assert made["is_system"] is True
    grant = {"provider_id": made["id"], "role": "viewer"}
    good(await site.client.post("/grants", json=grant))
    assert (await site.say("Hello"))["message"]["text"]


def without_id(answer: httpx.Response) -> JSON:
    problem: JSON = answer.json()
    del problem["request_id"]
    return problem
