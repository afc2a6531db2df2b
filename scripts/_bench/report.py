"""What a part of `bench.py` found: tables for a terminal, figures for a file, missed budgets."""

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Result:
    """A part's outcome; `lines` are Markdown, which reads well in a terminal too."""

    part: str
    lines: list[str]
    figures: dict[str, Any]
    misses: list[str] = field(default_factory=list)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Write a table with figures on the right."""
    lines = [head, ("---:",) * len(head), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


def share(ordered: Sequence[float], part: float) -> float:
    """The value that so large a part of the sorted values does not exceed; NaN of none."""
    if not ordered:
        return float("nan")
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def as_json(results: Sequence[Result]) -> str:
    """Write every figure."""
    found = {result.part: result.figures | {"misses": result.misses} for result in results}
    return json.dumps(found, indent=1, default=dataclasses.asdict) + "\n"
