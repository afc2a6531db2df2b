"""Every answer: security headers, problem documents, the page and its files."""

import contextlib
import json
import re
from pathlib import Path

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbox.db.database import StorageFailed
from chatbox.errors import ChatboxError, InvalidRequest
from chatbox.web.paging import Key, decode_cursor, encode_cursor, page
from chatbox.web.problems import STATUS
from chatbox.web.sse import frame
from chatbox.web.static import Boot, Ui
from tests.running import Site, good, refused

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
ANSWERS = (
    ("GET", "/"),
    ("GET", "/c/deep/page"),
    ("GET", "/assets/missing.js"),
    ("GET", "/healthz"),
    ("GET", "/schema/openapi.json"),
    ("GET", "/api/v1/settings"),
    ("GET", "/api/v1/nothing"),
    ("DELETE", "/api/v1/settings"),
    ("POST", "/api/v1/sessions"),
    ("POST", "/api/v1/chat"),
    ("OPTIONS", "/api/v1/sessions"),
)


async def test_every_answer_carries_the_security_headers(site: Site) -> None:
    foreign: tuple[dict[str, str], ...] = ({}, {"Host": "evil.test"}, {"Origin": "null"})
    for method, path in ANSWERS:
        for headers in foreign:
            answer = await site.client.request(method, site.url + path, headers=headers)
            for name, value in HEADERS.items():
                assert answer.headers[name] == value, (method, path)
            policy = answer.headers["content-security-policy"]
            for rule in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
                assert rule in policy
            assert "unsafe" not in policy
            assert re.fullmatch(r"[0-9a-f-]{36}", answer.headers["x-request-id"])
            assert "server" not in answer.headers
    async with site.client.stream("GET", "/events") as stream:
        assert stream.headers["x-content-type-options"] == "nosniff"
        assert stream.headers["cache-control"] == "no-store"


async def test_nothing_of_the_api_is_cached(site: Site) -> None:
    for path in ("/api/v1/settings", "/api/v1/nothing", "/"):
        answer = await site.client.get(site.url + path)
        assert answer.headers["cache-control"] == "no-store"


async def test_problems_name_the_field_and_the_request(client: httpx.AsyncClient) -> None:
    answer = await client.post("/sessions", json={"title": 7})
    problem = refused(answer, 400, "invalid_request")
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["type"]
    assert "title" in str(problem["errors"])
    problem = refused(await client.post("/sessions", json={"nope": 1}), 400, "invalid_request")
    assert "nope" in problem["detail"]
    refused(await client.get("/nothing"), 404, "not_found")
    refused(await client.delete("/settings"), 405, "method_not_allowed")


async def test_a_failure_inside_tells_nothing_of_the_inside(site: Site) -> None:
    async with site.server.database.write() as writer:
        await writer.execute("""UPDATE users SET settings = '{"theme": 7}'""")
    problem = refused(await site.client.get("/settings"), 500, "internal")
    assert "theme" not in str(problem)
    assert "msgspec" not in str(problem)


async def test_a_disk_that_fails_is_told_and_our_own_mistakes_are_not(site: Site) -> None:
    failures = {"disk I/O error": (503, "storage_failed"), "no such table": (500, "internal")}
    for text, (status, code) in failures.items():
        failure = StorageFailed(text)
        failure.sqlite_errorcode = 10 if status == 503 else 1

        async def fail(*_: object, failure: Exception = failure) -> None:
            raise failure

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(site.server.settings, "get", fail)
            answer = await site.client.get("/settings")
        problem = refused(answer, status, code)
        assert text not in str(problem)
    assert (await site.client.get("/settings")).status_code == 200


