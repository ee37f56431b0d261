"""Owns reading a configuration file: bytes in, the configuration with its marks out, or everything that is wrong.

Nothing here raises: whatever is in the file, the answer is a value.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import UNSET

from bot import yaml
from bot.config import commands, environments, order, shape
from bot.config.faults import Enough, Faults
from bot.config.kinds import root
from bot.config.scalar import Unfit
from bot.config.walk import walk
from bot.model.config import Config, ConfigFault, Layer, Mark, Path, Remember

_ADVICE: Final = {
    "'\\t'": "Indent with spaces.",
    "anchors": "Write it out where it is used.",
    "alias": "Write it out, or put it in quotes when it is text.",
    "merge keys": "Write the keys out.",
    "the tag": "Remove it, or put it in quotes when it is text.",
    "there twice": "Remove one of them.",
    "not UTF-8": "Save the file as UTF-8.",
    "larger than": "Nothing of a configuration needs so much room.",
    "another document": "Keep one document.",
}


def read(data: bytes, *, layer: Layer, file: str) -> Config | Sequence[ConfigFault]:
    """What the file says, with marks that name `file`; or what is wrong with it, in the file's order.

    Of more than a hundred faults the first hundred found are told; what is no YAML at all is told alone.
    """
    tree = yaml.parse(data)
    if isinstance(tree, yaml.Fault):
        return (_fault(tree),)
    faults = Faults()
    try:
        found = walk(tree, root(), (), faults)
        config = _config(found, layer, faults)
    except (Enough, Unfit):
        return faults.listed()
    return faults.listed() or _marked(config, layer, file, faults)


def _config(found: shape.File, layer: Layer, faults: Faults) -> Config:
    built = {name: commands.command(name, each, layer, faults) for name, each in (found.commands or {}).items()}
    gates = environments.environments(found.environments or {}, faults)
    order.judge(gates, built, layer, faults)
    _judge_rules(found.rules or [], layer, faults)
    trust = found.trust or shape.Trust()
    return Config(
        commands=built,
        environments=gates,
        require_prefix=bool(found.require_prefix),
        remember_trust=Remember(trust.remember) if trust.remember is not UNSET else Remember.SHA,
        maintenance=found.maintenance or None,
        rules=len(found.rules or ()),
    )


def _judge_rules(rules: Sequence[shape.Rule], layer: Layer, faults: Faults) -> None:
    for index, rule in enumerate(rules):
        if rule.as_ == "app" and layer is not Layer.SERVER:
            faults.at_value(("rules", str(index), "as"), '"app" is for the server alone', "Remove the key.")


def _marked(config: Config, layer: Layer, file: str, faults: Faults) -> Config:
    return dataclasses.replace(config, marks=_marks(faults.keys, layer, file))


def _marks(keys: Mapping[Path, tuple[int, int]], layer: Layer, file: str) -> dict[Path, Mark]:
    """Where everything stands; environments by their case-folded names."""
    return {
        _folded(path): Mark(layer=layer, file=file, line=line, column=column) for path, (line, column) in keys.items()
    }


def _folded(path: Path) -> Path:
    return (path[0], path[1].casefold(), *path[2:]) if path[0] == "environments" and len(path) > 1 else path


def _fault(fault: yaml.Fault) -> ConfigFault:
    advice = next((advice for words, advice in _ADVICE.items() if words in fault.problem), "")
    return ConfigFault(problem=fault.problem, line=fault.line, column=fault.column, suggestion=advice)
