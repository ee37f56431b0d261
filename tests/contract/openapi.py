"""Judges any recorded exchange by GitHub's own description: github.com's and that of an Enterprise Server.

The descriptions are read from the directory that CONTRACT_DATA names. `needs_contract_data` skips a test without it.
"""

import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import msgspec
import pytest
from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

DATA = os.environ.get("CONTRACT_DATA")
needs_contract_data = pytest.mark.skipif(
    DATA is None, reason="CONTRACT_DATA names no directory with GitHub's description"
)

HOST = "https://api.github.com"
FILES = {"github.com": "api.github.com.subset.json", "ghes": "ghes-3.19.subset.json"}

# Parameters that hold slashes: openapi-core would find no path, so the slashes are encoded first.
GREEDY = re.compile(r"^(/repos/[^/]+/[^/]+/(?:contents|compare|branches|commits|git/refs?|git/matching-refs)/)(.+)$")
TAILS = re.compile(r"^(.+)/(protection|check-runs|check-suites|status|statuses|comments|pulls)$")

# Reviewed paths that the description leaves out, each with the described path that answers in the same shape.
REVIEWED: Mapping[str, str] = {
    r"/repositories/\d+": "/repos/{owner}/{repo}",
    r"/users/[^/]+": "/user/{account_id}",
    r"/repos/[^/]+/[^/]+/contents": "/repos/{owner}/{repo}/contents/{path}",
}
NUMBERED = re.compile(r"/repositories/\d+/")  # a renamed repository's paths lead here; the description has names only

# Reviewed: pages and files beside the API, with the fields that they are asked with and answer with.
# https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app
BESIDE: Mapping[str, tuple[frozenset[str], tuple[frozenset[str], ...]]] = {
    r"POST /login/oauth/access_token": (
        frozenset({"client_id", "client_secret", "code", "code_verifier", "redirect_uri"}),
        (frozenset({"access_token", "token_type", "scope"}), frozenset({"error", "error_description", "error_uri"})),
    ),
    r"(GET|POST) /login/oauth/authorize": (
        frozenset({"client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method"})
        | {"prompt", "allow_signup", "login", "cancel"},
        (),
    ),
    # The question itself is held against a schema by the sandbox.
    # https://docs.github.com/en/graphql/guides/forming-calls-with-graphql
    r"POST /graphql": (
        frozenset({"query", "variables", "operationName"}),
        (frozenset({"data"}), frozenset({"errors"}), frozenset({"data", "errors"})),
    ),
    r"GET /_logs/\d+": (frozenset({"sig"}), ()),
}
RANDOM = re.compile(
    rb'"node_id":"\w+=*"|Iv\w{16,}|gh[a-z]_\w+|[0-9a-f]{32,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[B-Z][2-9B-Z]{5}\b|[0-9]'
)
"""Ids, tokens, hashes and keys, the codes of requests, and every digit."""
EXAMPLES = {"{owner}": "acme", "{repo}": "shop", "{account_id}": "1", "{path}": "src"}


