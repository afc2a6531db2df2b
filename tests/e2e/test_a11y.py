"""axe finds nothing serious on any screen, light or dark, small or large."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e import samples
from tests.e2e.conftest import type_of_opener
from tests.e2e.screen import Screen
from tests.e2e.site import Site

AXE = Path(__file__).parents[2] / "chatbox" / "ui" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")
RUN = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations"]});
  return found.violations.map(({id, impact, nodes}) =>
    ({id, impact, nodes: nodes.slice(0, 3).map((one) => one.html + one.failureSummary)}));
}"""


def check(screen: Screen, where: str) -> None:
    """Run axe in both schemes; moderate findings count as well, where they are about headings."""
    for scheme in ("light", "dark"):
        screen.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        screen.frames(3)
        screen.evaluate(AXE.read_text() + "\n;null")
        found: list[dict[str, Any]] = screen.evaluate(RUN)
        bad = [one for one in found if one["impact"] in SERIOUS or one["id"] == "heading-order"]
        assert not bad, (where, scheme, bad)


@pytest.fixture(scope="module")
def chats(site: Site) -> dict[str, str]:
    """A chat with everything, one that failed."""
    good = site.session("echo", title="Everything", system_prompt="Be brief.")
    site.say(
        good, f"# A heading\n\n## And a lower one\n\n{samples.ANSWER}\n\n- [x] done\n- [ ] open"
    )
    site.say(good, "Think", "deepseek")
    site.say(good, "Again")
    failed = site.session("401", title="Failed")
    site.begin(failed, "Hello", "401")
    return {"good": good, "failed": failed}


@pytest.mark.parametrize("width", [360, 1440])
def test_every_screen(
    opener: type_of_opener, site: Site, chats: dict[str, str], width: int
) -> None:
    screen = opener(site, viewport={"width": width, "height": 900})
    page = screen.page
    for path in ("/", "/setup", *(f"/settings/{section}" for section in SECTIONS), "/nowhere"):
        screen.open(path)
        expect(page.locator("h1").first).to_be_visible()
        check(screen, path)
    for name, session in chats.items():
        screen.chat(session)
        screen.finished()
        page.locator(".reasoning summary").evaluate_all("all => all.forEach((one) => one.click())")
        check(screen, name)
    screen.chat(chats["good"])
    for name, keys in (("palette", "Control+k"), ("search", "")):
        if keys:
            page.keyboard.press(keys)
            expect(page.get_by_role("dialog")).to_be_visible()
        check(screen, name)
        page.keyboard.press("Escape")
    page.locator(".model-chip").click()
    expect(page.get_by_role("option").first).to_be_visible()
    check(screen, "picker")
    screen.button("Parameters…", exact=False).click()
    check(screen, "parameters")
    page.keyboard.press("Escape")
    screen.act(screen.last, "More actions")
    check(screen, "menu")
    page.keyboard.press("Escape")
    screen.composer.press("ArrowUp")
    check(screen, "editing")
    page.keyboard.press("Escape")


def test_while_a_reply_is_written(opener: type_of_opener, site: Site) -> None:
    screen = opener(site).chat(site.session("ok-2000-10"))
    screen.send("Count")
    expect(screen.body).to_contain_text("t10")
    screen.send("Wait for it")
    check(screen, "streaming")
    screen.button("Remove waiting message").click()
    screen.button("Stop generating").click()


def test_in_chinese(opener: type_of_opener, own_site: Site) -> None:
    own_site.call("PATCH", "/settings", locale="zh-Hans")
    session = own_site.session(title="中文")
    own_site.say(session, samples.ANSWER_ZH)
    screen = opener(own_site).chat(session)
    screen.finished()
    check(screen, "chinese")
    assert "Copy" not in screen.page.locator("main").inner_text()


SECTIONS = ("appearance", "chat", "providers", "models", "shortcuts", "server", "about")
