"""One browser and one provider for all, a server for each file, a context for each test."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.e2e.browser import Watch, find_chromium, launch
from tests.e2e.line import Line
from tests.e2e.screen import Screen
from tests.e2e.site import Site, make_site, prepare
from tests.e2e.team import Team, make_team
from tests.faults.processes import Upstream

DIST = Path(__file__).parents[2] / "chatbox" / "ui" / "dist" / "index.html"

expect.set_options(timeout=10_000)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium. Ends with this folder: its event loop would be in the way of other tests' loops."""
    if find_chromium() is None:
        pytest.skip("there is no Chromium here; the browser tests need the system's package")
    assert DIST.exists(), "the web UI is not built: run `npm run build` in chatbox/ui"
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


@pytest.fixture(scope="package")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    process = Upstream(tmp_path_factory.mktemp("upstream")).start()
    yield process
    process.kill()


@pytest.fixture(scope="package")
def prepared(tmp_path_factory: pytest.TempPathFactory, upstream: Upstream) -> Path:
    return prepare(tmp_path_factory.mktemp("prepared"), upstream)


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, prepared: Path, upstream: Upstream
) -> Iterator[Site]:
    """A running server that the tests of a file share; `up` is the scripted provider."""
    running = make_site(tmp_path_factory.mktemp("site"), upstream, prepared).start()
    yield running
    running.close()


@pytest.fixture(scope="package")
def team(
    tmp_path_factory: pytest.TempPathFactory, prepared: Path, upstream: Upstream
) -> Iterator[Team]:
    """A server with accounts, which tests share; who changes an account adds one of its own."""
    site = make_site(tmp_path_factory.mktemp("team"), upstream, prepared).start()
    made = make_team(site, "uma", "otto", "vera")
    yield made
    made.close()
    site.close()


class Contexts(list[BrowserContext]):
    """The browser contexts of a test; they close before what they talk to goes away."""

    def close(self) -> None:
        for context in self:
            context.close()


@pytest.fixture
def contexts() -> Contexts:
    return Contexts()


@pytest.fixture
def own_site(
    tmp_path: Path, prepared: Path, upstream: Upstream, contexts: Contexts
) -> Iterator[Site]:
    """A server of the test's own, which it may stop, kill and start again."""
    running = make_site(tmp_path, upstream, prepared).start()
    yield running
    contexts.close()
    running.close()


@pytest.fixture
def new_site(tmp_path: Path, upstream: Upstream, contexts: Contexts) -> Iterator[Site]:
    """A server on an empty data directory, not started yet."""
    made = make_site(tmp_path, upstream)
    yield made
    contexts.close()
    made.close()


@pytest.fixture
def line(own_site: Site, contexts: Contexts) -> Iterator[Line]:
    """The way to a server of the test's own."""
    laid = Line(own_site.port)
    yield laid
    contexts.close()
    laid.close()


type_of_opener = Callable[..., Screen]


@pytest.fixture
def opener(browser: Browser, contexts: Contexts) -> Iterator[type_of_opener]:
    """Open screens; tabs of one context share storage. Fails when a page did what it must not."""
    watches: list[Watch] = []

    def make(site: Site | str, **options: Any) -> Screen:
        base = site if isinstance(site, str) else site.url
        options = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", **options}
        context = browser.new_context(**options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        watch = Watch(context)
        watches.append(watch)
        return Screen(context.new_page(), base, watch)

    yield make
    contexts.close()
    for watch in watches:
        watch.check()


@pytest.fixture
def screen(opener: type_of_opener, site: Site) -> Screen:
    """A tab on the file's server."""
    return opener(site)
