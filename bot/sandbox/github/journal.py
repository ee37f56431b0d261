"""Owns the record of what clients asked and what they were told, without their secrets."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

SECRET_HEADERS = frozenset({"authorization", "cookie"})
SECRET_FIELDS = frozenset({"access_token", "client_secret", "code", "code_verifier", "token"})
SECRET_QUERY = re.compile(r"([?&](?:code|sig)=)[^&]+")
LIMIT = 10_000  # exchanges kept; the oldest go first


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer. `path` is as it came over the wire, without `/api/v3`."""

    method: str
    path: str
    query: Mapping[str, str]
    request_headers: Mapping[str, str]
    request_body: object  # decoded JSON, or None
    status: int  # 0: the connection was dropped
    response_headers: Mapping[str, str]
    response_body: object  # decoded JSON, text, or None

    def __str__(self) -> str:
        return f"{self.method} {self.path} -> {self.status}"


def without_secrets(headers: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in headers.items() if name.lower() not in SECRET_HEADERS}
    return {name: SECRET_QUERY.sub(r"\1***", value) for name, value in kept.items()}


def masked(body: object) -> object:
    """Tokens keep their kind and lose the rest."""
    if not isinstance(body, dict):
        return body
    return {key: f"{str(value)[:4]}***" if key in SECRET_FIELDS else value for key, value in body.items()}
