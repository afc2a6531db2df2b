"""Deltas become events, marks and parts; marks cut the text into the same events again."""

from itertools import groupby

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbox.chat.journal import Journal
from chatbox.chat.reply import (
    ReplyWriter,
    join_parts,
    parts_of_journal,
    split_marks,
    text_of,
    thinking_of,
)
from chatbox.db.database import Database
from chatbox.events.hub import TurnLog
from chatbox.llm.messages import ImagePart, Part, TextPart, ThinkingPart

DELTAS = st.lists(
    st.tuples(st.sampled_from(["delta", "thinking"]), st.text(min_size=1, max_size=12)), max_size=30
)


@pytest.fixture
def log() -> TurnLog:
    return TurnLog(turn_id="t", session_id="s", reply_id="r", user_id=1)


@pytest.fixture
async def writer(log: TurnLog, database: Database) -> ReplyWriter:
    return ReplyWriter(log, Journal(database), turn_key=1)


def shown(log: TurnLog) -> list[tuple[str, str]]:
    return [(event.kind, msgspec.json.decode(event.data)["text"]) for event in log.events]


async def test_deltas_that_came_together_are_one_event(writer: ReplyWriter, log: TurnLog) -> None:
    assert writer.is_empty
    writer.add("delta", "One")
    writer.flush()
    for word in (" two", " three"):
        writer.add("delta", word)
    assert shown(log) == [("delta", "One")]
    writer.flush()
    writer.flush()
    assert shown(log) == [("delta", "One"), ("delta", " two three")]
    assert writer.text_length == len("One two three")
    assert writer.marks == "T3T10"
    assert not writer.is_empty


async def test_another_kind_never_waits_behind_the_first(writer: ReplyWriter, log: TurnLog) -> None:
    for kind, text in [("thinking", "a"), ("thinking", "b"), ("delta", "c"), ("delta", "d")]:
        writer.add(kind, text)
    writer.flush()
    assert "".join(text for _, text in shown(log)) == "abcd"
    assert writer.parts() == (ThinkingPart("ab"), TextPart("cd"))
    writer.flush()
    assert len(log.events) == len(shown(log))


async def test_a_continued_reply_appends_to_its_parts(writer: ReplyWriter) -> None:
    writer.add("delta", " world")
    writer.flush()
    assert writer.parts((ThinkingPart("hm"), TextPart("Hello"))) == (
        ThinkingPart("hm"),
        TextPart("Hello world"),
    )
    assert writer.text_length == len(" world")


@settings(max_examples=200, deadline=None)
@given(DELTAS)
def test_marks_cut_the_text_into_the_same_events_again(deltas: list[tuple[str, str]]) -> None:
    letters = {"delta": "T", "thinking": "R"}
    marks = "".join(f"{letters[kind]}{len(text)}" for kind, text in deltas)
    text = "".join(text for kind, text in deltas if kind == "delta")
    thinking = "".join(text for kind, text in deltas if kind == "thinking")
    events = split_marks(marks, text=text, thinking=thinking)
    assert [(e.kind, msgspec.json.decode(e.data)["text"]) for e in events] == deltas


@settings(max_examples=200, deadline=None)
@given(DELTAS, st.lists(st.integers(0, 30), max_size=6))
def test_a_journal_cut_anywhere_gives_the_same_parts(
    deltas: list[tuple[str, str]], cuts: list[int]
) -> None:
    letters = {"delta": "T", "thinking": "R"}
    edges = sorted({0, len(deltas), *(min(cut, len(deltas)) for cut in cuts)})
    rows = [deltas[a:b] for a, b in zip(edges, edges[1:], strict=False)]
    marks = "".join(f"{letters[kind]}{len(text)}" for row in rows for kind, text in row)
    text = "".join(text for row in rows for _, text in row)
    expected: list[Part] = [
        (TextPart if kind == "delta" else ThinkingPart)("".join(text for _, text in run))
        for kind, run in groupby(deltas, key=lambda delta: delta[0])
    ]
    assert parts_of_journal(marks, text) == tuple(expected)
    assert text_of(expected) == "".join(t for kind, t in deltas if kind == "delta")
    assert thinking_of(expected) == "".join(t for kind, t in deltas if kind == "thinking")


def test_parts_of_other_kinds_separate_and_stay() -> None:
    image = ImagePart("image/png", "AA==")
    parts: list[Part] = [TextPart("a"), TextPart("b"), image, TextPart("c"), ThinkingPart("d")]
    assert join_parts(parts) == (TextPart("ab"), image, TextPart("c"), ThinkingPart("d"))
    assert join_parts([]) == ()
