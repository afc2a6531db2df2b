"""The command line: what it shows, what it refuses, with which exit code."""

import base64
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import chatbox
from chatbox.cli.main import EXIT_INTERRUPTED, EXIT_REFUSED, main
from chatbox.cli.open_files import raise_open_files
from chatbox.config import Limits
from chatbox.db.lock import DirectoryLock
from tests.running import SECRET


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No configuration of the machine that runs the tests."""
    for name in [name for name in os.environ if name.startswith("CHATBOX_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that must be refused; its sentence."""
    assert main(arguments) == EXIT_REFUSED
    shown = capsys.readouterr()
    assert shown.err.startswith("chatbox: ")
    assert "Traceback" not in shown.err
    return shown.err


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """A directory that this process cannot look into."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.seteuid(65_534)
        yield folder
        os.seteuid(0)
    else:
        folder.chmod(0)
        yield folder
        folder.chmod(0o700)


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
@pytest.mark.parametrize("command", ["backup", "migrate", "rollback"])
def test_a_closed_directory_is_told(
    closed: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert str(closed) in refusal(capsys, command, "--data-dir", str(closed / "data"))


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_the_doctor_says_that_a_directory_is_closed(
    closed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--data-dir", str(closed / "data")]) == 1
    assert "closed to this user" in capsys.readouterr().out


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_a_command_works_in_a_closed_directory(
    closed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As with sudo -u from root's home."""
    if os.geteuid() == 65_534:
        os.seteuid(0)
        monkeypatch.chdir(closed)
        os.seteuid(65_534)
    assert main(["config", "show"]) == 0
    assert "data_dir" in capsys.readouterr().out


@pytest.mark.skipif(os.name != "posix", reason="needs a terminal")
def test_the_end_of_input_is_no_answer(data_dir: Path) -> None:
    main(["backup", "--data-dir", str(data_dir)])
    (backup,) = (data_dir / "backups").iterdir()
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "chatbox", "restore", str(backup), "--data-dir", str(data_dir)]
    with subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, text=True) as process:
        os.write(ours, b"\x04")
        assert process.stdout is not None
        assert process.stdout.read().endswith("Nothing was changed.\n")
    assert process.returncode == EXIT_INTERRUPTED
    os.close(ours)
    os.close(theirs)


def test_config_show_prints_every_value_with_its_source(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "chatbox.toml").write_text("[limits]\nviewers = 7\n")
    monkeypatch.setenv("CHATBOX_LOG_LEVEL", "debug")
    assert main(["config", "show", "--port", "9"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "9" in lines["port"]
    assert "flag" in lines["port"]
    assert "environment CHATBOX_LOG_LEVEL" in lines["log_level"]
    assert "file chatbox.toml" in lines["limits.viewers"]
    assert "default" in lines["host"]


def test_version_names_chatbox_python_and_sqlite(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert f"chatbox {chatbox.__version__}" in shown
    assert "SQLite 3." in shown


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("CHATBOX_OIDC_ISSUER", "http://id.example.org", "oidc.issuer must begin with https://"),
        ("CHATBOX_PROXY_LOGIN_HEADER", "Remote-User", "proxy_login.secret must have at least"),
        ("CHATBOX_ALERTS_SMTP_HOST", "mail.example.org", "alerts.email_from must be one"),
    ],
)
def test_half_a_way_in_stops_the_start(
    variable: str,
    value: str,
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(variable, value)
    assert said in refusal(capsys, "serve")


@pytest.mark.parametrize("arguments", [[], ["fly"], ["serve", "--port", "x"], ["config"]])
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2


@pytest.mark.parametrize("url", ["chat.example.org", "https://x.org/path", "ftp://x.org", "x"])
def test_a_public_address_is_one(capsys: pytest.CaptureFixture[str], url: str) -> None:
    assert "public_url must be like" in refusal(capsys, "serve", "--public-url", url)


def test_a_bad_value_stops_the_start(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHATBOX_PORT", "many")
    assert "CHATBOX_PORT" in refusal(capsys, "serve")
    assert "CHATBOX_PORT" in refusal(capsys, "config", "show")


def test_a_taken_directory_names_its_owner(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    with DirectoryLock(data):
        said = refusal(capsys, "serve", "--data-dir", str(data))
    assert f"process {os.getpid()}" in said
    assert not (data / "chatbox.db").exists()


def test_a_taken_port_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = refusal(capsys, "serve", "--port", port, "--data-dir", str(tmp_path / "data"))
    assert port in said


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def serving(data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`chatbox serve` as a process, and its address."""
    command = [sys.executable, "-m", "chatbox", "serve", "--port", "0", "--data-dir", str(data)]
    command += ["--no-discover", "--no-demo-model"]
    environ = {**os.environ, "PYTHONPATH": str(Path(chatbox.__file__).parents[1])}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environ) as process:
        assert process.stdout is not None
        line = next(line for line in process.stdout if "chatbox is ready" in line)
        yield process, line.split()[-1]
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_a_server_starts_serves_and_ends_with_code_0(
    serving: tuple[subprocess.Popen[str], str], data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    process, url = serving
    assert httpx.get(f"{url}/healthz", trust_env=False).json() == {"status": "ok"}
    provider = {"name": "here", "base_url": "http://127.0.0.1:9/v1", "secret": SECRET}
    made = httpx.post(f"{url}/api/v1/providers", json=provider, trust_env=False, timeout=30)
    assert made.status_code == 201, made.text
    assert {file.stat().st_mode & 0o077 for file in [data, *data.iterdir()]} == {0}
    assert (data.with_name("data.master-key").stat().st_mode & 0o777) == 0o600
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert not (data / "chatbox.db-wal").exists()

    other = base64.b64encode(bytes(32)).decode()
    (data.parent / "other-key").write_text(other)
    before = (data / "chatbox.db").read_bytes()
    command = ["serve", "--data-dir", str(data), "--port", "0", "--no-discover"]
    said = refusal(capsys, *command, "--master-key-file", str(data.parent / "other-key"))
    assert "master key is not the one" in said
    said = refusal(capsys, *command, "--master-key-file", str(data.parent / "missing"))
    assert "missing" in said
    assert "holds secrets" in said
    assert (data / "chatbox.db").read_bytes() == before


def test_an_interrupted_start_says_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("chatbox.cli.server.prepare_directory", interrupt)
    assert main(["serve"]) == EXIT_INTERRUPTED == 130
    assert capsys.readouterr() == ("", "")


def test_the_limit_of_open_files_is_raised_and_a_low_one_is_told(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = pytest.importorskip("resource")
    limits = [1_024, 4_096]

    def change(_: int, wanted: tuple[int, int]) -> None:
        limits[:] = wanted

    monkeypatch.setattr(resource, "getrlimit", lambda _: tuple(limits))
    monkeypatch.setattr(resource, "setrlimit", change)
    raise_open_files(Limits(running_turns=1_000, viewers=2_000))
    assert limits == [4_096, 4_096]
    assert not caplog.records
    raise_open_files(Limits())
    assert "4096 files" in caplog.text
    assert "8000" in caplog.text
    limits[:] = [1_024, resource.RLIM_INFINITY]
    raise_open_files(Limits())
    assert limits[0] == 65_536
    limits[:] = [100_000, 200_000]
    raise_open_files(Limits())
    assert limits == [100_000, 200_000]
