"""A pull request with its checks and reviews, in one question."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import respx

from bot.errors import NotFound, Refused, Unreachable
from bot.github.clients import Clients
from bot.github.snapshot_facts import NEWEST
from bot.github.snapshots import MOST_PAGES, Snapshots
from bot.model.repository import PullRequest
from bot.model.snapshot import Check, CheckState, Mergeable, Review, ReviewDecision, ReviewState, Snapshot
from tests.github.conftest import TOKENS_PATH, token_answer
from tests.support.make import OTHER_SHA, SHA, repository

MAIN = "/repos/acme/shop/branches/main"
RULES = "/repos/acme/shop/rules/branches/main"
COMPARE = f"/repos/acme/shop/compare/main...{SHA}"
NINE = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture
def snapshots(clients: Clients) -> Snapshots:
    return Snapshots(clients)


def page(*nodes: Any, more: str | None = None) -> dict[str, Any]:
    return {"pageInfo": {"hasNextPage": more is not None, "endCursor": more}, "nodes": list(nodes)}


def run(name: str = "build", **changes: Any) -> dict[str, Any]:
    whole = {
        "__typename": "CheckRun",
        "name": name,
        "status": "COMPLETED",
        "conclusion": "SUCCESS",
        "startedAt": "2026-11-21T09:00:00Z",
        "completedAt": "2026-11-21T09:05:00Z",
        "detailsUrl": "https://ci.example.com/1",
        "isRequired": False,
        "checkSuite": {"app": {"databaseId": 15368}},
    }
    return {**whole, **changes}


def status(context: str = "lint", **changes: Any) -> dict[str, Any]:
    whole = {"__typename": "StatusContext", "context": context, "state": "SUCCESS", "isRequired": True}
    return {**whole, "createdAt": "2026-11-21T10:00:00+01:00", "targetUrl": None, **changes}


def review(id: int | None = 1002, **changes: Any) -> dict[str, Any]:
    author = {"__typename": "User", "login": "bob", "databaseId": id} if id else None
    whole = {"author": author, "state": "APPROVED", "commit": {"oid": SHA}, "authorCanPushToRepository": True}
    return {**whole, **changes}


def commit(*contexts: Any, more: str | None = None, oid: str = SHA) -> dict[str, Any]:
    return {"oid": oid, "statusCheckRollup": {"contexts": page(*contexts, more=more)}}


def pull(**changes: Any) -> dict[str, Any]:
    whole = {
        "number": 7,
        "state": "OPEN",
        "isDraft": False,
        "author": {"__typename": "User", "login": "alice", "databaseId": 1001},
        "headRefOid": SHA,
        "headRefName": "topic",
        "headRepository": {"databaseId": 77},
        "baseRefName": "main",
        "baseRepository": {"databaseId": 77},
        "baseRef": {"compare": {"behindBy": 2}},
        "mergeable": "MERGEABLE",
        "reviewDecision": "APPROVED",
        "latestOpinionatedReviews": page(review()),
    }
    return {**whole, **changes}


def told(errors: Any = None, **changes: Any) -> httpx.Response:
    default = {"name": "main", "compare": {"behindBy": 2}}
    whole = {"databaseId": 77, "defaultBranchRef": default, "pullRequest": pull(), "object": commit(run())}
    errors = {"errors": errors} if errors else {}
    return httpx.Response(200, json={"data": {"repository": {**whole, **changes}}, **errors})


def branch(contexts: Any = (), checks: Any = ()) -> dict[str, Any]:
    required = {"enforcement_level": "off", "contexts": contexts, "checks": [{"context": each} for each in checks]}
    return {"name": "main", "protected": True, "protection": {"enabled": True, "required_status_checks": required}}


@pytest.fixture
def ask(snapshots: Snapshots, github: respx.MockRouter) -> Callable[..., Any]:
    """Ask about #7, with these answers to the questions one after the other."""
    github.get(MAIN, name="branch").respond(200, json=branch())
    github.get(RULES, name="rules").respond(200, json=[])

    async def about(*answers: httpx.Response) -> Snapshot:
        github.post("/graphql", name="graphql").mock(side_effect=answers)
        return await snapshots.of(repository(), 7, SHA)

    return about


