"""GraphQL: what is asked with GitHub's names is answered in GitHub's shape, refusals included."""

import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from graphql import GraphQLObjectType

from bot.sandbox.github import PullRequest, Repository, SandboxGitHub
from bot.sandbox.github.graphql.actors import Actor, Reporter
from bot.sandbox.github.graphql.checks import Context, Contexts, Rollup, Run, Suite
from bot.sandbox.github.graphql.connections import Connection, PageInfo
from bot.sandbox.github.graphql.execution import schema, snake
from bot.sandbox.github.graphql.pulls import Pull, PullReview
from bot.sandbox.github.graphql.refs import Comparison, GitCommit, Ref, RequiredCheck, Rule
from bot.sandbox.github.graphql.repositories import Query, RateLimit, Repo
from tests.sandbox.github.support import Client

PULL = """
query($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    databaseId
    pullRequest(number: $number) {
      databaseId number state isDraft headRefOid headRefName baseRefName mergeable mergeStateStatus reviewDecision
      author { login ... on User { databaseId } ... on Bot { databaseId } }
      headRepository { databaseId }
      baseRepository { databaseId }
      baseRef { branchProtectionRule {
        requiredStatusCheckContexts requiredStatusChecks { context app { databaseId } }
      } }
    }
  }
}
"""
ROLLUP = """
query($oid: GitObjectID!, $number: Int!, $after: String) {
  repository(owner: "acme", name: "shop") { object(oid: $oid) { ... on Commit { oid statusCheckRollup {
    state
    contexts(first: 2, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        __typename
        ... on CheckRun {
          name status conclusion isRequired(pullRequestNumber: $number) checkSuite { app { databaseId slug } }
        }
        ... on StatusContext { context state isRequired(pullRequestNumber: $number) }
      }
    }
  } } } }
}
"""
REVIEWS = """
query($writers: Boolean!) { repository(owner: "acme", name: "shop") { pullRequest(number: 1) {
  reviewDecision
  latestOpinionatedReviews(first: 10, writersOnly: $writers) {
    nodes { author { login } state commit { oid } authorCanPushToRepository }
  }
} } }
"""


async def ask(client: Client, query: str, **variables: object) -> dict[str, Any]:
    url = client.github.server_url + ("/api/graphql" if client.github.world.enterprise else "/graphql")
    body = {"query": query, "variables": variables}
    response = await client.http.post(url, json=body, headers=client.authorization)
    assert response.status_code == 200, response.text
    told = response.json()
    assert isinstance(told, dict)
    return told


