"""What the targets in the network share: one origin, reached through the outbound client alone."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from chatbox.errors import BackupFailed
from chatbox.kit.egress import Client, InvalidURL, Policy, check_url
from chatbox.kit.egress_address import host_of, port_of
from chatbox.kit.egress_file import Answer, CallFailed, call, fetch
from chatbox.kit.files import size_of
from chatbox.system.backup.target import Progress


class Network(msgspec.Struct, frozen=True):
    """The outbound client and its policy, which lets the configured target through."""

    client: Client
    policy: Policy


class Origin:
    """The server of a target: scheme, host and port."""

    def __init__(self, network: Network, address: str) -> None:
        try:
            url = check_url(address)
        except InvalidURL as wrong:
            raise BackupFailed(f"The backup target {address} cannot be used. {wrong}") from wrong
        self._network = network
        self._entry = host_of(url), port_of(url)
        self.netloc = url.netloc.decode()
        self.base = f"{url.scheme}://{self.netloc}"

    async def ask(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        *,
        body: bytes | Path = b"",
        progress: Progress = lambda _step, _share: None,
    ) -> Answer:
        """Send a request for a path and query that are encoded. Raises BackupFailed."""
        size = max(1, size_of(body)) if isinstance(body, Path) else 1
        with self._reaching():
            return await call(
                self._network.client,
                method,
                self.base + target,
                headers=headers,
                body=body,
                tick=lambda done: progress("Sending", done / size),
            )

    async def fetch(
        self, target: str, headers: Mapping[str, str], path: Path, progress: Progress
    ) -> Answer:
        """Write a file that the server has. Raises BackupFailed."""
        with self._reaching():
            return await fetch(
                self._network.client,
                self.base + target,
                path,
                headers=headers,
                tick=lambda _done: progress("Fetching", 0.0),
            )

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            with self._network.policy.holding(*self._entry):
                yield
        except CallFailed as failure:
            raise BackupFailed(f"The backup target does not work. {failure}") from failure
        except OSError as failure:
            raise BackupFailed(
                f"The backup cannot be read or written here: {failure.strerror}."
            ) from failure


def refusal(shown: str, doing: str, answer: Answer, *, code: str = "") -> BackupFailed:
    """Say what a server refused; 401 and 403 are about who asks."""
    hint = " Check its user name or key and what it may do." if answer.status in (401, 403) else ""
    named = f" {code}" if code else ""
    return BackupFailed(f"{shown} answered {answer.status}{named} to {doing}.{hint}")


def check_size(shown: str, name: str, answer: Answer, size: int) -> None:
    """Refuse an upload that is not there as it was sent; `answer` is that to HEAD."""
    found = answer.headers.get("content-length")
    if not answer.is_good or found != str(size):
        raise BackupFailed(
            f"{shown} does not hold {name} as it was sent: {found or 'no'} bytes instead of {size}."
        )
