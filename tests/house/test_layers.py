"""Who may import whom: the table of docs/architecture.md as data."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.house.source import imports, modules, tree

EVERYTHING = frozenset({"*"})

MAY_IMPORT: dict[str, frozenset[str]] = {
    "errors": frozenset(),
    "log": frozenset(),
    "clock": frozenset(),
    "flights": frozenset(),
    "lanes": frozenset({"errors"}),
    "terminal": frozenset(),
    "windows": frozenset(),
    "yaml": frozenset(),
    "variables": frozenset(),
    "manifests": frozenset(),
    "setup": frozenset({"manifests"}),
    "environment": frozenset({"variables"}),
    "apps": frozenset({"environment"}),
    "settings": frozenset({"apps", "environment", "errors", "setup", "variables"}),
    "model": frozenset({"errors"}),
    "rules": frozenset({"model", "errors"}),
    "flow": frozenset({"rules", "model", "errors"}),
    "config": frozenset({"rules", "model", "errors"}),
    "store": frozenset({"model", "errors"}),
    "jobs": frozenset({"store", "model", "errors"}),
    "github": frozenset({"model", "errors"}),
    "slack": frozenset({"model", "errors"}),
    "render": frozenset({"model", "errors"}),
    "credentials": frozenset({"model", "errors"}),
    "web": frozenset({"flow", "model", "errors"}),
    "sandbox": frozenset({"model", "errors"}),
    "measure": frozenset({"model", "store", "web"}),
    "tracing": frozenset({"model", "errors"}),
    "api": frozenset({"model", "errors"}),
    "commands": frozenset({"api"}),
    "catalog": frozenset({"commands", "model", "errors"}),
    "transcript": frozenset(),
    "preview": frozenset({"catalog", "errors", "model", "render", "rules", "transcript"}),
    "migrations": frozenset({"store"}),
    "__main__": frozenset({"cli"}),
    "app": EVERYTHING,
    "wiring": EVERYTHING,
    "wiring_audit": EVERYTHING,
    "wiring_judge": EVERYTHING,
    "wiring_notice": EVERYTHING,
    "wiring_receive": EVERYTHING,
    "wiring_github": EVERYTHING,
    "wiring_slack": EVERYTHING,
    "wiring_pages": EVERYTHING,
    "cli": EVERYTHING,
    "cli_keeping": EVERYTHING,
    "cli_audit": EVERYTHING,
    "auditing": EVERYTHING,
    "cli_config": EVERYTHING,
    "at_github": EVERYTHING,
    "cli_templates": EVERYTHING,
    "cli_explain": EVERYTHING,
    "explaining": EVERYTHING,
    "doctor": EVERYTHING,
    "console": frozenset({"settings", "errors"}),
    "keeping": EVERYTHING,
    "demo": EVERYTHING,
}
"""Beside itself and what is free to all: `log`, `clock`, `flights`, `lanes`, `terminal`, `windows` and `yaml`."""

ROOTS = (
    "app",
    "cli",
    "at_github",
    "cli_audit",
    "cli_config",
    "cli_explain",
    "cli_keeping",
    "cli_templates",
    "console",
    "demo",
    "doctor",
    "explaining",
    "keeping",
    "wiring",
    "wiring_github",
    "wiring_pages",
    "wiring_slack",
)
"""Only these put layers together."""

MAY_USE: dict[str, frozenset[str]] = {
    "yaml": frozenset({"ruamel"}),
    "variables": frozenset({"msgspec"}),
    "environment": frozenset({"msgspec"}),
    "config": frozenset({"msgspec"}),
    "store": frozenset({"aiosqlite", "alembic", "asyncpg", "msgspec", "sqlalchemy", "uuid_utils"}),
    "jobs": frozenset({"croniter", "msgspec", "pgqueuer", "sqlalchemy"}),
    "github": frozenset({"cryptography", "githubkit", "hishel", "httpx", "jwt", "markdown_it", "msgspec"}),
    "slack": frozenset({"aiohttp", "msgspec", "slack_bolt", "slack_sdk"}),
    "render": frozenset({"jinja2", "markupsafe"}),
    "web": frozenset({"aiohttp", "jinja2", "prometheus_client"}),
    "sandbox": frozenset({"aiohttp", "cryptography", "graphql", "jwt", "msgspec", "ruamel"}),
    "migrations": frozenset({"alembic", "sqlalchemy"}),
    "tracing": frozenset({"opentelemetry"}),
    "app": frozenset({"aiohttp"}),
    "wiring": EVERYTHING,
    "wiring_judge": EVERYTHING,
    "wiring_notice": EVERYTHING,
    "wiring_receive": EVERYTHING,
    "wiring_github": EVERYTHING,
    "wiring_pages": EVERYTHING,
    "wiring_slack": EVERYTHING,
    "cli": frozenset({"click"}),
    "cli_keeping": frozenset({"click"}),
    "cli_audit": frozenset({"click"}),
    "auditing": frozenset({"cryptography"}),
    "cli_config": frozenset({"click"}),
    "cli_templates": frozenset({"click"}),
    "cli_explain": frozenset({"click"}),
    "doctor": frozenset({"msgspec"}),
    "console": frozenset({"click"}),
    "keeping": frozenset({"sqlalchemy"}),
    "demo": frozenset({"aiohttp", "click"}),
}
"""Third parties by layer; a layer that is not named uses none: errors, log, settings, model, rules, flow, commands."""

FREE = frozenset({"log", "clock", "flights", "lanes", "terminal", "windows", "yaml"})

MODULES = modules("bot", "commands", "migrations")


def layer_of(dotted: str) -> str | None:
    """`bot.flow.ports` is in `flow`, `commands.run` in `commands`; None for what is not ours."""
    parts = dotted.split(".")
    if parts[0] == "bot":
        return parts[1] if len(parts) > 1 else "bot"
    return parts[0] if parts[0] in ("commands", "migrations") else None


def dotted(module: Path) -> str:
    return ".".join(module.with_suffix("").parts)


def trespasses(layer: str, names: Iterable[str]) -> list[str]:
    """What a module of `layer` imports but may not."""
    ours, third = MAY_IMPORT.get(layer, frozenset()) | FREE | {layer}, MAY_USE.get(layer, frozenset())
    wrong = []
    for name in names:
        target = layer_of(name)
        if target is not None:
            allowed = target in ours or "*" in ours
        else:
            top = name.split(".")[0]
            allowed = top in sys.stdlib_module_names or top in third or "*" in third
        wrong += [] if allowed else [name]
    return wrong


def found(module: Path) -> list[str]:
    """All imports of a module; relative ones are resolved."""
    return list(imports(tree(module), dotted(module if module.name == "__init__.py" else module.parent)))


def test_every_folder_is_in_the_table() -> None:
    layers = {layer_of(dotted(module)) for module in MODULES} - {"bot", "__init__"}
    assert layers - MAY_IMPORT.keys() == set()
    assert "rules" in layers


def test_modules_import_only_what_their_layer_may() -> None:
    wrong = {module: trespasses(layer_of(dotted(module)) or "", found(module)) for module in MODULES}
    assert {str(module): names for module, names in wrong.items() if names} == {}


def test_only_the_composition_root_knows_the_settings() -> None:
    private = {"bot.settings", "bot.environment", "bot.variables"}
    outside = [module for module in MODULES if layer_of(dotted(module)) not in ROOTS]
    know = [str(module) for module in outside if private & set(found(module))]
    assert sorted(know) == ["bot/apps.py", "bot/environment.py", "bot/settings.py"]


@pytest.mark.parametrize(
    ("layer", "line", "wrong"),
    [
        ("rules", "from bot.store import unit", ["bot.store"]),
        ("rules", "import msgspec", ["msgspec"]),
        ("flow", "def f():\n    import sqlalchemy.ext.asyncio", ["sqlalchemy.ext.asyncio"]),
        ("flow", "from bot import settings", ["bot.settings"]),
        ("github", "from bot.flow.ports import Inbox", ["bot.flow.ports"]),
        ("github", "import bot.slack.people", ["bot.slack.people"]),
        ("sandbox", "from bot.github import tokens", ["bot.github"]),
        ("commands", "from bot.errors import UserError", ["bot.errors"]),
        ("web", "from ..jobs import inbox", ["bot.jobs"]),
        ("web", "from .. import jobs", ["bot.jobs"]),
        ("web", "from . import edge", []),
        ("flow", "from bot import log\nimport asyncio\nfrom bot.rules import policy", []),
        ("app", "import aiohttp\nfrom bot.store import unit", []),
    ],
)
def test_the_table_is_enforced(layer: str, line: str, wrong: list[str]) -> None:
    assert trespasses(layer, imports(ast.parse(line), f"bot.{layer}")) == wrong
