"""The user's settings."""

import asyncio
from pathlib import Path

import httpx
import pytest

from tests.running import Site, config_in, good, refused, run_site

DEFAULTS = {
    "theme": "system",
    "locale": "auto",
    "default_model": None,
    "send_key": "enter",
    "density": "comfortable",
    "onboarded": False,
    "version": 1,
}


async def test_settings_begin_with_their_defaults(client: httpx.AsyncClient) -> None:
    assert good(await client.get("/settings")) == DEFAULTS


async def test_a_change_keeps_the_rest_and_lasts(data_dir: Path) -> None:
    async with run_site(config_in(data_dir)) as site:
        changed = good(await site.client.patch("/settings", json={"theme": "dark"}))
        assert changed == {**DEFAULTS, "theme": "dark", "version": 2}
        change = {"locale": "zh-Hans", "default_model": "up/x", "onboarded": True}
        changed = good(await site.client.patch("/settings", json=change))
        assert changed == {**DEFAULTS, **change, "theme": "dark", "version": 3}
    async with run_site(config_in(data_dir)) as site:
        assert good(await site.client.get("/settings")) == changed
        page = (await site.client.get(site.url)).text
        assert 'lang="zh-Hans"' in page or "was not built" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"theme": "pink"},
        {"locale": "de"},
        {"onboarded": "yes"},
        {"default_model": "x" * 401},
        {"version": 7},
        {"density": None},
    ],
)
async def test_values_that_do_not_exist_are_refused(
    client: httpx.AsyncClient, wrong: dict[str, object]
) -> None:
    problem = refused(await client.patch("/settings", json=wrong), 400, "invalid_request")
    assert next(iter(wrong)) in str(problem)
    assert good(await client.get("/settings")) == DEFAULTS


async def test_parallel_changes_of_different_fields_all_hold(site: Site) -> None:
    wanted: dict[str, object] = {"theme": "dark", "density": "compact", "onboarded": True}
    await asyncio.gather(
        *(site.client.patch("/settings", json={name: value}) for name, value in wanted.items())
    )
    stored = good(await site.client.get("/settings"))
    assert stored == {**DEFAULTS, **wanted, "version": 4}
