"""`chatbox serve`: everything around the application — directory, key, model, port, signals."""

import asyncio
import gc
import logging
import os
import shutil
import signal
import socket
import time
import webbrowser
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from types import FrameType

import uvicorn

from chatbox import errors
from chatbox.accounts.oidc.start import check_oidc
from chatbox.accounts.proxy import check_proxy_login
from chatbox.app import Server, open_server
from chatbox.cli.findings import megabytes
from chatbox.cli.found import find_models
from chatbox.cli.listener import BACKLOG, doors, for_team_where_public, listen
from chatbox.cli.logs import set_up_logging
from chatbox.cli.open_files import raise_open_files
from chatbox.cli.restart import Restart, ignore_requests, start_again
from chatbox.cli.stages import showing_progress
from chatbox.cli.systemd import tell_systemd
from chatbox.config import Config
from chatbox.db.check import Checked, check_at_start
from chatbox.db.database import StorageFailed
from chatbox.db.lock import DirectoryLock, prepare_directory
from chatbox.db.migrate import migrate
from chatbox.db.replace import settle
from chatbox.errors import StartRefused
from chatbox.kit.memory import give_back
from chatbox.kit.secretbox import SecretBox, load_master_key
from chatbox.system.backup.make import sweep
from chatbox.system.instance import check_key, holds_secrets
from chatbox.system.notices import check_targets
from chatbox.web.address import trusted_proxies
from chatbox.web.hosts import USUAL
from chatbox.web.protocol import Connection

try:
    import uvloop
except ImportError:  # Windows
    uvloop = None  # type: ignore[assignment]

logger = logging.getLogger(__name__)

GRACE_SECONDS = 20.0
# One Ctrl-C reaches the one-file executable twice: from the terminal and from its boot loader.
ECHO_SECONDS = 0.25


def serve(config: Config) -> int:
    """Serve until a signal; answer the exit code. Raises `StartRefused`."""
    ignore_requests()
    set_up_logging(config.log_level, config.log_format)
    config = for_team_where_public(config)
    check_targets(config.alerts)
    trusted_proxies(config.trusted_proxies)
    check_oidc(config.oidc)
    check_proxy_login(config.proxy_login, config.trusted_proxies)
    raise_open_files(config.limits)
    os.umask(0o077)
    directory = config.data_path
    prepare_directory(directory)
    with DirectoryLock(directory) as lock:
        if told := settle(directory):
            logger.warning(told)
        sweep(directory)
        path = directory / "chatbox.db"
        checked = check_at_start(path)
        box = _open_box(config, path)
        check_key(path, box)
        with showing_progress() as show:
            migrate(path, show)
        lock.serve()
        with listen(config) as listener, listener.dup() as serving:
            restart = Restart()
            _run(_serve(config, box, serving, restart, checked))
            if restart.is_due:
                start_again(listener)
    return 0


def _open_box(config: Config, database: Path) -> SecretBox:
    """Load the master key; a new one is made only where no secret needs the old one."""
    path = config.master_key_path
    try:
        create = not path.exists() and not holds_secrets(database)
        return SecretBox(load_master_key(path, os.environ, create=create))
    except OSError as failure:
        raise StartRefused(
            f"The master key file {path} cannot be used: {failure.strerror}. Name another one "
            "with --master-key-file, or set CHATBOX_MASTER_KEY."
        ) from failure


async def _serve(
    config: Config, box: SecretBox, listener: socket.socket, restart: Restart, checked: Checked
) -> None:
    async with AsyncExitStack() as stack:
        server = await _open(config, box, stack)
        if checked is Checked.LATER:
            server.tasks.spawn(server.health.check_file(), name="file check")
        server.port = listener.getsockname()[1]
        await find_models(config, server, stack)
        listener.listen(BACKLOG)
        give_back()
        gc.freeze()
        sockets = [listener] if uvloop is None else doors(listener)
        await _Http(config, server, restart).serve(sockets)


