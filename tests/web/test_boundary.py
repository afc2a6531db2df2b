"""The boundary in single-user mode: only pages of this server's own origin get through.

The table of `Host` forms, origins, content types and fetch metadata, each on every kind of address.
"""

import asyncio
import socket
from collections.abc import Iterator

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.running import Site, refused

OWN_HOSTS = ("127.0.0.1:{port}", "localhost:{port}", "[::1]:{port}", "LocalHost:{port}")
FOREIGN_HOSTS = (
    "evil.test",
    "evil.test:{port}",
    "127.0.0.1",
    "localhost:1",
    "127x0x0x1:{port}",
    "localhost.evil.test:{port}",
    "127.0.0.1.evil.test:{port}",
    "localhost.:{port}",
    "127.1:{port}",
    "0.0.0.0:{port}",
    "[::ffff:127.0.0.1]:{port}",
    "xn--localhost:{port}",
)
ADDRESSES = {
    "page": "/",
    "deep page": "/c/some-session",
    "API": "/api/v1/settings",
    "API 404": "/api/v1/nothing",
    "static 404": "/assets/nothing.js",
    "file": "/favicon.svg",
    "SSE": "/api/v1/events",
    "schema": "/schema/openapi.json",
    "health": "/healthz",
}
FOREIGN_ORIGINS = (
    "https://evil.test",
    "null",
    "http://localhost:1",
    "http://localhost",
    "http://localhost.evil.test:{port}",
    "file://localhost:{port}",
    "chrome-extension://localhost:{port}",
)


