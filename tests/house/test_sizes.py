"""Small modules, small functions, and a docstring where a reader looks for one."""

from __future__ import annotations

import ast

import pytest

from tests.house.sizes import (
    CODE,
    FUNCTION_FAILS,
    MODULE_FAILS,
    getting_large,
    large_modules,
    length,
    long_functions,
    unexplained,
)
from tests.house.source import functions, modules, tree


def test_modules_are_small() -> None:
    assert large_modules(MODULE_FAILS) == []


def test_functions_are_small() -> None:
    assert long_functions(FUNCTION_FAILS) == []


def test_every_module_says_what_it_owns() -> None:
    silent = [str(module) for module in (*CODE, *modules("tests")) if not ast.get_docstring(tree(module))]
    assert silent == []


def test_what_is_public_is_explained() -> None:
    """But for the sandbox: it is GitHub's API over again, and GitHub explains it."""
    explained = [module for module in modules("bot") if module.parts[1] != "sandbox"]
    assert [f"{module}:{line} {name}" for module in explained for line, name in unexplained(tree(module))] == []


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


def test_the_measure_sees_the_whole_product() -> None:
    assert len(large_modules(0)) == len([module for module in CODE if tree(module).body])
    assert len(long_functions(0)) > len(CODE)
    assert len(list(getting_large())) == 2
