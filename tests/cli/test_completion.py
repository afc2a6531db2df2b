"""The completion scripts, in the shells that are installed here."""

import shutil
import subprocess
from pathlib import Path

import pytest

from chatbox.cli.main import COMMANDS, main


@pytest.fixture
def script(
    request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Path:
    shell: str = request.param
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    assert main(["completion", shell]) == 0
    path = tmp_path / f"_chatbox.{shell}"
    path.write_text(capsys.readouterr().out)
    return path


def completed(script: Path, *words: str) -> list[str]:
    """What bash offers for the last of the words."""
    line = " ".join(f"'{word}'" for word in words)
    code = (
        f"source {script}; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _chatbox 2>/dev/null"
    )
    told = subprocess.run(
        ["bash", "--norc", "-c", code + "; printf '%s\\n' \"${COMPREPLY[@]}\""],
        cwd=script.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.split()


@pytest.mark.parametrize("script", ["bash"], indirect=True)
def test_bash_completes_commands_options_and_values(script: Path) -> None:
    assert set(completed(script, "chatbox", "")) >= {command.name for command in COMMANDS}
    assert completed(script, "chatbox", "ser") == ["serve"]
    assert completed(script, "chatbox", "serve", "--data-d") == ["--data-dir"]
    assert completed(script, "chatbox", "serve", "--log-format", "") == ["pretty", "json"]
    assert completed(script, "chatbox", "completion", "fi") == ["fish"]
    (script.parent / "somewhere").mkdir()
    assert completed(script, "chatbox", "serve", "--data-dir", "some") == ["somewhere"]


@pytest.mark.parametrize("script", ["bash", "zsh", "fish"], indirect=True)
def test_the_script_is_valid(script: Path) -> None:
    shell = script.suffix[1:]
    checked = subprocess.run([shell, "-n", script], capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "--data-dir" in script.read_text() or "-l data-dir" in script.read_text()
