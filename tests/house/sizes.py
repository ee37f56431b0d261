"""Measures modules, functions and docstrings."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

from tests.house.source import Function, functions, modules, tree

MODULE_WARNS, MODULE_FAILS = 300, 400
FUNCTION_WARNS, FUNCTION_FAILS = 25, 60

CODE = modules("bot", "commands", "migrations")


def lines(module: Path) -> int:
    """Lines of a file, up to its last statement."""
    body = tree(module).body
    return (body[-1].end_lineno or 0) if body else 0


def length(function: Function) -> int:
    """Lines from `def` to the end, without the docstring."""
    whole = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    words = ast.get_docstring(function) is not None
    return whole - ((first.end_lineno or first.lineno) - first.lineno + 1 if words else 0)


def large_modules(limit: int) -> list[str]:
    """Modules of the product that are longer than `limit`."""
    return [f"{module} ({lines(module)})" for module in CODE if lines(module) > limit]


def long_functions(limit: int) -> list[str]:
    """Functions of the product that are longer than `limit`."""
    found = [(module, function) for module in CODE for function in functions(tree(module))]
    return [f"{m}:{f.lineno} {f.name} ({length(f)})" for m, f in found if length(f) > limit]


def getting_large() -> Iterator[str]:
    """What is allowed, but should not grow."""
    for noun, limit, found in (
        ("functions", FUNCTION_WARNS, long_functions(FUNCTION_WARNS)),
        ("modules", MODULE_WARNS, large_modules(MODULE_WARNS)),
    ):
        yield f"{len(found)} {noun} have more than {limit} lines{': ' if found else '.'}{', '.join(found)}"


def unexplained(parsed: ast.Module) -> list[tuple[int, str]]:
    """Public functions, classes and methods without a docstring.

    A method that a Protocol of ours explains is explained; so is one of a class that nobody outside can name.
    """
    found = []
    for node in parsed.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            found += [] if ast.get_docstring(node) else [(node.lineno, node.name)]
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not _is_protocol(node):
            found += [(m.lineno, f"{node.name}.{m.name}") for m in _methods(node) if _needs_words(m, node)]
    return found


def _methods(node: ast.ClassDef) -> list[Function]:
    return [item for item in node.body if isinstance(item, Function)]


def _is_protocol(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases)


def _needs_words(method: Function, owner: ast.ClassDef) -> bool:
    """Not what is private, explained, or overridden: then the words stand with the base class or the Protocol."""
    known = bool(owner.bases) or method.name in _promised()
    return not (method.name.startswith("_") or ast.get_docstring(method) or known)


@functools.cache
def _promised() -> frozenset[str]:
    """The names of all methods that Protocols of the bot promise."""
    classes = [node for module in modules("bot") for node in ast.walk(tree(module)) if isinstance(node, ast.ClassDef)]
    return frozenset(method.name for node in classes if _is_protocol(node) for method in _methods(node))
