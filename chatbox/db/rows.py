"""Rows become frozen Structs: columns by name, JSON columns decoded once, here.

A list may be read as one JSON array that SQLite writes: besides being quicker, that takes the
interpreter's lock once and not once a row, which next to a busy event loop lasts 5 ms each time.
"""

import sqlite3
import types
from collections.abc import Callable
from functools import lru_cache
from itertools import starmap
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import msgspec

T = TypeVar("T")
_PLAIN = (int, float, str, bytes, type(None))


def decode_rows(row_type: type[T], rows: list[sqlite3.Row]) -> list[T]:
    """Turn rows into values of `row_type`.

    A plain type (`int`, `str`, …) takes the only column. A Struct takes its fields by column
    name; a field that is neither a number, text, bytes nor bool is read as JSON.
    """
    if not rows:
        return []
    if row_type in _PLAIN:
        return [row[0] for row in rows]
    plan = _plan(row_type, tuple(rows[0].keys()))  # type: ignore[arg-type]
    return [plan.decode(row) for row in rows]


def array_sql(row_type: type[Any], sql: str) -> str:
    """Let a SELECT answer one text: a JSON array of its rows, in their order.

    A row is an array of the fields of the Struct, or the only column. Neither bytes nor
    `msgspec.Raw`, which is JSON to the letter, can be read so.
    """
    if row_type in _PLAIN:
        _check_readable(row_type)
        return f"WITH row (value) AS ({sql}) SELECT json_group_array(value) FROM row"  # noqa: S608
    columns = _array(row_type).columns  # type: ignore[arg-type]
    return f"SELECT json_group_array(json_array({columns})) FROM ({sql}) AS row"  # noqa: S608


def decode_array(row_type: type[T], text: str) -> list[T]:
    """Read what `array_sql` answers."""
    if row_type in _PLAIN:
        plain: list[T] = msgspec.json.decode(text)
        return plain
    decoder = _array(row_type).decoder  # type: ignore[arg-type]
    return list(starmap(row_type, decoder.decode(text)))


class _Array(msgspec.Struct, frozen=True):
    """How a Struct is written and read as an array."""

    columns: str
    decoder: msgspec.json.Decoder[list[tuple[Any, ...]]]


@lru_cache(maxsize=64)
def _array(row_type: type[Any]) -> _Array:
    fields = msgspec.structs.fields(row_type)
    for field in fields:
        _check_readable(field.type)
    # Named with the row, for SQLite takes the name of no column for a text.
    columns = [
        f'json(row."{field.name}")' if _is_json(field.type) else f'row."{field.name}"'
        for field in fields
    ]
    kinds = tuple(_array_kind(field.type) for field in fields)
    # Not strict, for SQLite's booleans are numbers.
    decoder = msgspec.json.Decoder(list[tuple[kinds]], strict=False)  # type: ignore[valid-type]
    return _Array(", ".join(columns), decoder)


def _array_kind(annotation: Any) -> Any:
    """The type that the decoder looks for; the tables themselves see to plain ones."""
    if _is_json(annotation):
        return annotation | None
    return bool | None if _options(annotation) == (bool,) else Any


def _check_readable(annotation: Any) -> None:
    if annotation in (bytes, msgspec.Raw):
        raise TypeError(f"{annotation} cannot be read from an array")
    for part in get_args(annotation):
        _check_readable(part)


class _Plan:
    """How to make a Struct from a row: where each field stands, and what must be converted."""

    def __init__(self, row_type: type[Any], columns: tuple[str, ...]) -> None:
        fields = {field.name: field.type for field in msgspec.structs.fields(row_type)}
        self._row_type = row_type
        self._columns = columns
        self._in_order = columns == tuple(fields)
        self._converters = tuple(
            (place, convert)
            for place, column in enumerate(columns)
            if (convert := _converter(fields[column])) is not None
        )

    def decode(self, row: Any) -> Any:
        """Make the Struct; the usual SELECT lists its fields in their order."""
        values = list(row)
        for place, convert in self._converters:
            if values[place] is not None:
                values[place] = convert(values[place])
        if self._in_order:
            return self._row_type(*values)
        return self._row_type(**dict(zip(self._columns, values, strict=True)))


@lru_cache(maxsize=256)
def _plan(row_type: type[Any], columns: tuple[str, ...]) -> _Plan:
    return _Plan(row_type, columns)


def _converter(annotation: Any) -> Callable[[Any], Any] | None:
    options = _options(annotation)
    if options == (bool,):
        return bool
    if not _is_json(annotation):
        return None
    if options == (msgspec.Raw,):
        return _raw
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(annotation)
    return decoder.decode


def _is_json(annotation: Any) -> bool:
    """Whether the column holds JSON: whatever is neither a number, text, bytes nor bool."""
    return not all(
        option in _PLAIN or option is bool or _is_literal(option) for option in _options(annotation)
    )


def _raw(text: str) -> msgspec.Raw:
    """JSON that is passed on as it is."""
    return msgspec.Raw(text.encode())


def _options(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) is Annotated:
        return _options(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(option for option in get_args(annotation) if option is not type(None))
    return (annotation,)


def _is_literal(annotation: Any) -> bool:
    return all(isinstance(value, str) for value in get_args(annotation)) and bool(
        get_args(annotation)
    )


def encode_json(value: object) -> str:
    """Write a JSON column."""
    return msgspec.json.encode(value).decode()
