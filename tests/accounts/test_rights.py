"""Every route, tried by every actor of a team on every kind of object.

Actors: nobody, a suspended account, every role, somebody whose last proof is old, somebody who owes
a second factor. Objects: somebody else's, an id that nobody has, ids that are none. What an actor
may not do is refused before anything is read of the request; "not yours" is, byte for byte, "does
not exist". The table is tests/route_table.py.
"""

from typing import Any

import httpx
import pytest

from chatbox.rights import RANK, Action
from tests.route_table import API, MALFORMED, PARAMETER, TABLE, Entry, body_of, path_of
from tests.running import UNKNOWN, good
from tests.team import ADMIN, OTHER, OWNER, ROLES, USER, VIEWER, Team
from tests.upstream import Upstream

REFUSALS = {"login_required", "forbidden", "step_up_required", "enrolment_required"}
ROUTES = [route for route in TABLE if not route.startswith("WS ")]
OLD = 1_000
"""When somebody with an old proof gave it, in milliseconds since 1970."""


@pytest.fixture
async def ids(team: Team, upstream: Upstream) -> dict[str, str]:
    """Ids of objects that belong to the owner."""
    new = {"name": "up", "base_url": upstream.base_url, "secret": "sk-0123456789abcdef"}
    provider = good(await team.owner.post("/providers", json=new))
    chat = {"content": "Hello", "model": "up/echo"}
    answer = good(await team.owner.post("/chat", json=chat))
    invitation = good(await team.owner.post("/invitations", json={}))
    return {
        "session_id": answer["session_id"],
        "message_id": answer["message"]["id"],
        "turn_id": answer["turn"]["id"],
        "provider_id": provider["id"],
        "model_id": "up%2Fecho",
        "user_id": team.id_of(OWNER),
        "login_id": team.people[OWNER]["login_id"],
        "identity_id": UNKNOWN,
        "invitation_id": invitation["id"],
        "grant_id": UNKNOWN,
        "path": "c/anything",
    }


async def ask(
    browser: httpx.AsyncClient, route: str, ids: dict[str, str], *, nonsense: bool = False
) -> tuple[int, Any]:
    """Call a route; the status and the problem without its request's id, or the first bytes."""
    method = route.split()[0]
    url = str(browser.base_url).removesuffix(f"{API}/") + path_of(route, ids)
    body = body_of(route, ids)
    if nonsense and body is not None:
        body = {"nonsense": 1}
    async with browser.stream(method, url, json=body) as response:
        if response.headers.get("content-type") != "application/problem+json":
            return response.status_code, None
        await response.aread()
        problem = response.json()
        del problem["request_id"]
        return response.status_code, problem


async def codes(browser: httpx.AsyncClient, ids: dict[str, str]) -> dict[str, str | None]:
    """What every route refuses a browser with; a body is nonsense, so that nothing is changed."""
    found: dict[str, str | None] = {}
    for route in ROUTES:
        if is_harmless(route):
            _, problem = await ask(browser, route, {**ids, **nobodys(route)}, nonsense=True)
            code = problem["code"] if problem else None
            found[route] = code if code in REFUSALS else None
    return found


def is_harmless(route: str) -> bool:
    """Whether asking, with nonsense for a body and an id of nobody, changes nothing even if let."""
    method, entry = route.split()[0], TABLE[route]
    return method == "GET" or entry.body is not None or "{" in route


def nobodys(route: str) -> dict[str, str]:
    return {name: UNKNOWN for name in PARAMETER.findall(route) if name != "path"}


def of(wanted: Any) -> dict[str, str | None]:
    """What the table says that each route refuses an actor with."""
    return {route: wanted(TABLE[route]) for route in ROUTES if is_harmless(route)}


async def set_proof(team: Team, who: str, at: int) -> None:
    async with team.site.server.database.write() as writer:
        await writer.execute(
            """
            UPDATE logins SET verified_at = :at
            WHERE user_id = (SELECT id FROM users WHERE username = :who)
            """,
            at=at,
            who=who,
        )


async def state(team: Team) -> list[str]:
    """What must not change when somebody is refused."""
    async with team.site.server.database.read() as reader:
        return await reader.fetch_all(
            str,
            """
            SELECT group_concat(quote(title) || version || quote(deleted_at)) FROM sessions
            UNION ALL SELECT group_concat(quote(parts) || pinned || status) FROM messages
            UNION ALL SELECT group_concat(quote(name) || version) FROM providers
            UNION ALL SELECT group_concat(quote(name) || enabled) FROM models
            UNION ALL SELECT group_concat(quote(username) || role || state || version) FROM users
            UNION ALL SELECT group_concat(public_id) FROM logins
            UNION ALL SELECT group_concat(public_id) FROM links
            UNION ALL SELECT group_concat(key || value) FROM settings
            """,
        )


async def test_nobody_passes_only_open_doors(team: Team, ids: dict[str, str]) -> None:
    def wanted(entry: Entry) -> str | None:
        return None if entry.action is Action.OPEN else "login_required"

    before = await state(team)
    assert await codes(team.browser(), ids) == of(wanted)
    forged = team.browser()
    for headers in (
        {"Cookie": "chatbox=" + "a" * 43},
        {"Cookie": "chatbox=" + "a" * 8_000},
        {"Cookie": 'chatbox="; chatbox=x'},
        {"Authorization": "Bearer x"},
        {"Authorization": "Basic b2xnYTp4"},
        {"Authorization": "Bearer ' OR '1'='1"},
    ):
        forged.headers = httpx.Headers(headers)
        status, problem = await ask(forged, f"GET {API}/sessions", ids)
        assert (status, problem["code"]) == (401, "login_required"), headers
    assert await state(team) == before


