"""Pictures of every screen, to be looked at: `python -m tests.e2e.screenshots DIR`.

360, 768 and 1440 wide, light and dark; names of screens behind DIR limit it to these. It also
renews docs/images/chat.png and chat-dark.png.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests.e2e import samples
from tests.e2e.browser import Watch, launch
from tests.e2e.screen import Screen
from tests.e2e.site import Site, make_site
from tests.e2e.stage import provider
from tests.faults.processes import Upstream
from tests.upstream.modes import limited, say

DOCS = Path(__file__).parents[2] / "docs" / "images"
SIZES = {360: 740, 768: 1024, 1440: 900}
SCHEMES = ("light", "dark")
MODELS = {
    "qwen3-32b": partial(say, words=samples.ANSWER, pause=0.12),
    "llama-3.3-70b": partial(limited, after="120"),
    "gpt-oss-120b": partial(say, words="Hello."),
    "mistral-small-24b": partial(say, words="Hello."),
    "deepseek-r1-distill-14b": partial(say, words="Hello."),
}
MODEL = "Local/qwen3-32b"


class Chats:
    """The addresses of the chats that are shown."""

    def __init__(self, site: Site) -> None:
        for number, title in enumerate(reversed(samples.TITLES)):
            made = site.call("POST", "/sessions", title=title, model=MODEL)
            if number == 1:
                site.call("PATCH", f"/sessions/{made['id']}", pinned=True)
        self.chinese = self._make(site, "二分查找有多快", MODEL)
        self.error = self._make(site, "Names for a sailing boat", "Local/llama-3.3-70b")
        self.streaming = self._make(site, "Finding a number quickly", MODEL)
        self.good = self._make(site, "Binary search in Python", MODEL)

    @staticmethod
    def _make(site: Site, title: str, model: str) -> str:
        return str(site.call("POST", "/sessions", title=title, model=model)["id"])

    def write(self, database: Path) -> None:
        thought = {"type": "thinking", "text": samples.THOUGHT}
        question, answer = samples.text(samples.QUESTION), samples.text(samples.ANSWER)
        samples.fill(database, self.good, [("user", question), ("assistant", [thought, *answer])])
        chinese = (samples.text(samples.QUESTION_ZH), samples.text(samples.ANSWER_ZH))
        samples.fill(database, self.chinese, [("user", chinese[0]), ("assistant", chinese[1])])


def make_stage(folder: Path, base_url: str) -> tuple[Site, Chats]:
    """A server that looks as if somebody used it."""
    site = make_site(folder, Upstream(folder)).start()
    site.call("POST", "/providers", name="Local", base_url=base_url, secret="sk-demo-1234567890")
    for name in (*MODELS, "ok-20-10"):
        shown = name in MODELS
        site.call("PATCH", f"/models/Local%2F{name}", enabled=shown, context_window=32_768)
    site.call("PATCH", "/settings", onboarded=True, default_model=MODEL, locale="en")
    chats = Chats(site)
    assert site.server.stop() == 0
    chats.write(site.server.database)
    return site.start(), chats


@contextmanager
def tab(browser: Browser, site: Site, width: int, scheme: str) -> Iterator[Screen]:
    """A window of a size and a colour scheme."""
    context = browser.new_context(
        viewport={"width": width, "height": SIZES.get(width, 900)},
        color_scheme="dark" if scheme == "dark" else "light",
        locale="en-GB",
        reduced_motion="reduce",
        has_touch=width == 360,
        is_mobile=width == 360,
    )
    context.set_default_timeout(15_000)
    yield Screen(context.new_page(), site.url, Watch(context))
    context.close()


def show_chat(screen: Screen, session: str) -> None:
    screen.chat(session)
    expect(screen.body).to_be_visible()
    screen.page.wait_for_timeout(900)  # code is coloured and mathematics set a moment later


def show_good(screen: Screen, chats: Chats) -> None:
    show_chat(screen, chats.good)
    expect(screen.page.locator(".katex").first).to_be_visible()
    screen.scroller.evaluate("node => { node.scrollTop = 0; }")
    screen.frames(4)


def show_reasoning(screen: Screen, chats: Chats) -> None:
    show_good(screen, chats)
    screen.last.locator(".reasoning summary").click()


def show_streaming(screen: Screen, chats: Chats) -> None:
    screen.chat(chats.streaming)
    screen.frames(10)
    before = screen.replies.count()
    screen.composer.fill(samples.QUESTION)
    screen.button("Send").click()
    expect(screen.replies).to_have_count(before + 1)
    expect(screen.body).to_contain_text("middle = ", timeout=20_000)


def show_error(screen: Screen, chats: Chats) -> None:
    screen.chat(chats.error)
    screen.composer.fill("Ten names for a small sailing boat, please.")
    screen.button("Send").click()
    expect(screen.last.locator(".message-error")).to_be_visible(timeout=30_000)


def show_picker(screen: Screen, chats: Chats) -> None:
    show_good(screen, chats)
    screen.page.locator(".model-chip").click()
    expect(screen.page.get_by_role("option").first).to_be_visible()
    screen.frames(20)


def show_parameters(screen: Screen, chats: Chats) -> None:
    show_picker(screen, chats)
    screen.button("Parameters…").click()
    screen.frames(10)


def show_sidebar(screen: Screen, chats: Chats) -> None:
    show_good(screen, chats)
    toggle = screen.button("Open sidebar")
    if toggle.count():
        toggle.first.click()
        screen.frames(30)


def show_page(path: str, screen: Screen, chats: Chats) -> None:
    del chats
    screen.open(path)
    expect(screen.page.locator("h1").first).to_be_visible()
    screen.page.wait_for_timeout(300)


SCREENS: dict[str, Callable[[Screen, Chats], None]] = {
    "first-run": partial(show_page, "/setup"),
    "empty": partial(show_page, "/"),
    "chat": show_good,
    "reasoning": show_reasoning,
    "chinese": lambda screen, chats: show_chat(screen, chats.chinese),
    "picker": show_picker,
    "parameters": show_parameters,
    "sidebar": show_sidebar,
    "error": show_error,
    "streaming": show_streaming,
    **{
        f"settings-{section}": partial(show_page, f"/settings/{section}")
        for section in ("appearance", "chat", "providers", "models", "shortcuts", "server", "about")
    },
}


def take(browser: Browser, site: Site, chats: Chats, folder: Path, names: list[str]) -> None:
    """Every screen in every size and scheme; stops and tells when a page did what it must not."""
    for name, show in SCREENS.items():
        if names and name not in names:
            continue
        site.call("PATCH", "/settings", locale="zh-Hans" if name == "chinese" else "en")
        for width in SIZES:
            for scheme in SCHEMES:
                with tab(browser, site, width, scheme) as screen:
                    show(screen, chats)
                    screen.page.screenshot(path=folder / f"{name}-{width}-{scheme}.png")
                    if name == "streaming":
                        screen.button("Stop generating").click()
                        screen.finished()
                    screen.watch.check()


def renew_docs(browser: Browser, site: Site, chats: Chats) -> None:
    """The two pictures of README."""
    DOCS.mkdir(parents=True, exist_ok=True)
    for scheme, name in (("light", "chat.png"), ("dark", "chat-dark.png")):
        with tab(browser, site, 1440, scheme) as screen:
            show_good(screen, chats)
            screen.page.screenshot(path=DOCS / name)


def main(folder: Path, names: list[str]) -> int:
    """Take all pictures, or those of the named screens."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as work,
        provider(MODELS) as base_url,
        sync_playwright() as playwright,
    ):
        site, chats = make_stage(Path(work), base_url)
        browser = launch(playwright)
        try:
            take(browser, site, chats, folder, names)
            renew_docs(browser, site, chats)
        finally:
            browser.close()
            site.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
