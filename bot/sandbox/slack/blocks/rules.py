"""Owns the small pieces of which the rules for blocks are made, and the words in which Slack complains."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

Json = dict[str, object]
Complain = Callable[[str, str], None]


class Rule(Protocol):
    """Looks at a value; `at` is its JSON pointer."""

    def __call__(self, value: object, at: str, complain: Complain, /) -> None: ...


def text(most: int, *, least: int = 1) -> Rule:
    def rule(value: object, at: str, complain: Complain) -> None:
        if not isinstance(value, str):
            complain("must be a string", at)
        elif len(value) > most:
            complain(f"must be less than {most + 1} characters", at)
        elif len(value) < least:
            complain(f"must be more than {least - 1} characters", at)

    return rule


def one_of(*words: str) -> Rule:
    def rule(value: object, at: str, complain: Complain) -> None:
        if value not in words:
            complain(f"must be a valid enum value: {', '.join(words)}", at)

    return rule


def flag(value: object, at: str, complain: Complain) -> None:
    if not isinstance(value, bool):
        complain("must be a boolean", at)


def number(value: object, at: str, complain: Complain) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        complain("must be an integer", at)


def anything(value: object, at: str, complain: Complain) -> None:
    """Not ours to judge."""


def several(rule: Rule, *, most: int, least: int = 1) -> Rule:
    def check(value: object, at: str, complain: Complain) -> None:
        if not isinstance(value, list):
            complain("must provide an array", at)
            return
        if len(value) > most:
            complain(f"no more than {most} items allowed", at)
        if len(value) < least:
            complain(f"no less than {least} items allowed", at)
        for index, each in enumerate(value):
            rule(each, f"{at}/{index}", complain)

    return check


def shape(required: Mapping[str, Rule] | None = None, /, **optional: Rule) -> Rule:
    """An object with these fields and no others; `type` is the business of `by_type`."""
    needed = dict(required or {})
    known = needed | optional

    def check(value: object, at: str, complain: Complain) -> None:
        if not isinstance(value, dict):
            complain("must provide an object", at)
            return
        for name in needed:
            if name not in value:
                complain(f"missing required field: {name}", at)
        for name, inside in value.items():
            if name in known:
                known[name](inside, f"{at}/{name}", complain)
            elif name != "type":
                complain(f"invalid additional property: {name}", at)

    return check


def by_type(rules: Mapping[str, Rule]) -> Rule:
    """An object whose `type` says which rule it follows."""

    def check(value: object, at: str, complain: Complain) -> None:
        if not isinstance(value, dict):
            complain("must provide an object", at)
        elif "type" not in value:
            complain("missing required field: type", at)
        elif value["type"] not in rules:
            complain(f"unsupported type: {value['type']}", f"{at}/type")
        else:
            rules[value["type"]](value, at, complain)

    return check


def only(rules: Mapping[str, Rule], names: Iterable[str]) -> Rule:
    return by_type({name: rules[name] for name in names})


def both(*rules: Rule) -> Rule:
    def check(value: object, at: str, complain: Complain) -> None:
        for rule in rules:
            rule(value, at, complain)

    return check
