"""Rows as lines of JSON."""

import json

import msgspec

from chatbox.kit.lines import json_document, json_lines


class Row(msgspec.Struct):
    key: int
    id: str
    text: str
    made_at: int
    ended_at: int | None = None
    extra: msgspec.Raw | None = None


def test_keys_stay_inside_and_times_are_for_people() -> None:
    rows = [Row(7, "a", "line\nbreak", 0), Row(8, "b", "\u2028", 1_500, 2_000, msgspec.Raw(b"[1]"))]
    first, second = json_lines(rows).splitlines()
    assert json.loads(first) == {
        "id": "a",
        "text": "line\nbreak",
        "made_at": "1970-01-01T00:00:00.000Z",
        "ended_at": None,
        "extra": None,
    }
    assert json.loads(second)["ended_at"] == "1970-01-01T00:00:02.000Z"
    assert json.loads(second)["extra"] == [1]


def test_a_document_is_for_people_to_read() -> None:
    written = json_document(Row(7, "a", "x", 0))
    assert written.startswith(b'{\n  "id": "a",\n')
    assert "key" not in json.loads(written)


def test_no_rows_are_no_lines() -> None:
    assert json_lines([]) == b""
