"""Identity from a proxy that has signed people in itself, such as Authelia or oauth2-proxy.

Anybody can send a header. It is believed only when the connection itself comes from a proxy that
the configuration names and brings the secret along; everything else is as if it were not there.
"""

import hmac
import re
from collections.abc import Iterable
from typing import Any

from chatbox.accounts.passwords import normal_name
from chatbox.accounts.store import users as user_store
from chatbox.accounts.store.users import UserRow
from chatbox.config import ProxyLogin
from chatbox.db.database import Database
from chatbox.errors import StartRefused
from chatbox.kit.networks import Network, is_within, parse_address, parse_networks

SECRET_HEADER = b"x-chatbox-proxy-secret"
LONGEST = 320
SHORTEST_SECRET = 16
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")


class Vouching:
    """Finds the account that a request's proxy vouches for."""

    def __init__(self, database: Database, proxy: ProxyLogin, trusted_proxies: str) -> None:
        self._database = database
        self._proxy = proxy
        listed = (item for part in trusted_proxies.split(",") if (item := part.strip()))
        self._trusted = parse_networks(listed) if proxy.header else ()

    async def find(self, scope: Any) -> UserRow | None:
        """Answer an active account, or None."""
        if not self._proxy.header:
            return None
        peer = (scope.get("client") or ("",))[0]
        name = vouched_name(scope["headers"], peer, proxy=self._proxy, trusted=self._trusted)
        if name is None:
            return None
        async with self._database.read() as reader:
            user = await user_store.find_user_by_name(reader, normal_name(name))
        return user if user is not None and user.state == "active" else None


def vouched_name(
    headers: Iterable[tuple[bytes, bytes]],
    peer: str,
    *,
    proxy: ProxyLogin,
    trusted: tuple[Network, ...],
) -> str | None:
    """The user name or e-mail address that a trusted proxy vouches for, None for nobody.

    `headers` are those of the ASGI scope, their names in lower case; `peer` is who is connected,
    never whom a header names.
    """
    if not proxy.header or not proxy.secret or not is_within(parse_address(peer), trusted):
        return None
    wanted = proxy.header.lower().encode()
    found = [(name, value) for name, value in headers if name in (wanted, SECRET_HEADER)]
    names = [value for name, value in found if name == wanted]
    secrets = [value for name, value in found if name == SECRET_HEADER]
    if len(names) != 1 or len(secrets) != 1:
        return None  # of two, one was slipped past the proxy
    if not hmac.compare_digest(secrets[0], proxy.secret.encode()):
        return None
    return _readable(names[0])


def check_proxy_login(proxy: ProxyLogin, trusted_proxies: str) -> None:
    """Raise `StartRefused` for values under which anybody, or nobody, would be believed."""
    if not proxy.header:
        return
    if not _HEADER.fullmatch(proxy.header) or proxy.header.lower().encode() == SECRET_HEADER:
        raise StartRefused(
            f"The value of proxy_login.header must be the name of a header, not {proxy.header!r}."
        )
    if len(proxy.secret) < SHORTEST_SECRET:
        raise StartRefused(
            f"With proxy_login.header, proxy_login.secret must have at least {SHORTEST_SECRET} "
            "characters; the proxy sends it in X-Chatbox-Proxy-Secret."
        )
    if not proxy.secret.isascii() or not proxy.secret.isprintable() or " " in proxy.secret:
        raise StartRefused("The value of proxy_login.secret cannot be sent in a header.")
    if not trusted_proxies.strip():
        raise StartRefused("With proxy_login.header, trusted_proxies must name the proxy.")


def _readable(value: bytes) -> str | None:
    try:
        name = value.decode().strip()
    except UnicodeDecodeError:
        return None
    return name if 0 < len(name) <= LONGEST and name.isprintable() else None
