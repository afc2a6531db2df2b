"""Rows become Structs: plain columns, JSON columns, bools, NULLs."""

from typing import Annotated, Literal

import msgspec
import pytest

from chatbox.db.database import Database, Reader, StorageFailed
from chatbox.db.rows import encode_json
from chatbox.llm.messages import Part, TextPart, ThinkingPart


class Row(msgspec.Struct, frozen=True):
    number: int
    ratio: float
    name: str
    kind: Literal["a", "b"]
    secret: bytes | None
    on: bool
    tags: list[str]
    parts: tuple[Part, ...]
    raw: msgspec.Raw | None


SQL = """
    SELECT 7 AS number, 1.5 AS ratio, 'naïve' AS name, 'b' AS kind, x'00ff' AS secret, 1 AS "on",
        '["x","y"]' AS tags, :parts AS parts, NULL AS raw
"""


async def test_columns_are_decoded_by_their_type(database: Database) -> None:
    parts = (ThinkingPart("hm"), TextPart("Four."))
    async with database.read() as reader:
        row = await reader.fetch_one(Row, SQL, parts=encode_json(parts))
    assert row == Row(7, 1.5, "naïve", "b", b"\x00\xff", True, ["x", "y"], parts, None)
    assert row.on is True


async def test_what_is_said_of_a_type_does_not_change_it(database: Database) -> None:
    class Told(msgspec.Struct, frozen=True):
        name: Annotated[str | None, msgspec.Meta(description="Not JSON")]
        raw: msgspec.Raw | None

    async with database.read() as reader:
        row = await reader.fetch_one(Told, "SELECT '7' AS name, '{\"a\": 1}' AS raw")
    assert row == Told("7", msgspec.Raw(b'{"a": 1}'))


async def test_a_plain_type_takes_the_only_column(database: Database) -> None:
    async with database.read() as reader:
        assert await reader.fetch_one(int, "SELECT 3") == 3
        assert await reader.fetch_all(str, "SELECT 'a' UNION SELECT 'b'") == ["a", "b"]
        assert await reader.fetch_one(int, "SELECT max(id) FROM messages") is None


async def test_no_row_is_none_and_no_rows_are_an_empty_list(database: Database) -> None:
    async with database.read() as reader:
        assert await reader.fetch_one(Row, SQL + "WHERE 0", parts="[]") is None
        assert await reader.fetch_all(Row, SQL + "WHERE 0", parts="[]") == []


async def test_json_that_does_not_fit_its_type_is_an_error(database: Database) -> None:
    async with database.read() as reader:
        with pytest.raises(msgspec.ValidationError):
            await reader.fetch_one(Row, SQL, parts='[{"type":"unheard-of"}]')


async def test_text_may_hold_everything_that_people_type(database: Database) -> None:
    odd = "a\x00b\u2028c'\"\\%_👩‍🚀"
    async with database.read() as reader:
        assert await reader.fetch_one(str, "SELECT :odd", odd=odd) == odd


class Listed(msgspec.Struct, frozen=True):
    order: int
    ratio: float
    name: str | None
    kind: Literal["a", "b"]
    on: bool
    off: bool | None
    parts: tuple[Part, ...] | None


LISTED = """
    SELECT 0 AS "off", 1 AS "on", 'b' AS kind, 0.1 AS ratio, value AS "order", :name AS name,
        iif(value % 2, NULL, :parts) AS parts
    FROM json_each(:numbers)
    ORDER BY value DESC
"""
AWKWARD = 'a\0b "quoted" \\ \u2028 \U0001f600 \x01'


@pytest.mark.parametrize("trip", ["each", "one"])
async def test_a_list_in_one_step_is_the_same_list(database: Database, trip: str) -> None:
    parts = (ThinkingPart(AWKWARD), TextPart("Four."))
    params = {"name": AWKWARD, "parts": encode_json(parts), "numbers": "[3,1,2]"}

    async def look(reader: Reader) -> tuple[list[Listed], list[Listed]]:
        found = await reader.fetch_list(Listed, LISTED, **params)
        return found, await reader.fetch_all(Listed, LISTED, **params)

    if trip == "one":
        listed, rows = await database.snapshot(look)
    else:
        async with database.read() as reader:
            listed, rows = await look(reader)
    assert listed == rows
    assert [row.order for row in listed] == [3, 2, 1]
    assert listed[1] == Listed(2, 0.1, AWKWARD, "b", True, False, parts)
    assert listed[0].parts is None
    assert listed[0].on is True


async def test_a_list_in_one_step_may_be_empty_or_plain(database: Database) -> None:
    async with database.read() as reader:
        params = {"name": "x", "parts": None, "numbers": "[]"}
        assert await reader.fetch_list(Listed, LISTED, **params) == []
        plain = "WITH n (i) AS (VALUES (2), (1)) SELECT i FROM n ORDER BY i"
        assert await reader.fetch_list(int, plain) == [1, 2]
        assert await reader.fetch_list(str, "SELECT NULL UNION ALL SELECT 'é'") == [None, "é"]


class Deep(msgspec.Struct, frozen=True):
    outcome: tuple[tuple[str, msgspec.Raw], ...] | None


@pytest.mark.parametrize("row_type", [Row, Deep, bytes])
async def test_bytes_and_json_to_the_letter_are_not_read_in_one_step(
    database: Database, row_type: type[object]
) -> None:
    async with database.read() as reader:
        with pytest.raises(TypeError, match="cannot be read from an array"):
            await reader.fetch_list(row_type, "SELECT NULL")


async def test_a_column_that_is_not_there_is_no_text(database: Database) -> None:
    class Two(msgspec.Struct, frozen=True):
        id: int
        public_id: str

    async with database.read() as reader:
        with pytest.raises(StorageFailed, match="no such column"):
            await reader.fetch_list(Two, "SELECT 1 AS id, 'x' AS other")
