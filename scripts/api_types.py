#!/usr/bin/env python3
"""Write the UI's types of the API from the server's own description; `--check` only compares.

The description is made without a running server; `--schema` prints it, inside the environment.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

if sys.version_info < (3, 11):  # noqa: UP036 - the point is to say so on an older one
    sys.exit("chatbox needs Python 3.11 or later; this is Python " + sys.version.split()[0] + ".")

import _setup
import _ui

TYPES = _setup.UI / "src" / "lib" / "api" / "schema.d.ts"


def main(arguments: list[str]) -> int:
    """Return 0 when the types are written, or were right already with `--check`."""
    if arguments == ["--schema"]:
        print(asyncio.run(schema()))
        return 0
    with _setup.telling():
        environment = _setup.prepare(dev=True)
        node = _setup.node(environment)
        _ui.install_packages(_setup.UI, node)
    fresh = generate(environment.python, node)
    if arguments == ["--check"]:
        if TYPES.read_text() == fresh:
            return 0
        print("The API has changed. Run `python3 scripts/api_types.py`.")
        return 1
    TYPES.write_text(fresh)
    return 0


async def schema() -> str:
    """The server's OpenAPI document, with its names in a fixed order."""
    import httpx  # noqa: PLC0415 - these are there only in chatbox's own environment

    from chatbox.app import open_server  # noqa: PLC0415
    from chatbox.config import Config  # noqa: PLC0415
    from chatbox.db.migrate import migrate  # noqa: PLC0415
    from chatbox.kit.secretbox import SecretBox  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        config = Config(data_dir=folder, discover=False)
        migrate(config.data_path / "chatbox.db")
        async with open_server(config, SecretBox(bytes(32)), environ={}) as server:
            app: Any = server.litestar  # its ASGI types are narrower than those of httpx
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
                answer = await client.get("/schema/openapi.json")
    return json.dumps(answer.raise_for_status().json(), sort_keys=True)


def generate(python: Path, node: _ui.Node) -> str:
    """The types as openapi-typescript writes them."""
    command = [str(python), __file__, "--schema"]
    described = subprocess.run(command, cwd=_setup.ROOT, stdout=subprocess.PIPE, check=True)
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder, "openapi.json"), Path(folder, "schema.d.ts")
        given.write_bytes(described.stdout)
        arguments = [str(given), "--output", str(made), "--default-non-nullable", "false"]
        _ui.npm(_setup.UI, node, "exec", "--", "openapi-typescript", *arguments)
        return made.read_text()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
