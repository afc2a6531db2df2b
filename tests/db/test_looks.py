"""Small looks that share trips to a reader."""

import asyncio

import pytest

from chatbox.db.database import Database, Reader, StorageFailed


async def count(reader: Reader) -> int:
    return await reader.fetch_one(int, "SELECT count(*) FROM users") or 0


async def test_looks_share_trips_and_see_what_was_committed_before(database: Database) -> None:
    """Hundreds at once make a few trips; each sees the newest commit of the time it was asked."""
    before = await database.look_together(count)
    async with database.write() as writer:
        await writer.execute(
            "INSERT INTO users (public_id, name, role, created_at) VALUES ('x', 'x', 'user', 0)"
        )
    found = await asyncio.gather(*(database.look_together(count) for _ in range(300)))
    assert set(found) == {before + 1}


async def test_a_look_that_fails_fails_alone(database: Database) -> None:
    async def wrong(reader: Reader) -> int:
        return await reader.fetch_one(int, "SELECT nothing FROM nowhere") or 0

    good, bad, other = await asyncio.gather(
        database.look_together(count),
        database.look_together(wrong),
        database.look_together(count),
        return_exceptions=True,
    )
    assert good == other == 1
    assert isinstance(bad, StorageFailed)


async def test_a_look_cannot_write(database: Database) -> None:
    async def write(reader: Reader) -> int:
        return await reader.fetch_one(int, "DELETE FROM users RETURNING id") or 0

    with pytest.raises(StorageFailed):
        await database.look_together(write)
    assert await database.look_together(count) == 1


async def test_whoever_gives_up_a_look_holds_up_nobody(database: Database) -> None:
    asked = [asyncio.ensure_future(database.look_together(count)) for _ in range(50)]
    await asyncio.sleep(0)
    for one in asked[::2]:
        one.cancel()
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert {type(one) for one in found[::2]} <= {asyncio.CancelledError, int}
    assert set(found[1::2]) == {1}