async def _open(config: Config, box: SecretBox, stack: AsyncExitStack) -> Server:
    try:
        return await stack.enter_async_context(open_server(config, box))
    except (StorageFailed, errors.StorageFailed, errors.StorageFull, OSError) as failure:
        folder = config.data_path
        raise StartRefused(
            f"The database {folder / 'chatbox.db'} cannot be written: {failure}. "
            f"{megabytes(shutil.disk_usage(folder).free)} are free on its disk. Make room, or "
            "check the disk, and start again."
        ) from failure


class _Http(uvicorn.Server):
    """The HTTP server; a signal first lets running replies finish, a second one does not wait."""

    def __init__(self, config: Config, server: Server, restart: Restart) -> None:
        super().__init__(
            uvicorn.Config(
                server.app,
                http=Connection,
                ws="websockets-sansio",
                ws_max_size=64 * 1024,
                ws_per_message_deflate=False,
                lifespan="off",
                access_log=False,
                log_config=None,
                server_header=False,
                proxy_headers=False,
                backlog=BACKLOG,
                timeout_graceful_shutdown=int(GRACE_SECONDS),
            )
        )
        self._owner = server
        self._restart = restart
        self._drain_seconds = config.shutdown_seconds
        self._signalled = -ECHO_SECONDS

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and say so; from here on signals are heard."""
        await super().startup(sockets)
        config = self._owner.config
        url = config.public_url or f"http://{_url_host(config.host)}:{self._owner.port}"
        print(f"\n  chatbox is ready: {url}\n  Data: {config.data_path}\n", flush=True)
        await self._tell_setup()
        tell_systemd("READY=1")
        if config.open:
            webbrowser.open(url)
        if hasattr(signal, "SIGUSR2"):
            asyncio.get_running_loop().add_signal_handler(signal.SIGUSR2, self._begin_restart)

    async def _tell_setup(self) -> None:
        """Print the link to the owner's account where a team has none yet."""
        joining = self._owner.desk.joining
        if self._owner.mode.is_team and await joining.needs_setup():
            link = await joining.setup_link()
            print(
                "  Nobody has an account yet. Open this address within 30 minutes; it works once:"
                f"\n\n  {link.url}\n",
                flush=True,
            )
            config = self._owner.config
            if config.host in USUAL and not config.public_url:
                print(
                    "  From elsewhere, put this computer's name or address into it.\n", flush=True
                )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Hear no more of restarts, and end."""
        if hasattr(signal, "SIGUSR2"):
            asyncio.get_running_loop().remove_signal_handler(signal.SIGUSR2)
        ignore_requests()
        for server in self.servers:
            server.close()
        await asyncio.sleep(0)  # who was let in has begun
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take SIGINT or SIGTERM."""
        now = time.monotonic()
        if now - self._signalled < ECHO_SECONDS:
            return
        self._signalled = now
        self._restart.call_off()
        if self._owner.hub.stopping:
            self._owner.patience = 0.0
            self.should_exit = self.force_exit = True
            return
        logger.info("stopping", extra={"signal": signal.Signals(sig).name})
        tell_systemd("STOPPING=1")
        loop = asyncio.get_running_loop()
        loop.call_soon_threadsafe(self._begin_drain)

    def _begin_restart(self) -> None:
        if not self._restart.is_wanted:
            self._restart.is_wanted = True
            self._owner.tasks.spawn(self._restart_soon(), name="restart")

    async def _restart_soon(self) -> None:
        turns, config = self._owner.turns, self._owner.config
        if await self._restart.prepare(turns.wait_for_quiet(config.restart_seconds)):
            await self._drain()

    def _begin_drain(self) -> None:
        self._owner.tasks.spawn(self._drain(), name="drain")

    async def _drain(self) -> None:
        await self._owner.turns.drain(self._drain_seconds)
        self._owner.hub.drain()
        self.should_exit = True


def _run(main: Coroutine[object, object, None]) -> None:
    if uvloop is not None:
        uvloop.run(main)
    else:
        asyncio.run(main)


def _url_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host
