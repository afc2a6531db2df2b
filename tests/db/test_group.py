"""Works that share a transaction: none is forgotten, each learns what became of it."""

import asyncio
from typing import Any

import pytest

from chatbox.db.group import MOST, GroupCommit
from chatbox.db.trips import Outcome, Work, Writer


class Disk:
    """Notes what is committed together; a work is the number it returns."""

    def __init__(self) -> None:
        self.commits: list[int] = []
        self.failure: Exception | None = None
        self.is_free = asyncio.Event()
        self.is_free.set()

    async def write(self, works: list[Work[Any]]) -> list[Outcome]:
        await asyncio.sleep(0)
        await self.is_free.wait()
        if self.failure is not None:
            raise self.failure
        self.commits.append(len(works))
        return [(await work(None), None) for work in works]  # type: ignore[arg-type]


def giving(number: int) -> Work[int]:
    async def work(_: Writer) -> int:
        return number

    return work


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def group(disk: Disk) -> GroupCommit:
    return GroupCommit(disk.write)


async def test_works_that_wait_share_a_commit(disk: Disk, group: GroupCommit) -> None:
    found = await asyncio.gather(*(group.add(giving(number)) for number in range(MOST + 5)))
    assert found == list(range(MOST + 5))
    assert disk.commits == [MOST, 5]


@pytest.mark.parametrize("rounds", range(12))
async def test_a_work_that_comes_at_any_moment_is_written(group: GroupCommit, rounds: int) -> None:
    """The moment in which the last commit has just ended is one of them."""

    async def late() -> int:
        for _ in range(rounds):
            await asyncio.sleep(0)
        return await group.add(giving(rounds))

    async with asyncio.timeout(5):
        assert await asyncio.gather(group.add(giving(1)), late()) == [1, rounds]


async def test_a_failed_commit_fails_all_who_shared_it(disk: Disk, group: GroupCommit) -> None:
    disk.failure = OSError("no more room")
    found = await asyncio.gather(
        *(group.add(giving(number)) for number in range(3)), return_exceptions=True
    )
    assert found == [disk.failure] * 3
    disk.failure = None
    assert await group.add(giving(7)) == 7


async def test_a_cancelled_work_that_waits_is_not_written(disk: Disk, group: GroupCommit) -> None:
    first = asyncio.create_task(group.add(giving(1)))
    disk.is_free.clear()
    await asyncio.sleep(0.01)
    second = asyncio.create_task(group.add(giving(2)))
    await asyncio.sleep(0.01)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    disk.is_free.set()
    assert await first == 1
    await group.finish()
    assert disk.commits == [1]
