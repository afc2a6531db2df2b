"""From where somebody asks: the address, the device, and the cookies that chatbox gave it.

A cookie whose name begins with `__Host-` comes from this very host over TLS; browsers make sure of
that. Over plain http on this computer the names are plain.
"""

from typing import Any

import msgspec

COOKIE = "chatbox"
DEVICE_COOKIE = "chatbox-device"
YEAR_SECONDS = 365 * 86_400
LONGEST_COOKIE = 200
LONGEST_DEVICE = 200


class Visit(msgspec.Struct, frozen=True):
    """A request's surroundings; `token` and `device_token` are its cookies, `bearer` its header."""

    address: str
    device: str = ""
    is_secure: bool = False
    token: str | None = None
    device_token: str | None = None
    bearer: str | None = None


def visit_of(scope: Any) -> Visit:
    """Read the surroundings of a request from its ASGI scope."""
    state, client = scope.get("state", {}), scope.get("client")
    is_secure = bool(state.get("is_secure", False))
    cookies: dict[str, list[str]] = {}
    device, bearer = "", None
    for name, value in scope["headers"]:
        if name == b"cookie":
            _read_cookies(value.decode("latin-1"), cookies)
        elif name == b"user-agent":
            device = _printable(value.decode("latin-1"))
        elif name == b"authorization":
            bearer = value.decode("latin-1")
    return Visit(
        address=str(state.get("address") or (client[0] if client else "")),
        device=device,
        is_secure=is_secure,
        token=_only(cookies.get(cookie_name(COOKIE, is_secure))),
        device_token=_only(cookies.get(cookie_name(DEVICE_COOKIE, is_secure))),
        bearer=bearer,
    )


def cookie_name(name: str, is_secure: bool) -> str:
    """A cookie's name over TLS, or over plain http."""
    return f"__Host-{name}" if is_secure else name


def set_cookie(name: str, value: str, visit: Visit, *, seconds: int) -> str:
    """The value of a `Set-Cookie` header; 0 seconds removes the cookie."""
    secure = "; Secure" if visit.is_secure else ""
    full = cookie_name(name, visit.is_secure)
    return f"{full}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}"


def _read_cookies(header: str, cookies: dict[str, list[str]]) -> None:
    for pair in header.split(";"):
        name, equals, value = pair.strip().partition("=")
        if equals and name.endswith((COOKIE, DEVICE_COOKIE)):
            cookies.setdefault(name, []).append(value)


def _only(values: list[str] | None) -> str | None:
    """The one value; of two cookies of one name, one was slipped in by somebody."""
    if values is None:
        return None
    return values[0] if len(values) == 1 and len(values[0]) <= LONGEST_COOKIE else ""


def _printable(text: str) -> str:
    return "".join(char for char in text if char.isprintable())[:LONGEST_DEVICE]
