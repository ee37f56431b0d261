"""Whether a value fits its declared type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.command import Argument, ArgumentType
from bot.rules.values import Misfit, fit, unsafe, wanted

ARGUMENTS = {
    "dry_run": Argument(name="dry_run", type=ArgumentType.BOOLEAN),
    "environment": Argument(name="environment", type=ArgumentType.CHOICE, choices=("staging", "production")),
    "count": Argument(name="count", type=ArgumentType.NUMBER),
    "target": Argument(name="target", type=ArgumentType.ENVIRONMENT),
    "note": Argument(name="note"),
}


@pytest.mark.parametrize(
    ("name", "value", "passed_on"),
    [
        *[("dry_run", word, "true") for word in ("true", "True", "yes", "on", "1")],
        *[("dry_run", word, "false") for word in ("false", "FALSE", "no", "off", "0")],
        ("environment", "staging", "staging"),
        *[("count", value, value) for value in ("0", "42", "-5", "3.14", "007")],
        ("target", "prod eu", "prod eu"),
        ("target", "x" * 255, "x" * 255),
        ("note", "", ""),
        ("note", "anything at all", "anything at all"),
    ],
)
def test_a_value_that_fits_is_passed_on(name: str, value: str, passed_on: str) -> None:
    assert fit(ARGUMENTS[name], value) == passed_on


@pytest.mark.parametrize(
    ("name", "value", "sentence", "better"),
    [
        ("dry_run", "ture", '"dry_run" is true or false, not "ture".', "true"),
        ("dry_run", "", '"dry_run" is true or false, not "".', None),
        ("dry_run", "maybe", '"dry_run" is true or false, not "maybe".', None),
        ("environment", "prodution", '"environment" is staging or production, not "prodution".', "production"),
        ("environment", "Production", '"environment" is staging or production, not "Production".', "production"),
        ("environment", "", '"environment" is staging or production, not "".', None),
        ("environment", "prod", '"environment" is staging or production, not "prod".', "production"),
        ("environment", "STAG", '"environment" is staging or production, not "STAG".', "staging"),
        ("environment", "qa", '"environment" is staging or production, not "qa".', None),
        *[
            ("count", value, f'"count" is a number, not "{value}".', None)
            for value in ("", "many", "1e3", "0x10", "1_000", "1,5", "--5", "٣", "1 2", "NaN", ".5", "5.")
        ],
        ("target", "", '"target" names no environment.', None),
        ("target", "  ", '"target" names no environment.', None),
        ("target", "x" * 256, '"target" is longer than 255 characters.', None),
        ("note", "a\nb", '"note" holds a line break, which no value may.', None),
        ("count", "5\n", '"count" holds a line break, which no value may.', None),
        ("target", "prod\x00", '"target" holds the character U+0000, which no value may.', None),
        ("note", "\u202exe", '"note" holds the character U+202E, which no value may.', None),
    ],
)
def test_a_value_that_does_not_fit_is_explained(name: str, value: str, sentence: str, better: str | None) -> None:
    assert fit(ARGUMENTS[name], value) == Misfit(sentence=sentence, better=better)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "v1.2.3",
        "feature/login",
        "a@b.example",
        "https://example.com:8443/x?".rstrip("?"),
        "50% #1 ~x +1 =2",
        "Zoë",
        "Zoe\u0308",
        "数",
    ],
)
def test_t27_free_text_without_shell_characters_is_safe(value: str) -> None:
    assert unsafe(ARGUMENTS["note"], value) is None


@pytest.mark.parametrize(
    "char", [*"`$;|&<>(){}[]\\!\"'*?^\n\r\t", "\u2019", "\u201c", "\u00a0", "\u2028", "🚀", "\x1b"]
)
def test_t27_each_shell_character_is_refused(char: str) -> None:
    misfit = unsafe(ARGUMENTS["note"], f"a{char}b")
    assert misfit is not None
    assert misfit.better == "ab"


@pytest.mark.parametrize(
    ("value", "named", "better"),
    [
        ("$(id)", "the character $", "id"),
        ("it's", "the character '", "its"),
        ("a\nb", "a line break", "ab"),
        ("a\u00a0b", "the character U+00A0", "ab"),
        ("`", "the character `", None),
    ],
)
def test_t27_the_sentence_names_the_first_character_and_why(value: str, named: str, better: str | None) -> None:
    assert unsafe(ARGUMENTS["note"], value) == Misfit(
        sentence=f'"note" holds {named}. Inputs reach shells inside workflows, so only letters, digits, spaces and '
        ". _ - / : @ + , = ~ % # are passed on.",
        better=better,
    )


@given(st.text(max_size=30))
def test_t27_what_is_safe_holds_nothing_a_shell_acts_on(value: str) -> None:
    misfit = unsafe(ARGUMENTS["note"], value)
    if misfit is None:
        assert not set(value) & set("`$;|&<>(){}\\!\"'*?\n\r")
    elif misfit.better is not None:
        assert unsafe(ARGUMENTS["note"], misfit.better) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("dry_run", "<true|false>"),
        ("environment", "<staging|production>"),
        ("count", "<number>"),
        ("target", "<environment>"),
        ("note", "<text>"),
    ],
)
def test_the_usage_line_shows_what_is_wanted(name: str, text: str) -> None:
    assert wanted(ARGUMENTS[name]) == text
