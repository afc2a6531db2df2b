"""GET /docs: the API reference, a page of its own beside the UI's."""

import re
from pathlib import Path

import pytest

from chatbox.web.static import MISSING, Ui
from tests.running import Site


@pytest.mark.parametrize("path", ["/docs", "/docs/"])
async def test_docs_is_a_page_under_the_usual_policy(site: Site, path: str) -> None:
    answer = await site.client.get(site.url + path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "connect-src 'self';" in policy
    assert "trusted-types 'none'" in policy


async def test_everything_that_the_page_loads_comes_from_here(site: Site) -> None:
    page = (await site.client.get(f"{site.url}/docs")).text
    if page.encode() == MISSING:
        pytest.skip("the UI is not built")
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(addresses) >= 3
    for address in addresses:
        assert address.startswith("/")
        assert (await site.client.get(site.url + address)).status_code == 200


async def test_the_document_that_the_page_reads_is_there(site: Site) -> None:
    document = (await site.client.get(f"{site.url}/schema/openapi.json")).json()
    assert document["info"]["title"] == "chatbox"


def test_the_pages_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("the UI")
    (tmp_path / "docs.html").write_text("the reference")
    (tmp_path / "favicon.svg").write_text("a picture")
    ui = Ui(tmp_path)
    assert ui.docs == b"the reference"
    assert [name for name in ("index.html", "docs.html", "favicon.svg") if ui.has(name)] == [
        "favicon.svg"
    ]


def test_without_a_build_the_page_says_so(tmp_path: Path) -> None:
    assert Ui(tmp_path).docs == MISSING
