"""The JSON Schema: what it takes, and that it never takes less than the reader nor lets an unknown key pass."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import read, schema
from bot.config.shape import File
from bot.model.config import Config, Layer
from tests.config.files import EVERYTHING, EXAMPLE, FILE
from tests.config.test_hostile import TREES, WORDS

SCHEMA = json.loads(schema())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def loaded(text: str) -> Any:
    """As an editor reads it, which knows nothing of Signalbox."""
    from ruamel.yaml import YAML

    return YAML(typ="safe", pure=True).load(text.replace("{from: 2026-12-20 16:00,", '{from: "2026-12-20 16:00",'))


def valid(document: object) -> bool:
    return not list(VALIDATOR.iter_errors(cast(Any, document)))


def objects(document: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The ways to all objects whose keys are known; not to tables of somebody's own names."""
    own = path[-1:] in [("commands",), ("environments",), ("arguments",), ("fixed",)]
    if isinstance(document, dict):
        if not own:
            yield path
        for key, value in document.items():
            yield from objects(value, (*path, key))
    if isinstance(document, list):
        for index, value in enumerate(document):
            yield from objects(value, (*path, index))


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"].startswith("https://json-schema.org/")


@pytest.mark.parametrize("text", [EXAMPLE, EVERYTHING, "version: 1"])
def test_it_takes_what_is_right(text: str) -> None:
    assert valid(loaded(text))


def test_it_refuses_an_unknown_key_wherever_it_stands() -> None:
    ways = list(objects(loaded(EVERYTHING)))
    assert {way[-1] for way in ways if way and isinstance(way[-1], str)} >= {
        "deploy",
        "Production",
        "requires",
        "trust",
    }
    for way in ways:
        document = loaded(EVERYTHING)
        place = document
        for step in way:
            place = place[step]
        place["unknwon"] = 1
        assert not valid(document), way


@pytest.mark.parametrize(
    "text",
    [
        "commands: {}",
        "version: 2",
        "version: 1\ncommands: {ship: {}}",
        "version: 1\ncommands: {Ship: {workflow: ship.yml}}",
        "version: 1\ncommands: {ship: {workflow: ship}}",
        "version: 1\ncommands: {ship: {workflow: ship.yml, teams: [platform]}}",
        "version: 1\nmaintenance: true",
        "version: 1\nenvironments: {a: {approvals: {expires: 4h}}}",
        "version: 1\nenvironments: {a: {requires: {after: []}}}",
    ],
)
def test_it_refuses_what_is_wrong(text: str) -> None:
    assert not valid(loaded(text))


def test_every_key_says_what_it_is_for() -> None:
    """An editor shows the description, and an example to copy."""
    for name, each in SCHEMA["$defs"].items():
        assert each["description"], name
        for key, value in each["properties"].items():
            assert value["description"].endswith("."), (name, key)
            assert value["examples"], (name, key)


def test_every_example_is_right() -> None:
    for each in SCHEMA["$defs"].values():
        for key, value in each["properties"].items():
            checker = jsonschema.Draft202012Validator({**value, "$defs": SCHEMA["$defs"]})
            assert all(checker.is_valid(example) for example in value["examples"]), key


def test_the_words_for_a_whole_file_are_those_of_its_shape() -> None:
    assert SCHEMA["$defs"]["File"]["description"] == File.__doc__


FILES = st.fixed_dictionaries(
    {"version": st.just(1)},
    optional={
        "commands": st.dictionaries(WORDS, st.fixed_dictionaries({"workflow": st.just("a.yml")}) | TREES, max_size=3),
        "environments": st.dictionaries(WORDS, TREES, max_size=3),
        "trust": TREES,
        "require_prefix": TREES,
        "rules": TREES,
    },
)


@given(TREES | FILES)
@settings(deadline=None, max_examples=80)
def test_what_the_reader_takes_the_schema_takes_too(document: object) -> None:
    """Else an editor would underline what works."""
    text = json.dumps(document, allow_nan=False) if finite(document) else "{}"
    found = read(text.encode(), layer=Layer.SERVER, file=FILE)
    assert not isinstance(found, Config) or valid(json.loads(text))


def finite(document: object) -> bool:
    try:
        json.dumps(document, allow_nan=False)
    except ValueError:
        return False
    return True
