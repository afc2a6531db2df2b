"""Secrets at rest open in their own row and under their own key only."""

import base64
import stat
from pathlib import Path

import pytest

from chatbox.errors import StartRefused
from chatbox.kit.secretbox import CannotOpen, SecretBox, load_master_key

KEY = bytes(range(32))
HERE = "v1|providers|secret|id-1|1|https://a.test"


@pytest.fixture
def box() -> SecretBox:
    return SecretBox(KEY)


@pytest.mark.parametrize("secret", ["sk-1", "", "ключ 🔑", "x" * 4_000])
def test_what_is_sealed_opens_again_and_looks_different_each_time(
    box: SecretBox, secret: str
) -> None:
    one, two = box.seal(secret, bound_to=HERE), box.seal(secret, bound_to=HERE)
    assert one != two
    assert len(secret) < 4 or secret.encode() not in one
    assert box.open(one, bound_to=HERE) == box.open(two, bound_to=HERE) == secret
    assert SecretBox(KEY).open(one, bound_to=HERE) == secret


@pytest.mark.parametrize(
    "elsewhere",
    ["", HERE + " ", HERE.replace("id-1", "id-2"), HERE.replace("|1|", "|2|"), HERE + ":8080"],
)
def test_a_blob_copied_to_another_place_does_not_open(box: SecretBox, elsewhere: str) -> None:
    with pytest.raises(CannotOpen, match="another row"):
        box.open(box.seal("sk-1", bound_to=HERE), bound_to=elsewhere)


def test_another_master_key_does_not_open_it(box: SecretBox) -> None:
    other = SecretBox(bytes(32))
    assert other.fingerprint != box.fingerprint
    with pytest.raises(CannotOpen, match="another master key"):
        other.open(box.seal("sk-1", bound_to=HERE), bound_to=HERE)


def test_damage_anywhere_is_noticed(box: SecretBox) -> None:
    sealed = box.seal("sk-1", bound_to=HERE)
    for position in range(len(sealed)):
        damaged = bytearray(sealed)
        damaged[position] ^= 1
        with pytest.raises(CannotOpen):
            box.open(bytes(damaged), bound_to=HERE)
    for length in (0, 1, 5, 17, len(sealed) - 1):
        with pytest.raises(CannotOpen):
            box.open(sealed[:length], bound_to=HERE)


def test_every_purpose_has_a_key_of_its_own(box: SecretBox) -> None:
    one, two = box.derive("one/v1"), box.derive("two/v1")
    assert len({one, two, KEY, bytes.fromhex(box.fingerprint)}) == 4
    assert len(one) == len(two) == 32
    assert SecretBox(KEY).derive("one/v1") == one != SecretBox(bytes(32)).derive("one/v1")
    assert box.derive("one/v1", 16) == one[:16]
    assert KEY not in [value for value in vars(box).values() if isinstance(value, bytes)]


def test_a_key_file_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "new" / "master-key"
    key = load_master_key(path, {})
    assert len(key) == 32
    assert load_master_key(path, {}, create=False) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    load_master_key(path, {})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    path = tmp_path / "master-key"
    environ = {"CHATBOX_MASTER_KEY": base64.b64encode(KEY).decode() + "\n"}
    assert load_master_key(path, environ) == KEY
    assert not path.exists()


def test_a_missing_key_of_an_old_database_is_never_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "master-key"
    with pytest.raises(StartRefused, match=f"{path} is missing"):
        load_master_key(path, {}, create=False)
    assert not path.exists()


@pytest.mark.parametrize("text", ["", "x", "not base64!", base64.b64encode(b"short").decode()])
def test_a_malformed_key_is_refused_without_showing_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "master-key"
    path.write_text(text)
    with pytest.raises(StartRefused, match="32 bytes in base64") as refusal:
        load_master_key(path, {})
    assert not text or len(text) < 2 or text not in str(refusal.value)
    assert str(path) in str(refusal.value)
