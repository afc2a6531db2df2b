"""The reply while it is written: joins deltas that came together, and tells log and journal.

Marks remember how the text was cut into events (`T12R5` is twelve characters of text, then five of
thinking), so that any event can be replayed later.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

import msgspec

from chatbox.chat.journal import Journal
from chatbox.events.hub import Event, TurnLog
from chatbox.llm.errors import AnswerTooLarge
from chatbox.llm.messages import Part, TextPart, ThinkingPart

LONGEST_REPLY = 4_000_000  # characters; the longest outputs of today's models are a fifth of it
_LETTER = {"delta": "T", "thinking": "R"}
_KIND = {letter: kind for kind, letter in _LETTER.items()}
_MARK = re.compile(r"([TR])(\d+)")


class ReplyWriter:
    """Writes one turn's text into its log and its journal."""

    def __init__(self, log: TurnLog, journal: Journal, *, turn_key: int) -> None:
        self._log = log
        self._journal = journal
        self._turn_key = turn_key
        self._kind = ""
        self._waiting: list[str] = []
        self._marks: list[str] = []
        self._pieces: list[tuple[str, str]] = []
        self._length = 0

    @property
    def is_empty(self) -> bool:
        """Nothing has been written yet."""
        return not self._pieces and not self._waiting

    @property
    def marks(self) -> str:
        """How the text so far was cut into events."""
        return "".join(self._marks)

    @property
    def text_length(self) -> int:
        """How many characters of answer (not thinking) were written."""
        return sum(len(text) for kind, text in self._pieces if kind == "delta")

    def parts(self, before: Sequence[Part] = ()) -> tuple[Part, ...]:
        """Everything written, appended to the parts the reply already had."""
        runs = groupby(self._pieces, key=itemgetter(0))
        written = (_part(kind, "".join(text for _, text in run)) for kind, run in runs)
        return join_parts([*before, *written])

    def add(self, kind: str, text: str) -> None:
        """Take a delta: kind `delta` or `thinking`. Raises AnswerTooLarge; earlier text stays."""
        self._length += len(text)
        if self._length > LONGEST_REPLY:
            raise AnswerTooLarge(f"The answer is longer than {LONGEST_REPLY:,} characters.")
        if kind != self._kind and self._waiting:
            self.flush()
        self._kind = kind
        self._waiting.append(text)

    def flush(self) -> None:
        """Publish what waits, as one event."""
        if not self._waiting:
            return
        text = "".join(self._waiting)
        self._waiting.clear()
        mark = f"{_LETTER[self._kind]}{len(text)}"
        self._pieces.append((self._kind, text))
        self._marks.append(mark)
        seq = self._log.publish(self._kind, {"text": text})
        self._journal.append(self._turn_key, seq, mark=mark, text=text)


def join_parts(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Join neighbouring text parts, and neighbouring thinking parts."""
    joined: list[Part] = []
    run: list[str] = []
    kind: type[Part] | None = None

    def close() -> None:
        if run and kind is not None:
            joined.append(kind("".join(run)))  # type: ignore[call-arg]
        run.clear()

    for part in parts:
        if not isinstance(part, TextPart | ThinkingPart):
            close()
            kind = None
            joined.append(part)
            continue
        if type(part) is not kind:
            close()
            kind = type(part)
        run.append(part.text)
    close()
    return tuple(joined)


def split_marks(marks: str, *, text: str, thinking: str = "") -> Iterator[Event]:
    """Cut text and thinking into the events they were streamed as."""
    positions = {"T": 0, "R": 0}
    sources = {"T": text, "R": thinking}
    for letter, length in _MARK.findall(marks):
        start = positions[letter]
        positions[letter] = start + int(length)
        piece = sources[letter][start : start + int(length)]
        yield Event(_KIND[letter], msgspec.json.encode({"text": piece}))


def parts_of_journal(marks: str, text: str) -> tuple[Part, ...]:
    """Rebuild parts from journal rows, whose text holds all kinds in the order of the marks."""
    position = 0
    parts: list[Part] = []
    for letter, length in _MARK.findall(marks):
        piece = text[position : position + int(length)]
        position += int(length)
        parts.append(_part(_KIND[letter], piece))
    return join_parts(parts)


def text_of(parts: Sequence[Part]) -> str:
    """Join the answer's text."""
    return "".join(part.text for part in parts if isinstance(part, TextPart))


def thinking_of(parts: Sequence[Part]) -> str:
    """Join the thinking."""
    return "".join(part.text for part in parts if isinstance(part, ThinkingPart))


def _part(kind: str, text: str) -> Part:
    return TextPart(text) if kind == "delta" else ThinkingPart(text)
