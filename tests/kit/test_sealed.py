"""Files sealed with a passphrase: what goes in comes out, and nothing else ever does."""

import io
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbox.kit import sealed
from chatbox.kit.sealed import (
    CHUNK,
    HEADER_BYTES,
    TAG,
    CannotUnseal,
    Cost,
    CutShort,
    Damaged,
    NotSealed,
    WrongPassphrase,
    seal,
    unseal,
)

QUICK = Cost(memory_kib=64, iterations=1, lanes=1)
WORDS = "correct horse battery staple"
PIECE = CHUNK + TAG


def sealed_bytes(content: bytes, passphrase: str = WORDS) -> bytes:
    target = io.BytesIO()
    seal(io.BytesIO(content), target, passphrase, cost=QUICK)
    return target.getvalue()


def opened(file: bytes, passphrase: str = WORDS) -> bytes:
    target = io.BytesIO()
    unseal(io.BytesIO(file), target, passphrase)
    return target.getvalue()


sizes = st.one_of(
    st.integers(0, 100), st.sampled_from([CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7])
)


@settings(deadline=None, max_examples=30)
@given(sizes, st.text(max_size=40))
def test_what_was_sealed_comes_out(size: int, passphrase: str) -> None:
    content = bytes(index * 7 % 251 for index in range(size))
    file = sealed_bytes(content, passphrase)
    assert len(file) == HEADER_BYTES + size + TAG * max(1, -(-size // CHUNK))
    assert opened(file, passphrase) == content


FILE = sealed_bytes(bytes(range(256)) * (3 * CHUNK // 256) + b"tail")


@settings(deadline=None, max_examples=150)
@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
def test_a_changed_byte_anywhere_is_noticed(place: int, change: int) -> None:
    broken = bytearray(FILE)
    broken[place] ^= change
    with pytest.raises(CannotUnseal):
        opened(bytes(broken))


@settings(deadline=None, max_examples=60)
@given(st.integers(0, len(FILE) - 1))
def test_a_missing_end_is_noticed(length: int) -> None:
    with pytest.raises(CannotUnseal):
        opened(FILE[:length])


def chunks() -> list[bytes]:
    body = FILE[HEADER_BYTES:]
    return [body[start : start + PIECE] for start in range(0, len(body), PIECE)]


def test_chunks_cannot_be_moved_left_out_doubled_or_added() -> None:
    first, second, third, last = chunks()
    for order in (
        [second, first, third, last],
        [first, third, last],
        [first, second, second, third, last],
        [first, second, third, last, last],
        [last],
        [first, second, last],
    ):
        with pytest.raises(Damaged):
            opened(FILE[:HEADER_BYTES] + b"".join(order))


def test_a_file_cut_between_chunks_is_called_cut() -> None:
    with pytest.raises(CutShort, match="end of the file is missing"):
        opened(FILE[: HEADER_BYTES + 2 * PIECE])
    with pytest.raises(CutShort):
        opened(FILE[: HEADER_BYTES - 1])
    with pytest.raises(Damaged, match=f"behind byte {HEADER_BYTES + PIECE:,}"):
        opened(FILE[: HEADER_BYTES + 2 * PIECE - 1])


def test_a_chunk_of_another_file_does_not_fit() -> None:
    other = sealed_bytes(bytes(range(256)) * (3 * CHUNK // 256) + b"tail")
    with pytest.raises(Damaged):
        opened(FILE[: HEADER_BYTES + PIECE] + other[HEADER_BYTES + PIECE :])


def test_a_wrong_passphrase_and_a_foreign_file_are_told_apart() -> None:
    with pytest.raises(WrongPassphrase, match="passphrase is wrong"):
        opened(FILE, "something else")
    with pytest.raises(NotSealed):
        opened(b"SQLite format 3\x00" + bytes(200))
    with pytest.raises(NotSealed):
        opened(b"")


@pytest.mark.parametrize(
    ("memory", "iterations", "lanes"),
    [(2**32 - 1, 1, 1), (64, 0, 1), (64, 2**31, 1), (64, 1, 0), (64, 1, 2**20), (7, 1, 1)],
)
def test_a_header_cannot_ask_for_all_memory_or_time(
    memory: int, iterations: int, lanes: int
) -> None:
    front = struct.pack(">8sIII", sealed.MAGIC, memory, iterations, lanes)
    with pytest.raises(Damaged, match="unreasonable"):
        opened(front + FILE[len(front) :])


def test_every_file_has_a_key_of_its_own() -> None:
    assert sealed_bytes(b"same") != sealed_bytes(b"same")
    assert Cost() == Cost(memory_kib=65_536, iterations=3, lanes=4)


class Slow(io.RawIOBase):
    """Gives a few bytes at a time, as pipes do."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        return self._content.read(min(size, 1_000))


def test_short_reads_change_nothing() -> None:
    target = io.BytesIO()
    unseal(Slow(FILE), target, WORDS)  # type: ignore[arg-type]
    assert target.getvalue() == opened(FILE)


def test_the_work_can_be_stopped_between_chunks() -> None:
    class Enough(Exception):
        pass

    seen: list[int] = []

    def tick(count: int) -> None:
        seen.append(count)
        if len(seen) == 2:
            raise Enough

    with pytest.raises(Enough):
        seal(io.BytesIO(bytes(5 * CHUNK)), io.BytesIO(), WORDS, cost=QUICK, tick=tick)
    assert seen == [CHUNK, CHUNK]
