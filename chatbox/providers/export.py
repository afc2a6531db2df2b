"""The providers and models that an account has connected, as lines of JSON; never a secret."""

from chatbox.db.database import Reader
from chatbox.kit.lines import json_lines
from chatbox.providers.store import export as export_store

AT_ONCE = 500


async def provider_lines(reader: Reader, user_id: int) -> bytes:
    """Write the providers."""
    return json_lines(await export_store.list_providers(reader, user_id))


async def model_lines(reader: Reader, user_id: int, after: int) -> tuple[bytes, int | None]:
    """Write some of their models from a key on; answer where to go on, if at all."""
    rows = await export_store.list_models(reader, user_id, after=after, limit=AT_ONCE)
    return json_lines(rows), None if len(rows) < AT_ONCE else rows[-1].key
