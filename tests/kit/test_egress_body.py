"""Bodies are unpacked in small steps and within limits."""

import gzip
import zlib

import pytest

from chatbox.kit.egress import Client, Policy
from chatbox.kit.egress_body import BodyDecoder, BodyTooLarge, BodyUnreadable, read_body
from tests.upstream import Upstream


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("", b"words" * 99),
        ("identity", b"words" * 99),
        ("identity, None", b"words" * 99),
        ("utf-8", b"words" * 99),
        (" GZIP ,", gzip.compress(b"words" * 99, mtime=0)),
        ("gzip", gzip.compress(b"words" * 99, mtime=0)),
        ("gzip", gzip.compress(b"words" * 50, mtime=0) + gzip.compress(b"words" * 49, mtime=0)),
        ("deflate", zlib.compress(b"words" * 99)),
        ("deflate", zlib.compress(b"words" * 99)[2:-4]),
    ],
)
def test_bodies_are_unpacked_within_limits(encoding: str, packed: bytes) -> None:
    for size in (1, 7, 1_000):
        decoder = BodyDecoder(encoding, limit=495)
        pieces = [packed[start : start + size] for start in range(0, len(packed), size)]
        assert b"".join(out for piece in pieces for out in decoder.feed(piece)) == b"words" * 99
    with pytest.raises(BodyTooLarge):
        list(BodyDecoder(encoding, limit=494).feed(packed))


def test_the_last_letters_of_a_bare_deflate_body_are_not_left_inside() -> None:
    for size in range(131_072, 131_072 + 300):
        packed = zlib.compress(b"a" * size, 9)[2:-4]
        out = b"".join(BodyDecoder("deflate", limit=200_000).feed(packed))
        assert len(out) == size


def test_bodies_in_unknown_or_broken_packing_are_refused() -> None:
    for encoding in ("br", "zstd", "gzip, gzip", "gzip, br"):
        with pytest.raises(BodyUnreadable):
            BodyDecoder(encoding, limit=9).feed(b"x")
    with pytest.raises(BodyUnreadable):
        list(BodyDecoder("gzip", limit=9).feed(b"not gzip"))


async def test_a_whole_body_is_read_within_its_limit() -> None:
    async with Upstream() as up, Client(Policy([("127.0.0.1", up.port)])) as client:
        async with client.stream("GET", up.base_url + "/models") as response:
            assert (await read_body(response, limit=100_000)).startswith(b'{"object":"list"')
        async with client.stream("GET", up.base_url + "/models") as response:
            with pytest.raises(BodyTooLarge):
                await read_body(response, limit=100)
