"""Every route, tried by every actor on every kind of object. A route without an entry fails.

Actors: the owner, and a page of another site in the owner's browser. Objects: the owner's own, an
id that nobody has, an id that is none, and a child of another parent where a route takes two.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from chatbox.rights import Action
from tests.running import JSON, UNKNOWN, Site, good

FOREIGN_PAGE = {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"}


class Entry(NamedTuple):
    """What the owner gets for his own object; how to ask."""

    own: int
    body: JSON | None = None
    streams: bool = False


API = "/api/v1"
TABLE = {
    "GET /": Entry(200),
    "GET /{path:path}": Entry(200),
    "GET /docs": Entry(200),
    "GET /healthz": Entry(200),
    "GET /healthz/stream": Entry(200, streams=True),
    "GET /readyz": Entry(200),
    "GET /metrics": Entry(200),
    f"GET {API}/admin/stats": Entry(200),
    "GET /schema": Entry(200),
    "GET /schema/openapi.json": Entry(200),
    "GET /schema/{path:str}": Entry(404),
    f"GET {API}/info": Entry(200),
    f"GET {API}/settings": Entry(200),
    f"PATCH {API}/settings": Entry(200, {"density": "compact"}),
    f"GET {API}/settings/system": Entry(200),
    f"PATCH {API}/settings/system": Entry(200, {"turns_per_user": 5}),
    f"GET {API}/settings/system/history": Entry(200),
    f"POST {API}/settings/system/revert": Entry(404, {"id": 7}),
    f"GET {API}/events": Entry(200, streams=True),
    f"WS {API}/ws": Entry(101),
    f"GET {API}/sessions": Entry(200),
    f"POST {API}/sessions": Entry(201, {"title": "x"}),
    f"GET {API}/sessions/{{session_id:str}}": Entry(200),
    f"PATCH {API}/sessions/{{session_id:str}}": Entry(200, {"title": "x"}),
    f"DELETE {API}/sessions/{{session_id:str}}": Entry(204),
    f"POST {API}/sessions/{{session_id:str}}/restore": Entry(404),
    f"GET {API}/sessions/{{session_id:str}}/messages": Entry(200),
    f"POST {API}/sessions/{{session_id:str}}/messages": Entry(202, {"content": "x"}),
    f"POST {API}/chat": Entry(200, {"content": "x", "model": "up/echo"}),
    f"POST {API}/chat/stream": Entry(200, {"content": "x", "model": "up/echo"}, streams=True),
    f"GET {API}/turns/{{turn_id:str}}": Entry(200),
    f"GET {API}/turns/{{turn_id:str}}/events": Entry(200, streams=True),
    f"POST {API}/turns/{{turn_id:str}}/stop": Entry(202),
    f"GET {API}/messages/{{message_id:str}}": Entry(200),
    f"PATCH {API}/messages/{{message_id:str}}": Entry(200, {"pinned": True}),
    f"DELETE {API}/messages/{{message_id:str}}": Entry(204),
    f"POST {API}/messages/{{message_id:str}}/regenerate": Entry(202, {}),
    f"POST {API}/messages/{{message_id:str}}/continue": Entry(409, {}),
    f"GET {API}/providers": Entry(200),
    f"POST {API}/providers": Entry(
        201, {"name": "b", "base_url": "http://127.0.0.1:9/v1", "enabled": False}
    ),
    f"GET {API}/providers/{{provider_id:str}}": Entry(200),
    f"PATCH {API}/providers/{{provider_id:str}}": Entry(200, {"name": "up"}),
    f"DELETE {API}/providers/{{provider_id:str}}": Entry(204),
    f"POST {API}/providers/{{provider_id:str}}/test": Entry(200),
    f"POST {API}/providers/{{provider_id:str}}/models/refresh": Entry(200),
    f"POST {API}/providers/detect": Entry(200),
    f"POST {API}/providers/detect/use": Entry(404, {"name": "Ollama"}),
    f"GET {API}/models": Entry(200),
    f"POST {API}/models": Entry(201, {"provider_id": "{provider_id}", "name": "by-hand"}),
    f"GET {API}/models/{{model_id:path}}": Entry(200),
    f"PATCH {API}/models/{{model_id:path}}": Entry(200, {"enabled": True}),
    f"DELETE {API}/models/{{model_id:path}}": Entry(204),
}
MALFORMED = ("x", "-1", "%00", "%27%20OR%201%3D1", "..%2f..%2fsettings", "9" * 40)
PARAMETER = re.compile(r"\{(\w+):\w+\}")


def routes_of(site: Site) -> Iterator[str]:
    for route in site.server.litestar.routes:
        for method in getattr(route, "methods", None) or {"WS"}:
            if method not in ("OPTIONS", "HEAD"):
                yield f"{method} {route.path}"


@pytest.fixture
async def own(chat: Site) -> dict[str, str]:
    """Ids of the owner's own objects by the name of their path parameter."""
    answer = await chat.say("Hello")
    return {
        "session_id": answer["session_id"],
        "message_id": answer["message"]["id"],
        "turn_id": answer["turn"]["id"],
        "provider_id": good(await chat.client.get("/providers"))["items"][0]["id"],
        "model_id": "up%2Fecho",
        "path": "c/anything",
    }


async def ask(
    site: Site, route: str, ids: dict[str, str], *, headers: dict[str, str] | None = None
) -> int:
    """Call a route; the status."""
    method, _, path = route.partition(" ")
    url = site.url + PARAMETER.sub(lambda found: ids[found[1]], path)
    body: Any = TABLE[route].body
    if body is not None:
        body = {
            name: value.format_map(ids) if isinstance(value, str) else value
            for name, value in body.items()
        }
    async with site.client.stream(method, url, json=body, headers=headers) as response:
        if not TABLE[route].streams:
            await response.aread()
        return response.status_code


def without_sockets(*, with_object: bool = False) -> list[str]:
    return [
        route
        for route in TABLE
        if not route.startswith("WS ") and (not with_object or "{" in route)
    ]


async def test_every_route_has_an_entry_and_every_entry_a_route(site: Site) -> None:
    assert sorted(set(routes_of(site))) == sorted(TABLE)


async def test_every_route_names_its_action(site: Site) -> None:
    nameless = []
    for route in site.server.litestar.routes:
        handlers = getattr(route, "route_handlers", None) or [route.route_handler]
        nameless += [
            f"{handler} of {route.path}"
            for handler in handlers
            if not isinstance(handler.opt.get("action"), Action)
            and getattr(handler, "http_methods", set()) != {"OPTIONS"}
        ]
    assert nameless == []


@pytest.mark.parametrize("route", without_sockets())
async def test_the_owner_gets_what_the_table_says(
    chat: Site, own: dict[str, str], route: str
) -> None:
    assert await ask(chat, route, own) == TABLE[route].own


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
        (name,) = PARAMETER.findall(route)
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
