"""Small modules, small functions, and a docstring where a reader looks for one."""

from __future__ import annotations

import ast
import functools
from pathlib import Path

import pytest

from tests.house.source import Function, functions, length, modules, tree

MODULE_WARNS, MODULE_FAILS = 300, 400
FUNCTION_WARNS, FUNCTION_FAILS = 25, 60

CODE = modules("bot", "commands", "migrations")
ALL = [*CODE, *modules("tests")]


def lines(module: Path) -> int:
    return tree(module).body[-1].end_lineno or 0 if tree(module).body else 0


def long_functions(module: Path, limit: int) -> list[str]:
    return [f"{module}:{f.lineno} {f.name} ({length(f)})" for f in functions(tree(module)) if length(f) > limit]


@pytest.mark.parametrize("module", CODE, ids=str)
def test_a_module_is_small(module: Path) -> None:
    assert lines(module) <= MODULE_FAILS


@pytest.mark.parametrize("module", CODE, ids=str)
def test_a_function_is_small(module: Path) -> None:
    assert long_functions(module, FUNCTION_FAILS) == []


def test_what_is_getting_large_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    large = [f"{module} ({lines(module)})" for module in CODE if lines(module) > MODULE_WARNS]
    long = [name for module in CODE for name in long_functions(module, FUNCTION_WARNS)]
    total = sum(1 for module in CODE for _ in functions(tree(module)))
    assert total > 0
    with capsys.disabled():
        print(f"\n{len(long)} of {total} functions have more than {FUNCTION_WARNS} lines: {', '.join(long) or 'none'}")  # noqa: T201
        print(f"{len(large)} of {len(CODE)} modules have more than {MODULE_WARNS} lines: {', '.join(large) or 'none'}")  # noqa: T201


@pytest.mark.parametrize("module", ALL, ids=str)
def test_a_module_says_what_it_owns(module: Path) -> None:
    assert ast.get_docstring(tree(module)), "the first line of a module is a docstring"


@pytest.mark.parametrize("module", [m for m in modules("bot") if m.parts[1] != "sandbox"], ids=str)
def test_what_is_public_is_explained(module: Path) -> None:
    assert [f"{module}:{line} {name}" for line, name in unexplained(tree(module))] == []


def unexplained(parsed: ast.Module) -> list[tuple[int, str]]:
    """Public functions, classes and methods without a docstring.

    The sandbox is left out: it is GitHub's API over again, and GitHub explains it. A method that a Protocol of ours explains is explained; so is one of a class that nobody outside can name.
    """
    found = []
    for node in parsed.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            found += [] if ast.get_docstring(node) else [(node.lineno, node.name)]
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not is_protocol(node):
            found += [(m.lineno, f"{node.name}.{m.name}") for m in methods(node) if needs_words(m, node)]
    return found


def methods(node: ast.ClassDef) -> list[Function]:
    return [item for item in node.body if isinstance(item, Function)]


def is_protocol(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases)


def needs_words(method: Function, owner: ast.ClassDef) -> bool:
    """Not what is private, explained, or overridden: then the words stand with the base class or the Protocol."""
    known = bool(owner.bases) or method.name in promised()
    return not (method.name.startswith("_") or ast.get_docstring(method) or known)


@functools.cache
def promised() -> frozenset[str]:
    """The names of all methods that Protocols of the bot promise."""
    classes = [node for module in modules("bot") for node in ast.walk(tree(module)) if isinstance(node, ast.ClassDef)]
    return frozenset(method.name for node in classes if is_protocol(node) for method in methods(node))


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def f(): ...", ["f"]),
        ("def f():\n    'Words.'", []),
        ("def _f(): ...", []),
        ("class C:\n    def m(self): ...", ["C", "C.m"]),
        ("class C:\n    'Words.'\n    def __len__(self): ...", []),
        ("class C(Base):\n    'Words.'\n    def m(self): ...", []),
        ("class P(Protocol):\n    'Words.'\n    def m(self): ...", []),
        ("class _C:\n    def m(self): ...", []),
    ],
)
def test_what_counts_as_unexplained(source: str, names: list[str]) -> None:
    assert [name for _, name in unexplained(ast.parse(source))] == names


def test_a_function_is_measured_without_its_docstring() -> None:
    function = next(functions(ast.parse('def f():\n    """One.\n\n    Two.\n    """\n    return 1\n')))
    assert length(function) == 2
