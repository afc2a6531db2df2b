"""Work that belongs to the server: it ends by itself, and its failures are logged."""

import asyncio
import threading

import pytest

from chatbox.kit.tasks import Tasks, in_daemon_thread, uncancelled


async def test_uncancelled_work_ends_though_its_caller_is_cancelled() -> None:
    began, may_end = asyncio.Event(), asyncio.Event()
    ended = []

    async def work() -> None:
        began.set()
        await may_end.wait()
        ended.append(True)

    task = asyncio.create_task(uncancelled(work()))
    await began.wait()
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
    assert not task.done()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == [True]


async def test_uncancelled_work_gives_its_result_or_its_failure() -> None:
    async def seven() -> int:
        await asyncio.sleep(0)
        return 7

    async def fail() -> None:
        raise ValueError("inside")

    assert await uncancelled(seven()) == 7
    with pytest.raises(ValueError, match="inside"):
        await uncancelled(fail())


async def test_a_failure_of_cancelled_work_is_not_left_unseen() -> None:
    began, may_end = asyncio.Event(), asyncio.Event()

    async def fail() -> None:
        began.set()
        await may_end.wait()
        raise ValueError("inside")

    task = asyncio.create_task(uncancelled(fail()))
    await began.wait()
    task.cancel()
    await asyncio.sleep(0)
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_tasks_are_counted_waited_for_and_cancelled() -> None:
    tasks, release = Tasks(), asyncio.Event()
    tasks.spawn(release.wait(), name="one")
    tasks.spawn(asyncio.sleep(3_600), name="two")
    assert len(tasks) == 2
    assert not await tasks.wait(0.0)
    release.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(tasks) == 1
    await tasks.cancel()
    assert len(tasks) == 0
    assert await tasks.wait(0.0)


async def test_a_failing_task_is_logged_and_forgotten(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise ValueError("inside")

    tasks = Tasks()
    tasks.spawn(fail(), name="broken")
    assert await tasks.wait(5.0)
    await asyncio.sleep(0)
    assert "background task failed" in caplog.text
    assert "inside" in caplog.text
    assert len(tasks) == 0


async def test_a_periodic_job_goes_on_after_a_failing_round(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rounds, enough = 0, asyncio.Event()

    async def work() -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            raise ValueError("first round")
        enough.set()

    tasks = Tasks()
    tasks.every(0.001, work, name="job")
    async with asyncio.timeout(5):
        await enough.wait()
    await tasks.cancel()
    assert "periodic job failed" in caplog.text


async def test_a_job_may_begin_with_its_pause() -> None:
    rounds: list[str] = []

    async def work() -> None:
        rounds.append("x")

    tasks = Tasks()
    tasks.every(60, work, name="late", at_once=False)
    tasks.every(60, work, name="at once")
    await asyncio.sleep(0.01)
    assert rounds == ["x"]
    await tasks.cancel()


async def test_a_daemon_thread_gives_its_result_or_failure() -> None:
    assert await in_daemon_thread(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        await in_daemon_thread(lambda: 1 // 0)


def test_nothing_waits_for_a_daemon_thread() -> None:
    still, done = threading.Event(), threading.Event()

    def work() -> None:
        still.wait(20)
        done.set()

    async def begin() -> None:
        waiting = asyncio.create_task(in_daemon_thread(work))
        await asyncio.sleep(0.01)
        waiting.cancel()

    asyncio.run(begin())
    assert not done.is_set()
    still.set()
    assert done.wait(5)
