"""Webhooks: signed, in order, recorded, and late, lost or doubled on demand."""

import hashlib
import hmac

import pytest

from bot.sandbox.github import PullRequest, Repository, SandboxGitHub
from tests.sandbox.github.support import Client, Listener


async def test_a_webhook_is_signed_over_its_bytes(github: SandboxGitHub, pull: PullRequest, listener: Listener) -> None:
    await github.comments("alice", pull, "Grüße 🚂")
    (heard,) = listener.heard
    expected = hmac.new(b"hush", heard.body, hashlib.sha256).hexdigest()
    assert heard.headers["X-Hub-Signature-256"] == f"sha256={expected}"
    assert heard.payload["comment"]["body"] == "Grüße 🚂"


async def test_a_webhook_has_the_real_headers(github: SandboxGitHub, pull: PullRequest, listener: Listener) -> None:
    await github.comments("alice", pull, "Hello")
    headers = listener.heard[0].headers
    assert headers["X-GitHub-Event"] == "issue_comment"
    assert headers["X-GitHub-Delivery"].count("-") == 4
    assert headers["X-GitHub-Hook-ID"] == str(github.app.hook_id)
    assert headers["X-GitHub-Hook-Installation-Target-ID"] == "4711"
    assert headers["X-GitHub-Hook-Installation-Target-Type"] == "integration"
    assert headers["User-Agent"].startswith("GitHub-Hookshot/")
    assert headers["Content-Type"] == "application/json"


async def test_a_comment_on_a_pull_request_says_so(
    github: SandboxGitHub, shop: Repository, pull: PullRequest, listener: Listener
) -> None:
    issue = shop.issue("alice")
    await github.comments("alice", pull, "One")
    comment = await github.comments("alice", issue, "Two")
    await comment.edit("Three")
    await comment.delete(by="maya")
    opened, on_pull, on_issue, edited, deleted = [heard.payload for heard in listener.heard]
    assert opened["issue"]["number"] == issue.number
    assert ("pull_request" in on_pull["issue"], "pull_request" in on_issue["issue"]) == (True, False)
    assert edited["changes"] == {"body": {"from": "Two"}}
    assert (deleted["sender"]["login"], deleted["comment"]["user"]["login"]) == ("maya", "alice")
    assert {payload["installation"]["id"] for payload in (on_pull, on_issue)} == set(github.app.installations)
    assert on_pull["organization"]["login"] == "acme"


async def test_a_push_moves_the_head(pull: PullRequest, listener: Listener) -> None:
    before = pull.head_sha
    after = await pull.push("Better", files={"a.txt": "a\n"})
    assert listener.events == ["push", "pull_request.synchronize"]
    push, synchronize = [heard.payload for heard in listener.heard]
    assert (push["ref"], push["before"], push["after"], push["forced"]) == ("refs/heads/feature", before, after, False)
    assert push["head_commit"]["added"] == ["a.txt"]
    assert (synchronize["before"], synchronize["after"]) == (before, after)
    assert synchronize["pull_request"]["head"]["sha"] == after == pull.head_sha


async def test_a_forced_push_says_so(pull: PullRequest, listener: Listener) -> None:
    await pull.push(force=True)
    assert listener.heard[0].payload["forced"] is True


async def test_a_fork_has_its_own_repository_even_when_its_head_is_called_main(
    shop: Repository, listener: Listener
) -> None:
    pull = shop.pull_request("zoe", "main", fork="zoe")
    await pull.push()
    opened, synchronize = [heard.payload for heard in listener.heard]  # pushes to the fork are none of our business
    head, base = opened["pull_request"]["head"], opened["pull_request"]["base"]
    assert (head["ref"], head["label"], head["repo"]["full_name"]) == ("main", "zoe:main", "zoe/shop")
    assert head["repo"]["id"] != base["repo"]["id"]
    assert synchronize["action"] == "synchronize"
    pull.delete_fork()
    await pull.close()
    closed = listener.heard[-1].payload["pull_request"]["head"]
    assert (closed["repo"], closed["sha"], closed["label"]) == (None, pull.head_sha, "zoe:main")


async def test_people_and_names_come_and_go(github: SandboxGitHub, shop: Repository, listener: Listener) -> None:
    shop.role("bob", "triage")
    shop.role("bob", "admin")
    shop.role("bob", "admin")
    shop.remove("bob")
    await shop.rename("store")
    await shop.make_public()
    await shop.make_private()
    assert listener.events == [
        "member.added",
        "member.edited",
        "member.removed",
        "repository.renamed",
        "repository.publicized",
        "repository.privatized",
    ]
    assert listener.heard[0].payload["changes"]["role_name"] == {"to": "triage"}


