"""Answers that are late, cut, broken, too large or strange."""

import asyncio
import gzip
import zlib
from collections.abc import Awaitable, Callable
from functools import partial

from tests.upstream import wire
from tests.upstream.exchange import Exchange

UNICODE = "naïve 日本語 👩‍🚀"
SEPARATORS = "a\u2028b\u2029c\u0085d"
SETTLE = 0.05  # seconds for the peer to read what came before a reset
END = wire.finish() + wire.usage() + wire.DONE
FOREVER = 3_600


async def raw(x: Exchange, *, data: bytes) -> None:
    """Send this body as it is."""
    x.head()
    x.send(data, chunks=1)


async def cut_up(x: Exchange, *, data: bytes, size: int) -> None:
    """Send a body in pieces of so many bytes, each on its own."""
    x.head()
    for start in range(0, len(data), size):
        x.send(data[start : start + size])
        await asyncio.sleep(0)


async def _begin(x: Exchange, n: int) -> None:
    x.head()
    for number in range(n):
        x.send(wire.numbered(number), chunks=1)
        await asyncio.sleep(0)
    await asyncio.sleep(SETTLE)


async def die(x: Exchange, *, n: int) -> None:
    """Reset after n chunks."""
    await _begin(x, n)
    x.reset()


async def cut(x: Exchange, *, n: int) -> None:
    """Close within the HTTP body after n chunks."""
    await _begin(x, n)
    x.cut()


async def cleancut(x: Exchange, *, n: int) -> None:
    """End the HTTP body after n chunks, as if all were said."""
    await _begin(x, n)


async def stall(x: Exchange, *, n: int) -> None:
    """Say nothing more after n chunks."""
    await _begin(x, n)
    await asyncio.sleep(FOREVER)


async def silent(x: Exchange) -> None:
    """Never answer."""
    await asyncio.sleep(FOREVER)


async def silent_headers(x: Exchange) -> None:
    """Answer with headers alone."""
    x.head()
    await asyncio.sleep(FOREVER)


async def nousage(x: Exchange) -> None:
    """Say why it ended, then keep the line open."""
    x.head()
    x.send(wire.text("Four") + wire.finish(), chunks=1)
    await asyncio.sleep(FOREVER)


async def drip(x: Exchange) -> None:
    """One byte at a time of an event that never ends."""
    x.head()
    for byte in b'data: {"choices":[' + b" " * FOREVER:
        x.send(bytes([byte]))
        await asyncio.sleep(0.02)


async def comments(x: Exchange, *, n: int) -> None:
    """Keep the line warm after n chunks, and say nothing more."""
    await _begin(x, n)
    while True:
        x.send(b": still working\n\n")
        await asyncio.sleep(0.02)


async def endless(x: Exchange) -> None:
    """Talk as fast as the peer reads, without end."""
    x.head()
    block = wire.text("word " * 12_000)
    while not x.transport.is_closing():
        x.send(block, chunks=1)
        await x.flow()
        await asyncio.sleep(0)


async def packed(x: Exchange, *, encoding: str, data: bytes) -> None:
    """Send a compressed body that was not asked for."""
    x.head(headers={"Content-Encoding": encoding})
    x.send(data)


