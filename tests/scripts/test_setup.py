"""The first minute with chatbox: a clean copy, one command, and what is said when it fails."""

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.scripts.places import bare_environ, clean_copy, free_port

COLD_SECONDS, WARM_SECONDS = 90.0, 5.0


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clean_copy(tmp_path_factory.mktemp("setup") / "chatbox")


def python3() -> str:
    """The Python that made this environment, as a user would call it."""
    return os.path.realpath(sys.executable)


def run_serve(clone: Path, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [python3(), "scripts/serve.py", "--help"]
    return subprocess.run(
        command, cwd=clone, env=environ, capture_output=True, text=True, timeout=120, check=False
    )


def seconds_until_healthy(clone: Path, environ: dict[str, str], data: Path, limit: float) -> float:
    port = free_port()
    command = [python3(), "scripts/serve.py", "--port", str(port), "--no-demo-model"]
    command += ["--data-dir", str(data)]
    log = data.with_suffix(".log")
    begin = time.monotonic()
    with log.open("w") as output:
        server = subprocess.Popen(command, cwd=clone, env=environ, stdout=output, stderr=output)
    try:
        while time.monotonic() - begin < limit:
            assert server.poll() is None, log.read_text()
            try:
                if httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=2).status_code == 200:
                    return time.monotonic() - begin
            except httpx.TransportError:
                time.sleep(0.1)
        pytest.fail(f"not healthy after {limit} s:\n{log.read_text()}")
    finally:
        server.terminate()
        server.wait(20)


def test_a_clean_copy_serves_with_one_command_and_again_at_once(
    clone: Path, tmp_path: Path
) -> None:
    environ = bare_environ(tmp_path / "home")
    seconds_until_healthy(clone, environ, tmp_path / "data", COLD_SECONDS)
    seconds_until_healthy(clone, environ, tmp_path / "data", WARM_SECONDS)


def test_without_a_network_the_reason_is_told(tmp_path: Path) -> None:
    clone = clean_copy(tmp_path / "chatbox")
    nowhere = f"http://127.0.0.1:{free_port()}/simple"
    environ = bare_environ(tmp_path / "home", PIP_INDEX_URL=nowhere, PIP_RETRIES="0")
    outcome = run_serve(clone, environ)
    assert outcome.returncode == 1
    assert "Check the network" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_without_venv_support_the_package_to_install_is_named(tmp_path: Path) -> None:
    clone = clean_copy(tmp_path / "chatbox")
    hide = "import sys\nsys.modules['ensurepip'] = None\n"
    (tmp_path / "sitecustomize.py").write_text(hide)
    environ = bare_environ(tmp_path / "home", PYTHONPATH=str(tmp_path), PATH="/nowhere")
    outcome = run_serve(clone, environ)
    assert outcome.returncode == 1
    assert "python3-venv" in outcome.stderr
    assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize("script", ["serve.py", "test.py", "check.py"])
def test_an_old_python_is_told_so(clone: Path, script: str) -> None:
    old = "import runpy, sys; sys.version_info = (3, 9, 2); sys.version = '3.9.2'; "
    run = f"runpy.run_path('scripts/{script}', run_name='__main__')"
    command = [python3(), "-c", old + run]
    outcome = subprocess.run(command, cwd=clone, capture_output=True, text=True, check=False)
    assert outcome.returncode == 1
    assert outcome.stderr == "chatbox needs Python 3.11 or later; this is Python 3.9.2.\n"
