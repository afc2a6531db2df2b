#!/usr/bin/env python3
"""Write the lock files anew: every package with its exact version and the hashes of its files.

Versions younger than a week are left alone: most poisoned releases are found within days.
"""

import datetime
import sys

import _setup

COOLING = datetime.timedelta(days=7)
LOCKS = {
    "requirements.txt": ["pyproject.toml"],
    "requirements-dev.txt": ["pyproject.toml", "--group", "dev", "-c", "requirements.txt"],
    "requirements-setup.txt": ["--group", "setup", "-c", "requirements-dev.txt"],
    "requirements-build.txt": ["pyproject.toml", "--group", "build", "-c", "requirements-dev.txt"],
    "requirements-node.txt": ["--group", "node"],
}


def main() -> int:
    """Ask uv for each lock in turn; arguments go on to it (`--upgrade-package httpx`)."""
    limit = datetime.datetime.now(datetime.UTC).date() - COOLING
    with _setup.telling():
        environment = _setup.prepare(dev=True)
        for name, sources in LOCKS.items():
            command = [str(environment.program("uv")), "pip", "compile", "--quiet", *sources]
            command += ["--universal", "--python-version", "3.11", "--generate-hashes"]
            command += ["--no-emit-index-url", "--exclude-newer", str(limit), "--no-annotate"]
            command += ["--custom-compile-command", "python3 scripts/lock.py", "-o", name]
            with _setup.step(f"Locking {name}"):
                _setup.run([*command, *sys.argv[1:]], advice="Read the lines above.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