async def test_everything_comes_with_one_question(ask: Callable[..., Any], github: respx.MockRouter) -> None:
    assert await ask(told(object=commit(run(), status()))) == Snapshot(
        pull_request=PullRequest(
            number=7,
            head_sha=SHA,
            head_ref="topic",
            head_repository=77,
            base_repository=77,
            base_ref="main",
            open=True,
            draft=False,
        ),
        author=1001,
        sha=SHA,
        checks=(
            Check(
                name="build",
                app=15368,
                state=CheckState.PASSED,
                at=NINE,
                required=False,
                url="https://ci.example.com/1",
            ),
            Check(name="lint", app=None, state=CheckState.PASSED, at=NINE, required=True),
        ),
        required=frozenset(),
        reviews=(Review(author=1002, login="bob", state=ReviewState.APPROVED, sha=SHA, can_push=True),),
        decision=ReviewDecision.APPROVED,
        mergeable=Mergeable.MERGEABLE,
        behind_base=2,
        behind_default=2,
    )
    assert github["graphql"].call_count == 1
    variables = json.loads(github["graphql"].calls.last.request.content)["variables"]
    assert variables == {"owner": "acme", "name": "shop", "number": 7, "sha": SHA, "head": SHA}


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"state": "CLOSED"}, "open", False),
        ({"state": "MERGED"}, "open", False),
        ({"isDraft": True}, "draft", True),
        ({"headRepository": None}, "head_repository", None),
        ({"headRepository": {"databaseId": 78}}, "fork", True),
        ({"headRefOid": OTHER_SHA}, "head_sha", OTHER_SHA),
    ],
)
async def test_the_pull_request_is_as_rest_would_tell_it(
    ask: Callable[..., Any], changes: dict[str, Any], field: str, value: Any
) -> None:
    snapshot = await ask(told(pullRequest=pull(**changes)))
    assert getattr(snapshot.pull_request, field) == value


@pytest.mark.parametrize(
    "changes",
    [
        {"databaseId": 78},
        {"databaseId": None},
        {"pullRequest": pull(baseRepository={"databaseId": 78})},
        {"pullRequest": pull(baseRepository=None)},
        {"pullRequest": pull(number=8)},
        {"pullRequest": pull(headRefOid="")},
    ],
)
async def test_t8_an_answer_about_something_else_is_never_taken(
    ask: Callable[..., Any], changes: dict[str, Any]
) -> None:
    with pytest.raises(Refused, match="another"):
        await ask(told(**changes))


@pytest.mark.parametrize("answer", [told(pullRequest=None), httpx.Response(200, json={"data": {"repository": None}})])
async def test_what_is_not_there_is_not_found(ask: Callable[..., Any], answer: httpx.Response) -> None:
    with pytest.raises(NotFound):
        await ask(answer)


# --- checks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("node", "state"),
    [
        (run(), CheckState.PASSED),
        (run(conclusion="NEUTRAL"), CheckState.PASSED),
        (run(conclusion="SKIPPED"), CheckState.PASSED),
        (run(conclusion="FAILURE"), CheckState.FAILED),
        (run(conclusion="CANCELLED"), CheckState.FAILED),
        (run(conclusion="TIMED_OUT"), CheckState.FAILED),
        (run(conclusion="ACTION_REQUIRED"), CheckState.FAILED),
        (run(conclusion="STARTUP_FAILURE"), CheckState.FAILED),
        (run(conclusion="STALE"), CheckState.FAILED),
        (run(conclusion="SPLENDID"), CheckState.FAILED),
        (run(conclusion=None), CheckState.PENDING),
        (run(status="IN_PROGRESS", conclusion=None), CheckState.PENDING),
        (run(status="QUEUED", conclusion=None), CheckState.PENDING),
        (run(status="IN_PROGRESS", conclusion="SUCCESS"), CheckState.PENDING),
        (status(), CheckState.PASSED),
        (status(state="PENDING"), CheckState.PENDING),
        (status(state="EXPECTED"), CheckState.PENDING),
        (status(state="FAILURE"), CheckState.FAILED),
        (status(state="ERROR"), CheckState.FAILED),
        (status(state="SPLENDID"), CheckState.FAILED),
    ],
)
async def test_only_a_word_that_means_passed_is_passed(ask: Callable[..., Any], node: Any, state: CheckState) -> None:
    snapshot = await ask(told(object=commit(node)))
    assert [check.state for check in snapshot.checks] == [state]


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({}, NINE),
        ({"startedAt": None}, NINE.replace(minute=5)),
        ({"startedAt": None, "completedAt": None}, None),
        ({"startedAt": None, "completedAt": None, "status": "QUEUED", "conclusion": None}, NEWEST),
    ],
)
async def test_the_rerun_that_started_last_is_the_newest(
    ask: Callable[..., Any], changes: dict[str, Any], at: datetime | None
) -> None:
    snapshot = await ask(told(object=commit(run(**changes))))
    assert [check.at for check in snapshot.checks] == [at]


