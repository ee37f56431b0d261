"""Owns how this Slack says no: to a client with Slack's error words, to a person by refusing the act."""

from collections.abc import Mapping, Sequence
from typing import NoReturn


class Refused(Exception):
    """The Web API answers `{"ok": false, "error": ...}`."""

    def __init__(
        self,
        error: str,
        *,
        messages: Sequence[str] = (),
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **more: object,
    ) -> None:
        super().__init__(error)
        self.error = error
        self.messages = tuple(messages)
        self.status = status
        self.headers = dict(headers or {})
        self.more = more

    @property
    def body(self) -> dict[str, object]:
        """The JSON as Slack writes it; what is wrong in detail stands in `response_metadata`."""
        body: dict[str, object] = {"ok": False, "error": self.error} | self.more
        if self.messages:
            body["errors"] = list(self.messages)
            body["response_metadata"] = {"messages": [f"[ERROR] {each}" for each in self.messages]}
        return body


class Impossible(Exception):
    """A person tries what Slack's own windows do not offer: a button that is not there, a channel they can not see."""


def invalid_arguments(*messages: str) -> NoReturn:
    raise Refused("invalid_arguments", messages=messages)
