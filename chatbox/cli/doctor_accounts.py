"""The doctor's look at the accounts, and at the addresses by which a team reaches the server."""

from collections.abc import Iterator
from pathlib import Path

from chatbox.accounts.checkup import closed_factors
from chatbox.accounts.console import Overview, overview
from chatbox.cli.findings import Finding, failure, fine, warning
from chatbox.cli.listener import for_team_where_public, is_loopback
from chatbox.config import Config
from chatbox.db.quiet import look
from chatbox.errors import StartRefused
from chatbox.kit.secretbox import SecretBox
from chatbox.web.address import trusted_proxies

_EVERYWHERE = ("0.0.0.0/0", "::/0")


def check_accounts(config: Config, path: Path) -> Iterator[Finding]:
    """Check who may sign in, and whether people can reach the server safely."""
    now = look(path, overview)
    is_team = now.is_team or for_team_where_public(config).team
    yield _people(now, is_team=is_team)
    if is_team:
        yield _address(config)


def check_sealed(path: Path, box: SecretBox) -> Iterator[Finding]:
    """Every second factor must open with the master key."""
    if closed := closed_factors(path, box):
        yield failure(
            "factors",
            f"The second factors of {', '.join(closed)} cannot be opened with this key. Remove "
            "them with `chatbox users remove-totp NAME`; they can be set up again.",
        )
    else:
        yield fine("factors", "Every second factor can be opened with this key.")


def _people(now: Overview, *, is_team: bool) -> Finding:
    counts = ", ".join(f"{count} {state}" for state, count in now.states.items())
    if now.states.get("deleted"):
        return warning(
            "accounts",
            f"{counts}. What is being removed goes on with the next start of the server.",
        )
    if not is_team:
        others = sum(now.states.values()) - 1
        waiting = f" {others} other accounts cannot sign in meanwhile." if others else ""
        return fine("accounts", f"One person's server, without signing in.{waiting}")
    if not now.owner.has_password:
        return warning(
            "accounts",
            f"{counts}. The owner has no password yet, so nobody can set the server up. Open the "
            "link that the server printed at its start; `chatbox team enable` prints another.",
        )
    return fine("accounts", f"{counts}. The owner is {now.owner.username}.")


def _address(config: Config) -> Finding:
    url, proxies = config.public_url, config.trusted_proxies.strip()
    try:
        trusted_proxies(config.trusted_proxies)
    except StartRefused as refused:
        return failure("address", str(refused))
    if any(one.strip() in _EVERYWHERE for one in proxies.split(",")):
        return warning(
            "address",
            "trusted_proxies names everybody, so anybody can claim any address. Name the proxy "
            "alone.",
        )
    if not url:
        return warning(
            "address",
            "public_url is not set: links begin with the address that the server listens on, and "
            "any name in the Host header is taken. Set it to the address that people open.",
        )
    if url.startswith("http:") and not is_loopback(url.removeprefix("http://").partition(":")[0]):
        return warning(
            "address",
            f"{url} is not encrypted: passwords and chats can be read on the way. Put a proxy with "
            "TLS in front.",
        )
    if url.startswith("https:") and not proxies:
        return warning(
            "address",
            f"People come to {url} through a proxy that trusted_proxies does not name: all of them "
            "seem to have its address, and share its limits. Name it.",
        )
    return fine("address", f"People open {url}.")