def _bomb() -> bytes:
    """Pack two blocks; repeat the second, which needs nothing before it. The sum is left out."""
    block = wire.text("a" * 500_000)
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    first, again = (packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + 399 * again


async def gzipbomb(x: Exchange) -> None:
    """300 KB that become 200 MB."""
    await packed(x, encoding="gzip", data=_bomb())


async def damaged(x: Exchange, *, n: int) -> None:
    """A packed answer that makes no sense after n chunks."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    said = b"".join(wire.numbered(number) for number in range(n))
    good = packer.compress(said) + packer.flush(zlib.Z_FULL_FLUSH)
    await packed(x, encoding="gzip", data=good + b"\xff" * 64)


async def plain(x: Exchange, *, data: bytes, kind: str = "application/json") -> None:
    """Answer 200 with something that is no stream."""
    x.head(kind=kind)
    x.send(data)


def _multiline() -> bytes:
    """An event with one line per member of its JSON."""
    lines = wire.text("Four").strip().removeprefix(b"data: ").replace(b",", b",\n").split(b"\n")
    return b"".join(b"data: " + line + b"\n" for line in lines) + b"\n"


_PAGE = b"<!DOCTYPE html><html><body><script>alert(1)</script>Sign in</body></html>"
_EXECUTE = b"event: execute\n" + wire.text("EXECUTED") + b'event: control\ndata: {"cmd":"rm"}\n\n'
_FOUR = wire.answer(["Fo", "ur"])
_UNICODE = wire.answer([UNICODE])
_CRLF = _FOUR.replace(b"\n", b"\r\n")


def _odd_text(inner: bytes) -> bytes:
    return wire.text("Fine") + wire.text("@").replace(b"@", inner) + END


MODES: dict[str, Callable[[Exchange], Awaitable[None]]] = {
    "silent": silent,
    "silent-headers": silent_headers,
    "drip": drip,
    "comments-only": partial(comments, n=0),
    "nousage": nousage,
    "nodone": partial(raw, data=wire.text("Four") + wire.finish()),
    "nofinish": partial(raw, data=wire.text("Four") + wire.DONE),
    "u2028": partial(raw, data=wire.answer([SEPARATORS])),
    "utf8-split": partial(cut_up, data=_UNICODE, size=3),
    "crlf-split": partial(cut_up, data=_CRLF, size=_CRLF.index(b"\n")),
    "one-byte": partial(cut_up, data=_UNICODE, size=1),
    "bom": partial(raw, data=b"\xef\xbb\xbf" + wire.text("Four") + END),
    "nospace": partial(raw, data=_FOUR.replace(b"data: ", b"data:")),
    "multiline": partial(raw, data=_multiline() + END),
    "exec-event": partial(raw, data=wire.text("Fo") + _EXECUTE + wire.text("ur") + END),
    "gzip": partial(packed, encoding="gzip", data=gzip.compress(_FOUR)),
    "deflate": partial(packed, encoding="deflate", data=zlib.compress(_FOUR)),
    "brotli": partial(packed, encoding="br", data=b"\x0b\x02\x80Four\x03"),
    "gzip-damaged": partial(damaged, n=2_000),
    "gzipbomb": gzipbomb,
    "endless": endless,
    "longline": partial(raw, data=b"data: " + b"x" * 2_000_000 + b"\n\n"),
    "json-plain": partial(plain, data=wire.whole("Four")),
    "json-array": partial(plain, data=b"[]"),
    "json-error": partial(plain, data=wire.error("The model is not loaded")),
    "html200": partial(plain, data=_PAGE, kind="text/html"),
    "nul": partial(raw, data=_odd_text(b"\0")),
    "nul-escape": partial(raw, data=_odd_text(b"\\u0000")),
    "invalid-utf8": partial(raw, data=_odd_text(b"\xff\xfe")),
    "surrogate": partial(raw, data=_odd_text(b"\\ud800")),
    "two-json": partial(raw, data=b'data: {"choices":[]} {"choices":[]}\n\n' + END),
    "usage-missing": partial(raw, data=wire.text("Four") + wire.finish() + wire.DONE),
    **{
        f"usage-{name}": partial(
            raw, data=wire.text("Four") + wire.finish() + wire.usage(numbers) + wire.DONE
        )
        for name, numbers in {
            "neg": {"prompt_tokens": -5, "completion_tokens": -1},
            "huge": {"prompt_tokens": 10**30, "completion_tokens": 10**18},
            "float": {"prompt_tokens": 12.7, "completion_tokens": "many"},
        }.items()
    },
}