async def test_who_reported_a_check_may_be_nobody(ask: Callable[..., Any]) -> None:
    snapshot = await ask(told(object=commit(run(checkSuite={"app": None}), run("b", checkSuite=None))))
    assert [check.app for check in snapshot.checks] == [None, None]


async def test_a_commit_may_have_no_checks(ask: Callable[..., Any]) -> None:
    assert (await ask(told(object={"oid": SHA, "statusCheckRollup": None}))).checks == ()


@pytest.mark.parametrize(
    "found",
    [
        None,
        {},
        commit(run(), oid=OTHER_SHA),
        {"oid": OTHER_SHA, "statusCheckRollup": None},
        commit(run(), None),
        commit(run(name="")),
        commit(status(context="")),
        commit({"__typename": "Surprise"}),
    ],
)
async def test_checks_that_can_not_be_read_are_not_told(ask: Callable[..., Any], found: Any) -> None:
    assert (await ask(told(object=found))).checks is None


@pytest.mark.parametrize("depth", [["nodes", 0], []])
async def test_checks_without_permission_are_not_told_and_never_none_at_all(
    ask: Callable[..., Any], depth: list[Any]
) -> None:
    where = ["repository", "object", "statusCheckRollup", *depth]
    fault = {"type": "FORBIDDEN", "message": "Resource not accessible by integration", "path": where}
    snapshot = await ask(told([fault], object={"oid": SHA, "statusCheckRollup": None}))
    assert snapshot.checks is None
    assert snapshot.reviews is not None


async def test_an_installation_that_did_not_accept_checks_yet_is_asked_without(
    ask: Callable[..., Any], github: respx.MockRouter
) -> None:
    tokens = github.post(TOKENS_PATH)

    def give(request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)["permissions"]
        return httpx.Response(422, json={"message": "not granted"}) if "checks" in asked else token_answer()

    tokens.mock(side_effect=give)
    github.get("/repos/acme/shop/installation").respond(200, json={"id": 5})
    snapshot = await ask(told(object={"oid": SHA, "statusCheckRollup": None}))
    assert (snapshot.checks, snapshot.behind_base) == (None, 2)


async def test_all_pages_of_checks_are_read(ask: Callable[..., Any], github: respx.MockRouter) -> None:
    first = [run(str(number)) for number in range(100)]
    snapshot = await ask(
        told(object=commit(*first, more="c1")),
        told(object=commit(run("100"), more="c2")),
        told(object=commit(run("101", conclusion="FAILURE"))),
    )
    assert [check.name for check in snapshot.checks] == [str(number) for number in range(102)]
    assert snapshot.checks[-1].state is CheckState.FAILED
    asked = [json.loads(call.request.content) for call in github["graphql"].calls]
    assert [each["variables"].get("after") for each in asked] == [None, "c1", "c2"]
    assert all("MoreContexts" in each["query"] for each in asked[1:])


@pytest.mark.parametrize(
    "second",
    [
        told(object=commit(run("b"), oid=OTHER_SHA)),
        told(object=None),
        told(object={"oid": SHA, "statusCheckRollup": None}),
        told([{"message": "no", "path": ["statusCheckRollup"]}]),
    ],
)
async def test_a_page_that_is_not_there_leaves_all_untold(ask: Callable[..., Any], second: httpx.Response) -> None:
    assert (await ask(told(object=commit(run(), more="c1")), second)).checks is None


