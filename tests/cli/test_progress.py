"""What is told while something takes long and nobody sits at a terminal."""

import sys

import pytest

from chatbox.cli import stages


def test_a_log_gets_one_line_for_each_thing_that_is_fetched(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "_told", set())
    monkeypatch.setattr(sys.stdout, "isatty", lambda: False)
    for what in ("engine", "model"):
        for share in (0, 50, 100):
            stages.show_progress(f"Fetching the {what}: {share} of 100 MB ({share} %)")
    stages.show_progress("Starting")
    assert capsys.readouterr().out.splitlines() == [
        "  Fetching the engine: 0 of 100 MB (0 %)",
        "  Fetching the model: 0 of 100 MB (0 %)",
        "  Starting",
    ]