async def test_merging_closes(pull: PullRequest, listener: Listener) -> None:
    sha = await pull.merge(by="maya")
    assert listener.events == ["push", "pull_request.closed"]
    closed = listener.heard[1].payload["pull_request"]
    assert (closed["merged"], closed["merge_commit_sha"], closed["merged_by"]["login"]) == (True, sha, "maya")
    assert pull.repository.head_sha == sha


async def test_only_apps_on_the_repository_hear_of_it(github: SandboxGitHub, listener: Listener) -> None:
    stranger = github.register_app(slug="stranger", webhook_url=listener.url, events=("issues",))
    elsewhere = github.repository("zoe/home", installed=False)
    elsewhere.issue("zoe")
    github.install(stranger, elsewhere)
    elsewhere.issue("zoe")
    elsewhere.pull_request("zoe", "feature")
    await github.settled()
    targets = {heard.headers["X-GitHub-Hook-Installation-Target-ID"] for heard in listener.heard}
    assert targets == {str(stranger.id)}
    assert listener.events == ["ping", "installation.created", "issues.opened"]


async def test_an_installation_says_what_it_covers(github: SandboxGitHub, listener: Listener) -> None:
    one, two = github.repository("acme/one"), github.repository("acme/two")
    github.uninstall(github.app, one)
    await github.settled()
    assert listener.events == [
        "installation.created",
        "installation_repositories.added",
        "installation_repositories.removed",
    ]
    assert listener.heard[0].payload["repositories"][0]["full_name"] == one.full_name
    assert listener.heard[1].payload["repositories_added"][0]["id"] == two.id


async def test_what_was_held_arrives_late_and_backwards(
    github: SandboxGitHub, pull: PullRequest, listener: Listener
) -> None:
    github.webhooks.hold("issue_comment")
    await github.comments("alice", pull, "One")
    await github.comments("alice", pull, "Two")
    await pull.push()
    assert listener.events == ["push", "pull_request.synchronize"]
    await github.webhooks.release(backwards=True)
    assert [heard.payload["comment"]["body"] for heard in listener.heard[2:]] == ["Two", "One"]


async def test_a_doubled_webhook_keeps_its_guid(github: SandboxGitHub, pull: PullRequest, listener: Listener) -> None:
    github.webhooks.duplicate("issue_comment", "created")
    await github.comments("alice", pull, "One")
    await github.comments("alice", pull, "Two")
    guids = [heard.headers["X-GitHub-Delivery"] for heard in listener.heard]
    assert guids[0] == guids[1] != guids[2]


async def test_a_dropped_webhook_leaves_no_trace(github: SandboxGitHub, pull: PullRequest, listener: Listener) -> None:
    github.webhooks.drop("issue_comment")
    await github.comments("alice", pull, "One")
    github.webhooks.off()
    await github.comments("alice", pull, "Two")
    github.webhooks.on()
    await github.comments("alice", pull, "Three")
    assert [heard.payload["comment"]["body"] for heard in listener.heard] == ["Three"]
    assert len(github.webhooks.deliveries) == 1


async def test_a_lost_webhook_is_sent_again_on_request(
    github: SandboxGitHub, pull: PullRequest, listener: Listener, client: Client
) -> None:
    github.webhooks.lose("issue_comment")
    await github.comments("alice", pull, "One")
    assert listener.heard == []
    app = client.as_app()
    (failed,) = await app.get("/app/hook/deliveries", status="failure")
    assert (failed["status_code"], failed["event"], failed["redelivery"]) == (502, "issue_comment", False)
    assert (await app.post(f"/app/hook/deliveries/{failed['id']}/attempts")).status_code == 202
    await github.settled()
    assert [heard.headers["X-GitHub-Delivery"] for heard in listener.heard] == [failed["guid"]]
    (newest, oldest) = await app.get("/app/hook/deliveries")
    assert (newest["status"], newest["redelivery"], oldest["id"]) == ("OK", True, failed["id"])


@pytest.mark.parametrize(("status", "told"), [(202, "OK"), (401, "Invalid HTTP Response: 401"), (302, "Invalid HTTP")])
async def test_the_answer_is_recorded_and_nothing_is_retried(
    github: SandboxGitHub, pull: PullRequest, listener: Listener, client: Client, status: int, told: str
) -> None:
    listener.status = status
    await github.comments("alice", pull, "One")
    assert len(listener.heard) == 1
    delivery = github.webhooks.deliveries[0]
    shown = await client.as_app().get(f"/app/hook/deliveries/{delivery.id}")
    assert shown["status"].startswith(told)
    assert shown["response"]["payload"] == "heard"
    assert shown["request"]["payload"]["comment"]["body"] == "One"
    assert shown["request"]["headers"]["X-GitHub-Delivery"] == shown["guid"]


