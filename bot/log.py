"""Owns what is written about the bot itself: one line per step, a sentence for people, an `action` for machines.

Whatever looks like a secret, or is one of ours, is masked before a line is made.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final, Literal, TextIO

MASK: Final = "***"
SHORTEST_SECRET: Final = 6  # shorter values would mask half of every line
CHATTY: Final = ("aiosqlite", "asyncio", "githubkit", "hishel", "httpcore", "httpx", "markdown_it", "slack_bolt")

_PREFIXED: Final = re.compile(
    r"-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|\Z)"
    r"|(?<![A-Za-z0-9])(?:"
    r"(?P<prefix>gh[opsur]_|github_pat_|xox[a-z]-|xoxe\.xox[a-z]-|xapp-)[A-Za-z0-9_.\-]{4,}"
    r"|eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)*)",
    re.DOTALL,
)
"""No length is asked for: GitHub's installation tokens change theirs. A cut token is masked as well."""

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_context: ContextVar[Mapping[str, str]] = ContextVar("log_context", default={})  # noqa: B039 - never changed in place


@contextmanager
def bind(**fields: str) -> Iterator[None]:
    """Every line written inside carries `fields`, in tasks started inside too: `request`, `delivery`, `job`, ..."""
    token = _context.set({**_context.get(), **fields})
    try:
        yield
    finally:
        _context.reset(token)


def tag(**fields: str) -> None:
    """The same from here to the end of the innermost `bind`, or of the task where there is none."""
    _context.set({**_context.get(), **fields})


def bound() -> Mapping[str, str]:
    """What a line written here would carry."""
    return _context.get()


def configure(
    level: str = "info",
    format: Literal["text", "json"] = "text",
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Send everything to `stream` (standard error) with one handler, in place of any that is there.

    `secrets` are values to mask wherever they turn up, on top of what is masked by its prefix.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if format == "json" else TextFormatter())
    handler.addFilter(Masking(secrets))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)


class Masking(logging.Filter):
    """Takes secrets out of message, arguments, extra fields, exception and stack of a record."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """`secrets` are masked as a whole and, when they have several lines, line by line."""
        super().__init__()
        values = {part for secret in secrets for part in (secret, *secret.splitlines()) if _worth_masking(part)}
        longest_first = sorted(values, key=len, reverse=True)
        self._values = re.compile("|".join(map(re.escape, longest_first))) if values else None

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True: a line is cleaned, never dropped."""
        record.msg, record.args = self.text(_rendered(record)), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        record.exc_text = record.exc_text and self.text(record.exc_text)
        record.stack_info = record.stack_info and self.text(record.stack_info)
        record.__dict__.update({name: value for name, value in _context.get().items() if name not in record.__dict__})
        for name in record.__dict__.keys() - _STANDARD:
            record.__dict__[name] = self.value(record.__dict__[name])
        return True

    def text(self, text: str) -> str:
        """`text` without secrets; a masked token keeps its prefix, which says what it was."""
        if self._values is not None:
            text = self._values.sub(MASK, text)
        return _PREFIXED.sub(lambda found: f"{found['prefix'] or ''}{MASK}", text)

    def value(self, value: object) -> object:
        """The same for a field of any type; what JSON does not know becomes text."""
        match value:
            case None | bool() | int() | float():
                return value
            case Mapping():
                return {self.text(str(key)): self.value(item) for key, item in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self.value(item) for item in value]
            case bytes():
                return self.text(value.decode(errors="replace"))
            case _:
                return self.text(str(value))


class JsonFormatter(logging.Formatter):
    """One JSON object per line: time, level, logger, message, then `action` and the other fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
        }
        trace = _trace(record, self)
        return json.dumps(line | ({"exception": trace} if trace else {}), default=str, ensure_ascii=False)


class TextFormatter(logging.Formatter):
    """`2026-11-21T08:00:00.000Z INFO    bot.web Recorded a delivery  action=delivery_recorded delivery=...`"""

    def format(self, record: logging.LogRecord) -> str:
        """The line; an exception follows on lines of its own."""
        fields = "".join(f" {name}={_word(value)}" for name, value in _fields(record).items())
        line = f"{_time(record)} {record.levelname:<7} {record.name} {_one_line(record.getMessage())}"
        trace = _trace(record, self)
        return f"{line} {fields}{trace and chr(10)}{trace}".rstrip()


def _rendered(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # a wrong format string must not lose the line, nor let `args` past the mask
        return f"{record.msg} {record.args}"


def _worth_masking(part: str) -> bool:
    return len(part.strip()) >= SHORTEST_SECRET and not part.startswith("-----")


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    extra = {name: value for name, value in vars(record).items() if name not in _STANDARD}
    action = {"action": extra.pop("action")} if "action" in extra else {}
    return {**action, **extra}


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _trace(record: logging.LogRecord, formatter: logging.Formatter) -> str:
    if record.exc_info and not record.exc_text:
        record.exc_text = formatter.formatException(record.exc_info)
    return "\n".join(filter(None, (record.exc_text, record.stack_info)))


def _one_line(text: str) -> str:
    """Text from outside can not forge a second line, nor steer a terminal."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _word(value: object) -> str:
    text = _one_line(str(value))
    return json.dumps(text, ensure_ascii=False) if not text or " " in text or '"' in text else text
