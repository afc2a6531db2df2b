"""One-time codes are those of RFC 6238, for the time they belong to and no other."""

import base64
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from chatbox.accounts import totp

SEED = b"12345678901234567890"  # RFC 6238, appendix B
SECRET = base64.b32encode(SEED).decode()
NOW = 1_111_111_109_000
STEP = totp.step_at(NOW)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1_111_111_109, "07081804"),
        (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"),
        (20_000_000_000, "65353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert totp.code_of(SEED, totp.step_at(seconds * 1000), digits=8) == code
    assert totp.code_at(SECRET, totp.step_at(seconds * 1000)) == code[2:]


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_a_clock_may_be_one_step_off(off: int) -> None:
    code = totp.code_at(SECRET, STEP + off)
    assert totp.matching_step(SECRET, code, at=NOW, after=0) == STEP + off


@pytest.mark.parametrize("off", [-3, -2, 2, 3])
def test_a_clock_may_not_be_further_off(off: int) -> None:
    assert totp.matching_step(SECRET, totp.code_at(SECRET, STEP + off), at=NOW, after=0) is None


def test_no_step_is_taken_twice_nor_an_earlier_one() -> None:
    code = totp.code_at(SECRET, STEP)
    assert totp.matching_step(SECRET, code, at=NOW, after=STEP - 1) == STEP
    assert totp.matching_step(SECRET, code, at=NOW, after=STEP) is None
    assert totp.matching_step(SECRET, totp.code_at(SECRET, STEP - 1), at=NOW, after=STEP) is None


@pytest.mark.parametrize("code", ["", "0", "00000000", "０８１８０４", "081804\n", "-1", "é" * 6])
def test_what_is_no_code_matches_nothing(code: str) -> None:
    assert totp.matching_step(SECRET, code, at=NOW, after=0) is None


def test_an_app_can_read_the_address() -> None:
    secret = totp.new_secret()
    assert len(base64.b32decode(secret)) == 20
    assert secret != totp.new_secret()
    found = urlsplit(totp.uri(secret, account="anna@x.test", issuer="Our box & more"))
    assert (found.scheme, found.netloc) == ("otpauth", "totp")
    assert unquote(found.path) == "/Our box & more:anna@x.test"
    assert parse_qs(found.query) == {
        "secret": [secret],
        "issuer": ["Our box & more"],
        "algorithm": ["SHA1"],
        "digits": ["6"],
        "period": ["30"],
    }
