"""Rows become frozen Structs: columns by name, JSON columns decoded once, here."""

import sqlite3
import types
from collections.abc import Callable
from functools import lru_cache
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
    if all(option in _PLAIN or _is_literal(option) for option in options):
        return None
    if options == (msgspec.Raw,):
        return _raw
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(annotation)
    return decoder.decode


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
