"""Reads the repository's own source for the house tests."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(*folders: str) -> list[Path]:
    """Every Python file under `folders`, relative to the repository."""
    return sorted(path.relative_to(ROOT) for folder in folders for path in (ROOT / folder).rglob("*.py"))


@functools.cache
def tree(module: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse((ROOT / module).read_text(encoding="utf-8"))


def imports(parsed: ast.Module, package: str) -> Iterator[str]:
    """The full names of all modules that are imported anywhere in the file, inside functions too.

    `from bot import log` counts as `bot.log`; `package` is where relative imports start.
    """
    for node in ast.walk(parsed):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: 1 - node.level or None] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            yield from (f"{base}.{alias.name}" for alias in node.names) if base == "bot" else (base,)


def functions(parsed: ast.Module) -> Iterator[Function]:
    """Every function and method."""
    return (node for node in ast.walk(parsed) if isinstance(node, Function))
