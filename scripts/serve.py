#!/usr/bin/env python3
"""Set up chatbox if need be and serve it; every argument goes on to `chatbox serve`.

The demo model is started unless `--no-demo-model` is given.
"""

import os
import subprocess
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the point is to say so on an older one
    sys.exit("chatbox needs Python 3.11 or later; this is Python " + sys.version.split()[0] + ".")

import _setup


def main() -> int:
    """Become the server."""
    arguments = sys.argv[1:]
    if not {"--demo-model", "--no-demo-model"} & set(arguments):
        arguments.append("--demo-model")
    with _setup.telling():
        python = str(_setup.prepare().python)
    command = [python, "-m", "chatbox", "serve", *arguments]
    if os.name != "nt":
        os.execv(python, command)  # noqa: S606 - no shell is wanted
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
