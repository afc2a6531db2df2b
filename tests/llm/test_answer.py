"""Reading one answer: what came before a fault counts, and unpacking leaves others their turn."""

import asyncio
import zlib
from collections.abc import AsyncIterator

import httpx
import pytest

from chatbox.llm.adapter import Clocks
from chatbox.llm.answer import Answer
from chatbox.llm.clocks import Watch
from chatbox.llm.errors import AnswerUnreadable
from chatbox.llm.sse import Frame
from tests.upstream import wire


class _AtOnce(httpx.AsyncByteStream):
    """A whole body in a single read."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body


def packed(body: bytes) -> bytes:
    """Compress, without an end."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return packer.compress(body) + packer.flush(zlib.Z_FULL_FLUSH)


async def test_events_before_damage_are_handed_out_and_others_run_between_them() -> None:
    events = b"".join(wire.numbered(number) for number in range(2_000))
    response = httpx.Response(
        200, headers={"content-encoding": "gzip"}, stream=_AtOnce(packed(events) + b"\xff" * 64)
    )
    watch = Watch(Clocks())
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    frames: list[Frame] = []

    async def read(answer: Answer) -> None:
        while (news := await answer.next()) is not None:
            frames.extend(news)

    async with Answer(response, watch) as answer:
        with pytest.raises(AnswerUnreadable):
            await read(answer)
    task.cancel()
    watch.stop()
    told = b"".join(b"data: " + frame.data + b"\n\n" for frame in frames)
    assert len(told) > len(events) // 2
    assert events.startswith(told)
    assert turns >= 4
