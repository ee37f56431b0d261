"""What docs/ says about configurations is what their shape says: every key, the example, the schema."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

import pytest
from msgspec import inspect

from bot import cli_config
from bot.config import read, schema, shape
from bot.config.kinds import kinds, root
from bot.model.config import Config, Layer
from tests.config.files import EXAMPLE, FILE
from tests.house.source import ROOT
from tests.house.test_docs import rows, section, text

CHAPTER: Final = "The configuration of a repository"
SECTIONS: Final[Mapping[str, type]] = {
    "The file": shape.File,
    "Commands": shape.Command,
    "Arguments": shape.Argument,
    "Environments": shape.Environment,
    "Approvals": shape.Approvals,
    "Requirements": shape.Requires,
    "Checks": shape.Checks,
    "Freezes": shape.Freeze,
    "Event rules": shape.Rule,
    "Trust in forks": shape.Trust,
}


def structs(found: inspect.Type) -> Iterator[inspect.StructType]:
    """All shapes, each as often as it is used."""
    wanted = kinds(found)
    if wanted.struct is not None:
        yield wanted.struct
        for each in wanted.struct.fields:
            yield from structs(each.type)
    if wanted.table is not None:
        yield from structs(wanted.table.value_type)
    if wanted.items is not None:
        yield from structs(wanted.items.item_type)


SHAPES: Final = {each.cls: each for each in structs(root())}


def takes(found: inspect.Type) -> str:
    """What a key takes, in words."""
    wanted = kinds(found)
    said = [f"`{word}`" for word in (*wanted.words, *(["true", "false"] if wanted.boolean and not wanted.text else []))]
    said += [f"`{wanted.number}`"] if wanted.number is not None else []
    if wanted.whole is not None and not wanted.as_written:
        said.append(f"a number from {wanted.whole.ge} to {wanted.whole.le}")
    said += ["text or a number" if wanted.as_written else "text"] if wanted.text else []
    if wanted.items is not None:
        item = takes(wanted.items.item_type)
        said.append(f"a list of {item}" if item != "a table" else "a list of tables")
    said += ["a table"] if wanted.struct is not None or wanted.table is not None else []
    return ", ".join(said)


def documented(struct: inspect.StructType) -> list[list[str]]:
    """The rows that a table has to have."""
    found = []
    for each in struct.fields:
        assert isinstance(each.type, inspect.Metadata)
        assert each.type.extra_json_schema is not None
        needed = " **Needed.**" if each.required else ""
        found.append(
            [f"`{each.encode_name}`", takes(each.type), f"{each.type.extra_json_schema['description']}{needed}"]
        )
    return found


def test_every_shape_has_a_section() -> None:
    assert set(SECTIONS.values()) == set(SHAPES)


@pytest.mark.parametrize("heading", SECTIONS)
def test_config_md_names_every_key(heading: str) -> None:
    assert heading in section("docs/config.md", CHAPTER)
    assert rows(section("docs/config.md", heading)) == documented(SHAPES[SECTIONS[heading]])


def test_every_file_that_config_md_shows_is_right() -> None:
    shown = re.findall(r"```yaml\n(.*?)```", section("docs/config.md", CHAPTER), re.DOTALL)
    whole = [each for each in shown if re.search(r"^version:", each, re.MULTILINE)]
    assert EXAMPLE in whole
    for each in whole:
        found = read(each.encode(), layer=Layer.REPOSITORY, file=FILE)
        assert isinstance(found, Config), found


def test_the_schema_in_docs_is_the_one_that_is_served() -> None:
    """`signalbox config schema > docs/signalbox.schema.json` makes it so."""
    assert (ROOT / "docs" / "signalbox.schema.json").read_bytes() == schema()


def test_config_md_names_the_bounds() -> None:
    words = " ".join(text("docs/config.md").split())
    bounds = (shape.MOST_COMMANDS, shape.MOST_ENVIRONMENTS, shape.MOST_ARGUMENTS)
    assert "{} commands, {} environments and {} arguments".format(*bounds) in words


def test_config_md_names_every_command_of_the_command_line() -> None:
    found = {row[0].strip("`").split()[2] for row in rows(section("docs/config.md", "Checking a file"))}
    assert found == set(cli_config.config.commands)
