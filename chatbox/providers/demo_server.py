"""The demo model's own process: llama.cpp's HTTP server on a free loopback port.

Run as a script, so that a crash of native code cannot take chatbox along. Writes one JSON line
with its address and ends when its standard input closes, so it never outlives its parent.
"""

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path


def main() -> None:
    """Load the model, say where it listens, and stay until told to go."""
    arguments = _arguments()
    announcements = os.dup(1)
    os.dup2(2, 1)  # the engine prints to both; standard output is for our one line
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches us too: the parent decides
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(5)
    server = _serve(arguments)
    line = json.dumps({"url": server.listening_address}) + "\n"
    os.write(announcements, line.encode())
    threading.Event().wait()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--alias", required=True)
    parser.add_argument("--engine", type=Path, help="a folder to import xllamacpp from")
    parser.add_argument("--context", type=int, required=True, help="tokens")
    parser.add_argument("--threads", type=int, required=True)
    return parser.parse_args()


def _end_with_parent() -> None:
    """Wait for the end of standard input: the parent closed it, or is gone."""
    while os.read(0, 4096):
        pass
    os._exit(0)


def _serve(arguments: argparse.Namespace):  # type: ignore[no-untyped-def]  # the engine has no types
    if arguments.engine:
        sys.path.insert(0, str(arguments.engine))
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(arguments.model)
    params.model_alias = {arguments.alias}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_ctx = arguments.context
    params.n_parallel = 2
    params.cpuparams.n_threads = arguments.threads
    params.cache_ram_mib = 0
    params.verbosity = 2
    # No page in a browser may read from this port, and /slots would show other people's prompts.
    params.cors_origins = "http://127.0.0.1"
    params.endpoint_slots = False
    params.ui = False
    return xllamacpp.Server(params)


if __name__ == "__main__":
    main()
