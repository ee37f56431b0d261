"""Owns the record of what clients asked and what they were told, without their secrets."""

from collections.abc import Mapping
from dataclasses import dataclass

SECRET_HEADERS = frozenset({"authorization", "cookie"})
SECRET_FIELDS = frozenset({"token", "access_token", "refresh_token", "id_token", "client_secret", "code"})
LIMIT = 10_000  # exchanges kept; the oldest go first


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer. `name` is the API method, `response_url`, or the path of a page."""

    name: str
    verb: str
    request_headers: Mapping[str, str]
    arguments: object
    status: int  # 0: the connection was dropped
    response_headers: Mapping[str, str]
    response: object

    @property
    def ok(self) -> bool:
        return isinstance(self.response, dict) and self.response.get("ok") is True

    @property
    def error(self) -> str | None:
        return str(self.response["error"]) if isinstance(self.response, dict) and "error" in self.response else None

    def __str__(self) -> str:
        return f"{self.name} -> {self.status} {self.error or 'ok'}"


def without_secrets(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in SECRET_HEADERS}


def masked(body: object) -> object:
    """Tokens keep their kind and lose the rest."""
    if not isinstance(body, Mapping):
        return body
    return {key: f"{str(value)[:4]}***" if key in SECRET_FIELDS else value for key, value in body.items()}
