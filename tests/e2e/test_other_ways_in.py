"""The other ways in, in a real browser: a real identity provider, and a link that came by mail."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from chatbox.accounts.oidc.provider import HOME
from chatbox.kit.clock import now_ms
from chatbox.kit.ids import new_id
from chatbox.kit.tokens import hash_token, new_token
from tests.accounts.idp import run_idp
from tests.e2e.conftest import type_of_opener
from tests.e2e.site import Site, make_site
from tests.e2e.team import OWNER, make_team
from tests.faults.processes import Upstream


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, prepared: Path, upstream: Upstream
) -> Iterator[Site]:
    """A team's server that knows an identity provider."""
    made = make_site(tmp_path_factory.mktemp("elsewhere"), upstream, prepared)
    with run_idp() as idp:
        wish = {"redirect_uris": [f"http://127.0.0.1{HOME}"], "application_type": "native"}
        known = httpx.post(f"{idp.issuer}/reg", json=wish, trust_env=False).json()
        made.start(
            oidc_issuer=idp.issuer,
            oidc_client_id=known["client_id"],
            oidc_client_secret=known["client_secret"],
            oidc_name="Example",
            oidc_create_users="true",
            oidc_allowed_domains="example.org",
        )
        team = make_team(made, "uma")
        yield made
        team.close()
        made.close()


def test_the_way_to_the_provider_and_back(site: Site, opener: type_of_opener) -> None:
    screen = opener(site)
    screen.watch.allow("fonts.googleapis.com", "favicon.ico")  # the provider's pages ask for them
    page = screen.open("/settings/about").page
    page.get_by_role("link", name="Sign in with Example").click()
    page.get_by_placeholder("Enter any login").fill("ada")
    page.get_by_placeholder("and password").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"{site.url}/settings/about")
    me = page.evaluate("async () => (await fetch('/api/v1/auth/me')).json()")
    assert (me["username"], me["via"]) == ("ada", "oidc")
    assert page.evaluate("document.cookie") == ""
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def mailed_link(site: Site, email: str) -> str:
    """The token of a link that waits in the owner's mail."""
    token, now = new_token(), now_ms()
    with sqlite3.connect(site.server.database) as connection:
        connection.execute(
            """
            INSERT INTO links (public_id, kind, token_hash, user_id, email, created_at, expires_at)
            VALUES (?, 'email', ?, 1, ?, ?, ?)
            """,
            (new_id(), hash_token(token), email, now, now + 60_000),
        )
    connection.close()
    return token


def test_an_address_is_confirmed_by_whoever_reads_its_mail(
    site: Site, opener: type_of_opener
) -> None:
    token = mailed_link(site, "olga@example.com")
    page = opener(site).open(f"/email#{token}").page
    expect(page.get_by_role("heading", name="Confirm the e-mail address")).to_be_visible()
    expect(
        page.get_by_text(f"olga@example.com is to become the e-mail address of the account {OWNER}")
    ).to_be_visible()
    assert token not in page.url
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", name="The e-mail address is confirmed")).to_be_visible()
    assert site.call("GET", "/auth/me")["email"] == "olga@example.com"
    again = opener(site, locale="zh-CN").open(f"/email#{token}")
    again.watch.allow("403")
    expect(again.page.get_by_role("heading", name="此链接已失效")).to_be_visible()
