"""Chromium, and what no page of chatbox may ever do in it."""

import re
import shutil
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Playwright, Request

ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,OptimizationHints",
    "--disable-gpu",
    "--no-first-run",
    "--font-render-hinting=none",
    # Nothing but this machine exists; chat.test is a name without a secure origin.
    "--host-resolver-rules=MAP chat.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

_REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  window.reportViolation(`${event.effectiveDirective}: ${event.blockedURI} ${event.sample} ` +
    `${event.sourceFile}:${event.lineNumber}`));
"""


def find_chromium() -> str | None:
    """The system's Chromium or Chrome."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


def launch(playwright: Playwright) -> Browser:
    """Start the system's Chromium."""
    return playwright.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))


class Watch:
    """Collects what must not happen in a context; `check` fails when anything did."""

    def __init__(self, context: BrowserContext) -> None:
        self.faults: list[str] = []
        self.requests: list[str] = []
        self._allowed: list[str] = []
        context.expose_binding("reportViolation", self._violated)
        context.add_init_script(_REPORT_VIOLATIONS)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.faults.append(f"page error: {error.error}"))
        context.on("request", self._requested)

    def allow(self, *patterns: str) -> None:
        """Let console errors pass that the test provokes."""
        self._allowed += patterns

    def check(self) -> None:
        faults = [fault for fault in self.faults if not self._is_allowed(fault)]
        assert not faults, "\n".join(faults)

    def _is_allowed(self, fault: str) -> bool:
        return any(re.search(pattern, fault) for pattern in self._allowed)

    def _violated(self, _source: Any, what: str) -> None:
        self.faults.append(f"policy violation: {what}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            where = message.location.get("url", "")
            self.faults.append(f"console: {message.text} ({where})")

    def _requested(self, request: Request) -> None:
        self.requests.append(request.url)
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.hostname not in (
            "127.0.0.1",
            "chat.test",
        ):
            self.faults.append(f"foreign request: {request.url}")