async def pull_of(client: Client, number: int = 1) -> dict[str, Any]:
    told = await ask(client, PULL, owner="acme", name="shop", number=number)
    found = told["data"]["repository"]["pullRequest"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("github", [False, True], ids=["cloud", "enterprise"], indirect=True)
async def test_a_pull_request_and_the_protection_of_its_base(
    shop: Repository, pull: PullRequest, client: Client
) -> None:
    shop.protect(required=["build@15368", "ci/legacy"])
    assert await ask(client.as_person("alice"), '{ repository(owner: "acme", name: "shop") { name } }')
    told = await ask(
        client.as_installation(shop, pull_requests="read", contents="read"), PULL, owner="ACME", name="shop", number=1
    )
    assert told["data"]["repository"]["databaseId"] == shop.id
    found = told["data"]["repository"]["pullRequest"]
    assert found.pop("baseRef") == {"branchProtectionRule": None}
    assert found == {
        "databaseId": pull.id,
        "number": 1,
        "state": "OPEN",
        "isDraft": False,
        "headRefOid": pull.head_sha,
        "headRefName": "feature",
        "baseRefName": "main",
        "mergeable": "MERGEABLE",
        "mergeStateStatus": "BLOCKED",
        "reviewDecision": None,
        "author": {"login": "alice", "databaseId": pull.author.id},
        "headRepository": {"databaseId": shop.id},
        "baseRepository": {"databaseId": shop.id},
    }
    (error,) = told["errors"]
    assert (error["type"], error["message"]) == ("FORBIDDEN", "Resource not accessible by integration")
    assert error["path"] == ["repository", "pullRequest", "baseRef", "branchProtectionRule"]


async def test_who_administers_sees_the_rule(shop: Repository, pull: PullRequest, client: Client) -> None:
    assert (await pull_of(client.as_installation(shop)))["baseRef"] == {"branchProtectionRule": None}  # there is none
    shop.protect(required=["build@15368", "ci/legacy"])
    shop.role("root", "admin")
    rule = (await pull_of(client.as_person("root")))["baseRef"]["branchProtectionRule"]
    assert rule == {
        "requiredStatusCheckContexts": ["build", "ci/legacy"],
        "requiredStatusChecks": [
            {"context": "build", "app": {"databaseId": 15368}},
            {"context": "ci/legacy", "app": None},
        ],
    }
    told = await ask(client.as_person("alice"), PULL, owner="acme", name="shop", number=1)
    assert told["data"]["repository"]["pullRequest"]["baseRef"] == {"branchProtectionRule": None}
    assert "errors" not in told


async def test_the_rollup_has_runs_and_statuses_page_by_page(
    shop: Repository, pull: PullRequest, client: Client
) -> None:
    assert (await rollup(client.as_installation(shop), pull)) is None
    shop.protect(required=["build@15368", "ci/legacy"])
    pull.check("build", "failure")
    pull.check("build", "success")
    pull.check("build", "in_progress", app=99)
    pull.status("ci/legacy", "pending")
    pull.status("ci/legacy", "success")
    token = client.as_installation(shop, contents="read", checks="read", statuses="read")
    first = await rollup(token, pull)
    assert first is not None
    assert (first["state"], first["contexts"]["totalCount"]) == ("PENDING", 3)
    assert first["contexts"]["pageInfo"]["hasNextPage"] is True
    actions = {"app": {"databaseId": 15368, "slug": "github-actions"}}
    assert first["contexts"]["nodes"] == [
        {
            "__typename": "CheckRun",
            "name": "build",
            "status": "COMPLETED",
            "conclusion": "SUCCESS",
            "isRequired": True,
            "checkSuite": actions,
        },
        {
            "__typename": "CheckRun",
            "name": "build",
            "status": "IN_PROGRESS",
            "conclusion": None,
            "isRequired": False,
            "checkSuite": {"app": {"databaseId": 99, "slug": "reporter-99"}},
        },
    ]
    rest = await rollup(token, pull, after=first["contexts"]["pageInfo"]["endCursor"])
    assert rest is not None
    assert rest["contexts"]["nodes"] == [
        {"__typename": "StatusContext", "context": "ci/legacy", "state": "SUCCESS", "isRequired": True}
    ]
    assert rest["contexts"]["pageInfo"]["hasNextPage"] is False


async def rollup(client: Client, pull: PullRequest, after: str | None = None) -> dict[str, Any] | None:
    told = await ask(client, ROLLUP, oid=pull.head_sha, number=pull.number, after=after)
    assert "errors" not in told
    found = told["data"]["repository"]["object"]["statusCheckRollup"]
    assert found is None or isinstance(found, dict)
    return found


@pytest.mark.parametrize(("missing", "place"), [("checks", 0), ("statuses", 1)])
async def test_what_may_not_be_read_is_a_hole_in_the_list(
    shop: Repository, pull: PullRequest, client: Client, missing: str, place: int
) -> None:
    pull.check("build")
    pull.status("ci/legacy")
    granted = {"contents": "read", "checks": "read", "statuses": "read"}
    del granted[missing]
    told = await ask(client.as_installation(shop, None, **granted), ROLLUP, oid=pull.head_sha, number=1)
    contexts = told["data"]["repository"]["object"]["statusCheckRollup"]["contexts"]
    assert [node is None for node in contexts["nodes"]] == [place == 0, place == 1]
    (error,) = told["errors"]
    assert error["type"] == "FORBIDDEN"
    assert error["path"] == ["repository", "object", "statusCheckRollup", "contexts", "nodes", place]
    assert error["extensions"] == {"saml_failure": False}


async def test_the_newest_opinion_of_each_person_counts(shop: Repository, pull: PullRequest, client: Client) -> None:
    shop.protect(reviews=1)
    before = pull.head_sha
    pull.review("maya", "CHANGES_REQUESTED")
    pull.review("trudy", "APPROVED")
    await pull.push()
    pull.review("maya", "APPROVED", sha=before)
    pull.review("maya", "COMMENTED")
    told = await ask(client.as_installation(shop), REVIEWS, writers=False)
    found = told["data"]["repository"]["pullRequest"]
    assert found["reviewDecision"] == "APPROVED"
    maya = {"author": {"login": "maya"}, "state": "APPROVED", "commit": {"oid": before}}
    trudy = {"author": {"login": "trudy"}, "state": "APPROVED", "commit": {"oid": before}}
    assert found["latestOpinionatedReviews"]["nodes"] == [
        trudy | {"authorCanPushToRepository": False},
        maya | {"authorCanPushToRepository": True},
    ]
    told = await ask(client.as_installation(shop), REVIEWS, writers=True)
    nodes = told["data"]["repository"]["pullRequest"]["latestOpinionatedReviews"]["nodes"]
    assert [each["author"]["login"] for each in nodes] == ["maya"]


async def test_a_stale_yes_is_dismissed_where_protection_says_so(
    shop: Repository, pull: PullRequest, client: Client
) -> None:
    shop.protect(reviews=1, dismiss_stale=True)
    pull.review("maya")
    assert (await pull_of(client.as_installation(shop)))["reviewDecision"] == "APPROVED"
    await pull.push()
    assert (await pull_of(client.as_installation(shop)))["reviewDecision"] == "REVIEW_REQUIRED"


async def test_a_code_owner_has_to_approve(shop: Repository, pull: PullRequest, client: Client) -> None:
    shop.role("carol", "write")
    shop.protect(code_owners=["carol"])
    pull.review("maya")
    assert (await pull_of(client.as_installation(shop)))["reviewDecision"] == "REVIEW_REQUIRED"
    pull.review("carol")
    assert (await pull_of(client.as_installation(shop)))["reviewDecision"] == "APPROVED"


async def test_whether_it_could_be_merged(shop: Repository, pull: PullRequest, client: Client) -> None:
    token = client.as_installation(shop)

    async def state() -> tuple[str, str]:
        found = await pull_of(token)
        return found["mergeable"], found["mergeStateStatus"]

    assert await state() == ("MERGEABLE", "CLEAN")
    pull.check("optional", "failure")
    assert await state() == ("MERGEABLE", "UNSTABLE")
    shop.protect(required=["build"], strict=True)
    assert await state() == ("MERGEABLE", "BLOCKED")
    pull.check("build")
    pull.check("optional")
    await shop.push(files={"elsewhere": "x"})
    assert await state() == ("MERGEABLE", "BEHIND")
    await pull.to_draft()
    assert await state() == ("MERGEABLE", "DRAFT")
    await pull.ready()
    pull.conflicts = True
    assert await state() == ("CONFLICTING", "DIRTY")
    pull.computing = True
    assert await state() == ("UNKNOWN", "UNKNOWN")


async def test_branches_are_compared(shop: Repository, pull: PullRequest, client: Client) -> None:
    query = """query($head: String!) { repository(owner: "acme", name: "shop") {
      ref(qualifiedName: "refs/heads/main") { name target { oid } compare(headRef: $head) { aheadBy behindBy status } }
    } }"""
    forked = shop.pull_request("zoe", "main", fork="zoe")
    await forked.push()
    await shop.push(files={"elsewhere": "x"})
    token = client.as_installation(shop)
    for head, ahead in (
        ("feature", 1),
        (pull.head_sha, 1),
        ("refs/pull/1/head", 1),
        ("zoe:main", 2),
        (forked.head_sha, 2),
    ):
        ref = (await ask(token, query, head=head))["data"]["repository"]["ref"]
        assert ref["target"] == {"oid": shop.head_sha}
        assert ref["compare"] == {"aheadBy": ahead, "behindBy": 1, "status": "DIVERGED"}
    ref = (await ask(token, query, head="nowhere"))["data"]["repository"]["ref"]
    assert ref["compare"] is None


async def test_a_bot_has_no_suffix_here(github: SandboxGitHub, shop: Repository, client: Client) -> None:
    bot = github.bot("dependabot")
    shop.role(bot.login, "write")
    shop.pull_request(bot.login, "bump")
    assert (await pull_of(client.as_installation(shop)))["author"] == {"login": "dependabot", "databaseId": bot.id}


async def test_a_deleted_fork_leaves_a_hole(shop: Repository, client: Client) -> None:
    pull = shop.pull_request("zoe", "main", fork="zoe")
    pull.delete_fork()
    assert (await pull_of(client.as_installation(shop)))["headRepository"] is None


@pytest.mark.parametrize(
    ("variables", "path", "message"),
    [
        (
            {"name": "nothing", "number": 1},
            ["repository"],
            "Could not resolve to a Repository with the name 'acme/nothing'.",
        ),
        (
            {"name": "shop", "number": 77},
            ["repository", "pullRequest"],
            "Could not resolve to a PullRequest with the number of 77.",
        ),
    ],
)
async def test_what_is_not_there(
    shop: Repository, client: Client, variables: Mapping[str, object], path: list[str], message: str
) -> None:
    told = await ask(client.as_installation(shop), PULL, owner="acme", **variables)
    (error,) = told["errors"]
    assert (error["type"], error["path"], error["message"]) == ("NOT_FOUND", path, message)
    inside = told["data"]
    for name in path:
        inside = inside[name]
    assert inside is None


async def test_hidden_is_missing_and_a_former_name_leads_on(shop: Repository, client: Client) -> None:
    await shop.rename("store")
    hidden = await ask(client.as_person("mallory"), '{ repository(owner: "acme", name: "store") { name } }')
    assert hidden["errors"][0]["type"] == "NOT_FOUND"
    token = client.as_installation(shop)
    told = await ask(token, '{ repository(owner: "acme", name: "shop") { name } }')
    assert told == {"data": {"repository": {"name": "store"}}}
    told = await ask(token, '{ repository(owner: "acme", name: "shop", followRenames: false) { name } }')
    assert told["errors"][0]["type"] == "NOT_FOUND"


async def test_an_app_needs_permission_for_pull_requests(shop: Repository, pull: PullRequest, client: Client) -> None:
    told = await ask(client.as_installation(shop, contents="read"), PULL, owner="acme", name="shop", number=1)
    assert told["data"] == {"repository": {"databaseId": shop.id, "pullRequest": None}}
    assert [each["type"] for each in told["errors"]] == ["FORBIDDEN"]


async def test_a_list_without_a_bound_is_refused(shop: Repository, pull: PullRequest, client: Client) -> None:
    query = """query { repository(owner: "acme", name: "shop") { pullRequest(number: 1) {
      latestOpinionatedReviews%s { totalCount } } } }"""
    for bounds, kind in (("", "MISSING_PAGINATION_BOUNDARIES"), ("(first: 101)", "EXCESSIVE_PAGINATION")):
        told = await ask(client.as_installation(shop), query % bounds)
        assert [each["type"] for each in told["errors"]] == [kind]


@pytest.mark.parametrize("query", ["{ repository(", "{ nothing }", "{ repository(owner: 1) { name } }"])
async def test_what_is_no_question_has_no_answer(shop: Repository, client: Client, query: str) -> None:
    told = await ask(client.as_installation(shop), query)
    assert "data" not in told
    assert all(each["message"] and each["locations"] for each in told["errors"])


async def test_a_question_needs_a_token_and_words(shop: Repository, client: Client) -> None:
    assert (await client.post("/graphql", {"query": "{ rateLimit { cost } }"})).status_code == 401
    assert (await client.as_installation(shop).post("/graphql", {})).status_code == 400


async def test_limits_are_told_where_there_are_any(github: SandboxGitHub, shop: Repository, client: Client) -> None:
    token = client.as_installation(shop)
    query = "{ rateLimit { cost remaining resetAt } }"
    assert (await ask(token, query))["data"]["rateLimit"]["cost"] == 1
    github.limits.told = False
    assert (await ask(token, query))["data"] == {"rateLimit": None}


@pytest.mark.parametrize("github", [False, True], ids=["cloud", "enterprise"], indirect=True)
async def test_failures_strike_by_path(github: SandboxGitHub, shop: Repository, client: Client) -> None:
    token = client.as_installation(shop)
    fault = github.faults.status(502, "POST", "/graphql")
    with pytest.raises(AssertionError, match="Server Error"):
        await ask(token, "{ rateLimit { cost } }")
    assert fault.struck == 1
    github.faults.errors("RATE_LIMITED", "API rate limit exceeded")
    told = await ask(token, "{ rateLimit { cost } }")
    assert told == {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}
    assert "data" in await ask(token, "{ rateLimit { cost } }")


VIEWS: Mapping[str, type] = {
    "Query": Query,
    "RateLimit": RateLimit,
    "User": Actor,
    "Bot": Actor,
    "Organization": Actor,
    "App": Reporter,
    "Repository": Repo,
    "Commit": GitCommit,
    "Ref": Ref,
    "Comparison": Comparison,
    "RefUpdateRule": Rule,
    "BranchProtectionRule": Rule,
    "RequiredStatusCheckDescription": RequiredCheck,
    "PullRequest": Pull,
    "PageInfo": PageInfo,
    "PullRequestReviewConnection": Connection,
    "PullRequestReview": PullReview,
    "StatusCheckRollup": Rollup,
    "StatusCheckRollupContextConnection": Contexts,
    "CheckRun": Run,
    "CheckSuite": Suite,
    "StatusContext": Context,
}


def test_every_field_of_the_schema_has_an_answer() -> None:
    types = [each for each in schema().type_map.values() if isinstance(each, GraphQLObjectType)]
    unanswered = [
        f"{each.name}.{field}"
        for each in types
        for field in each.fields
        if not each.name.startswith("__")
        and not hasattr(VIEWS[each.name], snake(field))
        and snake(field) not in VIEWS[each.name].__dataclass_fields__  # type: ignore[attr-defined]
    ]
    assert unanswered == []


def test_nobody_waits_for_graphql_who_does_not_ask() -> None:
    """A fresh interpreter: this one has asked already."""
    code = "import sys, bot.sandbox.github; sys.exit('graphql' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
