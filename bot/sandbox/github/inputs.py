"""Owns the checks of a dispatch's inputs, in GitHub's own words."""

import json
from collections.abc import Mapping

from bot.sandbox.github.refusals import invalid_request, unprocessable
from bot.sandbox.github.workflows import Input, scalar

CLOUD_LIMIT = 25
ENTERPRISE_LIMIT = 10
PAYLOAD_LIMIT = 65_535


def check_inputs(declared: Mapping[str, Input], given: Mapping[str, object], *, limit: int) -> dict[str, str]:
    """The values the run sees: what was given, with defaults filled in. Refuses as GitHub does."""
    if len(given) > limit:
        invalid_request(f"No more than {limit} properties are allowed; {len(given)} were supplied.")
    if len(json.dumps(dict(given))) > PAYLOAD_LIMIT:
        unprocessable("inputs are too large.")
    unexpected = [name for name in given if name not in declared]
    if unexpected:
        unprocessable(f"Unexpected inputs provided: {json.dumps(unexpected)}")
    values = {name: plain(name, value) for name, value in given.items()}
    return {name: check_input(spec, values.get(name)) for name, spec in declared.items()}


def plain(name: str, value: object) -> str:
    if isinstance(value, str | bool | int | float):
        return scalar(value)
    return invalid_request(f"For 'properties/inputs/{name}', {json.dumps(value)} is not a string.")


def check_input(spec: Input, given: str | None) -> str:
    """A default stands in only for what was left out: an empty word is a value, and can be a wrong one."""
    value = spec.default if given is None else given
    if spec.required and not value:
        unprocessable(f"Required input '{spec.name}' not provided")
    if value is None:
        return "false" if spec.type == "boolean" else ""
    if value not in allowed(spec, value):
        unprocessable(f"Provided value '{value}' for input '{spec.name}' not in the list of allowed values")
    if spec.type == "number" and value and not is_number(value):
        unprocessable(f"Provided value '{value}' for input '{spec.name}' is not a number")
    return value


def allowed(spec: Input, value: str) -> tuple[str, ...]:
    """GitHub treats a boolean as a choice of two words, and says so in the same sentence."""
    if spec.type == "boolean":
        return ("true", "false")
    return spec.options if spec.type == "choice" else (value,)


def is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
