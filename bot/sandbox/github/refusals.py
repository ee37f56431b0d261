"""Owns how this GitHub says no: one exception that carries the whole answer, in GitHub's own words."""

from collections.abc import Mapping, Sequence
from typing import NoReturn

DOCUMENTATION = "https://docs.github.com/rest"


class Refused(Exception):
    """GitHub answers with an error."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: Sequence[Mapping[str, object]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.message = message
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    @property
    def body(self) -> dict[str, object]:
        """The JSON as GitHub writes it; `status` is a string there."""
        body: dict[str, object] = {"message": self.message}
        if self.errors:
            body["errors"] = [dict(error) for error in self.errors]
        return body | {"documentation_url": DOCUMENTATION, "status": str(self.status)}


def not_found() -> NoReturn:
    """Hidden and missing look the same, so that nobody can probe for private names."""
    raise Refused(404, "Not Found")


def bad_credentials() -> NoReturn:
    raise Refused(401, "Bad credentials")


def unprocessable(message: str) -> NoReturn:
    raise Refused(422, message)


def invalid_request(detail: str) -> NoReturn:
    """GitHub's schema check speaks in this form."""
    raise Refused(422, f"Invalid request.\n\n{detail}")


def validation_failed(resource: str, field: str, message: str, *, code: str = "unprocessable") -> NoReturn:
    error = {"resource": resource, "code": code, "field": field, "message": message}
    raise Refused(422, "Validation Failed", errors=[error])
