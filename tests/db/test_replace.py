"""Another file takes the database's place, wholly or not at all, wherever the work is cut off."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from chatbox.db import replace as module
from chatbox.db.replace import MARK, STAGED, replace_database, settle
from chatbox.errors import StartRefused

OLD = {"chatbox.db": "old", "chatbox.db-wal": "old log", "chatbox.db-shm": "old index"}


class Cut(BaseException):
    """The process ends here."""


def fill(directory: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (directory / name).write_text(text)
    (directory / STAGED).write_text("new")


def state(directory: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in directory.iterdir() if file.is_file()}


def nothing(_: Path) -> None:
    return


def test_the_old_files_move_together_and_the_new_one_stands_alone(tmp_path: Path) -> None:
    fill(tmp_path, OLD)
    replace_database(tmp_path, folder="replaced-1", check=nothing)
    assert state(tmp_path) == {"chatbox.db": "new"}
    assert state(tmp_path / "replaced-1") == OLD
    assert (tmp_path / "replaced-1").stat().st_mode & 0o777 == 0o700
    assert settle(tmp_path) is None


def test_a_mark_that_was_only_begun_is_removed(tmp_path: Path) -> None:
    (tmp_path / "chatbox.db").write_text("old")
    (tmp_path / f"{MARK}.partial").write_text("{")
    assert settle(tmp_path) is None
    assert state(tmp_path) == {"chatbox.db": "old"}


def test_without_a_database_nothing_is_put_aside(tmp_path: Path) -> None:
    fill(tmp_path, {})
    replace_database(tmp_path, folder="replaced-1", check=nothing)
    assert state(tmp_path) == {"chatbox.db": "new"}
    assert not (tmp_path / "replaced-1").exists()


def test_a_failed_check_brings_everything_back(tmp_path: Path) -> None:
    fill(tmp_path, OLD)

    def refuse(path: Path) -> None:
        assert path.read_text() == "new"
        raise sqlite3.DatabaseError("no")

    with pytest.raises(sqlite3.DatabaseError):
        replace_database(tmp_path, folder="replaced-1", check=refuse)
    assert state(tmp_path) == OLD
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []


def cut_after(monkeypatch: pytest.MonkeyPatch, steps: int) -> Callable[[], int]:
    """End the work at the n-th change of a name or sync, without any clean-up."""
    done = 0

    def step(real: Callable[..., object]) -> Callable[..., object]:
        def wrapped(*arguments: object, **more: object) -> object:
            nonlocal done
            if done == steps:
                raise Cut
            done += 1
            return real(*arguments, **more)

        return wrapped

    for owner, name in ((Path, "rename"), (Path, "unlink"), (Path, "mkdir"), (Path, "rmdir")):
        monkeypatch.setattr(owner, name, step(getattr(owner, name)))
    monkeypatch.setattr(module, "replace_file", step(module.replace_file))
    monkeypatch.setattr(module, "sync_folder", step(module.sync_folder))
    return lambda: done


@pytest.mark.parametrize("files", [OLD, {"chatbox.db": "old"}, {"chatbox.db-wal": "old log"}, {}])
def test_cut_off_anywhere_the_old_or_the_new_file_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]
) -> None:
    outcomes = set()
    for steps in range(40):
        directory = tmp_path / str(steps)
        directory.mkdir()
        fill(directory, files)
        with monkeypatch.context() as patch:
            cut_after(patch, steps)
            try:
                replace_database(directory, folder="replaced-1", check=nothing)
            except Cut:
                ended = False
            else:
                ended = True
        before = (directory / MARK).exists()
        told = settle(directory)
        assert settle(directory) is None
        found = state(directory)
        assert found in (files, {"chatbox.db": "new"}), steps
        if found == {"chatbox.db": "new"} and files:
            assert state(directory / "replaced-1") == files
        assert (told is not None) == before
        outcomes.add((told or "").partition(":")[0])
        if ended:
            break
    assert ended
    assert outcomes == {
        "",
        "An interrupted restore was undone",
        "An interrupted restore was complete",
    }


def test_an_undoing_that_is_cut_off_goes_on_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for steps in range(40):
        directory = tmp_path / str(steps)
        directory.mkdir()
        fill(directory, OLD)
        with monkeypatch.context() as patch:
            cut_after(patch, 6)
            with pytest.raises(Cut):
                replace_database(directory, folder="replaced-1", check=nothing)
        with monkeypatch.context() as patch:
            cut_after(patch, steps)
            try:
                settle(directory)
            except Cut:
                ended = False
            else:
                ended = True
        settle(directory)
        assert state(directory) == OLD
        if ended:
            break
    assert ended


def test_a_mark_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / MARK).write_text("?")
    with pytest.raises(StartRefused, match="replaced-"):
        settle(tmp_path)
    assert (tmp_path / MARK).exists()