class Exchange(Protocol):
    """What is checked; the sandbox's journal keeps its entries in this form. Paths come without `/api/v3`."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def query(self) -> Mapping[str, str]: ...
    @property
    def request_body(self) -> object: ...
    @property
    def status(self) -> int: ...
    @property
    def response_headers(self) -> Mapping[str, str]: ...
    @property
    def response_body(self) -> object: ...


class Contract:
    """One host's description."""

    def __init__(self, description: dict[str, Any]) -> None:
        # An Enterprise Server's address is a template; paths are compared below one fixed host instead.
        self.description = repaired(description) | {"servers": [{"url": HOST}]}
        # The description itself is GitHub's to check, which saves two seconds.
        self._openapi = OpenAPI.from_dict(self.description, config=Config(spec_validator_cls=None))  # type: ignore[arg-type]
        self._templates = [(pattern(template), template) for template in self.description["paths"]]
        self._judged: dict[tuple[str, int, bytes, bool], list[str]] = {}

    def complaints(self, exchange: Exchange, *, failures: bool = True) -> list[str]:
        """Everything wrong with an exchange, in sentences; empty when it is as described.

        Without `failures` nothing is held against an answer of 500 and more.

        What differs from an exchange that was judged before by ids, times and other random names alone is judged alike.
        """
        about_answer = failures or exchange.status < 500
        look = (exchange.method, exchange.status, likeness(exchange), about_answer)
        if look not in self._judged:
            answer = self.about_response(exchange) if about_answer else ()
            self._judged[look] = [*self.about_request(exchange), *answer]
        return [f"{exchange.method} {exchange.path} -> {exchange.status}: {each}" for each in self._judged[look]]

    def about_request(self, exchange: Exchange) -> Iterator[str]:
        """What is wrong with the request; of what lies beside the API, with the whole exchange."""
        beside = next((each for pattern, each in BESIDE.items() if re.fullmatch(pattern, asked(exchange))), None)
        if beside is not None:
            yield from about_beside(exchange, *beside)
            return
        operation = self.operation(exchange)
        if operation is None:
            yield "is not described, and stands in no reviewed list"
            return
        yield from self._unknown_query(operation, exchange)
        yield from self._unknown_fields(operation, exchange)
        if exchange.status not in (400, 422):  # a request that was refused may well be wrong
            yield from self._judge(self._openapi.validate_request, self._request(exchange))

    def about_response(self, exchange: Exchange) -> Iterator[str]:
        """A cut connection (0) told nothing. Errors that are not described must at least look like GitHub's."""
        operation = self.operation(exchange)
        if operation is None or exchange.status in (0, 304):
            return
        if str(exchange.status) not in operation["responses"]:
            yield from undescribed(exchange)
            return
        body = b"" if exchange.response_body is None else msgspec.json.encode(exchange.response_body)
        response = MockResponse(body, exchange.status, dict(exchange.response_headers), "application/json")
        yield from self._judge(self._openapi.validate_response, self._request(exchange), response)

    def operation(self, exchange: Exchange) -> dict[str, Any] | None:
        template = self.template(described_path(exchange.path))
        found = self.description["paths"].get(template, {}).get(exchange.method.lower())
        return found if isinstance(found, dict) else None

    def template(self, path: str) -> str | None:
        """The described path; a literal segment wins over a parameter."""
        matching = [template for each, template in self._templates if each.fullmatch(path)]
        return min(matching, key=lambda template: template.count("{"), default=None)

    def _judge(self, check: Any, *arguments: object) -> Iterator[str]:
        try:
            check(*arguments)
        except OpenAPIError as error:
            details = getattr(error.__cause__, "schema_errors", None) or [error.__cause__ or error]
            yield from (one_line(detail) for detail in details)

    def _request(self, exchange: Exchange) -> MockRequest:
        body = None if exchange.request_body is None else msgspec.json.encode(exchange.request_body)
        path = described_path(exchange.path)
        return MockRequest(HOST, exchange.method, path, args=dict(exchange.query), data=body)

    def _unknown_query(self, operation: dict[str, Any], exchange: Exchange) -> Iterator[str]:
        path_item = self.description["paths"][self.template(described_path(exchange.path))]
        described = [*operation.get("parameters", ()), *path_item.get("parameters", ())]
        known = {self._resolve(each)["name"] for each in described}
        yield from (f"the query has {name!r}, which is not described" for name in exchange.query if name not in known)

    def _unknown_fields(self, operation: dict[str, Any], exchange: Exchange) -> Iterator[str]:
        """GitHub's schemas let unknown fields pass, so a spelling mistake would too."""
        if exchange.request_body in (None, {}):
            return
        content = self._resolve(operation.get("requestBody", {})).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        if schema is None:
            yield "has a body, and none is described"
        elif exchange.status not in (400, 422):
            yield from self._strangers(schema, exchange.request_body, "the body")

    def _strangers(self, schema: dict[str, Any], value: object, where: str) -> Iterator[str]:
        schema = self._resolve(schema)
        known = self._properties(schema)
        if isinstance(value, list):
            for item in value:
                yield from self._strangers(schema.get("items", {}), item, f"{where}[]")
        if not isinstance(value, dict) or not known:
            return
        for name, inside in value.items():
            if name not in known:
                yield f"{where} has {name!r}, which is not described"
            else:
                yield from self._strangers(known[name], inside, f"{where}.{name}")

    def _properties(self, schema: dict[str, Any]) -> dict[str, Any]:
        found = dict(schema.get("properties", {}))
        for kind in ("allOf", "anyOf", "oneOf"):
            for part in schema.get(kind, ()):
                found |= self._properties(self._resolve(part))
        return found

    def _resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            found: Any = self.description
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")]
            node = found
        return node


