#!/usr/bin/env python3
"""Measure chatbox, and compare with the budgets.

Parts: `start`, `streams` (against the bare upstream), `archive` (a million messages), `mixed`
(who waits for whom), `accounts` (signing in, and being signed in) and `soak`. `docs/benchmarks.md`
says how to read the figures. Linux only.
"""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - the point is to say so on an older one
    sys.exit("chatbox needs Python 3.11 or later; this is Python " + sys.version.split()[0] + ".")

import _setup
from _bench import accounts, archive, machine, mixed, soak, start, streams
from _bench.report import Result, as_json

USUAL = ("start", "streams")


def main() -> int:
    """Return 1 when --check is given and a budget is missed."""
    options = _options()
    with _setup.telling():
        python = _setup.prepare().python
    if Path(sys.executable) != python:
        os.execv(python, [str(python), *sys.argv])  # noqa: S606 - no shell is wanted
    bench = machine.bench_of(options.executable, is_team=options.team)
    pinned = "server on one CPU, upstream and load on another" if bench.is_pinned else "not pinned"
    print(f"Load average before: {machine.load_average()}; {pinned}.")
    results = []
    for name in options.parts or USUAL:
        print(f"\n## {name}\n", flush=True)
        result = _parts(options)[name](bench)
        print("\n".join(result.lines), flush=True)
        results.append(result)
    missed = [f"{result.part}: {text}" for result in results for text in result.misses]
    print("".join(f"\nBudget missed: {text}" for text in missed))
    if options.json:
        Path(options.json).write_text(as_json(results), encoding="utf-8")
    return 1 if options.check and missed else 0


def _parts(options: argparse.Namespace) -> dict[str, Callable[[machine.Bench], Result]]:
    return {
        "start": start.measure,
        "streams": lambda bench: streams.measure(bench, options.streams, options.runs),
        "archive": lambda bench: archive.measure(bench, options.keep),
        "mixed": lambda bench: mixed.measure(bench, options.keep),
        "accounts": accounts.measure,
        "soak": lambda bench: soak.measure(bench, options.minutes),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure chatbox, and compare with the budgets.")
    names = ("start", "streams", "archive", "mixed", "accounts", "soak")
    parser.add_argument(
        "parts", nargs="*", metavar="part", help=f"{', '.join(names)} (default: start streams)"
    )
    parser.add_argument("--executable", metavar="FILE", help="instead of the sources")
    parser.add_argument(
        "--team", action="store_true", help="measure `streams` with everybody signed in"
    )
    parser.add_argument(
        "--streams", type=int, nargs="+", default=sorted(streams.RAMPS), metavar="N"
    )
    parser.add_argument("--runs", type=int, help="at every number of streams (default 3)")
    parser.add_argument(
        "--keep", metavar="DIR", help="a data directory for the archive, filled when it is empty"
    )
    parser.add_argument("--minutes", type=float, default=10.0, help="of the soak")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a budget is missed")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(names):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    return options


if __name__ == "__main__":
    sys.exit(main())
