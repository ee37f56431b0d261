"""Owns the way from a tree of YAML to the shapes: every fault is noted, so that all are told at once.

msgspec's own conversion stops at the first fault and knows no lines; so the tree is walked along what msgspec tells
about the shapes. What is wrong is left out of the result, so that what is right can still be judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import inspect

from bot.config import scalar
from bot.config.faults import Faults, meant, shown
from bot.config.kinds import kinds
from bot.config.scalar import Unfit
from bot.model.config import Path
from bot.rules.wording import listed
from bot.yaml import Items, Node, Scalar, Table


def walk(node: Node, shape: inspect.Type, path: Path, faults: Faults) -> Any:
    """The value of `node` in `shape`. What is wrong goes to `faults`; raises `Unfit` when nothing is left of it."""
    faults.values[path] = (node.line, node.column)
    wanted = kinds(shape)
    match node:
        case Table() if wanted.struct is not None:
            return _struct(node, wanted.struct, path, faults)
        case Table() if wanted.table is not None:
            return _table(node, wanted.table, path, faults)
        case Items() if wanted.items is not None:
            return _items(node, wanted.items, path, faults)
        case Scalar() if wanted.nothing or not node.empty:
            return scalar.value(node, wanted, faults)
    more = "; or remove the key" if isinstance(node, Scalar) else ""
    faults.add(f"{_name(path)} is {_called(node)}", (node.line, node.column), f"It takes {wanted.told}{more}.")
    raise Unfit


def _struct(node: Table, shape: inspect.StructType, path: Path, faults: Faults) -> Any:
    fields = {each.encode_name: each for each in shape.fields}
    found: dict[str, Any] = {}
    for key, value in node.entries:
        known = fields.get(key.text)
        if known is None:
            faults.add(f"unknown key {shown(key.text)}", (key.line, key.column), _known(key.text, list(fields)))
            continue
        here = (*path, key.text)
        faults.keys[here] = (key.line, key.column)
        try:
            found[known.name] = walk(value, known.type, here, faults)
        except Unfit:
            found.setdefault(known.name, None)
    return _built(node, shape, path, found, faults)


def _built(node: Table, shape: inspect.StructType, path: Path, found: dict[str, Any], faults: Faults) -> Any:
    """The struct; what is wrong in it counts as not there, but is not missed."""
    missing = [each.encode_name for each in shape.fields if each.required and each.name not in found]
    for name in missing:
        place = faults.keys.get(path, (node.line, node.column))
        faults.add(f"{_name(path)} has no {shown(name)}", place, _example(shape, name))
    right = {name: value for name, value in found.items() if value is not None}
    return shape.cls(**{**_assumed(shape), **right})


def _assumed(shape: inspect.StructType) -> dict[str, Any]:
    """What stands in for what has to be there and is not, so that the rest can be judged: the one value, or no text."""
    return {each.name: kinds(each.type).number or "" for each in shape.fields if each.required}


def _table(node: Table, shape: inspect.DictType, path: Path, faults: Faults) -> dict[str, Any]:
    _count(len(node.entries), shape.max_length, node, path, faults)
    names, found = kinds(shape.key_type), dict[str, Any]()
    for key, value in node.entries:
        here = (*path, key.text)
        faults.keys[here] = (key.line, key.column)
        try:
            name = scalar.text(key.text, names, (key.line, key.column), faults)
            found[name] = walk(value, shape.value_type, here, faults)
        except Unfit:
            continue
    return found


def _items(node: Items, shape: inspect.ListType, path: Path, faults: Faults) -> list[Any]:
    _count(len(node.items), shape.max_length, node, path, faults)
    if len(node.items) < (shape.min_length or 0):
        faults.add(f"{_name(path)} is an empty list", (node.line, node.column), "Name something, or remove the key.")
        raise Unfit
    found: list[Any] = []
    for item in node.items:
        here = (*path, str(len(found)))  # the place of what is wrong goes to the next one, so that both counts agree
        faults.keys[here] = (item.line, item.column)
        try:
            found.append(walk(item, shape.item_type, here, faults))
        except Unfit:
            continue
    return found


def _count(count: int, most: int | None, node: Node, path: Path, faults: Faults) -> None:
    """Too many are one fault; none of them is looked at then."""
    if most is not None and count > most:
        problem = f"{_name(path)} has {count:,} entries; at most {most} are read"
        faults.add(problem, faults.keys.get(path, (node.line, node.column)))
        raise Unfit


def _name(path: Path) -> str:
    """The thing that a fault is about: `the file`, `"freeze"`, `"approvals" of production`."""
    if not path:
        return "the file"
    if path[-1].isdecimal() and len(path) > 1:
        return f"an entry of {shown(path[-2])}"
    return shown(path[-1])


def _called(node: Node) -> str:
    return "a table of keys" if isinstance(node, Table) else "a list" if isinstance(node, Items) else "empty"


def _known(key: str, names: Sequence[str]) -> str:
    return meant(key, names) or f"Known here: {listed(sorted(names))}."


def _example(shape: inspect.StructType, name: str) -> str:
    """A line to copy, for a key that has to be there."""
    known = next(each.type for each in shape.fields if each.encode_name == name)
    schema = known.extra_json_schema if isinstance(known, inspect.Metadata) else None
    return f"Such as `{name}: {schema['examples'][0]}`." if schema and schema.get("examples") else ""
