"""What strangers may add to the audit log."""

import msgspec

from chatbox.accounts.strangers import HOUR_MS, MOST_AN_HOUR, Strangers
from chatbox.db.database import Database
from chatbox.system.audit import Entry

REFUSED = Entry(action="login.open", address="192.0.2.1", result="refused", detail={"why": "x"})


async def test_a_flood_is_counted_instead_of_written(database: Database) -> None:
    """The first of the next hour tells how many there were, and it alone."""
    now = 5 * HOUR_MS
    strangers = Strangers(lambda: now)

    async def knock(times: int) -> None:
        for _ in range(times):
            await database.write_together(lambda writer: strangers.record(writer, REFUSED))

    async def details() -> list[object]:
        async with database.read() as reader:
            told = await reader.fetch_all(str, "SELECT detail FROM audit ORDER BY id")
        return [msgspec.json.decode(detail) for detail in told]

    await knock(MOST_AN_HOUR + 25)
    assert await details() == [{"why": "x"}] * MOST_AN_HOUR
    now += HOUR_MS - 1
    await knock(1)
    assert len(await details()) == MOST_AN_HOUR
    now += 1
    await knock(2)
    assert (await details())[MOST_AN_HOUR:] == [{"why": "x", "unwritten_before": 26}, {"why": "x"}]
