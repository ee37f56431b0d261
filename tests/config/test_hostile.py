"""Files that somebody made to hurt: reading never raises, never hangs, and its faults point into the file."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import read
from bot.config.faults import MOST_FAULTS
from bot.model.config import Config, Layer
from tests.config.files import EVERYTHING, EXAMPLE, FILE, told

BOMB = "a: &a [x, x]\n" + "".join(f"{c}: &{c} [*{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"version: &v 1", "anchors and aliases are not read (line 1, column 10). Write it out where it is used."),
        (b"version: *v", "found undefined alias 'v' (line 1, column 10). Write it out, or put it in quotes "
         "when it is text."),
        (BOMB.encode(), "anchors and aliases are not read (line 1, column 4). Write it out where it is used."),
        (b"version: 1\n<<: {commands: {}}", "merge keys are not read (line 2, column 1). Write the keys out."),
        (b"version: 1\ncommands:\n\tship: {}", "found character '\\t' that cannot start any token (line 3, column 1). "
         "Indent with spaces."),
        (b"version: 1\nversion: 1", "the key 'version' is there twice (line 2, column 1). Remove one of them."),
        (b"version: !python/object:os.system x", "the tag !python/object:os.system is not read (line 1, column 10). "
         "Remove it, or put it in quotes when it is text."),
        (b"version: 1\n---\nversion: 1", "but found another document (line 2, column 1). Keep one document."),
        (b"version: \xff", "the file is not UTF-8 (line 1, column 1). Save the file as UTF-8."),
        ("version: 1".encode("utf-16"), "the file is not UTF-8 (line 1, column 1). Save the file as UTF-8."),
        (b"version: 1\nmaintenance: a\x00b", "the character U+0000 is not allowed (line 2, column 15)."),
        (b'version: 1\nmaintenance: "a\\0b"', "the character U+0000, which can not be seen, stands in a text (line "
         "2, column 14)."),
        ("version: 1\nmaintenance: a\u202eb".encode(), "the character U+202E, which can not be seen, stands in a "
         "text (line 2, column 14)."),
        (b"x" * (256 * 1024 + 1), "the file is larger than 256 KiB (line 1, column 1). Nothing of a configuration "
         "needs so much room."),
        (b"#" * 1024 * 1024, "the file is larger than 256 KiB (line 1, column 1). Nothing of a configuration needs so "
         "much room."),
        (b"version: " + b"[" * 20_000, "the file is nested too deeply (line 1, column 30)."),
        (b"version: " + (b"[" * 250 + b"]" * 250 + b"\n") * 400, "the file is nested too deeply (line 1, column 30)."),
        (b"version: 1\ncommands: " + b"{a: " * 60 + b"1" + b"}" * 60, None),
        (b"? [a, b]\n: c", "a key is not plain text (line 1, column 3)."),
        (b"{version: 1", None),
    ],
)  # fmt: skip
def test_what_is_no_configuration_at_all_is_told_alone(data: bytes, sentence: str | None) -> None:
    (found,) = told(data)
    assert found == sentence or sentence is None


def test_a_byte_order_mark_does_no_harm() -> None:
    assert told(b"\xef\xbb\xbf" + EXAMPLE.encode()) == []


def test_line_ends_of_other_systems_do_no_harm() -> None:
    assert told(EXAMPLE.replace("\n", "\r\n")) == []


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\ncommands:\n" + "".join(f"  c{'x' * (n % 30)}-{n}: {{}}\n" for n in range(3000)),
        "version: 1\nenvironments:\n" + "".join(f"  e{n}: {{requires: {{after: e{n + 1}}}}}\n" for n in range(100)),
        "version: 1\nenvironments:\n"
        + "".join(f"  e{n}: {{requires: {{after: [{', '.join(f'e{m}' for m in range(20))}]}}}}\n" for n in range(100)),
        "version: 1\n" + "".join(f"{'k' * 60}{n}: 1\n" for n in range(3000)),
        "version: 1\nmaintenance: " + "m" * 250_000,
        "version: 1\nmaintenance: >\n" + " m\n" * 60_000,
        "version: 1\nrules:\n" + "  - [[[[[[]]]]]]\n" * 200,
        "version: 1\ncommands:\n  a:\n    workflow: a.yml\n    arguments:\n"
        + "".join(f"      x{n}: {{pattern: '(a|a)*(b|b)*', default: '{'a' * 900}c'}}\n" for n in range(50)),
    ],
    ids=["commands", "chain", "mesh", "keys", "text", "lines", "lists", "patterns"],
)
def test_a_large_file_does_not_hold_the_reader_up(text: str) -> None:
    begun = time.process_time()
    found = read(text.encode(), layer=Layer.REPOSITORY, file=FILE)
    assert time.process_time() - begun < 20  # of a quarter of a mebibyte, nearly all for the YAML parser
    assert not isinstance(found, Config)
    assert len(found) <= MOST_FAULTS


def test_a_usual_file_is_read_quickly() -> None:
    """Ten KiB take about 65 ms on an idle core; the fastest of a few is least disturbed by what else runs."""
    environment = EXAMPLE[EXAMPLE.index("  production:") : EXAMPLE.index("rules:")]
    copies = (environment.replace("production:", f"production-{number}:") for number in range(26))
    text = EXAMPLE.replace("rules:", f"  staging:\n{''.join(copies)}rules:")
    assert 9_000 < len(text) < 13_000
    times = []
    for _ in range(4):
        begun = time.thread_time()
        assert told(text) == []
        times.append(time.thread_time() - begun)
    assert min(times) < 0.3


def test_words_of_the_file_are_quoted_so_that_they_do_no_harm() -> None:
    (found,) = told('version: 1\n"a\\e[31m\\n@everyone": 1\n')
    assert found.startswith('unknown key "a\ufffd[31m @everyone" (line 2, column 1).')


# --- whatever stands in it -------------------------------------------------------------------------------------------

KEYS_AND_VALUES = """
version commands environments rules trust maintenance workflow arguments fixed environment dry_run permission teams
where final approvals count people expires requires checks reviews after freeze from to timezone event run type choices
default pattern required as only ignore deploy production staging write sha a.yml 4h push UTC acme/x true
"""
WORDS = st.sampled_from(KEYS_AND_VALUES.split())
LEAVES = st.one_of(WORDS, st.text(max_size=8), st.integers(-3, 300), st.floats(), st.booleans(), st.none())
TREES = st.recursive(LEAVES, lambda each: st.lists(each, max_size=4) | st.dictionaries(WORDS, each, max_size=5))
SPLICES = st.lists(st.tuples(st.integers(0, len(EVERYTHING)), st.sampled_from("&*:{}[]#'\"\t \n-<|>!%@\x00\ufeffé1")))


def check(data: bytes, layer: Layer) -> None:
    """Reading answers, and its faults are in order and inside the file."""
    found = read(data, layer=layer, file=FILE)
    if isinstance(found, Config):
        return
    lines = data.decode("utf-8-sig", errors="replace").splitlines() or [""]
    assert 0 < len(found) <= MOST_FAULTS
    assert [(each.line, each.column) for each in found] == sorted((each.line, each.column) for each in found)
    for fault in found:
        assert 1 <= fault.line <= len(lines) + 1
        assert 1 <= fault.column <= len(lines[min(fault.line, len(lines)) - 1]) + 2 or fault.line > len(lines)
        assert fault.problem == fault.problem.strip()
        assert fault.problem.isprintable()


@given(st.binary(max_size=200), st.sampled_from(Layer))
@settings(deadline=None)
def test_any_bytes(data: bytes, layer: Layer) -> None:
    check(data, layer)


@given(TREES, st.sampled_from(Layer))
@settings(deadline=None)
def test_any_tree(tree: object, layer: Layer) -> None:
    check(json.dumps(tree).encode(), layer)


@given(SPLICES, st.sampled_from(Layer))
@settings(deadline=None, max_examples=60)
def test_any_slip_of_the_fingers(splices: list[tuple[int, str]], layer: Layer) -> None:
    text = EVERYTHING
    for at, slip in splices:
        text = text[:at] + slip + text[at:]
    check(text.encode(), layer)
