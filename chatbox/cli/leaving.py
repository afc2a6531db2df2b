"""Taking out and deleting accounts from the command line, as the server does it."""

from contextlib import aclosing
from pathlib import Path

from chatbox.accounts.console import ACTOR, Console
from chatbox.caller import Caller
from chatbox.db.database import Database
from chatbox.errors import StartRefused
from chatbox.events.hub import Hub
from chatbox.kit.files import create_private, sync_file
from chatbox.kit.tasks import Tasks
from chatbox.life.deletion import Deletion
from chatbox.life.export import Exports
from chatbox.system.settings import UserSettings


async def delete_account(console: Console, database: Database, user_id: str) -> None:
    """Delete an account with everything that it owns; a server stops its turns by itself."""
    hub = Hub()
    deletion = Deletion(
        database,
        hub,
        tasks=Tasks(),
        settings=UserSettings(database, hub),
        stop_turns=_leave,
        removed=_nothing,
    )
    await deletion.delete(await console.caller(), user_id)


async def export_account(console: Console, database: Database, name: str, file: Path) -> None:
    """Write everything of an account into an archive that only its owner can read."""
    user = await console.find(name)
    pieces = await Exports(database).begin(
        Caller(user_id=user.id, role=user.role, public_id=user.public_id), actor=ACTOR
    )
    try:
        target = create_private(file)
    except OSError as failure:
        raise StartRefused(f"{file} cannot be written: {failure.strerror}.") from failure
    with target:
        async with aclosing(pieces):
            async for piece in pieces:
                target.write(piece)
        sync_file(target)


async def _leave(_user_id: int) -> None:
    """The turns run in the server, whose sentinel stops them."""


async def _nothing() -> None:
    """Nobody calls a provider from here."""