@pytest.mark.parametrize("who", [OWNER, ADMIN, USER, VIEWER])
async def test_a_role_passes_the_doors_of_its_rank(
    team: Team, ids: dict[str, str], who: str
) -> None:
    rank = RANK[ROLES[who]]  # type: ignore[index]

    def wanted(entry: Entry) -> str | None:
        least = entry.action.role
        return None if least is None or rank >= RANK[least] else "forbidden"

    before = await state(team)
    assert await codes(team[who], ids) == of(wanted)
    assert await state(team) == before


async def test_an_old_proof_does_for_all_but_sensitive_things(
    team: Team, ids: dict[str, str]
) -> None:
    await set_proof(team, OWNER, OLD)

    def wanted(entry: Entry) -> str | None:
        return "step_up_required" if entry.action.is_fresh else None

    assert await codes(team.owner, ids) == of(wanted)


async def test_who_owes_a_second_factor_reaches_its_account_only(
    team: Team, ids: dict[str, str]
) -> None:
    good(await team.owner.patch("/settings/system", json={"require_totp": "everybody"}))
    near = (Action.OPEN, Action.ACCOUNT, Action.SECURE)

    def wanted(entry: Entry) -> str | None:
        return None if entry.action in near else "enrolment_required"

    assert await codes(team.owner, ids) == of(wanted)


async def test_a_suspended_account_is_nobody(team: Team, ids: dict[str, str]) -> None:
    good(await team.owner.patch(f"/users/{team.id_of(USER)}", json={"state": "suspended"}))

    def wanted(entry: Entry) -> str | None:
        return None if entry.action is Action.OPEN else "login_required"

    assert await codes(team[USER], ids) == of(wanted)


@pytest.mark.parametrize("who", [ADMIN, OTHER, VIEWER])
async def test_what_is_somebody_elses_does_not_exist(
    team: Team, ids: dict[str, str], who: str
) -> None:
    """All objects are the owner's; whoever asks gets the answer for an id that nobody has."""
    before = await state(team)
    told = {}
    for route in ROUTES:
        if "{" not in route or PARAMETER.findall(route) == ["path"]:
            continue
        if who == ADMIN and may_see(route):
            continue
        theirs = await ask(team[who], route, ids)
        nobodys_answer = await ask(team[who], route, {**ids, **nobodys(route)})
        if theirs != nobodys_answer or theirs[0] not in (404, 403):
            told[route] = (theirs, nobodys_answer)
        if theirs[0] == 403:
            assert theirs[1]["code"] == "forbidden"
    assert told == {}
    assert await state(team) == before


def may_see(route: str) -> bool:
    """What an administrator sees of the owner's: the account, and invitations."""
    return "/users/{user_id:str}" in route and route.startswith("GET ") or "invitation" in route


@pytest.mark.parametrize("who", [OWNER, OTHER])
async def test_ids_that_are_none_are_404(team: Team, ids: dict[str, str], who: str) -> None:
    wrong = {}
    for route in ROUTES:
        for name in PARAMETER.findall(route):
            for bad in MALFORMED:
                status, problem = await ask(team[who], route, {**ids, name: bad})
                if status != 404 and name != "path" and problem["code"] != "forbidden":
                    wrong[f"{route} {bad[:20]}"] = status
    assert wrong == {}


async def test_ids_in_bodies_are_checked_as_well(team: Team, ids: dict[str, str]) -> None:
    mine = good(await team[OTHER].post("/sessions", json={"title": "mine"}))
    calls = [
        team[OTHER].post("/chat", json={"content": "x", "session_id": ids["session_id"]}),
        team[OTHER].post("/chat/stream", json={"content": "x", "session_id": ids["session_id"]}),
        team[OTHER].patch(f"/sessions/{mine['id']}", json={"active_message_id": ids["message_id"]}),
        team[OTHER].post(
            f"/sessions/{mine['id']}/messages",
            json={"content": "x", "parent_id": ids["message_id"]},
        ),
        team[OTHER].post("/models", json={"provider_id": ids["provider_id"], "name": "x"}),
        team[OTHER].post("/chat", json={"content": "x", "model": "up/echo"}),
    ]
    before = await state(team)
    assert [(await call).status_code for call in calls] == [404] * len(calls)
    assert await state(team) == before


FORBIDDEN_FIELDS = (
    "id",
    "user_id",
    "owner_id",
    "role",
    "is_admin",
    "quota",
    "used",
    "created_at",
    "verified",
    "password_hash",
    "scopes",
    "is_system",
    "version",
    "state",
    "totp_secret",
    "rights_version",
)


async def test_no_body_sets_what_is_not_the_callers_to_set(team: Team, ids: dict[str, str]) -> None:
    """Mass assignment: fields that a route does not name are refused, not passed over."""
    good(await team.owner.patch("/settings/system", json={"writes_per_minute": 0}))
    passed = []
    for route in ROUTES:
        if TABLE[route].body is None or route.split()[0] == "GET":
            continue
        method, url = route.split()[0], team.site.url + path_of(route, {**ids, **nobodys(route)})
        for field in FORBIDDEN_FIELDS:
            body = {**body_of(route, ids), field: "x"}
            answer = await team.owner.request(method, url, json=body)
            if answer.status_code not in (400, 404):
                passed.append(f"{route} {field}: {answer.status_code}")
    assert passed == []
