"""Owns reading: turns the text of each variable into a value, and collects one sentence per fault.

No fault shows a secret, nor anything that looks like one in the wrong place.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
from collections.abc import Mapping
from typing import Any, Final, final
from urllib.parse import SplitResult, urlsplit

import msgspec

from bot.variables import VARIABLES, Variable

SHOWN_CHARACTERS: Final = 60

_VARIABLES: Final = {variable.name: variable for variable in VARIABLES}
_SECRET_LOOKING: Final = re.compile(r"(gh[a-z]|github_pat|xox[a-z]|xapp)[_.-]|eyJ|PRIVATE KEY|@")


@final
class Secret:
    """A text that does not show itself: `str`, `repr` and `format` are masked, `reveal()` is the one way in."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Wrap `value`."""
        self._value = value

    def reveal(self) -> str:
        """The text itself. Never log it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str:
        """A secret does not travel through pickle or copy. Raises `TypeError`."""
        raise TypeError("a Secret can not be pickled")


class Environment:
    """All variables, converted. A faulty one reads as its default, so that the other faults are found too."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Convert everything in `environ` that is ours. An empty variable counts as unset."""
        self.faults: list[str] = []
        self._given = {name: environ[name].strip() for name in _VARIABLES if environ.get(name, "").strip()}
        self._values: dict[str, Any] = {name: self._convert(variable) for name, variable in _VARIABLES.items()}
        for variable in VARIABLES:
            if variable.url and variable.name in self._given:
                self._check_url(variable)

    def given(self, name: str) -> bool:
        """Whether somebody set it, rightly or wrongly."""
        return name in self._given

    def fault(self, name: str, sentence: str) -> None:
        """Note that `name` can not be used; `sentence` goes on after the name."""
        self.faults.append(f"{name} {sentence}")

    def value(self, name: str) -> Any:
        """What `Variable.kind` says, the default, or None."""
        return self._values[name]

    def text(self, name: str) -> str | None:
        """The text, the default, or None."""
        value = self._values[name]
        return None if value is None else str(value)

    def secret(self, name: str) -> Secret | None:
        """The text behind a mask, or None."""
        value = self.text(name)
        return None if value is None else Secret(value)

    def address(self, name: str) -> str:
        """An address that has a default, without a slash at the end."""
        return (self.text(name) or "").rstrip("/")

    def _convert(self, variable: Variable) -> Any:
        text = self._given.get(variable.name, variable.default)
        if text is None:
            return None
        try:
            return msgspec.convert(_folded(variable, text), variable.kind, strict=False)
        except msgspec.ValidationError:
            self.fault(variable.name, f"must be {variable.wanted}{self._got(variable)}")
            return variable.default and msgspec.convert(variable.default, variable.kind, strict=False)

    def _got(self, variable: Variable) -> str:
        text = self._given[variable.name]
        if variable.secret or _SECRET_LOOKING.search(text):
            return ""
        shown = text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."
        return f', got "{shown}"'

    def _check_url(self, variable: Variable) -> None:
        text = self._given[variable.name]
        wrong = _wrong_with(text, loopback=self._values["ALLOW_INSECURE_LOOPBACK"])
        if not wrong and variable.bare and urlsplit(text).path.rstrip("/"):
            wrong = "must be an address without a path"
        if wrong:
            self.fault(variable.name, f"{wrong}{self._got(variable)}")
            self._values[variable.name] = variable.default


def _folded(variable: Variable, text: str) -> str:
    """LOG_LEVEL=INFO and MIGRATE_ON_START=True are as good as their lower-case forms; other values keep their case."""
    return text if variable.kind is str else text.lower()


def _wrong_with(text: str, *, loopback: bool) -> str:
    """Why `text` is no address that we would talk to; empty when it is one."""
    try:
        url = urlsplit(text)
        host, _ = url.hostname, url.port
    except ValueError:
        return "must be an address such as https://example.com"
    if url.scheme not in ("http", "https") or not host:
        return "must be an address that begins with https://"
    if "@" in url.netloc or url.query or url.fragment:
        return "must be a plain address, without a password, ? or #"
    if url.scheme == "https" or (loopback and is_loopback(host)):
        return ""
    return _no_http(url)


def _no_http(url: SplitResult) -> str:
    if is_loopback(url.hostname or ""):
        return "must begin with https://; http:// to this machine needs ALLOW_INSECURE_LOOPBACK=true"
    return "must begin with https://"


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine by name or number; names are not resolved."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
