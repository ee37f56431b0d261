"""Log lines: their shape, their fields, and what is never in them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from bot import log

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxIn0.c2lnbmF0dXJl"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA0Z3VS5JJ\n-----END RSA PRIVATE KEY-----\n"
SECRETS = [
    "ghs_16C7e42F292c6912E7710c838347Ae178B4a",
    "ghs_4711_" + JWT,
    "ghu_16C7e42F292c6912E7710c838347Ae178B4a",
    "ghr_1B4a2e77838347a7E420ce178F2E7c6912E1",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "gho_16C7e42F292c6912E7710c838347Ae178B4a",
    "github_pat_11ABCDEFG0abcdefgh_ijklmnop",
    "xoxb-123-456-abcdef",
    "xoxp-123-456-abcdef",
    "xoxe.xoxp-1-abcdef",
    "xoxe-1-abcdef",
    "xapp-1-A1-2-abcdef",
    JWT,
    PEM,
    PEM.replace("\n", "\\n"),
    PEM[:60],
    "the-webhook-secret",
]


@pytest.fixture
def root() -> Iterator[None]:
    """Give the root logger back as it was: pytest's own handlers hang there."""
    logger = logging.getLogger()
    handlers, level = logger.handlers[:], logger.level
    yield
    logging.captureWarnings(False)
    logger.handlers[:] = handlers
    logger.setLevel(level)


class Lines:
    """A configured log and what it wrote."""

    def __init__(self, format: Any, *secrets: str) -> None:
        self.stream = io.StringIO()
        log.configure("info", format, secrets, self.stream)
        self.logger = logging.getLogger("bot.test")

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def json(self) -> dict[str, Any]:
        line: dict[str, Any] = json.loads(self.text)
        return line


pytestmark = pytest.mark.usefixtures("root")


def test_a_json_line_holds_sentence_action_and_fields() -> None:
    lines = Lines("json")
    lines.logger.info("Dispatched %s", "deploy.yml", extra={"action": "request_dispatched", "request": "K7QX2M"})
    line = lines.json
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "info",
        "logger": "bot.test",
        "message": "Dispatched deploy.yml",
        "action": "request_dispatched",
        "request": "K7QX2M",
    }


def test_a_text_line_reads_from_left_to_right() -> None:
    lines = Lines("text")
    lines.logger.warning("Held a job", extra={"action": "job_held", "error": "no answer"})
    time, rest = lines.text.split(" ", 1)
    assert len(time) == len("2026-11-21T08:00:00.000Z")
    assert rest == 'WARNING bot.test Held a job  action=job_held error="no answer"\n'


def test_fields_that_are_bound_stand_in_every_line_inside() -> None:
    lines = Lines("json")
    with log.bind(delivery="d1"), log.bind(request="r1"):
        lines.logger.info("Inside")
    assert (lines.json["delivery"], lines.json["request"]) == ("d1", "r1")
    lines.stream.truncate(0)
    lines.stream.seek(0)
    lines.logger.info("Outside")
    assert "delivery" not in lines.json


def test_lines_below_the_level_are_not_written() -> None:
    lines = Lines("text")
    lines.logger.debug("Quiet")
    logging.getLogger("httpx").info("HTTP Request: GET https://api.github.com")
    assert lines.text == ""


def test_text_from_outside_can_not_forge_a_line() -> None:
    lines = Lines("text")
    lines.logger.info("Read %s", "a\n2026-11-21 ERROR forged\x1b[31m", extra={"branch": "x\ny"})
    assert lines.text.count("\n") == 1
    assert "\x1b" not in lines.text


@pytest.mark.parametrize("format", ["text", "json"])
@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("where", ["message", "argument", "extra", "nested", "key", "bytes", "context", "exception"])
def test_a_secret_is_masked_wherever_it_turns_up(where: str, secret: str, format: str) -> None:
    lines = Lines(format, "the-webhook-secret")
    match where:
        case "message":
            lines.logger.error(f"Got '{secret}' back")
        case "argument":
            lines.logger.error("Got '%s' back", secret)
        case "extra":
            lines.logger.error("Got it", extra={"answer": f"'{secret}'"})
        case "nested":
            lines.logger.error("Got it", extra={"answer": {"headers": [("authorization", f"Bearer {secret}")]}})
        case "key":
            lines.logger.error("Got it", extra={"answer": {secret: 1}})
        case "bytes":
            lines.logger.error("Got it", extra={"answer": secret.encode()})
        case "context":
            with log.bind(token=secret):
                lines.logger.error("Got it")
        case _:
            try:
                raise ValueError(f"'{secret}'")
            except ValueError:
                lines.logger.exception("Got it")
    core = max(secret.replace("\\n", "\n").splitlines(), key=lambda line: 0 if line.startswith("---") else len(line))
    assert core[6:] not in lines.text
    assert "***" in lines.text


def test_each_line_of_a_secret_is_masked_by_itself() -> None:
    lines = Lines("text", PEM)
    lines.logger.error("Could not read MIIEowIBAAKCAQEA0Z3VS5JJ")
    assert "MIIE" not in lines.text


def test_a_short_value_does_not_mask_half_of_every_line() -> None:
    lines = Lines("text", "a", "")
    lines.logger.info("A plain sentence")
    assert "A plain sentence" in lines.text


def test_words_that_only_look_alike_stay() -> None:
    lines = Lines("text")
    lines.logger.info("Ran highs_and_lows and eyJust and xox")
    assert "Ran highs_and_lows and eyJust and xox" in lines.text


def test_a_wrong_format_string_loses_neither_the_line_nor_the_mask() -> None:
    lines = Lines("text")
    lines.logger.error("Two %s %s", "ghs_16C7e42F292c6912E7710c838347Ae178B4a")
    assert "Two" in lines.text
    assert "16C7e42F292c" not in lines.text


def test_an_exception_follows_on_its_own_lines_or_in_its_own_field() -> None:
    lines = Lines("text")
    try:
        raise ValueError("no")
    except ValueError:
        lines.logger.exception("Failed", extra={"action": "x"})
    assert lines.text.splitlines()[1] == "Traceback (most recent call last):"
    again = Lines("json")
    try:
        raise ValueError("no")
    except ValueError:
        again.logger.exception("Failed")
    assert again.json["exception"].endswith("ValueError: no")


def test_configuring_twice_writes_once() -> None:
    Lines("text")
    lines = Lines("text")
    lines.logger.info("Once")
    assert lines.text.count("Once") == 1
