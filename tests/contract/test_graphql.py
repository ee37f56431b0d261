"""Our questions in GraphQL are valid under GitHub's schema, and the model has every word that may come back.

GitHub's description of its API holds no GraphQL, so what our questions use of it stands beside this file, copied from
the reference. Nothing of it is unused: a field that is not asked for any more has to go.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLObjectType,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    build_schema,
    parse,
    validate,
    visit,
)
from graphql.language import FieldNode, Visitor
from graphql.validation import specified_rules

from bot.github import snapshot_query
from bot.github.snapshot_facts import PASSED, WAITING
from bot.model.snapshot import Mergeable, ReviewDecision, ReviewState

QUESTIONS = (snapshot_query.SNAPSHOT, snapshot_query.MORE_CONTEXTS, snapshot_query.MORE_REVIEWS)
LARGEST_PAGE = 100
"""https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api#node-limit"""


def schema() -> GraphQLSchema:
    return build_schema(Path(__file__).with_name("github.graphql").read_text(encoding="utf-8"))


def words(enum: str) -> set[str]:
    found = schema().type_map[enum]
    assert isinstance(found, GraphQLEnumType)
    return set(found.values)


class Used(Visitor):
    """Which fields of which types are asked for."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types = types
        self.fields: set[str] = set()

    def enter_field(self, node: FieldNode, *_: object) -> None:
        """Note it."""
        parent = self.types.get_parent_type()
        self.fields.add(f"{parent.name if parent else ''}.{node.name.value}")


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_question_is_valid(question: str) -> None:
    assert validate(schema(), parse(question), specified_rules) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("headRefOid", "headRefOd"),
        ("number: $number", "number: $sha"),
        ("first: 100", "top: 100"),
        ("{ behindBy }", ""),
    ],
)
def test_a_slip_would_be_found(right: str, wrong: str) -> None:
    assert validate(schema(), parse(snapshot_query.SNAPSHOT.replace(right, wrong)), specified_rules)


def test_nothing_of_the_schema_is_unused() -> None:
    types = TypeInfo(schema())
    used = Used(types)
    for question in QUESTIONS:
        visit(parse(question), TypeInfoVisitor(types, used))
    described = {
        f"{kind.name}.{name}"
        for kind in schema().type_map.values()
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__")
        for name in kind.fields
    }
    inherited = {f"{kind}.login" for kind in ("User", "Bot", "Mannequin")} | {"Mannequin.databaseId", "Tree.oid"}
    assert described - inherited == {each for each in used.fields if "__typename" not in each} - {"Actor.login"}


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_page_is_larger_than_github_allows(question: str) -> None:
    sizes = [int(size) for size in re.findall(r"first: (\d+)", question)]
    assert sizes
    assert max(sizes) <= LARGEST_PAGE


def test_the_model_has_githubs_words() -> None:
    assert words("MergeableState") == {*Mergeable}
    assert words("PullRequestReviewDecision") == {*ReviewDecision}
    assert words("PullRequestReviewState") == {*ReviewState}


def test_what_passes_and_what_waits_are_words_of_github() -> None:
    assert words("CheckConclusionState") > PASSED
    assert words("StatusState") - {"SUCCESS", "FAILURE", "ERROR"} == WAITING
