"""One tab as a person uses it: where things are on the screen, by their names in English."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import Watch


class Screen:
    """A tab of chatbox."""

    def __init__(self, page: Page, base: str, watch: Watch) -> None:
        self.page = page
        self.base = base
        self.watch = watch

    # places

    @property
    def composer(self) -> Locator:
        return self.page.locator(".composer-text")

    @property
    def replies(self) -> Locator:
        return self.page.locator('article[data-role="assistant"]')

    @property
    def questions(self) -> Locator:
        return self.page.locator('article[data-role="user"]')

    @property
    def last(self) -> Locator:
        """The newest reply."""
        return self.replies.last

    @property
    def body(self) -> Locator:
        """The text of the newest reply."""
        return self.last.locator(".reply-body")

    @property
    def scroller(self) -> Locator:
        return self.page.locator("[data-scroller]")

    @property
    def rows(self) -> Locator:
        """The chats in the sidebar."""
        return self.page.locator(".side-list .side-link")

    @property
    def toasts(self) -> Locator:
        return self.page.locator(".toast")

    def button(self, name: str, within: Locator | None = None, *, exact: bool = True) -> Locator:
        return (within or self.page).get_by_role("button", name=name, exact=exact)

    def menu_item(self, name: str) -> Locator:
        return self.page.get_by_role("menuitem", name=name, exact=True)

    # deeds

    def open(self, path: str = "/") -> "Screen":
        self.page.goto(self.base + path)
        return self

    def chat(self, session: str) -> "Screen":
        """Open a session and wait for its messages."""
        self.open(f"/c/{session}")
        expect(self.page.locator(".transcript")).to_be_visible()
        return self

    def send(self, text: str) -> None:
        self.composer.fill(text)
        self.composer.press("Enter")

    def ask(self, text: str) -> Locator:
        """Send and wait for the whole reply."""
        before = self.replies.count()
        self.send(text)
        expect(self.replies).to_have_count(before + 1)
        self.finished()
        return self.last

    def finished(self, seconds: float = 15) -> None:
        """Wait until nothing is being written any more."""
        expect(self.last.locator(".message-foot")).to_be_visible(timeout=seconds * 1000)
        expect(self.page.locator("[data-streaming]")).to_have_count(0)

    def act(self, message: Locator, name: str) -> None:
        """Press one of a message's buttons, which appear when the pointer is there."""
        message.hover()
        self.button(name, message.locator(".message-actions")).click()

    def act_in_menu(self, message: Locator, name: str) -> None:
        self.act(message, "More actions")
        self.menu_item(name).click()

    def row_menu(self, title: str, name: str) -> None:
        """Choose from the menu of a chat in the sidebar."""
        row = self.page.locator(".side-row").filter(has_text=title)
        row.hover()
        row.get_by_role("button", name="Actions for").click()
        self.menu_item(name).click()

    # measures

    def evaluate(self, script: str, argument: Any = None) -> Any:
        return self.page.evaluate(script, argument)

    def text_of_reply(self) -> str:
        """The newest reply as it was written, without layout: whitespace becomes one space."""
        return flat(str(self.body.evaluate("node => node.textContent")))

    def top_of(self, target: Locator) -> float:
        return float(target.evaluate("node => node.getBoundingClientRect().top"))

    def scroll_top(self) -> float:
        return float(self.scroller.evaluate("node => node.scrollTop"))

    def frames(self, count: int = 2) -> None:
        """Let the browser paint."""
        self.evaluate(
            "count => new Promise(done => { const step = () => count-- > 0"
            " ? requestAnimationFrame(step) : done(); step(); })",
            count,
        )


def flat(text: str) -> str:
    """Any run of whitespace as one space."""
    return re.sub(r"\s+", " ", text).strip()