def likeness(exchange: Exchange) -> bytes:
    """The same for exchanges that differ by digits, hashes, tokens and codes alone."""
    headers = {**exchange.response_headers, "X-GitHub-Request-Id": ""}
    told = (dict(exchange.query), exchange.request_body, headers, exchange.response_body)
    whole = msgspec.json.encode((exchange.path, told))
    return blake2b(RANDOM.sub(b"0", whole)).digest()


@cache
def contract(host: str) -> Contract:
    """`github.com` or `ghes`."""
    return Contract(msgspec.json.decode((Path(DATA or "") / "github-openapi" / FILES[host]).read_bytes()))


def repaired(node: Any) -> Any:
    """Slips of the description, by which GitHub's own answers and documented queries would fail.

    A nullable enumeration has to list null; an installation's account is a person or an enterprise (`anyOf`), not both
    at once (`allOf`); a folder's listing is a list, which has no property to tell it by; `created` takes a range
    (https://docs.github.com/en/search-github/getting-started-with-searching-on-github/understanding-the-search-syntax);
    a pull request whose fork was deleted has no head repository.
    """
    if isinstance(node, list):
        return [repaired(each) for each in node]
    if not isinstance(node, dict):
        return node
    fixed = {name: repaired(inside) for name, inside in node.items()}
    if fixed.get("nullable") is True and isinstance(fixed.get("enum"), list):
        fixed["enum"] = list(dict.fromkeys([*fixed["enum"], None]))
    if fixed.get("nullable") is True and len(fixed.get("allOf", ())) > 1:
        fixed["anyOf"] = fixed.pop("allOf")
    if fixed.get("name") == "created" and fixed.get("in") == "query":
        fixed["schema"] = {"type": "string"}
    if {"label", "ref", "repo", "sha", "user"} <= set(fixed) and isinstance(fixed["repo"], dict):
        fixed["repo"] = {}
    if "array" in mapping_of(fixed.get("discriminator")):
        del fixed["discriminator"]
    return fixed


def mapping_of(discriminator: object) -> dict[str, Any]:
    found = discriminator.get("mapping") if isinstance(discriminator, dict) else None
    return found if isinstance(found, dict) else {}


def described_path(path: str) -> str:
    """The path under which the description knows it."""
    for reviewed, template in REVIEWED.items():
        if re.fullmatch(reviewed, path):
            for name, example in EXAMPLES.items():
                template = template.replace(name, example)
            return template
    path = NUMBERED.sub("/repos/acme/shop/", path, count=1)
    greedy = GREEDY.match(path)
    if greedy is None:
        return path
    tail = TAILS.match(greedy[2]) if "/contents/" not in greedy[1] else None
    inside, end = (tail[1], f"/{tail[2]}") if tail else (greedy[2], "")
    return greedy[1] + quote(inside, safe="%") + end


def asked(exchange: Exchange) -> str:
    return f"{exchange.method} {exchange.path}"


def about_beside(exchange: Exchange, known: frozenset[str], answers: tuple[frozenset[str], ...]) -> Iterator[str]:
    """Only known fields are sent, and an answer in JSON has the fields of one of its kinds."""
    body, told = exchange.request_body, exchange.response_body
    sent = {*exchange.query, *(body if isinstance(body, dict) else ())}
    yield from (f"is asked with {name!r}, which is not documented" for name in sorted(sent - known))
    if answers and exchange.status == 200 and not (isinstance(told, dict) and frozenset(told) in answers):
        yield "is not answered as documented"


def pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[^}]+\})", template)
    return re.compile("".join("[^/]+" if part.startswith("{") else re.escape(part) for part in parts))


def undescribed(exchange: Exchange) -> Iterator[str]:
    if exchange.status < 400 and exchange.status not in (301, 302, 307):
        yield f"the status {exchange.status} is not described"
    elif not isinstance(exchange.response_body, dict) or not isinstance(exchange.response_body.get("message"), str):
        yield "the error has no message"


def one_line(detail: object) -> str:
    """Where and what; the end of a long message says more than its beginning."""
    return f"{getattr(detail, 'json_path', '$')}: {getattr(detail, 'message', str(detail))[-300:]}"
