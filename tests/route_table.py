"""The table of all routes: for whom each is, and how to ask.

It is written by hand, so that a change of who may do what is a change of this file.
"""

import re
from typing import Any, NamedTuple

from chatbox.rights import Action
from tests.running import JSON

OPEN, ACCOUNT, SECURE, READ = Action.OPEN, Action.ACCOUNT, Action.SECURE, Action.READ
CHAT, CONNECT, OPERATE = Action.CHAT, Action.CONNECT, Action.OPERATE
MANAGE, GUARD, OWN = Action.MANAGE, Action.GUARD, Action.OWN


class Entry(NamedTuple):
    """Whom the route is for; what its owner gets for an own object; how to ask."""

    action: Action
    own: int
    body: JSON | None = None
    streams: bool = False


API = "/api/v1"
TABLE = {
    "GET /": Entry(OPEN, 200),
    "GET /{path:path}": Entry(OPEN, 200),
    "GET /docs": Entry(OPEN, 200),
    "GET /healthz": Entry(OPEN, 200),
    "GET /healthz/stream": Entry(OPEN, 200, streams=True),
    "GET /readyz": Entry(OPEN, 200),
    "GET /metrics": Entry(OPERATE, 200),
    f"GET {API}/admin/stats": Entry(OPERATE, 200),
    "GET /schema": Entry(OPEN, 200),
    "GET /schema/openapi.json": Entry(OPEN, 200),
    "GET /schema/{path:str}": Entry(OPEN, 404),
    f"GET {API}/info": Entry(OPEN, 200),
    f"GET {API}/settings": Entry(ACCOUNT, 200),
    f"PATCH {API}/settings": Entry(ACCOUNT, 200, {"density": "compact"}),
    f"GET {API}/settings/system": Entry(OPERATE, 200),
    f"PATCH {API}/settings/system": Entry(MANAGE, 200, {"turns_per_user": 5}),
    f"GET {API}/settings/system/history": Entry(OPERATE, 200),
    f"POST {API}/settings/system/revert": Entry(MANAGE, 404, {"id": 7}),
    f"GET {API}/audit": Entry(OPERATE, 200),
    f"GET {API}/audit/export": Entry(GUARD, 200),
    f"GET {API}/audit/check": Entry(OPERATE, 200),
    f"GET {API}/events": Entry(READ, 200, streams=True),
    f"WS {API}/ws": Entry(READ, 101),
    f"GET {API}/sessions": Entry(READ, 200),
    f"POST {API}/sessions": Entry(CHAT, 201, {"title": "x"}),
    f"GET {API}/sessions/{{session_id:str}}": Entry(READ, 200),
    f"PATCH {API}/sessions/{{session_id:str}}": Entry(CHAT, 200, {"title": "x"}),
    f"DELETE {API}/sessions/{{session_id:str}}": Entry(CHAT, 204),
    f"POST {API}/sessions/{{session_id:str}}/restore": Entry(CHAT, 404),
    f"GET {API}/sessions/{{session_id:str}}/messages": Entry(READ, 200),
    f"POST {API}/sessions/{{session_id:str}}/messages": Entry(CHAT, 202, {"content": "x"}),
    f"POST {API}/chat": Entry(CHAT, 200, {"content": "x", "model": "up/echo"}),
    f"POST {API}/chat/stream": Entry(CHAT, 200, {"content": "x", "model": "up/echo"}, streams=True),
    f"GET {API}/turns/{{turn_id:str}}": Entry(READ, 200),
    f"GET {API}/turns/{{turn_id:str}}/events": Entry(READ, 200, streams=True),
    f"POST {API}/turns/{{turn_id:str}}/stop": Entry(CHAT, 202),
    f"GET {API}/messages/{{message_id:str}}": Entry(READ, 200),
    f"PATCH {API}/messages/{{message_id:str}}": Entry(CHAT, 200, {"pinned": True}),
    f"DELETE {API}/messages/{{message_id:str}}": Entry(CHAT, 204),
    f"POST {API}/messages/{{message_id:str}}/regenerate": Entry(CHAT, 202, {}),
    f"POST {API}/messages/{{message_id:str}}/continue": Entry(CHAT, 409, {}),
    f"GET {API}/providers": Entry(READ, 200),
    f"POST {API}/providers": Entry(
        CONNECT, 201, {"name": "b", "base_url": "http://127.0.0.1:9/v1", "enabled": False}
    ),
    f"GET {API}/providers/{{provider_id:str}}": Entry(READ, 200),
    f"PATCH {API}/providers/{{provider_id:str}}": Entry(CONNECT, 200, {"name": "up"}),
    f"DELETE {API}/providers/{{provider_id:str}}": Entry(CONNECT, 204),
    f"POST {API}/providers/{{provider_id:str}}/test": Entry(CONNECT, 200),
    f"POST {API}/providers/{{provider_id:str}}/models/refresh": Entry(CONNECT, 200),
    f"POST {API}/providers/detect": Entry(MANAGE, 200),
    f"POST {API}/providers/detect/use": Entry(MANAGE, 404, {"name": "Ollama"}),
    f"GET {API}/models": Entry(READ, 200),
    f"POST {API}/models": Entry(CONNECT, 201, {"provider_id": "{provider_id}", "name": "by-hand"}),
    f"GET {API}/models/{{model_id:path}}": Entry(READ, 200),
    f"PATCH {API}/models/{{model_id:path}}": Entry(CONNECT, 200, {"enabled": True}),
    f"DELETE {API}/models/{{model_id:path}}": Entry(CONNECT, 204),
    f"POST {API}/models/system": Entry(
        MANAGE, 404, {"provider_id": "{provider_id}", "name": "by-hand"}
    ),
    f"GET {API}/grants": Entry(OPERATE, 200),
    f"POST {API}/grants": Entry(MANAGE, 404, {"provider_id": "{provider_id}", "role": "user"}),
    f"DELETE {API}/grants/{{grant_id:str}}": Entry(MANAGE, 404),
    f"POST {API}/auth/links/check": Entry(OPEN, 403, {"token": "x"}),
    f"POST {API}/auth/setup": Entry(OPEN, 403, {"token": "x", "username": "olga", "password": "x"}),
    f"POST {API}/auth/register": Entry(OPEN, 403, {"username": "olga", "password": "x"}),
    f"POST {API}/auth/login": Entry(OPEN, 401, {"username": "olga", "password": "x"}),
    f"POST {API}/auth/refresh": Entry(OPEN, 401, {"refresh_token": "x"}),
    f"POST {API}/auth/reset": Entry(OPEN, 403, {"token": "x", "password": "x"}),
    f"POST {API}/auth/reset-request": Entry(OPEN, 202, {"username": "olga"}),
    f"POST {API}/auth/register-request": Entry(OPEN, 202, {"email": "olga@example.org"}),
    f"POST {API}/auth/email": Entry(SECURE, 204, {"email": "olga@example.org"}),
    f"POST {API}/auth/links/use": Entry(OPEN, 403, {"token": "x"}),
    f"GET {API}/auth/oidc/start": Entry(OPEN, 404),
    f"GET {API}/auth/oidc/callback": Entry(OPEN, 404),
    f"POST {API}/auth/oidc/link": Entry(SECURE, 404),
    f"DELETE {API}/auth/identities/{{identity_id:str}}": Entry(SECURE, 404),
    f"GET {API}/auth/me": Entry(ACCOUNT, 200),
    f"PATCH {API}/auth/me": Entry(ACCOUNT, 200, {"name": "Olga"}),
    f"DELETE {API}/auth/me": Entry(SECURE, 403),
    f"GET {API}/auth/me/export": Entry(SECURE, 200, streams=True),
    f"POST {API}/auth/logout": Entry(ACCOUNT, 204),
    f"POST {API}/auth/password": Entry(
        ACCOUNT, 401, {"current_password": "x", "new_password": "y"}
    ),
    f"POST {API}/auth/verify": Entry(ACCOUNT, 401, {"password": "x"}),
    f"POST {API}/auth/totp": Entry(SECURE, 404),
    f"POST {API}/auth/totp/confirm": Entry(SECURE, 404, {"code": "123456"}),
    f"POST {API}/auth/totp/recovery-codes": Entry(SECURE, 404),
    f"DELETE {API}/auth/totp": Entry(SECURE, 404),
    f"GET {API}/auth/logins": Entry(ACCOUNT, 200),
    f"DELETE {API}/auth/logins": Entry(ACCOUNT, 204),
    f"DELETE {API}/auth/logins/{{login_id:str}}": Entry(ACCOUNT, 404),
    f"GET {API}/users": Entry(OPERATE, 200),
    f"POST {API}/users": Entry(MANAGE, 201, {"username": "ida"}),
    f"GET {API}/users/{{user_id:str}}": Entry(OPERATE, 200),
    f"PATCH {API}/users/{{user_id:str}}": Entry(MANAGE, 200, {"name": "Olga"}),
    f"DELETE {API}/users/{{user_id:str}}": Entry(GUARD, 403),
    f"POST {API}/users/{{user_id:str}}/reset-link": Entry(GUARD, 200),
    f"DELETE {API}/users/{{user_id:str}}/logins": Entry(MANAGE, 204),
    f"DELETE {API}/users/{{user_id:str}}/totp": Entry(GUARD, 204),
    f"GET {API}/users/{{user_id:str}}/sessions": Entry(OPERATE, 404),
    f"GET {API}/users/{{user_id:str}}/sessions/{{session_id:str}}/messages": Entry(OPERATE, 404),
    f"GET {API}/invitations": Entry(OPERATE, 200),
    f"POST {API}/invitations": Entry(MANAGE, 201, {"role": "user"}),
    f"DELETE {API}/invitations/{{invitation_id:str}}": Entry(MANAGE, 404),
    f"GET {API}/roles": Entry(READ, 200),
    f"POST {API}/team": Entry(OWN, 400, {"username": "olga", "password": "x"}),
    f"DELETE {API}/team": Entry(OWN, 204),
}
MALFORMED = ("x", "-1", "%00", "%27%20OR%201%3D1", "..%2f..%2fsettings", "9" * 40)
PARAMETER = re.compile(r"\{(\w+):\w+\}")


def path_of(route: str, ids: dict[str, str]) -> str:
    """A route's path with the ids of objects filled in."""
    return PARAMETER.sub(lambda found: ids[found[1]], route.partition(" ")[2])


def body_of(route: str, ids: dict[str, str]) -> Any:
    """What to send, with the ids of objects filled in."""
    body = TABLE[route].body
    if body is None:
        return None
    return {
        name: value.format_map(ids) if isinstance(value, str) else value
        for name, value in body.items()
    }


def without_sockets(*, with_object: bool = False) -> list[str]:
    """The routes that are asked by plain requests."""
    return [
        route
        for route in TABLE
        if not route.startswith("WS ") and (not with_object or "{" in route)
    ]
