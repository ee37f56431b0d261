"""The past: which commit touched a file, which pull request brought it, how far branches are apart."""

import pytest

from bot.sandbox.github import PullRequest, Refused, Repository
from tests.sandbox.github.support import Client, Listener

HERE = "/repos/acme/shop"
CONFIG = ".github/signalbox.yml"


async def configured(shop: Repository, client: Client) -> list[str]:
    query = {"path": CONFIG, "sha": "main"}
    response = await client.as_installation(shop, contents="read").send("GET", f"{HERE}/commits", query=query)
    return [each["sha"] for each in response.json()]


async def test_a_merge_is_not_named_among_the_commits_of_a_file(shop: Repository, client: Client) -> None:
    assert await configured(shop, client) == []
    pull = shop.pull_request("alice", "config", files={CONFIG: "version: 1\n"})
    await shop.push(files={"elsewhere": "x"}, by="maya")
    merge = await pull.merge(by="maya")
    assert await configured(shop, client) == [pull.head_sha]
    assert shop.git.objects[merge].files["elsewhere"] == b"x"  # what landed meanwhile stays
    direct = await shop.push(files={CONFIG: "version: 2\n"}, by="maya")
    assert await configured(shop, client) == [direct, pull.head_sha]


async def test_a_squashed_change_is_one_commit_of_its_pull_request(shop: Repository, client: Client) -> None:
    pull = shop.pull_request("alice", "config", files={CONFIG: "version: 1\n"})
    await pull.push(files={CONFIG: "version: 1  # better\n"}, by="maya")
    squashed = await pull.merge(by="maya", squash=True)
    assert await configured(shop, client) == [squashed]
    token = client.as_installation(shop)
    assert [each["number"] for each in await token.get(f"{HERE}/commits/{squashed}/pulls")] == [pull.number]
    commits = await token.get(f"{HERE}/pulls/{pull.number}/commits")
    assert [each["author"]["login"] for each in commits] == ["alice", "maya"]
    (file,) = await token.get(f"{HERE}/pulls/{pull.number}/files")
    assert (file["filename"], file["status"]) == (CONFIG, "added")


async def test_a_commit_belongs_to_whoever_brought_it(shop: Repository, pull: PullRequest, client: Client) -> None:
    token, sha = client.as_installation(shop), pull.head_sha

    async def holding() -> list[int]:
        return [each["number"] for each in await token.get(f"{HERE}/commits/{sha}/pulls")]

    other = shop.pull_request("maya", "feature", title="The same branch once more")
    assert await holding() == [pull.number, other.number]
    await pull.merge(by="maya")
    assert await holding() == [pull.number]
    assert await token.get(f"{HERE}/commits/{await shop.push()}/pulls") == []
    assert (await token.send("GET", f"{HERE}/commits/{'0' * 40}/pulls")).status_code == 422


async def test_a_merge_is_pushed_and_told(
    shop: Repository, pull: PullRequest, client: Client, listener: Listener
) -> None:
    merge = await pull.merge(by="maya")
    assert [(each.event, each.payload.get("after")) for each in listener.heard] == [
        ("push", merge),
        ("pull_request.closed", None),
    ]
    assert listener.heard[1].payload["pull_request"]["merged"] is True
    assert listener.heard[1].payload["pull_request"]["merged_by"]["login"] == "maya"
    (newest, *_) = await client.as_installation(shop).get(f"{HERE}/activity", ref="main")
    assert (newest["activity_type"], newest["actor"]["login"]) == ("pr_merge", "maya")


async def test_a_conflict_is_not_merged(shop: Repository, pull: PullRequest, client: Client) -> None:
    pull.conflicts = True
    with pytest.raises(Refused, match="405"):
        await pull.merge(by="maya")
    told = await client.as_installation(shop).get(f"{HERE}/pulls/{pull.number}")
    assert (told["mergeable"], told["mergeable_state"]) == (False, "dirty")


async def test_reviews_are_listed_with_their_commits(shop: Repository, pull: PullRequest, client: Client) -> None:
    before = pull.head_sha
    pull.review("maya", "CHANGES_REQUESTED")
    await pull.push()
    pull.review("maya", "APPROVED")
    told = await client.as_installation(shop).get(f"{HERE}/pulls/{pull.number}/reviews")
    found = [(each["state"], each["commit_id"]) for each in told]
    assert found == [("CHANGES_REQUESTED", before), ("APPROVED", pull.head_sha)]


async def test_branches_are_compared(shop: Repository, pull: PullRequest, client: Client) -> None:
    forked = shop.pull_request("zoe", "main", fork="zoe")
    await shop.push()
    token = client.as_installation(shop, contents="read")
    for head in ("feature", "zoe:main", forked.head_sha):
        told = await token.get(f"{HERE}/compare/main...{head}")
        assert (told["status"], told["ahead_by"], told["behind_by"]) == ("diverged", 1, 1)
        assert [len(told["commits"]), [each["filename"] for each in told["files"]]] == [1, ["CHANGE.md"]]
    assert (await token.send("GET", f"{HERE}/compare/main...nothing")).status_code == 404


async def test_an_older_commit_of_a_fork_is_reached_by_its_hash(shop: Repository, client: Client) -> None:
    pull = shop.pull_request("zoe", "main", fork="zoe", files={CONFIG: "version: 1\n"})
    before = pull.head_sha
    await pull.push(files={CONFIG: "version: 2\n"})
    token = client.as_installation(shop, contents="read")
    for sha, size in ((before, 11), (pull.head_sha, 11)):
        assert (await token.get(f"{HERE}/contents/{CONFIG}", ref=sha))["size"] == size
