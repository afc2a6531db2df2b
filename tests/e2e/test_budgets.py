"""The page stays light. Generous limits, of work rather than of time: `measure` has the figures."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.conftest import type_of_opener
from tests.e2e.measure import MODELS, load_of, prepare_site, stream_work, work_of
from tests.e2e.site import Site
from tests.e2e.stage import provider

KB = 1024


class Stage:
    """A server with a short and a long session."""

    def __init__(self, site: Site, sessions: dict[int, str]) -> None:
        self.site = site
        self.short, self.long = sessions[20], sessions[2_000]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with provider(MODELS) as base_url:
        site, sessions = prepare_site(tmp_path_factory.mktemp("stage"), base_url)
        yield Stage(site, sessions)
        site.close()


def test_the_first_screens_are_small(browser: Browser, stage: Stage) -> None:
    start = load_of(browser, f"{stage.site.url}/", ".composer")
    assert start.script <= 75 * KB
    assert start.script + start.script_later <= 90 * KB
    assert start.style <= 14 * KB
    assert start.requests <= 14
    empty = stage.site.session("at-once")
    chat = load_of(browser, f"{stage.site.url}/c/{empty}", ".transcript")
    assert chat.script + chat.script_later <= 90 * KB


def test_a_long_chat_opens_like_a_short_one(opener: type_of_opener, stage: Stage) -> None:
    screen = opener(stage.site)

    def opening(session: str) -> float:
        work = work_of(screen.page, lambda: screen.chat(session).finished())
        return work.busy

    opening(stage.short)
    short = min(opening(stage.short) for _ in range(3))
    long = min(opening(stage.long) for _ in range(3))
    mounted = screen.page.locator("[data-row]").count()
    assert mounted <= 240
    assert long <= 4 * short + 0.2, (long, short)


def test_a_40_kb_reply_keeps_the_page_free(opener: type_of_opener, stage: Stage) -> None:
    screen = opener(stage.site)
    work = stream_work(screen, stage.site.session("at-once"), "Go")
    assert work.busy < 1.0, work