async def test_a_list_without_a_place_to_go_on_leaves_all_untold(ask: Callable[..., Any]) -> None:
    endless = commit(run())
    endless["statusCheckRollup"]["contexts"]["pageInfo"]["hasNextPage"] = True
    assert (await ask(told(object=endless))).checks is None


async def test_a_list_without_an_end_leaves_all_untold(ask: Callable[..., Any]) -> None:
    assert (await ask(*[told(object=commit(run(), more="on"))] * MOST_PAGES)).checks is None


async def test_github_that_goes_away_between_two_pages_is_waited_for(ask: Callable[..., Any]) -> None:
    with pytest.raises(Unreachable):
        await ask(told(object=commit(run(), more="c1")), httpx.Response(502))


# --- reviews -------------------------------------------------------------------------------------------------------


async def test_reviews_say_who_and_of_what(ask: Callable[..., Any]) -> None:
    nodes = [
        review(None),
        review(state="CHANGES_REQUESTED", commit=None, authorCanPushToRepository=False),
        review(state="DISMISSED", commit={"oid": OTHER_SHA}),
    ]
    snapshot = await ask(told(pullRequest=pull(latestOpinionatedReviews=page(*nodes))))
    assert snapshot.reviews == (
        Review(author=None, login="", state=ReviewState.APPROVED, sha=SHA, can_push=True),
        Review(author=1002, login="bob", state=ReviewState.CHANGES_REQUESTED, sha="", can_push=False),
        Review(author=1002, login="bob", state=ReviewState.DISMISSED, sha=OTHER_SHA, can_push=True),
    )


@pytest.mark.parametrize(
    ("reviews", "found"), [(None, ()), (page(), ()), (page(None), None), (page(review(state="SPLENDID")), None)]
)
async def test_a_review_that_can_not_be_read_leaves_all_untold(
    ask: Callable[..., Any], reviews: Any, found: Any
) -> None:
    assert (await ask(told(pullRequest=pull(latestOpinionatedReviews=reviews)))).reviews == found


async def test_all_pages_of_reviews_are_read(ask: Callable[..., Any], github: respx.MockRouter) -> None:
    more = {"latestOpinionatedReviews": page(review(1003, state="CHANGES_REQUESTED"))}
    snapshot = await ask(
        told(pullRequest=pull(latestOpinionatedReviews=page(review(), more="r1"))), told(pullRequest=more)
    )
    assert [each.author for each in snapshot.reviews] == [1002, 1003]
    assert "MoreReviews" in json.loads(github["graphql"].calls.last.request.content)["query"]


async def test_a_page_of_reviews_that_is_gone_leaves_all_untold(ask: Callable[..., Any]) -> None:
    first = told(pullRequest=pull(latestOpinionatedReviews=page(review(), more="r1")))
    assert (await ask(first, told(pullRequest=None))).reviews is None


@pytest.mark.parametrize(
    ("word", "decision"),
    [(None, None), ("REVIEW_REQUIRED", ReviewDecision.REVIEW_REQUIRED), ("SPLENDID", None)],
)
async def test_the_decision_is_githubs(ask: Callable[..., Any], word: str | None, decision: Any) -> None:
    assert (await ask(told(pullRequest=pull(reviewDecision=word)))).decision is decision


@pytest.mark.parametrize("word", ["UNKNOWN", "SPLENDID", ""])
async def test_whether_it_merges_may_be_unknown(ask: Callable[..., Any], word: str) -> None:
    assert (await ask(told(pullRequest=pull(mergeable=word)))).mergeable is Mergeable.UNKNOWN


# --- up to date ----------------------------------------------------------------------------------------------------


async def test_base_and_default_branch_are_two_numbers(ask: Callable[..., Any], github: respx.MockRouter) -> None:
    github.get("/repos/acme/shop/branches/release%2F1").respond(404, json={"message": "Branch not found"})
    changes = {"baseRefName": "release/1", "baseRef": {"compare": {"behindBy": 0}}}
    snapshot = await ask(told(pullRequest=pull(**changes)))
    assert (snapshot.behind_base, snapshot.behind_default, snapshot.required) == (0, 2, None)


