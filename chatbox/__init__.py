"""chatbox: a small, self-hosted LLM chat server.

The packages in reading order: `chat` is the heart (a message becomes a turn, a turn becomes a
reply), `providers` is the one door to any model, `llm` speaks to models and knows nothing of
chatbox, `events` fans out what happens, `db` keeps it, `web` answers for it, `kit` holds the
four small tools everything uses, `app` puts the objects together and `cli` starts them.
"""

import sys

__version__ = "0.1.0"

# httpx would import its command line, and with it rich and pygments: 4 MB and 0.2 s for nothing.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
