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
    converters = _converters(row_type, tuple(rows[0].keys()))  # type: ignore[arg-type]
    return [_decode(row_type, converters, row) for row in rows]


def _decode(
    row_type: type[T], converters: tuple[tuple[str, Callable[[Any], Any] | None], ...], row: Any
) -> T:
    values = {}
    for (name, convert), value in zip(converters, row, strict=True):
        values[name] = value if convert is None or value is None else convert(value)
    return row_type(**values)


@lru_cache(maxsize=256)
def _converters(
    row_type: type[Any], columns: tuple[str, ...]
) -> tuple[tuple[str, Callable[[Any], Any] | None], ...]:
    fields = {field.name: field.type for field in msgspec.structs.fields(row_type)}
    return tuple((column, _converter(fields[column])) for column in columns)


def _converter(annotation: Any) -> Callable[[Any], Any] | None:
    options = _options(annotation)
    if options == (bool,):
        return bool
    if all(option in _PLAIN or _is_literal(option) for option in options):
        return None
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(annotation)
    return decoder.decode


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
