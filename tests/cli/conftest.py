"""What tests of commands share."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No configuration from the environment or from a file in the working directory."""
    for name in [name for name in os.environ if name.startswith("CHATBOX_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