def raw(site: Site, request: str) -> str:
    """Send bytes that no client would, and read the status line."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=5) as connection:
        connection.sendall(request.format(port=site.port).replace("\n", "\r\n").encode())
        return connection.makefile("rb").readline().decode()


async def status(site: Site, path: str, headers: dict[str, str]) -> int:
    async with site.client.stream("GET", site.url + path, headers=headers) as response:
        return response.status_code


async def test_own_hosts_pass_everywhere(site: Site) -> None:
    for host in OWN_HOSTS:
        for path in ADDRESSES.values():
            assert await status(site, path, {"Host": host.format(port=site.port)}) in (200, 404)
        async with site.socket(host=host.format(port=site.port)):
            pass


async def test_foreign_hosts_are_refused_everywhere(site: Site) -> None:
    passed = []
    for host in FOREIGN_HOSTS:
        for kind, path in ADDRESSES.items():
            found = await status(site, path, {"Host": host.format(port=site.port)})
            if found != 421:
                passed.append((host, kind, found))
        with pytest.raises(InvalidStatus) as failure:
            async with site.socket(host=host.format(port=site.port)):
                pass
        assert failure.value.response.status_code == 403
    assert not passed


async def test_a_foreign_host_may_not_write(site: Site, client: httpx.AsyncClient) -> None:
    for host in FOREIGN_HOSTS:
        headers = {"Host": host.format(port=site.port)}
        answer = await client.post("/sessions", json={}, headers=headers)
        refused(answer, 421, "wrong_host")
    assert (await client.get("/sessions")).json()["items"] == []


async def test_the_forwarded_host_does_not_count(site: Site, client: httpx.AsyncClient) -> None:
    own = f"127.0.0.1:{site.port}"
    forged = {"Host": "evil.test", "X-Forwarded-Host": own, "Forwarded": f"host={own}"}
    refused(await client.get("/settings", headers=forged), 421, "wrong_host")


async def test_missing_and_doubled_hosts_are_refused(site: Site) -> None:
    cases = {
        "GET /healthz HTTP/1.0\n\n": ("421", "400"),
        "GET /healthz HTTP/1.1\n\n": ("421", "400"),
        "GET /healthz HTTP/1.1\nHost: localhost:{port}\nHost: evil.test\n\n": ("400",),
        "GET http://evil.test/healthz HTTP/1.1\nHost: evil.test\n\n": ("421",),
        "GET /healthz HTTP/1.1\nHost: localhost:{port}\nOrigin: null\nOrigin: null\n\n": ("400",),
    }
    for request, expected in cases.items():
        line = await asyncio.to_thread(raw, site, request)
        assert line.split()[1] in expected, request


async def test_own_origins_pass(site: Site, client: httpx.AsyncClient) -> None:
    for host in OWN_HOSTS:
        origin = "http://" + host.format(port=site.port)
        headers = {"Origin": origin, "Sec-Fetch-Site": "same-origin"}
        answer = await client.post("/sessions", json={}, headers=headers)
        assert answer.status_code == 201, answer.text
        async with site.socket(headers={"Origin": origin}):
            pass


async def test_foreign_origins_are_refused(site: Site, client: httpx.AsyncClient) -> None:
    for template in FOREIGN_ORIGINS:
        headers = {"Origin": template.format(port=site.port)}
        refused(await client.get("/settings", headers=headers), 403, "foreign_origin")
        refused(await client.post("/sessions", json={}, headers=headers), 403, "foreign_origin")
        assert await status(site, "/api/v1/events", headers) == 403
        with pytest.raises(InvalidStatus) as failure:
            async with site.socket(headers=headers):
                pass
        assert failure.value.response.status_code == 403
    assert (await client.get("/sessions")).json()["items"] == []


@pytest.mark.parametrize("value", ["cross-site", "same-site"])
async def test_foreign_fetches_are_refused(
    site: Site, client: httpx.AsyncClient, value: str
) -> None:
    headers = {"Sec-Fetch-Site": value}
    refused(await client.get("/settings", headers=headers), 403, "foreign_origin")
    refused(await client.post("/sessions", json={}, headers=headers), 403, "foreign_origin")
    refused(await client.delete("/sessions/x", headers=headers), 403, "foreign_origin")
    with pytest.raises(InvalidStatus):
        async with site.socket(headers=headers):
            pass


@pytest.mark.parametrize("value", ["same-origin", "none"])
async def test_own_fetches_pass(client: httpx.AsyncClient, value: str) -> None:
    answer = await client.get("/settings", headers={"Sec-Fetch-Site": value})
    assert answer.status_code == 200


async def test_a_link_on_another_site_may_open_a_page_and_nothing_else(site: Site) -> None:
    link = {
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
    }
    assert await status(site, "/", link) == 200
    assert await status(site, "/api/v1/settings", link) == 403
    for changed in ({"Sec-Fetch-Dest": "iframe"}, {"Sec-Fetch-Mode": "cors"}):
        assert await status(site, "/", link | changed) == 403
    answer = await site.client.post("/sessions", json={}, headers=link)
    assert answer.status_code == 403


def foreign_types() -> Iterator[str]:
    yield "text/plain"
    yield "text/plain; charset=application/json"
    yield "application/x-www-form-urlencoded"
    yield "multipart/form-data; boundary=x"
    yield "application/jsonp"
    yield ""


async def test_bodies_that_a_form_could_send_are_refused(client: httpx.AsyncClient) -> None:
    for kind in foreign_types():
        headers = {"Content-Type": kind} if kind else {}
        answer = await client.post("/sessions", content=b'{"title":"x"}', headers=headers)
        refused(answer, 415, "unsupported_media_type")
    assert (await client.get("/sessions")).json()["items"] == []


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8"])
async def test_json_passes(client: httpx.AsyncClient, kind: str) -> None:
    answer = await client.post(
        "/sessions", content=b'{"title":"x"}', headers={"Content-Type": kind}
    )
    assert answer.status_code == 201


async def test_there_are_no_cors_headers(site: Site, client: httpx.AsyncClient) -> None:
    own = {"Origin": site.url}
    for method in ("GET", "OPTIONS"):
        answer = await client.request(method, "/settings", headers=own)
        assert not [name for name in answer.headers if name.startswith("access-control")]
    preflight = {"Origin": "https://evil.test", "Access-Control-Request-Method": "POST"}
    refused(await client.options("/sessions", headers=preflight), 403, "foreign_origin")
