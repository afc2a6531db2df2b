"""What is in the packages, and that an sdist needs neither Node nor npm."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.scripts.places import ROOT, load_script


def build(folder: Path, target: str, output: Path, path: str) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(output)]
    environ = os.environ | {"PATH": path}
    outcome = subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return next(output.glob("*.whl" if target == "wheel" else "*.tar.gz"))


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The files of a wheel that was built from an unpacked sdist, with no program on PATH."""
    output = tmp_path_factory.mktemp("packages")
    sdist = build(ROOT, "sdist", output, os.environ["PATH"])
    with tarfile.open(sdist) as archive:
        archive.extractall(output, filter="data")
    wheel = build(output / "chatbox-0.1.0", "wheel", output, "/nowhere")
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.mark.parametrize(
    "name",
    [
        "chatbox/__main__.py",
        "chatbox/ui/dist/index.html",
        "chatbox/llm/encodings/cl100k_base.tiktoken.gz",
        "chatbox/llm/encodings/o200k_base.tiktoken.gz",
        "chatbox/accounts/common-passwords.bin",
        "chatbox/migrations/m0001_initial.py",
        "chatbox-0.1.0.dist-info/licenses/LICENSE",
    ],
)
def test_wheel_holds_what_it_needs_at_run_time(wheel_names: list[str], name: str) -> None:
    assert name in wheel_names


def test_wheel_holds_no_sources_of_the_ui_and_no_start_up_hook(wheel_names: list[str]) -> None:
    ui = [name for name in wheel_names if name.startswith("chatbox/ui/")]
    assert [name for name in ui if not name.startswith("chatbox/ui/dist/")] == []
    assert [name for name in wheel_names if name.endswith(".pth")] == []
    assert {name.partition("/")[0] for name in wheel_names} == {
        "chatbox",
        "chatbox-0.1.0.dist-info",
    }


def test_ui_is_built_again_only_when_a_source_changed(tmp_path: Path) -> None:
    ui = load_script("_ui")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "main.tsx").write_text("1")
    (tmp_path / "dist").mkdir()
    assert not ui.is_fresh(tmp_path)
    (tmp_path / "dist" / ".sources.sha256").write_text(ui.sources_hash(tmp_path))
    assert ui.is_fresh(tmp_path)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "main.test.ts").write_text("2")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "x.js").write_text("3")
    assert ui.is_fresh(tmp_path)
    (tmp_path / "src" / "main.tsx").write_text("2")
    assert not ui.is_fresh(tmp_path)
