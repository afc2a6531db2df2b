"""The page of metrics, read strictly, after real requests and turns."""

import re
from pathlib import Path

from chatbox.config import Upstream as Clocks
from chatbox.system.metrics import MOST_MODELS, Metrics, TurnReport
from tests.running import SECRET, Site, config_in, run_site, until
from tests.system.exposition import Page, read_page
from tests.upstream import Upstream

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"


async def page_of(site: Site) -> Page:
    response = await site.client.get(f"{site.url}/metrics")
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return read_page(response.text)


async def test_requests_are_counted_by_template_and_never_by_id(chat: Site) -> None:
    session = await chat.session(title="x")
    for _ in range(3):
        await chat.client.get(f"/sessions/{session['id']}")
    await chat.client.get("/sessions/nothing")
    await chat.client.get("/sessions", headers={"Host": "evil.test"})
    page = await page_of(chat)
    labels = {"method": "GET", "route": "/api/v1/sessions/{session_id}"}
    name = "chatbox_http_requests_total"
    assert page.number(name, status="200", **labels) == 3
    assert page.number(name, status="404", **labels) == 1
    assert page.number(name, method="GET", route="none", status="421") == 1
    assert page.number("chatbox_http_request_duration_seconds_count", **labels) == 4
    assert session["id"] not in str(page)


async def test_turns_tokens_and_errors_are_counted(chat: Site) -> None:
    answer = await chat.say("Hello")
    await chat.stream("Hello", "up/401")
    page = await page_of(chat)
    assert page.number("chatbox_turns_total", status="done") == 1
    assert page.number("chatbox_turns_total", status="failed") == 1
    assert page.number("chatbox_turn_errors_total", provider="up", code="secret_rejected") == 1
    assert page.number("chatbox_turn_duration_seconds_count", provider="up") == 2
    assert page.number("chatbox_turn_first_token_seconds_count", provider="up") == 1
    for direction in ("input", "output"):
        told = answer["message"]["usage"][f"{direction}_tokens"]
        labels = {"direction": direction, "provider": "up", "model": "echo"}
        assert page.number("chatbox_tokens_total", **labels) == told
    assert SECRET not in str(page)


async def test_retries_are_counted(data_dir: Path, upstream: Upstream) -> None:
    clocks = Clocks(max_retries=2, local_first_token_seconds=5.0)
    async with run_site(config_in(data_dir, upstream=clocks)) as site:
        await site.connect(upstream)
        await site.say("Hello", "up/429-then-ok")
        page = await page_of(site)
    assert page.number("chatbox_provider_retries_total", provider="up") == 1


async def test_what_is_open_is_told(chat: Site) -> None:
    async with chat.socket(), chat.feed():
        await until(lambda: chat.server.hub.viewer_count == 2)
        page = await page_of(chat)
    assert page.number("chatbox_viewers") == 2
    assert page.number("chatbox_websockets_open") == 1
    assert page.number("chatbox_http_open") == 2  # the stream and this request


async def test_machine_and_build_are_told(site: Site) -> None:
    page = await page_of(site)
    for name in ("chatbox_database_bytes", "chatbox_disk_free_bytes", "process_threads"):
        assert (page.number(name) or 0) > 0, name
    assert page.number("chatbox_storage_state", state="ok") == 1
    assert page.number("chatbox_storage_state", state="full") == 0
    assert page.kinds["chatbox_build_info"] == "gauge"


async def test_every_name_is_in_the_operators_guide(chat: Site) -> None:
    await chat.say("Hello")
    await chat.stream("Hello", "up/429-then-ok")
    await chat.stream("Hello", "up/401")
    page = await page_of(chat)
    told = set(re.findall(r"`(\w+)`", OPERATIONS.read_text(encoding="utf-8")))
    assert not set(page.kinds) - told


def test_names_that_users_choose_are_bounded() -> None:
    metrics = Metrics()
    for number in range(MOST_MODELS + 50):
        metrics.turn(
            TurnReport(
                turn_id="t",
                provider=f"p{number}",
                model="m",
                status="done",
                code=None,
                seconds=1.0,
                first_token_seconds=0.5,
                input_tokens=1,
                output_tokens=1,
                retries=0,
            )
        )
    lines = list(metrics.tokens.lines())
    assert len(lines) == 2 + 2 * (MOST_MODELS + 1)
    assert 'chatbox_tokens_total{direction="input",provider="other",model="other"} 50' in lines
