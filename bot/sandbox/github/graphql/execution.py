"""Owns one GraphQL request: read, judged by the schema, executed, and answered in GitHub's shape.

https://docs.github.com/en/graphql/guides/forming-calls-with-graphql
"""

import re
from functools import cache, lru_cache
from typing import Any

import msgspec
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLSyntaxError,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from bot.sandbox.github.callers import InstallationCaller, PersonCaller
from bot.sandbox.github.calls import Answer, Call, decode
from bot.sandbox.github.graphql.problems import Problem
from bot.sandbox.github.graphql.repositories import Query
from bot.sandbox.github.graphql.sdl import SDL
from bot.sandbox.github.refusals import Refused

HUMP = re.compile(r"(?<=[a-z])([A-Z])")


class Question(msgspec.Struct):
    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = msgspec.field(name="operationName", default=None)


def answer(call: Call) -> Answer:
    """200 for everything that can be read; what is wrong with it stands in `errors`."""
    if not isinstance(call.caller, InstallationCaller | PersonCaller):
        raise Refused(401, "This endpoint requires you to be authenticated.")
    try:
        question = msgspec.convert(decode(call.body), Question, strict=True)
    except msgspec.ValidationError as error:
        raise Refused(400, "A query attribute must be specified and must be a string.") from error
    document = read(question.query)
    if not isinstance(document, DocumentNode):
        return Answer({"errors": document}, headers=headers(call))
    result = execute_sync(
        schema(),
        document,
        root_value=Query(call.world, call.caller),
        variable_values=question.variables,
        operation_name=question.operation_name,
        field_resolver=resolve,
        type_resolver=lambda value, *_: str(value.type_name),
    )
    body: dict[str, object] = {} if result.data is None and result.errors else {"data": result.data}
    if result.errors:
        body["errors"] = [told(error) for error in result.errors]
    return Answer(body, headers=headers(call))


def headers(call: Call) -> dict[str, str]:
    """Points of this API are counted apart."""
    return {"X-RateLimit-Resource": "graphql"} if call.world.limits.told else {}


@cache
def schema() -> GraphQLSchema:
    return build_schema(SDL)


@lru_cache(maxsize=64)  # a program asks the same question again and again
def read(query: str) -> DocumentNode | list[dict[str, object]]:
    """The question, or what is wrong with it."""
    try:
        document = parse(query)
    except GraphQLSyntaxError as error:
        return [told(error)]
    faults = validate(schema(), document)
    return [told(fault) for fault in faults] if faults else document


def resolve(source: object, info: GraphQLResolveInfo[Query], **arguments: object) -> object:
    """`headRefOid` is `head_ref_oid` here: a value, or a method for what takes arguments."""
    found = getattr(source, snake(info.field_name))
    return found(**{snake(name): value for name, value in arguments.items()}) if callable(found) else found


@cache
def snake(name: str) -> str:
    return HUMP.sub(r"_\1", name).lower()


def told(error: GraphQLError) -> dict[str, object]:
    """One entry of `errors`. What no rule of GitHub's explains is a fault of the sandbox, and is raised."""
    problem = error.original_error
    if problem is not None and not isinstance(problem, Problem | GraphQLError):
        raise problem
    shape: dict[str, object] = {}
    if isinstance(problem, Problem):
        shape["type"] = problem.kind
        shape |= {"extensions": {"saml_failure": False}} if problem.kind == "FORBIDDEN" else {}
    if error.path:
        shape["path"] = list(error.path)
    places = [{"line": each.line, "column": each.column} for each in error.locations or ()]
    return shape | {"locations": places, "message": error.message}
