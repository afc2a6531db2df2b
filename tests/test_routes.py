"""Every route in single-user mode, on every kind of object. A route without an entry fails.

Actors: the owner, and a page of another site in the owner's browser. Objects: the owner's own, an
id that nobody has, an id that is none, and a child of another parent where a route takes two. The
actors of a team are in accounts/test_rights.py.
"""

from collections.abc import Iterator

import pytest

from chatbox.caller import OWNER
from tests.route_table import API, MALFORMED, PARAMETER, TABLE, body_of, path_of, without_sockets
from tests.running import JSON, UNKNOWN, Site, good
from tests.upstream import Upstream

FOREIGN_PAGE = {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"}


def routes_of(site: Site) -> Iterator[str]:
    for route in site.server.litestar.routes:
        for method in getattr(route, "methods", None) or {"WS"}:
            if method not in ("OPTIONS", "HEAD"):
                yield f"{method} {route.path}"


@pytest.fixture
async def own(chat: Site) -> dict[str, str]:
    """Ids of the owner's own objects by the name of their path parameter."""
    return await objects(chat)


async def objects(chat: Site) -> dict[str, str]:
    answer = await chat.say("Hello")
    return {
        "session_id": answer["session_id"],
        "message_id": answer["message"]["id"],
        "turn_id": answer["turn"]["id"],
        "provider_id": good(await chat.client.get("/providers"))["items"][0]["id"],
        "model_id": "up%2Fecho",
        "user_id": OWNER.public_id,
        "login_id": UNKNOWN,
        "identity_id": UNKNOWN,
        "invitation_id": UNKNOWN,
        "grant_id": UNKNOWN,
        "path": "c/anything",
    }


async def ask(
    site: Site, route: str, ids: dict[str, str], *, headers: dict[str, str] | None = None
) -> int:
    """Call a route; the status."""
    method, url, body = route.split()[0], site.url + path_of(route, ids), body_of(route, ids)
    async with site.client.stream(method, url, json=body, headers=headers) as response:
        if not TABLE[route].streams:
            await response.aread()
        return response.status_code


async def test_every_route_has_an_entry_and_every_entry_a_route(site: Site) -> None:
    assert sorted(set(routes_of(site))) == sorted(TABLE)


async def test_every_route_has_the_action_of_the_table(site: Site) -> None:
    found = {}
    for route in site.server.litestar.routes:
        handlers = getattr(route, "route_handlers", None) or [getattr(route, "route_handler", None)]
        for handler in filter(None, handlers):
            for method in getattr(handler, "http_methods", {"WS"}) - {"OPTIONS", "HEAD"}:
                found[f"{method} {route.path}"] = handler.opt.get("action")
    assert found == {route: entry.action for route, entry in TABLE.items()}


async def test_the_owner_gets_what_the_table_says(chat: Site, upstream: Upstream) -> None:
    """Whatever a route does to its object, the next one gets another."""
    found = {}
    for route in without_sockets():
        if (await chat.client.get("/models/up%2Fecho")).status_code == 404:
            for provider in good(await chat.client.get("/providers"))["items"]:
                await chat.client.delete(f"/providers/{provider['id']}")
            await chat.connect(upstream)
        found[route] = await ask(chat, route, await objects(chat))
    assert found == {route: TABLE[route].own for route in without_sockets()}


async def test_a_foreign_page_gets_nothing_and_changes_nothing(
    chat: Site, own: dict[str, str]
) -> None:
    async def state() -> list[str]:
        async with chat.server.database.read() as reader:
            return await reader.fetch_all(
                str,
                """
                SELECT group_concat(quote(title) || version || quote(deleted_at)) FROM sessions
                UNION ALL SELECT group_concat(quote(parts) || pinned || status) FROM messages
                UNION ALL SELECT group_concat(quote(name) || version) FROM providers
                UNION ALL SELECT group_concat(quote(name) || enabled) FROM models
                UNION ALL SELECT settings FROM users
                """,
            )

    before = await state()
    passed = {
        route: status
        for route in without_sockets()
        if (status := await ask(chat, route, own, headers=FOREIGN_PAGE)) != 403
    }
    assert not passed
    assert await state() == before


async def test_unknown_and_malformed_ids_are_404(chat: Site, own: dict[str, str]) -> None:
    wrong = {}
    for route in without_sockets(with_object=True):
        for name in PARAMETER.findall(route):
            for bad in (UNKNOWN, *MALFORMED):
                status = await ask(chat, route, {**own, name: bad})
                if status != 404 and name != "path":
                    wrong[f"{route} {bad[:50]}"] = status
    assert not wrong


async def test_a_child_of_another_parent_is_404(chat: Site, own: dict[str, str]) -> None:
    other = await chat.session(title="Other")
    child = own["message_id"]
    calls = [
        chat.client.patch(f"/sessions/{other['id']}", json={"active_message_id": child}),
        chat.client.post(
            f"/sessions/{other['id']}/messages", json={"content": "x", "parent_id": child}
        ),
        chat.client.post(
            "/chat", json={"content": "x", "session_id": other["id"], "parent_id": child}
        ),
    ]
    assert [(await call).status_code for call in calls] == [404] * 3
    assert good(await chat.client.get(f"/sessions/{other['id']}")) == other


async def test_unknown_and_deleted_answer_alike(chat: Site, own: dict[str, str]) -> None:
    url = f"/sessions/{own['session_id']}"
    assert (await chat.client.delete(url)).status_code == 204
    answers = [
        (await chat.client.get(one)).json() for one in (url, f"/sessions/{UNKNOWN}", "/sessions/x")
    ]
    for answer in answers:
        del answer["request_id"]
    assert answers[0] == answers[1] == answers[2]


# --- the OpenAPI document -----------------------------------------------------


@pytest.fixture
async def schema(site: Site) -> JSON:
    document: JSON = good(await site.client.get(f"{site.url}/schema/openapi.json"))
    return document


async def test_the_document_names_every_api_route(site: Site, schema: JSON) -> None:
    documented = {
        f"{method.upper()} {path}" for path, item in schema["paths"].items() for method in item
    }
    plain = {PARAMETER.sub(r"{\1}", route) for route in routes_of(site)}
    hidden = {"GET /", "GET /docs", "GET /{path}", f"WS {API}/ws"}
    schema_routes = {route for route in plain if " /schema" in route}
    assert documented == plain - hidden - schema_routes
    assert schema["openapi"].startswith("3.1")


async def test_every_operation_and_parameter_is_described(schema: JSON) -> None:
    silent = []
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            if not (operation.get("description") and operation.get("summary")):
                silent.append(f"{method} {path}")
            for parameter in operation.get("parameters", []):
                described = parameter.get("description") or parameter["schema"].get("description")
                if not described:
                    silent.append(f"{method} {path} {parameter['name']}")
    assert not silent


async def test_every_schema_field_is_described(schema: JSON) -> None:
    parts = schema["components"]["schemas"]
    silent = [
        f"{name}.{field}"
        for name, part in parts.items()
        for field, value in part.get("properties", {}).items()
        if not is_described(value, parts)
    ]
    assert not silent, "\n".join(silent)


def is_described(value: JSON, parts: JSON) -> bool:
    """Tell a description at the field, at one of its alternatives, or at what it refers to."""
    if value.get("description"):
        return True
    if "$ref" in value:
        return is_described(parts[value["$ref"].rpartition("/")[2]], parts)
    alternatives = [*value.get("oneOf", ()), *value.get("anyOf", ()), *value.get("allOf", ())]
    if "items" in value:
        alternatives.append(value["items"])
    return any(is_described(one, parts) for one in alternatives)
