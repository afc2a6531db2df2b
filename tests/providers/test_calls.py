"""The door to the models: who waits how long, who is asked again, what parameters look like."""

import msgspec
import pytest

from chatbox.config import Upstream as Clocks
from chatbox.llm.adapter import Params
from chatbox.providers.calls import _is_local
from tests.running import config_in, run_site
from tests.upstream import Upstream


@pytest.mark.parametrize(
    ("host", "is_local"),
    [
        ("127.0.0.1", True),
        ("192.168.1.7", True),
        ("[::1]", True),
        ("localhost", True),
        ("ollama.localhost", True),
        ("host.docker.internal", True),
        ("nas.local", True),
        ("NAS.LAN.", True),
        ("box.home.arpa", True),
        ("gpu", True),
        ("api.openai.com", False),
        ("local.example.com", False),
        ("93.184.216.34", False),
        ("lan.ai", False),
    ],
)
def test_names_of_ones_own_network_are_local(host: str, is_local: bool) -> None:
    assert _is_local(f"http://{host}:11434/v1") is is_local


async def test_a_local_server_that_does_not_begin_is_not_asked_again(
    data_dir: object, upstream: Upstream
) -> None:
    clocks = Clocks(first_token_seconds=0.1, local_first_token_seconds=0.1, max_retries=2)
    config = config_in(data_dir, upstream=clocks)  # type: ignore[arg-type]
    async with run_site(config) as site:
        await site.connect(upstream)
        events = await site.stream("Hello", "up/silent")
        failure = next(event.data for event in events if event.kind == "error")
        assert failure["code"] == "clock_expired"
        assert len(upstream.asked("silent")) == 1


@pytest.mark.parametrize("effort", ["low\n", "", "Low", "a b", "\n"])
def test_reasoning_effort_is_one_word(effort: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"reasoning_effort": effort}, Params)
    assert msgspec.convert({"reasoning_effort": "low"}, Params).reasoning_effort == "low"
