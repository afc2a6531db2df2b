"""A server process with a client for its API, to prepare what a test looks at."""

import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from tests.faults.processes import Server, Upstream

JSON = dict[str, Any]
SECRET = "sk-canary-e2e-0123456789-Qz7w"


class Site:
    """A chatbox server that keeps its port over restarts."""

    def __init__(self, server: Server, upstream: Upstream) -> None:
        self.server = server
        self.upstream = upstream
        self.client = httpx.Client(trust_env=False, timeout=30)

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def start(self, **environ: str) -> "Site":
        self.server.start(**environ)
        return self

    def close(self) -> None:
        self.client.close()
        self.server.kill()

    def call(self, method: str, path: str, **body: Any) -> Any:
        """Call the API, which must succeed."""
        answer = self.client.request(method, f"{self.url}/api/v1{path}", json=body or None)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def connect(self, name: str = "up") -> JSON:
        """Connect the scripted provider."""
        new = {"name": name, "base_url": self.upstream.base_url, "secret": SECRET}
        provider: JSON = self.call("POST", "/providers", **new)
        return provider

    def session(self, model: str = "echo", **new: Any) -> str:
        return str(self.call("POST", "/sessions", model=f"up/{model}", **new)["id"])

    def say(self, session: str, content: str, model: str = "echo") -> JSON:
        """Send and wait for the whole reply."""
        body = {"session_id": session, "content": content, "model": f"up/{model}"}
        message: JSON = self.call("POST", "/chat", **body)["message"]
        return message

    def begin(self, session: str, content: str, model: str) -> JSON:
        """Send without waiting."""
        body = {"content": content, "model": f"up/{model}"}
        started: JSON = self.call("POST", f"/sessions/{session}/messages", **body)
        return started

    def messages(self, session: str) -> list[JSON]:
        """The active branch, oldest first."""
        items: list[JSON] = self.call("GET", f"/sessions/{session}/messages?limit=200")["items"]
        return items

    def reply(self, session: str) -> JSON:
        """The newest message."""
        return self.messages(session)[-1]

    def record(self, session: str) -> JSON:
        found: JSON = self.call("GET", f"/sessions/{session}")
        return found

    def soon(self, read: Callable[[], object], wanted: object) -> None:
        """Wait until the server knows what the page shows already."""
        end = time.monotonic() + 10
        while (found := read()) != wanted:
            assert time.monotonic() < end, f"{found!r} instead of {wanted!r}"
            time.sleep(0.05)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def make_site(folder: Path, upstream: Upstream, prepared: Path | None = None) -> Site:
    """A server that is not started yet, on a copy of a prepared data directory or an empty one."""
    if prepared is not None:
        shutil.copytree(prepared / "data", folder / "data")
        shutil.copy2(prepared / "data.master-key", folder)
    server = Server(folder, "--port", str(free_port()), "--log-level", "warning")
    return Site(server, upstream)


def prepare(folder: Path, upstream: Upstream) -> Path:
    """A data directory that knows the provider `up` and whose first run is over."""
    site = make_site(folder, upstream).start()
    try:
        site.connect()
        site.call("PATCH", "/settings", onboarded=True, default_model="up/echo", locale="en")
        assert site.server.stop() == 0
    finally:
        site.close()
    return folder