async def test_nobody_listening_is_a_failed_delivery(github: SandboxGitHub, pull: PullRequest) -> None:
    github.app.webhook_url = "http://127.0.0.1:9/nobody"
    await github.comments("alice", pull, "One")
    assert [(each.status_code, each.ok) for each in github.webhooks.deliveries] == [(502, False)]


async def test_slow_listeners_time_out(listener: Listener) -> None:
    async with SandboxGitHub() as github:
        github.webhooks.timeout = 0.05
        github.faults.silence("POST", "/slow")
        github.register_app(webhook_url=f"{github.server_url}/slow")
        await github.settled()
        assert [each.status_code for each in github.webhooks.deliveries] == [504]


async def test_deliveries_are_paged_by_cursor(github: SandboxGitHub, pull: PullRequest, client: Client) -> None:
    for number in range(5):
        await github.comments("alice", pull, f"Comment {number}")
    app, seen, path = client.as_app(), [], "/app/hook/deliveries?per_page=2"
    while path:
        page = await app.send("GET", path)
        seen += [each["id"] for each in page.json()]
        path = page.links.get("next", {}).get("url", "").removeprefix(github.url)
    assert seen == [each.id for each in reversed(github.webhooks.deliveries)]


async def test_deliveries_belong_to_their_app(github: SandboxGitHub, pull: PullRequest, client: Client) -> None:
    await github.comments("alice", pull, "One")
    stranger = github.register_app(slug="stranger")
    assert await client.as_app(stranger).get("/app/hook/deliveries") == []
    path = f"/app/hook/deliveries/{github.webhooks.deliveries[0].id}"
    assert (await client.as_app(stranger).send("GET", path)).status_code == 404


@pytest.mark.parametrize(
    ("status_code", "told"),
    [(502, "failed to connect to host"), (504, "timed out"), (500, "Invalid HTTP Response: 500")],
)
async def test_a_delivery_fails_as_often_as_it_is_told_to(
    github: SandboxGitHub, pull: PullRequest, listener: Listener, client: Client, status_code: int, told: str
) -> None:
    github.webhooks.lose("issue_comment", times=2, status_code=status_code)
    await github.comments("alice", pull, "One")
    app = client.as_app()
    (first,) = await app.get("/app/hook/deliveries", status="failure")
    await app.post(f"/app/hook/deliveries/{first['id']}/attempts")
    await github.settled()
    again, _ = await app.get("/app/hook/deliveries", status="failure")
    assert (again["status"], again["status_code"], again["redelivery"]) == (told, status_code, True)
    assert (again["guid"], again["id"] > first["id"], again["throttled_at"]) == (first["guid"], True, None)
    await app.post(f"/app/hook/deliveries/{first['id']}/attempts")
    await github.settled()
    assert [heard.headers["X-GitHub-Delivery"] for heard in listener.heard] == [first["guid"]]


async def test_a_redelivery_goes_to_where_the_app_is_by_then(
    github: SandboxGitHub, pull: PullRequest, listener: Listener
) -> None:
    github.app.webhook_url = "http://127.0.0.1:9/nobody"
    await github.comments("alice", pull, "One")
    github.app.webhook_url = listener.url
    github.webhooks.redeliver(github.webhooks.deliveries[0])
    await github.settled()
    assert len(listener.heard) == 1


async def test_pages_of_failures_lead_on_by_their_cursor(
    github: SandboxGitHub, pull: PullRequest, client: Client
) -> None:
    github.webhooks.lose("issue_comment", times=3)
    for text in ("One", "Two", "Three", "Four"):
        await github.comments("alice", pull, text)
    app = client.as_app()
    first = await app.send("GET", "/app/hook/deliveries?status=failure&per_page=2")
    following = first.links["next"]["url"]
    assert "status=failure" in following
    assert [each["id"] for each in first.json()] == [
        each.id for each in reversed(github.webhooks.deliveries) if not each.ok
    ][:2]
    second = await app.send("GET", following.removeprefix(github.url))
    assert (len(second.json()), second.links) == (1, {})
    assert (await app.send("GET", "/app/hook/deliveries?cursor=nonsense")).status_code == 422
