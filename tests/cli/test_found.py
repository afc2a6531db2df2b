"""What becomes a provider at the first start, and under which name."""

from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import pytest

from chatbox.app import open_server
from chatbox.caller import OWNER
from chatbox.cli.found import connect_demo, find_models
from chatbox.kit.secretbox import SecretBox
from chatbox.providers.model import NewProvider
from tests.running import MASTER_KEY, SECRET, config_in
from tests.upstream import Upstream


async def test_the_demo_takes_the_next_free_name(data_dir: Path, upstream: Upstream) -> None:
    async with open_server(config_in(data_dir), SecretBox(MASTER_KEY), {}) as server:
        for name in ("Demo", "Demo 2"):
            new = NewProvider(name=name, base_url=upstream.base_url, enabled=False)
            await server.providers.connect(OWNER, new)
        await connect_demo(server, upstream.base_url, None)
        rows = await server.providers.all(OWNER)
        assert [(row.name, row.source) for row in rows] == [
            ("Demo", "user"),
            ("Demo 2", "user"),
            ("Demo 3", "demo"),
        ]
        assert rows[-1].state == "ok"
        await connect_demo(server, upstream.base_url + "/again", rows[-1].public_id)
        assert len(await server.providers.all(OWNER)) == 3


async def test_what_is_found_is_told_and_counts_as_a_provider(
    data_dir: Path, upstream: Upstream, capsys: pytest.CaptureFixture[str]
) -> None:
    environ = {
        "OPENAI_API_KEY": SECRET,
        "OPENAI_BASE_URL": upstream.base_url,
    }
    quiet = config_in(data_dir)  # no probing of this machine's ports
    config = msgspec.structs.replace(quiet, discover=True, demo_model=True)
    async with open_server(quiet, SecretBox(MASTER_KEY), environ) as server:
        async with AsyncExitStack() as stack:
            await find_models(config, server, stack)
        (row,) = await server.providers.all(OWNER)
        assert (row.name, row.source, row.enabled) == ("OpenAI", "environment", True)
    assert capsys.readouterr().out == "  Found OpenAI and connected it.\n"
