"""Reading YAML that people wrote."""

from __future__ import annotations

import pytest

from bot.yaml import MOST_BYTES, Fault, Items, Node, Scalar, Table, parse


def plain(node: Node | Fault | None) -> object:
    """The tree without its marks."""
    match node:
        case Scalar():
            return None if node.empty else node.boolean if node.boolean is not None else node.text
        case Items():
            return [plain(item) for item in node.items]
        case Table():
            return {key.text: plain(value) for key, value in node.entries}
        case Fault():
            return node.sentence
    return None


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", {}),
        ("# nothing", {}),
        ("on: push", {"on": "push"}),
        ("yes: no", {"yes": "no"}),
        ("a: 12:30:00", {"a": "12:30:00"}),
        ("a: 2020-01-01", {"a": "2020-01-01"}),
        ("a: 1.10", {"a": "1.10"}),
        ("a: 0o7", {"a": "0o7"}),
        ("a: ~\nb:\nc: ''\nd: 'null'", {"a": None, "b": None, "c": "", "d": "null"}),
        ("a: true\nb: 'true'\nc: False", {"a": True, "b": "true", "c": False}),
        ("a: [1, {b: c}]", {"a": ["1", {"b": "c"}]}),
        ("a: |\n  two\n  lines\n", {"a": "two\nlines\n"}),
        ("a: !!str 7", {"a": "7"}),
        ("\ufeffa: b", {"a": "b"}),
        ("%YAML 1.1\n---\non: off", {"on": "off"}),
        ("a: <<", {"a": "<<"}),
    ],
)
def test_text_stays_as_written(text: str, tree: object) -> None:
    assert plain(parse(text.encode())) == tree


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: &x 1\nb: *x", "anchors and aliases are not read (line 1, column 4)"),
        ("a: &x [1]\nb: 2", "anchors and aliases are not read (line 1, column 4)"),
        ("a: *x", "found undefined alias 'x' (line 1, column 4)"),
        ("a: 1\nb: 2\na: 3", "the key 'a' is there twice (line 3, column 1)"),
        ("a:\n  b: 1\n  'b': 2", "the key 'b' is there twice (line 3, column 3)"),
        ("<<: {a: b}", "merge keys are not read (line 1, column 1)"),
        ("? [a]\n: b", "a key is not plain text (line 1, column 3)"),
        ("a: !!binary aGk=", "the tag tag:yaml.org,2002:binary is not read (line 1, column 4)"),
        (
            "a: !!python/object:os.system x",
            "the tag tag:yaml.org,2002:python/object:os.system is not read (line 1, column 4)",
        ),
        ("a: !env SECRET", "the tag !env is not read (line 1, column 4)"),
        ("a: b: c", "mapping values are not allowed here (line 1, column 5)"),
        ("a: [1", "expected ',' or ']', but got '<stream end>' (line 1, column 6)"),
        ("a:\n\t- b", "found character '\\t' that cannot start any token (line 2, column 1)"),
        ("--- 1\n--- 2", "but found another document (line 2, column 1)"),
        ('a: "\\UFFFFFFFF"', "an escape or a directive is no YAML (line 1, column 1)"),
        ('a: "\\U00110000"', "an escape or a directive is no YAML (line 1, column 1)"),
        ("%YAML 1.15\n---\na: b", "an escape or a directive is no YAML (line 1, column 1)"),
        ("%YAML 99.1\n---\na: b", "found incompatible YAML document (version 1.* is required) (line 1, column 1)"),
        ("[" * 3000, "the file is nested too deeply (line 1, column 21)"),
        ("- " * 3000, "the file is nested too deeply (line 1, column 1)"),
        ("a: b\nc: d\x00", "the character U+0000 is not allowed (line 2, column 5)"),
        ("[" * 50 + "]" * 50, "the file is nested too deeply (line 1, column 21)"),
        ("a: [" + "x," * 60_000 + "]", "the file holds more than can be read (line 1, column 50001)"),
        ("a:\n" + (" - " + "[" * 250 + "]" * 250 + "\n") * 500, "the file is nested too deeply (line 2, column 24)"),
        ("#" * (MOST_BYTES + 1), "the file is larger than 256 KiB (line 1, column 1)"),
    ],
)
def test_what_is_not_read_is_named_with_its_place(text: str, sentence: str) -> None:
    assert plain(parse(text.encode())) == sentence


@pytest.mark.parametrize("data", [b"a: \xff", b"a: \x00", b"a: \x1b[31m"])
def test_bytes_that_are_no_text_are_a_fault(data: bytes) -> None:
    assert isinstance(parse(data), Fault)


def test_a_billion_laughs_are_not_heard() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    assert isinstance(parse(bomb.encode()), Fault)


def test_every_node_knows_its_place() -> None:
    root = parse(b"a: b\nc:\n  - d\n")
    assert isinstance(root, Table)
    listed = root.get("c")
    assert isinstance(listed, Items)
    assert [(node.line, node.column) for node in (root, listed, listed.items[0])] == [(1, 1), (3, 3), (3, 5)]
    assert root.get("x") is None
