"""Whether a provider can be used as it is configured: said when the server starts, not later."""

import re

from chatbox.config import Oidc
from chatbox.errors import StartRefused
from chatbox.kit.egress import InvalidURL, check_url
from chatbox.kit.egress_address import host_of, promised

_DOMAIN = re.compile(r"\*|[a-z0-9-]+(?:\.[a-z0-9-]+)+")


def check_oidc(oidc: Oidc) -> None:
    """Raise `StartRefused` for values that nobody could sign in with."""
    if not oidc.issuer:
        return
    _check_issuer(oidc.issuer)
    if not oidc.client_id:
        raise StartRefused("With oidc.issuer, oidc.client_id must be set.")
    if "openid" not in oidc.scopes.split():
        raise StartRefused("The value of oidc.scopes must contain openid.")
    domains = domains_of(oidc)
    if wrong := next((one for one in domains if not _DOMAIN.fullmatch(one)), None):
        raise StartRefused(
            f"The value of oidc.allowed_domains holds {wrong!r}, which is no domain."
        )
    if oidc.create_users and not domains:
        raise StartRefused(
            "With oidc.create_users, oidc.allowed_domains must name the domains whose people get "
            "an account, such as example.org; * means everybody whom the provider knows."
        )


def domains_of(oidc: Oidc) -> frozenset[str]:
    """The domains that accounts are made for."""
    names = oidc.allowed_domains.lower().replace(",", " ").split()
    return frozenset(names)


def _check_issuer(issuer: str) -> None:
    try:
        url = check_url(issuer)
    except InvalidURL as failure:
        raise StartRefused(f"The value of oidc.issuer is not valid: {failure}") from None
    if url.query or url.fragment or "?" in issuer or "#" in issuer:
        raise StartRefused("The value of oidc.issuer must have neither ? nor #.")
    address = promised(host_of(url))
    if url.scheme != "https" and (address is None or not address.is_loopback):
        raise StartRefused(
            "The value of oidc.issuer must begin with https://, unless it is on this computer: "
            "who can change what the provider says can be anybody here."
        )
