"""The judge itself: it lets the right exchange pass and names what is wrong with each wrong one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from tests.contract.openapi import contract, described_path, needs_contract_data

pytestmark = needs_contract_data
DISPATCH = "/repos/acme/shop/actions/workflows/deploy.yml/dispatches"


@dataclass(frozen=True)
class Recorded:
    method: str = "POST"
    path: str = DISPATCH
    query: Mapping[str, str] = field(default_factory=dict)
    request_body: object = None
    status: int = 204
    response_headers: Mapping[str, str] = field(default_factory=dict)
    response_body: object = None


def test_a_right_exchange_passes_on_both_hosts() -> None:
    exchange = Recorded(request_body={"ref": "main", "inputs": {"environment": "staging"}})
    assert contract("github.com").complaints(exchange) == []
    assert contract("ghes").complaints(exchange) == []


WRONG = {
    "an unknown field": (Recorded(request_body={"ref": "main", "input": {}}), "the body has 'input'"),
    "a missing field": (Recorded(request_body={"inputs": {}}), "'ref' is a required property"),
    "a wrong type": (Recorded(request_body={"ref": 7}), "7 is not of type 'string'"),
    "too many inputs": (
        Recorded(request_body={"ref": "main", "inputs": {f"i{n}": "" for n in range(26)}}),
        "has too many properties",
    ),
    "an unknown question": (
        Recorded("GET", "/repos/a/b/pulls/1", {"expand": "1"}, status=404),
        "the query has 'expand'",
    ),
    "a body where none belongs": (
        Recorded("DELETE", "/installation/token", request_body={"a": 1}),
        "none is described",
    ),
    "an unknown path": (Recorded("GET", "/repos/a/b/secrets"), "is not described"),
    "an unknown method": (Recorded("PUT", DISPATCH), "is not described"),
    "an unknown status": (Recorded(request_body={"ref": "main"}, status=206), "the status 206 is not described"),
    "an answer that lacks a field": (
        Recorded("GET", "/repos/a/b/collaborators/c/permission", status=200, response_body={"permission": "read"}),
        "'role_name' is a required property",
    ),
    "a reviewed path": (Recorded("GET", "/repositories/7", status=200, response_body={}), "is a required property"),
    "an undocumented field beside the API": (
        Recorded("POST", "/login/oauth/access_token", request_body={"codes": "x"}, status=500),
        "is asked with 'codes'",
    ),
    "an undocumented answer beside the API": (
        Recorded("POST", "/login/oauth/access_token", status=200, response_body={"token": "x"}),
        "is not answered as documented",
    ),
    "a reviewed path below a number": (
        Recorded("GET", "/repositories/7/pulls/1", status=200, response_body={}),
        "is a required property",
    ),
    "an error without words": (Recorded(request_body={"ref": "main"}, status=500), "the error has no message"),
}


@pytest.mark.parametrize(("exchange", "complaint"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_named(exchange: Recorded, complaint: str) -> None:
    assert complaint in "\n".join(contract("github.com").complaints(exchange))


def test_an_enterprise_server_does_not_know_the_wish_for_details() -> None:
    exchange = Recorded(request_body={"ref": "main", "return_run_details": True}, status=204)
    assert contract("github.com").complaints(exchange) == []
    assert "'return_run_details', which is not described" in "\n".join(contract("ghes").complaints(exchange))


@pytest.mark.parametrize(
    ("path", "described"),
    [
        ("/repos/a/b/contents/src/shop.py", "/repos/a/b/contents/src%2Fshop.py"),
        ("/repos/a/b/contents/src/status", "/repos/a/b/contents/src%2Fstatus"),
        ("/repos/a/b/compare/main...feature/one", "/repos/a/b/compare/main...feature%2Fone"),
        ("/repos/a/b/commits/feature/one/status", "/repos/a/b/commits/feature%2Fone/status"),
        ("/repos/a/b/git/ref/heads/main", "/repos/a/b/git/ref/heads%2Fmain"),
        ("/repos/a/b/branches/feature%2Fone", "/repos/a/b/branches/feature%2Fone"),
        ("/repos/a/b/issues/1", "/repos/a/b/issues/1"),
        ("/repositories/7/contents/src/shop.py", "/repos/acme/shop/contents/src%2Fshop.py"),
    ],
)
def test_slashes_inside_a_parameter_are_encoded(path: str, described: str) -> None:
    assert described_path(path) == described
