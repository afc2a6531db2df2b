"""Server-sent events, read as the WHATWG standard says, on bytes and within limits.

Lines end at CR, LF or CRLF and nowhere else: U+2028 inside JSON is text, not a line end.
"""

from typing import NamedTuple

from chatbox.llm.errors import AnswerTooLarge

MAX_LINE = 1_000_000
_BOM = b"\xef\xbb\xbf"


class Frame(NamedTuple):
    """One event: its name ("" when it has none), its data lines joined by LF, the last id seen."""

    event: str
    data: bytes
    id: str


class SSEDecoder:
    """Feed it bytes however they were cut; it hands out whole frames. Comments vanish."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []  # of the line that has not ended yet
        self._pending = 0
        self._swallow_lf = False
        self._first_line = True
        self._event = ""
        self._data: list[bytes] = []
        self._data_size = 0
        self._id = ""

    def feed(self, chunk: bytes) -> list[Frame]:
        """Take bytes, give the frames they complete. Raises AnswerTooLarge."""
        if (plain := self._plain(chunk)) is not None:
            return plain
        if self._swallow_lf and chunk:
            self._swallow_lf = False
            chunk = chunk.removeprefix(b"\n")
        if b"\r" in chunk:
            self._swallow_lf = chunk.endswith(b"\r")
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        lines = chunk.split(b"\n")
        rest = lines.pop()
        frames: list[Frame] = []
        if lines and self._pieces:
            lines[0] = b"".join((*self._pieces, lines[0]))
            self._pieces.clear()
            self._pending = 0
        for line in lines:
            self._take(line, frames)
        if rest:
            self._pieces.append(rest)
            self._pending += len(rest)
            _check(self._pending)
        return frames

    def _plain(self, chunk: bytes) -> list[Frame] | None:
        """Read whole events of one data line each, which is how nearly all servers send them."""
        is_between = not (self._pieces or self._data or self._event or self._swallow_lf)
        if not is_between or chunk[:6] != b"data: " or chunk[-2:] != b"\n\n":
            return None
        if b"\r" in chunk or len(chunk) > MAX_LINE:
            return None
        lines = chunk[6:-2].split(b"\n\ndata: ")
        if any(b"\n" in line for line in lines):
            return None
        self._first_line = False
        return [Frame("", line, self._id) for line in lines]

    def close(self) -> list[Frame]:
        """Give the last event when no blank line follows it, as some servers have it."""
        frames = self.feed(b"\n") if self._pieces else []
        self._dispatch(frames)
        return frames

    def _take(self, line: bytes, frames: list[Frame]) -> None:
        if self._first_line:
            self._first_line = False
            line = line.removeprefix(_BOM)
        if not line:
            self._dispatch(frames)
            return
        _check(len(line))
        name, _, value = line.partition(b":")
        if value[:1] == b" ":
            value = value[1:]
        if name == b"data":
            self._data.append(value)
            self._data_size += len(value)
            _check(self._data_size)
        elif name == b"event":
            self._event = value.decode(errors="replace")
        elif name == b"id" and b"\0" not in value:
            self._id = value.decode(errors="replace")

    def _dispatch(self, frames: list[Frame]) -> None:
        if self._data:
            frames.append(Frame(self._event, b"\n".join(self._data), self._id))
            self._data.clear()
            self._data_size = 0
        self._event = ""


def _check(size: int) -> None:
    if size > MAX_LINE:
        raise AnswerTooLarge(f"The provider sent a line of more than {MAX_LINE:,} bytes.")
