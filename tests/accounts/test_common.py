"""The commonest passwords are refused, and no others."""

import io
import logging
import tarfile
from pathlib import Path

import pytest

from chatbox.accounts import common
from chatbox.accounts.common import BYTES, FILE, is_common, is_in
from chatbox.accounts.passwords import check_password
from chatbox.errors import PasswordRefused
from tests.scripts.places import load_script


@pytest.mark.parametrize(
    "password",
    [
        "password123",
        "PassWord123",
        "qwertyuiop",
        "1234567890",
        "iloveyou123",
        "ｐａｓｓｗｏｒｄ１２３",
    ],
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    assert is_common(password)
    with pytest.raises(PasswordRefused, match="commonest"):
        check_password(password, "anna")


@pytest.mark.parametrize(
    "password", ["correct horse battery", "一个很长的密码和别的", "\ud800" * 10, "x" * 256, ""]
)
def test_others_are_not_in_the_list(password: str) -> None:
    assert not is_common(password)


def test_the_first_and_the_last_of_a_list_are_found() -> None:
    entries = FILE.read_bytes()
    assert len(entries) == 112_130 * BYTES
    each = [entries[place : place + BYTES] for place in range(0, len(entries), BYTES)]
    assert each == sorted(set(each))
    assert not is_in(b"", "password123")
    (one,) = [entry for entry in each if is_in(entry, "password123")]
    for few in ([one], [b"\0" * BYTES, one], [one, b"\xff" * BYTES]):
        assert is_in(b"".join(few), "password123")


def test_without_the_list_a_warning_is_given(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    monkeypatch.setattr(common, "FILE", tmp_path / "missing")
    common._entries.cache_clear()
    with caplog.at_level(logging.WARNING):
        assert not is_common("password123")
    common._entries.cache_clear()
    assert "common passwords" in caplog.text


def test_a_package_with_another_list_is_refused(tmp_path: Path) -> None:
    script = load_script("common_passwords")
    target = tmp_path / "list.bin"
    assert script.is_there()
    assert not script.is_there(target)
    target.write_bytes(FILE.read_bytes()[:-1] + b"\0")
    assert not script.is_there(target)

    def pack(folder: Path, package: str) -> None:
        assert package.endswith("@0.0.4")
        with tarfile.open(folder / "x.tgz", "w:gz") as archive:
            entry = tarfile.TarInfo(script.MEMBER)
            entry.size = 3
            archive.addfile(entry, io.BytesIO(b"abc"))

    with pytest.raises(RuntimeError, match="does not hold the list"):
        script.make(pack, target)
    assert not script.is_there(target)
