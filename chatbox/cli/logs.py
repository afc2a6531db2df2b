"""Logging: one event a line with keyword fields, pretty for people or JSON for machines.

Prompts, replies and secrets are never logged. What looks like a secret is blanked all the same,
since libraries put request data into their messages: whatever stands behind a name such as
Authorization, and keys by their well-known beginnings.
"""

import logging
import re
import sys
import time
from functools import lru_cache

import msgspec

from chatbox.kit.current import REQUEST_ID

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
HIDDEN = "[redacted]"
SHORT = 80
_NAMES = (
    r"authorization|api[-_]?key|cookie|pass(?:word|phrase)|secret|token|signature"
    r"|(?:master|private)[-_]key"
)
_NAMED = re.compile(rf"(?i).*(?:{_NAMES})")
_TOLD = re.compile(  # `name: value`, `name="value"`, `(b'name', b'value')`, `Name: Bearer value`
    rf"""(?ix) ({_NAMES}) (["']?\s*[:=]\s* | ["']\s*,\s*) (?:
        b?(["']) .*? (?:\3|$)
        | (?:(?:bearer|basic|digest)\s+)? [^\s"',;&}})\]]+
    )"""
)
_SECRET = re.compile(
    r"(?i)(bearer\s+|\b(?:sk|cbx|gsk|xai|whsec|pplx|hf)[-_]|\bAIza)[A-Za-z0-9._~+/=-]{6,}"
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class _Lines(logging.Formatter):
    """What a line is made of, without secrets."""

    def event(self, record: logging.LogRecord) -> str:
        """What happened."""
        return redact(record.getMessage())

    def fields(self, record: logging.LogRecord) -> dict[str, object]:
        """The keyword fields, with the request that it happened in."""
        found = {
            name: HIDDEN if _is_secret(name) else _shown(value)
            for name, value in vars(record).items()
            if name not in _STANDARD
        }
        if request_id := REQUEST_ID.get():
            found.setdefault("request_id", request_id)
        return found

    def trace(self, record: logging.LogRecord) -> str:
        """The traceback, if any."""
        return redact(self.formatException(record.exc_info)) if record.exc_info else ""


class Pretty(_Lines):
    """`05:16:43 info  message  key=value`."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a line."""
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        fields = "".join(
            f"  {name}={_one_line(value)}"
            for name, value in self.fields(record).items()
            if value is not None
        )
        line = f"{clock} {record.levelname.lower():7} {_one_line(self.event(record))}{fields}"
        trace = self.trace(record)
        return f"{line}\n{trace}" if trace else line


class Json(_Lines):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a line."""
        entry = {
            "time": round(record.created, 3),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": self.event(record),
            **self.fields(record),
        }
        if trace := self.trace(record):
            entry["trace"] = trace
        return msgspec.json.encode(entry).decode()


def set_up_logging(level: str, style: str) -> None:
    """Send all logs to standard error in one style."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json() if style == "json" else Pretty())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for noisy in ("httpx", "aiosqlite", "asyncio", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


def redact(text: str) -> str:
    """Blank what looks like a secret."""
    return _redact_short(text) if len(text) <= SHORT else _redact(text)


def _redact(text: str) -> str:
    text = _TOLD.sub(lambda found: f"{found[1]}{found[2]}{HIDDEN}", text)
    return _SECRET.sub(lambda found: found[1] + HIDDEN, text)


_redact_short = lru_cache(maxsize=512)(_redact)  # names of events and routes come all the time


@lru_cache(maxsize=512)
def _is_secret(name: str) -> bool:
    return _NAMED.fullmatch(name) is not None


def _shown(value: object) -> object:
    """A number or nothing as it is, anything else as text without secrets."""
    return value if value is None or isinstance(value, int | float) else redact(str(value))


def _one_line(value: object) -> str:
    """Write what would break the line, or order a terminal about, as an escape."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), str(value))
