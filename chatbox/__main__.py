"""`python -m chatbox` is the same program as the `chatbox` command."""

import sys

from chatbox.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
