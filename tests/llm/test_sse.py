"""Server-sent events: lines, fields, limits, and cuts anywhere."""

import pytest

from chatbox.llm.errors import AnswerTooLarge
from chatbox.llm.sse import MAX_LINE, Frame, SSEDecoder


def decode(*chunks: bytes) -> list[Frame]:
    """Feed the chunks and close."""
    decoder = SSEDecoder()
    frames = [frame for chunk in chunks for frame in decoder.feed(chunk)]
    return frames + decoder.close()


@pytest.mark.parametrize(
    ("stream", "frames"),
    [
        (b"data: a\n\n", [Frame("", b"a", "")]),
        (b"data:a\n\n", [Frame("", b"a", "")]),
        (b"data:  a\n\n", [Frame("", b" a", "")]),
        (b"data: a\r\rdata: b\r\n\r\n", [Frame("", b"a", ""), Frame("", b"b", "")]),
        (b"data: a\ndata: b\n\n", [Frame("", b"a\nb", "")]),
        (b"data\ndata: b\n\n", [Frame("", b"\nb", "")]),
        (b"\xef\xbb\xbfdata: a\n\n", [Frame("", b"a", "")]),
        (b": hello\n\n:\n\ndata: a\n: mid\n\n", [Frame("", b"a", "")]),
        (b"event: x\nid: 7\ndata: a\n\ndata: b\n\n", [Frame("x", b"a", "7"), Frame("", b"b", "7")]),
        (b"id: a\0b\ndata: x\n\n", [Frame("", b"x", "")]),
        (b"event: x\n\ndata: a\n\n", [Frame("", b"a", "")]),
        (b"retry: 10\nunknown: 1\n\n", []),
        (
            "data: a\u2028b\u2029c\u0085d\n\n".encode(),
            [Frame("", "a\u2028b\u2029c\u0085d".encode(), "")],
        ),
        (b"data: a\x0bb\x0cc\n\n", [Frame("", b"a\x0bb\x0cc", "")]),
        (b"data: [DONE]", [Frame("", b"[DONE]", "")]),
        (b"data: a\n", [Frame("", b"a", "")]),
        (b"", []),
    ],
)
def test_streams_are_read_as_the_standard_says(stream: bytes, frames: list[Frame]) -> None:
    assert decode(stream) == frames


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_a_cut_anywhere_changes_nothing(end: bytes) -> None:
    lines = (
        b"\xef\xbb\xbf: hi",
        b"event: e",
        "data: ü".encode(),
        b"data: 2",
        b"",
        b"data: 3",
        b"",
        b"",
    )
    stream = end.join(lines)
    expected = decode(stream)
    assert len(expected) == 2
    for cut in range(len(stream) + 1):
        assert decode(stream[:cut], stream[cut:]) == expected
    assert decode(*(bytes([byte]) for byte in stream)) == expected


def test_a_line_has_a_limit_even_in_pieces() -> None:
    with pytest.raises(AnswerTooLarge):
        decode(*[b"x" * 1_000] * (MAX_LINE // 1_000 + 1))


def test_an_event_of_many_lines_has_the_same_limit() -> None:
    with pytest.raises(AnswerTooLarge):
        decode(*[b"data: " + b"x" * 1_000 + b"\n"] * (MAX_LINE // 1_000 + 1))
