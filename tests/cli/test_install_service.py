"""The systemd units: what stands in them, where they go, and what is left alone."""

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from chatbox.cli.install_service import HIDDEN
from chatbox.cli.main import EXIT_REFUSED, main
from chatbox.cli.systemd import tell_systemd
from chatbox.cli.units import system_unit, user_unit


@pytest.fixture(autouse=True)
def somewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def test_a_users_unit_starts_this_chatbox_with_its_options(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    arguments = ["install-service", "--user", "--port", "8123", "--data-dir", "my chats"]
    assert main(arguments) == 0
    unit = (tmp_path / "config" / "systemd" / "user" / "chatbox.service").read_text()
    assert f'serve --port 8123 --data-dir "{tmp_path}/my chats"\n' in unit
    assert f"ExecStart={Path(sys.executable).parent}" in unit
    assert "systemctl --user enable --now chatbox" in capsys.readouterr().out


def test_a_unit_is_replaced_but_never_somebody_elses(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "config" / "systemd" / "user" / "chatbox.service"
    assert main(["install-service", "--user", "--print"]) == 0
    shown = capsys.readouterr().out
    assert not path.exists()
    assert main(["install-service", "--user"]) == main(["install-service", "--user"]) == 0
    assert path.read_text() == shown
    path.write_text("[Service]\nExecStart=/opt/mine\n")
    assert main(["install-service", "--user"]) == EXIT_REFUSED
    assert str(path) in capsys.readouterr().err
    assert "mine" in path.read_text()


def test_a_program_in_a_home_directory_is_no_service_of_the_computer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    places = [Path(sys.executable), Path(sys.executable).resolve(), Path(sys.base_prefix)]
    at_home = any(place.is_relative_to(home) for place in places for home in HIDDEN)
    code = main(["install-service", "--system", "--print"])
    shown = capsys.readouterr()
    if at_home:
        assert (code, shown.out) == (EXIT_REFUSED, "")
        assert "--user" in shown.err
    else:
        assert code == 0
        assert "User=chatbox" in shown.out


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_understands_the_units(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    command = [sys.executable, "-m", "chatbox", "serve", "--config", "/etc/50%/a $b.toml"]
    units = {"--system": system_unit(command, Path("/srv/a b/data")), "--user": user_unit(command)}
    for manager, unit in units.items():
        path = tmp_path / "chatbox.service"
        path.write_text(unit)
        checked = subprocess.run(
            ["systemd-analyze", "verify", manager, path], capture_output=True, text=True
        )
        assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.skipif(sys.platform != "linux", reason="systemd is Linux's")
@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, abstract: bool) -> None:
    name = f"@chatbox-{tmp_path.name}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(name.replace("@", "\0"))
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        tell_systemd("READY=1")
        assert listening.recv(100) == b"READY=1"
    tell_systemd("STOPPING=1")  # nobody listens: no matter
    monkeypatch.delenv("NOTIFY_SOCKET")
    tell_systemd("READY=1")
