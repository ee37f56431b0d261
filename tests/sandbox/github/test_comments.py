"""Comments and reactions: who may write them, how long they may be, what the thread shows."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.github import PullRequest, Refused, Repository, Said, SandboxGitHub
from tests.sandbox.github.support import Client

HERE = "/repos/acme/shop"


async def test_the_thread_shows_what_people_read(github: SandboxGitHub, pull: PullRequest, client: Client) -> None:
    asked = await github.comments("alice", pull, "/deploy staging")
    token = client.as_installation(pull.repository)
    await token.post(f"{HERE}/issues/comments/{asked.id}/reactions", {"content": "eyes"})
    made = await token.post(f"{HERE}/issues/{pull.number}/comments", {"body": "On it."})
    await token.send("PATCH", f"{HERE}/issues/comments/{made.json()['id']}", {"body": "Done."})
    assert github.thread(pull) == [
        Said("alice", "/deploy staging", ("eyes",)),
        Said("signalbox[bot]", "Done.", ()),
    ]


async def test_a_comment_says_who_wrote_it(github: SandboxGitHub, pull: PullRequest, client: Client) -> None:
    by_hand = await github.comments("alice", pull, "Hello")
    by_program = await github.comments("alice", pull, "Hello", via_app=True)
    by_stranger = await github.comments(github.bot("dependabot").login, pull, "Bump")
    token = client.as_installation(pull.repository)
    told = [await token.get(f"{HERE}/issues/comments/{each.id}") for each in (by_hand, by_program, by_stranger)]
    told.append((await token.post(f"{HERE}/issues/{pull.number}/comments", {"body": "Hi"})).json())
    assert [(each["user"]["login"], each["user"]["type"]) for each in told] == [
        ("alice", "User"),
        ("alice", "User"),
        ("dependabot[bot]", "Bot"),
        ("signalbox[bot]", "Bot"),
    ]
    apps = [each["performed_via_github_app"] for each in told]
    assert [app and app["slug"] for app in apps] == [None, "signalbox", None, "signalbox"]
    assert [each["author_association"] for each in told] == ["COLLABORATOR", "COLLABORATOR", "NONE", "NONE"]


async def test_who_can_not_see_the_repository_can_not_comment(github: SandboxGitHub, pull: PullRequest) -> None:
    with pytest.raises(Refused, match="404 Not Found"):
        await github.comments("mallory", pull, "Let me in")
    assert github.thread(pull) == []


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ({"body": "x" * 65_536}, 201, ""),
        ({"body": "x" * 65_537}, 422, "body is too long (maximum is 65536 characters)"),
        ({"body": "  "}, 422, "can't be blank"),
        ({}, 422, '\\"body\\" wasn\'t supplied.'),
        ({"body": 7}, 422, "Expected `str`, got `int`"),
        ({"body": "x", "text": "y"}, 422, '\\"text\\" is not a permitted key.'),
        ([], 422, "nil is not an object"),
    ],
)
async def test_a_comments_body_is_checked(
    pull: PullRequest, client: Client, body: object, status: int, sentence: str
) -> None:
    response = await client.as_installation(pull.repository).post(f"{HERE}/issues/{pull.number}/comments", body)
    assert response.status_code == status
    assert sentence in response.text


async def test_what_is_no_json_is_said_to_be_none(pull: PullRequest, client: Client) -> None:
    token = client.as_installation(pull.repository)
    response = await token.send("POST", f"{HERE}/issues/{pull.number}/comments", content=b"{body")
    assert (response.status_code, response.json()["message"]) == (400, "Problems parsing JSON")


async def test_the_same_reaction_twice_is_one(pull: PullRequest, client: Client) -> None:
    comment = await client.github.comments("alice", pull, "Hello")
    path, token = f"{HERE}/issues/comments/{comment.id}/reactions", client.as_installation(pull.repository)
    first, second = [await token.post(path, {"content": "rocket"}) for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    await comment.react("alice", "rocket")
    assert [each["user"]["login"] for each in await token.get(path)] == ["signalbox[bot]", "alice"]
    assert (await token.post(path, {"content": "shrug"})).status_code == 422
    assert (await token.send("DELETE", f"{path}/{first.json()['id']}")).status_code == 204
    assert [each["user"]["login"] for each in await token.get(path)] == ["alice"]


async def test_comments_are_paged_and_filtered_by_time(client: Client) -> None:
    times = [datetime(2026, 11, 21, 12, tzinfo=UTC)]
    async with SandboxGitHub(clock=lambda: times[0]) as github:
        github.register_app()
        shop = github.repository("acme/shop")
        pull = shop.pull_request("alice", "feature")
        for number in range(5):
            await github.comments("alice", pull, f"Comment {number}")
            times[0] += timedelta(minutes=1)
        token, path = Client(github, client.http).as_installation(shop), f"{HERE}/issues/1/comments?per_page=2"
        seen: list[str] = []
        while path:
            page = await token.send("GET", path)
            seen += [each["body"] for each in page.json()]
            path = page.links.get("next", {}).get("url", "").removeprefix(github.url)
        assert seen == [f"Comment {number}" for number in range(5)]
        late = await token.get(f"{HERE}/issues/1/comments", since="2026-11-21T12:03:00Z")
        assert [each["body"] for each in late] == ["Comment 3", "Comment 4"]


async def test_people_change_only_their_own_comments(shop: Repository, pull: PullRequest, client: Client) -> None:
    comment = await client.github.comments("alice", pull, "Mine")
    path = f"{HERE}/issues/comments/{comment.id}"
    assert (await client.as_person("trudy").send("PATCH", path, {"body": "Yours"})).status_code == 403
    assert (await client.as_person("alice").send("PATCH", path, {"body": "Ours"})).status_code == 200
    assert (await client.as_person("maya").send("DELETE", path)).status_code == 204
    assert (await client.as_person("alice").send("GET", path)).status_code == 404


async def test_a_comment_belongs_to_its_repository(github: SandboxGitHub, pull: PullRequest, client: Client) -> None:
    other = github.repository("acme/other")
    comment = await github.comments("alice", pull, "Here")
    response = await client.as_installation(other).send("GET", f"/repos/acme/other/issues/comments/{comment.id}")
    assert response.status_code == 404


async def test_a_locked_thread_takes_no_comment(pull: PullRequest, client: Client) -> None:
    pull.issue.locked = True
    path = f"{HERE}/issues/{pull.number}/comments"
    response = await client.as_installation(pull.repository).post(path, {"body": "Hello"})
    assert response.status_code == 403


async def test_an_issue_is_no_pull_request(shop: Repository, pull: PullRequest, client: Client) -> None:
    issue, token = shop.issue("alice"), client.as_installation(shop)
    assert "pull_request" not in await token.get(f"{HERE}/issues/{issue.number}")
    assert "pull_request" in await token.get(f"{HERE}/issues/{pull.number}")
    assert (await token.send("GET", f"{HERE}/pulls/{issue.number}")).status_code == 404
