"""Server-sent events (WHATWG HTML §9.2), written as bytes.

U+2028, U+2029 and U+0085 are legal inside JSON and break clients that split on them; they are
escaped on the way out.
"""

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
_LINE_BREAKS = (
    ("\u2028".encode(), b"\\u2028"),
    ("\u2029".encode(), b"\\u2029"),
    ("\u0085".encode(), b"\\u0085"),
)


def frame(kind: str, data: bytes, *, event_id: str | int | None = None) -> bytes:
    """Write one event; `data` is JSON without line breaks, `kind` one of our own names."""
    if not data.isascii():
        for character, escape in _LINE_BREAKS:
            data = data.replace(character, escape)
    if event_id is None:
        return b"event: %b\ndata: %b\n\n" % (kind.encode(), data)
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (str(event_id).encode(), kind.encode(), data)
