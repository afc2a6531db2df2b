"""Logging: one event a line with keyword fields, pretty for people or JSON for machines.

Prompts, replies and secrets are never logged; what looks like a key is blanked all the same, since
libraries put request data into their messages.
"""

import logging
import re
import sys
import time

import msgspec

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_SECRET = re.compile(r"(?i)(bearer\s+|\b(?:sk|cbx|gsk|xai)[-_])[A-Za-z0-9._~+/=-]{6,}")


class _Lines(logging.Formatter):
    """Formats a record as one line."""

    def fields(self, record: logging.LogRecord) -> dict[str, object]:
        """The keyword fields of a record."""
        return {key: value for key, value in vars(record).items() if key not in _STANDARD}

    def trace(self, record: logging.LogRecord) -> str:
        """The traceback, if any."""
        return self.formatException(record.exc_info) if record.exc_info else ""


class Pretty(_Lines):
    """`05:16:43 info  message  key=value`."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a line."""
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        fields = "".join(
            f"  {key}={_one_line(value)}" for key, value in self.fields(record).items()
        )
        line = f"{clock} {record.levelname.lower():7} {_one_line(record.getMessage())}{fields}"
        trace = self.trace(record)
        return redact(f"{line}\n{trace}" if trace else line)


class Json(_Lines):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a line."""
        entry = {
            "time": round(record.created, 3),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **self.fields(record),
        }
        if trace := self.trace(record):
            entry["trace"] = trace
        return redact(msgspec.json.encode(entry, enc_hook=str).decode())


def set_up_logging(level: str, style: str) -> None:
    """Send all logs to standard error in one style."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json() if style == "json" else Pretty())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for noisy in ("httpx", "aiosqlite", "asyncio", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


def redact(text: str) -> str:
    """Blank what looks like a key."""
    return _SECRET.sub(lambda found: found.group(1) + "[redacted]", text)


def _one_line(value: object) -> str:
    return str(value).replace("\r", "\\r").replace("\n", "\\n")
