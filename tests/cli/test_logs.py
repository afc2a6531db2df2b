"""The log: one line an event, nothing secret, nothing that breaks a line."""

import json
import logging
import sys
from collections.abc import Iterator

import pytest

from chatbox.cli.logs import HIDDEN, Json, Pretty, redact
from chatbox.kit.current import REQUEST_ID
from tests.running import SECRET

CANARY = "0123456789canaryXYZ"  # like the keys of providers that have no well-known beginning
TOLD = [
    f"Authorization: Bearer {CANARY}",
    f"authorization: Basic {CANARY}",
    f"Authorization: {CANARY}",
    f"{{'Authorization': 'Bearer {CANARY}'}}",
    f"[(b'authorization', b'Bearer {CANARY}'), (b'x', b'y')]",
    f'{{"api_key": "{CANARY}", "model": "m"}}',
    f"https://host.test/v1?api_key={CANARY}&x=1",
    f"x-api-key={CANARY}",
    f"webhook_secret='{CANARY}'",
    f"password: {CANARY}",
    f"backup.passphrase={CANARY}",
    f"Set-Cookie: {CANARY}",
    f"bearer   {CANARY}",
    f"CHATBOX_MASTER_KEY={CANARY}",
    f"sk-{CANARY}",
    f"cbx_{CANARY}",
    f"AIza{CANARY}",
]


@pytest.fixture(params=[Json, Pretty])
def style(request: pytest.FixtureRequest) -> logging.Formatter:
    formatter: logging.Formatter = request.param()
    return formatter


def line_of(style: logging.Formatter, message: str = "event", **fields: object) -> str:
    record = logging.makeLogRecord({"msg": message, "levelname": "INFO", **fields})
    return style.format(record)


@pytest.mark.parametrize("told", TOLD)
def test_what_is_named_or_looks_like_a_secret_is_blanked(
    style: logging.Formatter, told: str
) -> None:
    for line in (line_of(style, told), line_of(style, detail=told), line_of(style, detail=[told])):
        assert CANARY not in line
        assert HIDDEN in line


@pytest.mark.parametrize("name", ["authorization", "secret", "smtp_password", "token", "api_key"])
def test_a_field_that_is_named_like_a_secret_is_blanked(
    style: logging.Formatter, name: str
) -> None:
    assert CANARY not in line_of(style, **{name: CANARY})


def test_a_traceback_is_blanked(style: logging.Formatter) -> None:
    try:
        raise ValueError(f"cannot send {{'authorization': 'Bearer {CANARY}'}} or {SECRET}")
    except ValueError:
        line = line_of(style, exc_info=sys.exc_info())
    assert "ValueError" in line
    assert CANARY not in line
    assert SECRET[-12:] not in line


@pytest.mark.parametrize(
    "harmless",
    [
        "nothing to hide, task-force sky",
        "input_tokens=12 first_token_seconds=0.5",
        "The secret of up must be entered again",
        "a token, then another",
        "basic things",
    ],
)
def test_ordinary_words_stay(harmless: str) -> None:
    assert redact(harmless) == harmless


def test_numbers_stay_numbers_in_json() -> None:
    line = line_of(Json(), input_tokens=12, first_token_seconds=0.25, code=None)
    entry = json.loads(line)
    assert (entry["input_tokens"], entry["first_token_seconds"], entry["code"]) == (12, 0.25, None)


def test_nothing_breaks_a_line(style: logging.Formatter) -> None:
    line = line_of(style, "one\r\ntwo", model='a"b\nc\u2028', other=ValueError("x\ny"))
    assert len(line.split("\n")) == 1
    if isinstance(style, Json):
        assert json.loads(line)["model"] == 'a"b\nc\u2028'


@pytest.fixture
def request_id() -> Iterator[str]:
    token = REQUEST_ID.set("from-the-proxy-1")
    yield "from-the-proxy-1"
    REQUEST_ID.reset(token)


def test_lines_name_the_request_they_belong_to(style: logging.Formatter, request_id: str) -> None:
    assert request_id in line_of(style)


def test_a_name_orders_the_terminal_about_as_little_as_it_breaks_the_line() -> None:
    line = line_of(Pretty(), "turn", model="a\r\n\x1b[2Jb\u2028\x9bc")
    assert line.endswith(r"model=a\r\n\x1b[2Jb\u2028\x9bc")
