"""Whether the server can do its work."""

import asyncio
import os

from chatbox import __version__, errors
from chatbox.config import Limits
from chatbox.db import SQLITE_VERSION
from chatbox.db.check import first_damage
from chatbox.db.database import Database, StorageFailed
from chatbox.errors import NotReady, StorageFull
from chatbox.events.hub import Hub
from chatbox.system.mode import Mode
from chatbox.system.model import DemoModelState, FileCheck, Info, InfoLimits, Ready, StorageState


class Health:
    """Tells what the server is and whether it is ready."""

    def __init__(self, database: Database, hub: Hub, *, limits: Limits, mode: Mode) -> None:
        self._database = database
        self._hub = hub
        self._limits = limits
        self._mode = mode
        self.demo_model = DemoModelState(state="off")
        self._check: FileCheck = "none"

    def info(self) -> Info:
        """What this server is; nothing secret."""
        return Info(
            name="chatbox",
            version=__version__,
            commit=os.environ.get("CHATBOX_COMMIT"),
            sqlite_version=SQLITE_VERSION,
            mode=self._mode.name,
            demo_model=self.demo_model,
            storage=self.storage(),
            limits=InfoLimits(
                body_bytes=self._limits.body_bytes, content_chars=self._limits.content_chars
            ),
        )

    def storage(self) -> StorageState:
        """Whether the database can be written."""
        condition = self._database.condition
        return StorageState(state=condition.state, detail=condition.detail)

    async def ready(self) -> Ready:
        """Read, and take the write lock; raise `NotReady` with the reason when that fails."""
        if self._hub.stopping:
            raise NotReady("The server is stopping.")
        try:
            async with self._database.read() as reader:
                await reader.fetch_one(int, "SELECT id FROM instance")
            async with self._database.write() as writer:
                await writer.fetch_one(int, "SELECT id FROM instance")
            self._database.condition.check_room()
        except (StorageFull, errors.StorageFailed) as failure:
            raise NotReady(failure.detail) from failure
        except StorageFailed as failure:
            raise NotReady(f"The database does not work: {failure}.") from failure
        return Ready(
            database=SQLITE_VERSION, running_turns=self._hub.running_count, file_check=self._check
        )

    async def check_file(self) -> None:
        """Check the file while the server runs, in a thread; when it is damaged, stop writing."""
        self._check = "running"
        damage = await asyncio.to_thread(
            first_damage, self._database.path, is_wanted=lambda: not self._hub.stopping
        )
        if damage is not None:
            self._database.condition.distrust(damage)
        self._check = "done"
