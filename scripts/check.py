#!/usr/bin/env python3
"""Run every check that needs no running server, and print a table of the outcomes."""

import subprocess
import sys
import time
from dataclasses import dataclass

if sys.version_info < (3, 11):  # noqa: UP036 - the point is to say so on an older one
    sys.exit("chatbox needs Python 3.11 or later; this is Python " + sys.version.split()[0] + ".")

import _setup
import _ui


@dataclass(frozen=True)
class Outcome:
    """How one check ended."""

    name: str
    passed: bool
    seconds: float


def main() -> int:
    """Return 0 when all checks passed."""
    with _setup.telling():
        environment = _setup.prepare(dev=True)
        node = _setup.node(environment)
        _ui.install_packages(_setup.UI, node)
    python = str(environment.python)
    commands = {
        "format": [python, "-m", "ruff", "format", "--check", "--quiet", "."],
        "lint": [python, "-m", "ruff", "check", "--quiet", "."],
        "types": [python, "-m", "mypy"],
        "architecture": [str(environment.program("lint-imports"))],
        "house rules": [python, "-m", "pytest", "-q", "--no-header", "tests/test_house.py"],
        "API types": [python, "scripts/api_types.py", "--check"],
    }
    outcomes = [check(name, command) for name, command in commands.items()]
    outcomes.append(check_ui(node))
    print()
    for outcome in outcomes:
        word = "passed" if outcome.passed else "FAILED"
        print(f"{outcome.name:<14}{word}  {outcome.seconds:6.1f} s")
    return 0 if all(outcome.passed for outcome in outcomes) else 1


def check(name: str, command: list[str]) -> Outcome:
    """Run one command, and show its words only when it fails."""
    begin = time.monotonic()
    outcome = subprocess.run(
        command,
        cwd=_setup.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if outcome.returncode != 0:
        print(f"--- {name}\n{outcome.stdout.strip()}\n", flush=True)
    return Outcome(name, outcome.returncode == 0, time.monotonic() - begin)


def check_ui(node: _ui.Node) -> Outcome:
    """Run TypeScript's compiler and the UI's lint rules."""
    begin = time.monotonic()
    try:
        _ui.npm(_setup.UI, node, "run", "check")
    except _ui.BuildFailed as failure:
        print(f"--- web UI\n{failure}\n", flush=True)
        return Outcome("web UI", passed=False, seconds=time.monotonic() - begin)
    return Outcome("web UI", passed=True, seconds=time.monotonic() - begin)


if __name__ == "__main__":
    sys.exit(main())
