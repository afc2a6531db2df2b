"""One server per data directory, which is its owner's alone."""

import fcntl
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from chatbox.db.lock import DirectoryLock, is_served, prepare_directory
from chatbox.errors import StartRefused

HOLD = """
import sys
from pathlib import Path
from chatbox.db.lock import DirectoryLock
with DirectoryLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_second_server_is_refused_with_the_pid_of_the_first(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(StartRefused, match=f"process {other.pid}"), DirectoryLock(tmp_path):
            pass
        other.kill()
    with DirectoryLock(tmp_path) as lock:
        assert (tmp_path / "chatbox.lock").read_text() == f"{os.getpid()}"
        assert not is_served(tmp_path), "it may still be upgraded"
        lock.serve()
        assert (tmp_path / "chatbox.lock").read_text() == f"{os.getpid()}\n"
        assert is_served(tmp_path)
    assert not is_served(tmp_path)


def test_the_lock_can_be_taken_again_after_it_was_let_go(tmp_path: Path) -> None:
    for _ in range(2):
        with DirectoryLock(tmp_path), pytest.raises(StartRefused), DirectoryLock(tmp_path):
            pass
    assert mode(tmp_path / "chatbox.lock") == 0o600


def test_who_only_looks_keeps_no_server_away(tmp_path: Path) -> None:
    with DirectoryLock(tmp_path):
        pass
    descriptor = os.open(tmp_path / "chatbox.lock", os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    looking = threading.Timer(0.03, os.close, [descriptor])
    looking.start()
    with DirectoryLock(tmp_path):
        looking.join()


def test_a_new_directory_is_private(tmp_path: Path) -> None:
    prepare_directory(tmp_path / "a" / "b")
    assert mode(tmp_path / "a" / "b") == 0o700


def test_a_directory_and_files_that_others_can_read_are_tightened(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o755)
    for name in ("chatbox.db", "chatbox.db-wal", "chatbox.db-shm"):
        (folder / name).touch()
        (folder / name).chmod(0o644)
    prepare_directory(folder)
    assert mode(folder) == 0o700
    assert {mode(file) for file in folder.iterdir()} == {0o600}


def test_a_directory_that_is_a_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StartRefused, match="cannot be used: .*--data-dir"):
        prepare_directory(tmp_path / "file")
