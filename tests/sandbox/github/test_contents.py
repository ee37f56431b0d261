"""Files, folders, commits and branches, hashed as git hashes them."""

import base64
import subprocess
from pathlib import Path

import pytest

from bot.sandbox.github import PullRequest, Repository, SandboxGitHub
from bot.sandbox.github.git import blob_sha, tree_sha
from tests.sandbox.github.support import FILES, Client

HERE = "/repos/acme/shop"


async def test_a_file_comes_with_its_bytes_and_its_git_hash(shop: Repository, client: Client) -> None:
    told = await client.as_installation(shop).get(f"{HERE}/contents/.github/workflows/deploy.yml")
    data = FILES[".github/workflows/deploy.yml"].encode()
    assert base64.b64decode(told["content"]) == data
    assert (told["sha"], told["size"], told["encoding"]) == (blob_sha(data), len(data), "base64")


async def test_the_file_is_the_one_at_the_ref(shop: Repository, client: Client) -> None:
    before = shop.head_sha
    await shop.push(files={"src/shop.py": "price = 2\n"}, by="alice")
    shop.tag("v1", before)
    token = client.as_installation(shop)
    for ref, price in (
        (None, "2"),
        ("main", "2"),
        ("refs/heads/main", "2"),
        (before, "1"),
        (before[:8], "1"),
        ("v1", "1"),
    ):
        told = await token.get(f"{HERE}/contents/src/shop.py", **({"ref": ref} if ref else {}))
        assert base64.b64decode(told["content"]).decode() == f"price = {price}\n"


async def test_an_unchanged_file_is_not_sent_again(shop: Repository, client: Client) -> None:
    token, path = client.as_installation(shop), f"{HERE}/contents/src/shop.py"
    tag = (await token.send("GET", path)).headers["ETag"]
    again = await token.send("GET", path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    await shop.push(files={"src/shop.py": "price = 2\n"})
    assert (await token.send("GET", path, headers={"If-None-Match": tag})).status_code == 200


async def test_tags_differ_from_token_to_token(shop: Repository, client: Client) -> None:
    path = f"{HERE}/contents/src/shop.py"
    tags = {(await client.as_installation(shop).send("GET", path)).headers["ETag"] for _ in range(2)}
    assert len(tags) == 2


async def test_a_folder_is_listed(shop: Repository, client: Client) -> None:
    token = client.as_installation(shop)
    told = await token.get(f"{HERE}/contents/")
    assert [(each["name"], each["type"]) for each in told] == [
        (".github", "dir"),
        ("README.md", "file"),
        ("src", "dir"),
    ]
    inside = await token.get(f"{HERE}/contents/.github/workflows")
    assert [each["path"] for each in inside] == [".github/workflows/deploy.yml", ".github/workflows/tests.yml"]


@pytest.mark.parametrize(("path", "query"), [("missing", {}), ("src/shop.py", {"ref": "missing"}), ("src/sho", {})])
async def test_what_is_not_there_is_not_found(
    shop: Repository, client: Client, path: str, query: dict[str, str]
) -> None:
    response = await client.as_installation(shop).send("GET", f"{HERE}/contents/{path}", query=query)
    assert response.status_code == 404


async def test_a_forks_commit_is_reachable_through_the_pull_request(shop: Repository, client: Client) -> None:
    pull = shop.pull_request("zoe", "main", fork="zoe", files={"evil.txt": "x"})
    told = await client.as_installation(shop).get(f"{HERE}/contents/evil.txt", ref=f"refs/pull/{pull.number}/head")
    assert told["sha"] == blob_sha(b"x")
    assert (await client.as_installation(shop).get(f"{HERE}/commits/{pull.head_sha}"))["sha"] == pull.head_sha


async def test_branches_may_hold_slashes(shop: Repository, client: Client) -> None:
    shop.write("feature/one", {"a": "a"}, "One", "alice")
    token = client.as_installation(shop)
    for spelled in ("feature/one", "feature%2Fone"):
        assert (await token.get(f"{HERE}/branches/{spelled}"))["name"] == "feature/one"
    assert (await token.get(f"{HERE}/commits/feature/one"))["commit"]["message"] == "One"
    assert (await token.send("GET", f"{HERE}/commits/missing")).status_code == 422


async def test_activity_tells_when_a_branch_moved(
    github: SandboxGitHub, shop: Repository, pull: PullRequest, client: Client
) -> None:
    first = pull.head_sha
    second = await pull.push()
    third = await pull.push(force=True)
    told = await client.as_installation(shop).get(f"{HERE}/activity", ref="feature")
    assert [(each["activity_type"], each["before"], each["after"]) for each in told] == [
        ("force_push", second, third),
        ("push", first, second),
        ("branch_creation", "0" * 40, first),
    ]
    assert {each["actor"]["login"] for each in told} == {"alice"}


async def test_activity_is_paged_by_cursor(shop: Repository, pull: PullRequest, client: Client) -> None:
    await pull.push()
    token, seen, path = client.as_installation(shop), [], f"{HERE}/activity?per_page=1"
    while path:
        response = await token.send("GET", path)
        seen += [each["after"] for each in response.json()]
        path = response.links.get("next", {}).get("url", "").removeprefix(client.github.url)
    assert len(seen) == len(shop.activity) == len(set(seen))


def test_hashes_are_gits_own(tmp_path: Path) -> None:
    files = {"a.txt": b"a\n", "b/c.txt": b"c\n", "b.txt": b"b\n", "b/d/e.txt": b"e\n"}
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    try:
        for command in (["init", "-q"], ["add", "-A"]):
            subprocess.run(["git", *command], cwd=tmp_path, check=True, capture_output=True)
        written = subprocess.run(["git", "write-tree"], cwd=tmp_path, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("git is not installed, so there is nothing to compare with")
    assert tree_sha(files) == written.stdout.strip()
