"""How much the page loads and how hard it works. `python -m tests.e2e.measure` prints the figures.

Sizes are what the browser really fetched, each file compressed by gzip -9. Work is what Chromium
counts: script + layout + style, and the busy time of the main thread's tasks beside it.
"""

import gzip
import statistics
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.browser import Watch, launch
from tests.e2e.samples import conversation, fill, long_reply
from tests.e2e.screen import Screen
from tests.e2e.site import Site, make_site
from tests.e2e.stage import provider
from tests.faults.processes import Upstream
from tests.upstream.modes import say

ROUNDS = 7
REPLIES = {
    "40 KB at once": partial(say, words=long_reply()),
    "40 KB at ~400 tokens/s": partial(say, words=long_reply(), pause=0.002),
}
MODELS = {"at-once": REPLIES["40 KB at once"], "paced": REPLIES["40 KB at ~400 tokens/s"]}
_PAINTED = """
window.paintedAt = null;
new MutationObserver((_, observer) => {
  const body = document.querySelector("[data-row].is-last .reply-body");
  if (!body || body.textContent === "") return;
  observer.disconnect();
  requestAnimationFrame(() => setTimeout(() => { window.paintedAt = performance.now(); }));
}).observe(document, {childList: true, subtree: true, characterData: true});
"""


class Work(NamedTuple):
    """Seconds of the main thread."""

    script: float
    layout: float
    style: float
    task: float

    @property
    def busy(self) -> float:
        return self.script + self.layout + self.style


class Load(NamedTuple):
    """What came for a page, in bytes of gzip, before its load event and soon after."""

    script: int
    style: int
    requests: int
    script_later: int


def work_of(page: Page, deed: Callable[[], None]) -> Work:
    """What the main thread does meanwhile."""
    devtools = page.context.new_cdp_session(page)
    # The thread's own time: a busy machine does not make the page look slow.
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})

    def read() -> Work:
        found = {
            one["name"]: one["value"] for one in devtools.send("Performance.getMetrics")["metrics"]
        }
        names = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration", "TaskDuration")
        return Work(*(float(found[name]) for name in names))

    before = read()
    deed()
    after = read()
    devtools.detach()
    return Work(*(late - early for early, late in zip(before, after, strict=True)))


def load_of(browser: Browser, url: str, settled: str) -> Load:
    """Open a page in a new browser profile and weigh what it fetched."""
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    sizes: dict[str, int] = {}
    responses = []
    page.on("response", lambda response: responses.append(response))
    page.goto(url, wait_until="load")
    first = len(responses)
    page.wait_for_selector(settled)
    page.wait_for_timeout(600)
    late = 0
    for number, response in enumerate(responses):
        name = response.url.partition("?")[0]
        if not name.endswith((".js", ".css")) or not response.ok:
            continue
        size = len(gzip.compress(response.body(), 9))
        if number < first:
            sizes[name] = size
        elif name.endswith(".js"):
            late += size
    requests = first
    context.close()
    script = sum(size for name, size in sizes.items() if name.endswith(".js"))
    return Load(script, sum(sizes.values()) - script, requests, late)


def open_seconds(screen: Screen, session: str) -> float:
    """From the start of the navigation until the newest reply is painted."""
    screen.open(f"/c/{session}")
    painted = None
    while painted is None:
        painted = screen.evaluate("() => window.paintedAt")
    return float(painted) / 1_000


def stream_work(screen: Screen, session: str, content: str) -> Work:
    """Watch a long reply from its first word to its last."""
    screen.chat(session)
    screen.frames(5)

    def watch() -> None:
        screen.composer.fill(content)
        screen.composer.press("Enter")
        expect(screen.last).to_be_visible()
        screen.finished(120)

    return work_of(screen.page, watch)


def prepare_site(folder: Path, base_url: str) -> tuple[Site, dict[int, str]]:
    """A server with sessions of 20 and of 2,000 messages."""
    site = make_site(folder, Upstream(folder)).start()
    site.call("POST", "/providers", name="up", base_url=base_url)
    site.call("PATCH", "/settings", onboarded=True, default_model="up/at-once", locale="en")
    sessions = {count: site.session("at-once", title=f"{count} messages") for count in (20, 2_000)}
    assert site.server.stop() == 0
    for count, session in sessions.items():
        fill(site.server.database, session, conversation(count))
    return site.start(), sessions


def figures(browser: Browser, site: Site, sessions: dict[int, str]) -> list[tuple[str, str]]:
    """Every figure, in words."""
    lines = []
    for path, settled in (("/", ".composer"), (f"/c/{sessions[20]}", ".reply-body p")):
        load = load_of(browser, site.url + path, settled)
        where = "/" if path == "/" else "/c/:id"
        lines.append((f"{where} JS before load, gz", f"{load.script / 1024:.1f} KB"))
        lines.append((f"{where} JS after load, gz", f"{load.script_later / 1024:.1f} KB"))
        lines.append((f"{where} CSS gz", f"{load.style / 1024:.1f} KB in {load.requests} requests"))
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.add_init_script(_PAINTED)
    screen = Screen(context.new_page(), site.url, Watch(context))
    for count, session in sessions.items():
        times = [open_seconds(screen, session) * 1_000 for _ in range(ROUNDS)]
        nodes = screen.evaluate("() => document.querySelectorAll('*').length")
        span = f"{min(times):.0f} to {max(times):.0f}"
        words = f"{statistics.median(times):.0f} ms ({span}), {nodes} nodes"
        lines.append((f"open {count:,} messages, median of {ROUNDS}", words))
    for name, model in zip(REPLIES, MODELS, strict=True):
        work = stream_work(screen, site.session(model), "Go")
        lines.append(
            (
                name,
                f"{work.busy:.2f} s busy (script {work.script:.2f}, layout {work.layout:.2f},"
                f" style {work.style:.2f}), tasks {work.task:.2f} s",
            )
        )
    context.close()
    return lines


def main() -> int:
    """Print the figures."""
    with (
        tempfile.TemporaryDirectory() as folder,
        provider(MODELS) as base_url,
        sync_playwright() as playwright,
    ):
        site, sessions = prepare_site(Path(folder), base_url)
        browser = launch(playwright)
        try:
            for name, figure in figures(browser, site, sessions):
                sys.stdout.write(f"{name:<42} {figure}\n")
        finally:
            browser.close()
            site.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