async def test_a_wrong_method_is_told_the_right_ones(site: Site) -> None:
    answer = await site.client.post(f"{site.url}/zzz", json={})
    refused(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["allow"]
    answer = await site.client.delete("/settings")
    assert {"GET", "PATCH"} <= set(answer.headers["allow"].split(", "))


def test_every_error_has_a_status_and_a_code_of_its_own() -> None:
    kinds = ChatboxError.__subclasses__()
    assert {kind for kind in kinds if kind not in STATUS} == set()
    assert len({kind.code for kind in kinds}) == len(kinds)


# --- the page -----------------------------------------------------------------


async def test_the_page_is_filled_in_and_a_missing_asset_is_none(site: Site) -> None:
    answer = await site.client.get(f"{site.url}/c/some-session?x=1")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "__" not in re.sub(r"__[a-z]", "", answer.text).replace("__proto__", "")
    for path in ("/assets/nothing.js", "/api/nothing", "/v1", "/v1/models", "/schemata"):
        assert (await site.client.get(site.url + path)).status_code == 404, path
    for path in ("/..%2f..%2fapp.py", "/assets/..%2f..%2fapp.py", "/%2e%2e/app.py", "/%00"):
        answer = await site.client.get(site.url + path)
        assert answer.status_code in (200, 400, 404)
        assert "create_app" not in answer.text
        assert "import" not in answer.text.partition("<body")[0][:20]


async def test_a_pattern_is_not_told_as_a_pattern(site: Site) -> None:
    body = {"name": "x", "base_url": "https://example.org/v1", "secret": "two words"}
    problem = refused(await site.client.post("/providers", json=body), 400, "invalid_request")
    assert problem["detail"] == "secret: Holds characters that are not allowed here."
    assert "two words" not in str(problem)


def test_the_boot_data_cannot_end_its_script(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<html lang=__LANG__><script>__BOOT_JSON__</script>")
    settings = {"x": "</script><!--&\u2028"}
    boot = Boot("1", "single-user", "zh-Hans", "dark", "compact", settings, storage="ok")
    text = Ui(tmp_path).page(boot).decode()
    assert "zh-Hans" in text
    inner = text.partition("<script>")[2].rpartition("</script>")[0]
    assert not set("<>&") & set(inner)
    assert json.loads(inner)["settings"]["x"] == "</script><!--&\u2028"


# --- frames and cursors ---------------------------------------------------------


def test_frames_have_no_line_breaks_inside() -> None:
    odd = {"text": "a\r\nb\u2028c\u2029d\x85e\ndata: x\n\nevent: y"}
    data = frame("delta", msgspec.json.encode(odd), event_id=3)
    assert data.decode().splitlines()[:2] == ["id: 3", "event: delta"]
    assert len(data.decode().splitlines()) == 4
    assert json.loads(data.decode().splitlines()[2].removeprefix("data: ")) == odd


@given(st.tuples(st.integers(-(2**62), 2**62), st.integers(-(2**62), 2**62)))
def test_cursors_survive_the_round_trip(key: Key) -> None:
    cursor = encode_cursor(key)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", cursor)
    assert decode_cursor(cursor, default=(0, 0)) == key


@given(st.text(max_size=40))
def test_any_other_text_is_refused_as_a_cursor(text: str) -> None:
    with contextlib.suppress(InvalidRequest):  # and nothing else
        assert len(decode_cursor(text, default=(0, 0))) == 2


@pytest.mark.parametrize("count", [0, 1, 3, 4])
def test_a_page_leads_on_only_when_there_is_more(count: int) -> None:
    shown, following = page(range(count), 3, lambda n: (n, n))
    assert list(shown) == list(range(min(count, 3)))
    assert (following is not None) == (count > 3)


async def test_made_up_cursors_are_refused(site: Site) -> None:
    session = await site.session()
    for url in ("/sessions", "/models", f"/sessions/{session['id']}/messages"):
        for cursor in ("x", "W10", "bnVsbA", "WzEsMl0s", "WyIxIiwyXQ", "WzFlOTksMV0"):
            answer = await site.client.get(f"{url}?cursor={cursor}")
            refused(answer, 400, "invalid_request")
    good(await site.client.get(f"/sessions?cursor={encode_cursor((1, 1))}"))
