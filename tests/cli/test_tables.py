"""The set-up and the build make sure of both token tables, not of one."""

import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLES = ROOT / "chatbox" / "llm" / "encodings"
NAMES = ["cl100k_base.tiktoken.gz", "o200k_base.tiktoken.gz"]


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module  # its dataclasses look there
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def half(tmp_path: Path) -> Path:
    """A folder that lost one of the tables."""
    shutil.copy(TABLES / NAMES[0], tmp_path)
    return tmp_path


def test_the_build_misses_one_table(monkeypatch: pytest.MonkeyPatch, half: Path) -> None:
    pytest.importorskip("hatchling")
    hook = load(ROOT / "hatch_build.py")
    monkeypatch.setattr(hook, "ENCODINGS", half)
    assert not hook._has_encodings()
    shutil.copy(TABLES / NAMES[1], half)
    assert hook._has_encodings()


def test_the_set_up_always_asks_for_both(monkeypatch: pytest.MonkeyPatch, half: Path) -> None:
    monkeypatch.syspath_prepend(ROOT / "scripts")
    setup = load(ROOT / "scripts" / "_setup.py")
    monkeypatch.setattr(setup, "ENCODINGS", half)
    commands: list[list[str]] = []
    monkeypatch.setattr(setup, "run", lambda command, advice: commands.append(command))
    for _ in range(2):
        setup._fetch_encodings(setup.Environment(ROOT / ".venv"))
        shutil.copy(TABLES / NAMES[1], half)
    assert [command[1:] for command in commands] == 2 * [
        [str(ROOT / "scripts" / "encodings.py"), str(half)]
    ]