async def test_what_graphql_can_not_compare_is_asked_of_rest(ask: Callable[..., Any], github: respx.MockRouter) -> None:
    route = github.get(COMPARE).respond(200, json={"behind_by": 4, "ahead_by": 1})
    fault = {"message": "no common ancestor", "path": ["repository", "pullRequest", "baseRef", "compare"]}
    snapshot = await ask(told([fault], pullRequest=pull(baseRef={"compare": None})))
    assert (snapshot.behind_base, snapshot.behind_default) == (4, 4)
    assert dict(route.calls.last.request.url.params) == {"per_page": "1", "page": "2"}
    assert route.call_count == 1


@pytest.mark.parametrize("status", [404, 422])
async def test_what_nobody_can_compare_is_not_told(
    ask: Callable[..., Any], github: respx.MockRouter, status: int
) -> None:
    github.get(COMPARE).respond(status, json={"message": "No common ancestor"})
    snapshot = await ask(told(pullRequest=pull(baseRef={"compare": None})))
    assert (snapshot.behind_base, snapshot.behind_default) == (None, None)


async def test_a_branch_that_is_gone_is_not_compared_with(ask: Callable[..., Any]) -> None:
    snapshot = await ask(told(pullRequest=pull(baseRef=None), defaultBranchRef=None))
    assert (snapshot.behind_base, snapshot.behind_default) == (None, None)


# --- what protection requires --------------------------------------------------------------------------------------


def rule(*names: str, type: str = "required_status_checks") -> dict[str, Any]:
    checks = [{"context": name, "integration_id": 15368} for name in names]
    return {"type": type, "parameters": {"required_status_checks": checks}}


async def test_required_checks_are_those_of_protection_and_of_rulesets(
    ask: Callable[..., Any], github: respx.MockRouter
) -> None:
    github["branch"].respond(200, json=branch(["build"], ["lint"]))
    github["rules"].respond(200, json=[rule("test"), rule("no", type="other"), {"type": "required_status_checks"}])
    assert (await ask(told())).required == {"build", "lint", "test"}


async def test_all_pages_of_rules_are_read(ask: Callable[..., Any], github: respx.MockRouter) -> None:
    on = {"link": f'<https://api.github.com{RULES}?page=2>; rel="next"'}
    github["rules"].mock(
        side_effect=[httpx.Response(200, json=[rule("a")], headers=on), httpx.Response(200, json=[rule("b")])]
    )
    assert (await ask(told())).required == {"a", "b"}


@pytest.mark.parametrize(
    ("told_by_branch", "required"),
    [
        ({"name": "main", "protected": False}, frozenset()),
        ({"name": "main", "protected": True}, None),
        ({"name": "main", "protected": True, "protection": {}}, frozenset()),
    ],
)
async def test_protection_that_is_kept_from_us_is_not_told(
    ask: Callable[..., Any], github: respx.MockRouter, told_by_branch: Any, required: Any
) -> None:
    github["branch"].respond(200, json=told_by_branch)
    assert (await ask(told())).required == required


@pytest.mark.parametrize("route", ["branch", "rules"])
@pytest.mark.parametrize("status", [403, 404])
async def test_rules_that_can_not_be_read_are_not_told(
    ask: Callable[..., Any], github: respx.MockRouter, route: str, status: int
) -> None:
    github[route].respond(status, json={"message": "no"})
    assert (await ask(told())).required is None


async def test_a_plan_without_rulesets_has_no_rules(ask: Callable[..., Any], github: respx.MockRouter) -> None:
    message = "Upgrade to GitHub Pro or make this repository public to enable this feature."
    github["rules"].respond(403, json={"message": message})
    github["branch"].respond(200, json=branch(["build"]))
    assert (await ask(told())).required == {"build"}


async def test_rules_that_github_does_not_tell_now_are_waited_for(
    ask: Callable[..., Any], github: respx.MockRouter
) -> None:
    github["rules"].respond(500)
    with pytest.raises(Unreachable):
        await ask(told())
