"""Attacks on the gates of an environment by whoever may type commands and push branches, over HTTP."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.sandbox.github.teams import found_team
from tests.support.configured import CONFIG, LOCATION, SHIP, files
from tests.support.story import Story, telling

GATE = "    permission: maintain\n"
LOCKED = CONFIG.replace(GATE, "    lock: true\n")
AFTER = CONFIG.replace(GATE, "    requires: {after: staging}\n")
REVIEWED = CONFIG.replace(GATE, "    requires: {reviews: approved}\n")


async def succeed(story: Story) -> None:
    """The newest run ends well."""
    await story.passes(1)
    await story.github.runs[-1].play()
    await story.passes(1)


SMOKE = """\
  smoke:
    workflow: smoke.yml
    arguments:
      environment: {type: choice, choices: [staging, production]}
    environment: environment
environments:
"""


async def test_t11_a_smoke_test_in_staging_is_no_deploy_to_it(tmp_path: Path) -> None:
    config = AFTER.replace("environments:\n", SMOKE)
    async with telling(tmp_path, files=files(config, smoke=SHIP)) as story:
        await story.types("alice", "/smoke staging")
        await succeed(story)
        await story.types("alice", "/ship production")
        assert len(story.github.dispatched) == 1
        assert "(`order`)" in story.answers()[-1]
        await story.types("alice", "/ship staging")
        await succeed(story)
        await story.types("alice", "/ship production")
        assert [each.workflow for each in story.github.dispatched] == ["smoke.yml", "ship.yml", "ship.yml"]


async def test_of_two_at_the_same_moment_one_gets_the_locked_environment(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(LOCKED)) as story:
        other = story.repository.pull_request(author="alice", branch="other", title="Another")
        story.clock.advance(60)
        await story.settle()
        await asyncio.gather(
            *(
                story.github.comments(who, place, "/ship production")
                for who in ("alice", "bob", "carol")
                for place in (story.pull, other)
            )
        )
        await story.settle()
        await story.passes(1)
        assert len(story.github.dispatched) == 1
        waiting = [each for each in (*story.answers(), *story.answers(other)) if "waits** for a lock" in each]
        assert len(waiting) == 5


@pytest.mark.parametrize("line", ["/run ship.yml environment=staging dry_run=true", "/again staging dry_run=true"])
async def test_t2_a_rehearsal_by_another_way_in_promotes_nothing(tmp_path: Path, line: str) -> None:
    again = (
        "  again:\n    workflow: ship.yml\n    environment: environment\n"
        "    arguments: {environment: {type: string}, dry_run: {type: boolean, default: false}}\n"
    )
    config = AFTER.replace("commands:\n", f"commands:\n{again}")
    async with telling(tmp_path, files=files(config)) as story:
        await story.types("alice", line)
        assert len(story.github.dispatched) == 1
        await succeed(story)
        await story.types("alice", "/ship production")
        assert len(story.github.dispatched) == 1
        assert "(`order`)" in story.answers()[-1]


async def test_t2_a_rehearsal_by_the_workflow_s_default_promotes_nothing(tmp_path: Path) -> None:
    rehearsing = SHIP.replace("dry_run: {type: boolean, default: false}", "dry_run: {type: boolean, default: true}")
    config = AFTER.replace("dry_run: {type: boolean, default: false}", "dry_run: {type: boolean, required: false}")
    world = {**files(config), ".github/workflows/ship.yml": rehearsing}
    async with telling(tmp_path, files=world) as story:
        await story.types("alice", "/ship staging")
        assert len(story.github.dispatched) == 1
        await succeed(story)
        await story.types("alice", "/ship production dry_run=false")
        assert "(`order`)" in story.answers()[-1]
        assert len(story.github.dispatched) == 1


async def test_t11_what_the_pull_request_s_own_workflow_did_promotes_nothing(tmp_path: Path) -> None:
    """It runs as the branch has it, so it may do nothing at all and call that staging."""
    noop = "on: {workflow_dispatch: {inputs: {where: {type: environment}}}}\njobs: {x: {runs-on: u, steps: []}}\n"
    async with telling(tmp_path, files=files(AFTER, noop=noop)) as story:
        await story.types("alice", "/run noop.yml where=staging")
        assert len(story.github.dispatched) == 1
        await succeed(story)
        await story.types("alice", "/ship production")
        assert "(`order`)" in story.answers()[-1]
        assert len(story.github.dispatched) == 1


async def test_t1_a_rerun_of_what_ran_before_there_was_a_gate_brings_no_workflow_of_its_own(tmp_path: Path) -> None:
    open_to_all = files("version: 1\n")
    async with telling(tmp_path, files=open_to_all) as story:
        await story.types("alice", "/run ship.yml environment=production")
        assert story.github.dispatched[-1].ref == "refs/heads/feature"
        await succeed(story)
        await story.repository.push(files={LOCATION: LOCKED}, by="carol")
        await story.settle()
        for line in ("/rerun", "/rerun failed"):
            await story.types("alice", line)
            assert "(`head_moved`)" in story.answers()[-1] or "(`not_ended`)" in story.answers()[-1]
        assert len(story.github.runs[-1].attempts) == 1


async def test_t1_a_rerun_does_not_bring_back_an_older_workflow_file(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(LOCKED)) as story:
        await story.types("alice", "/ship production")
        await succeed(story)
        await story.repository.push(files={".github/workflows/ship.yml": f"{SHIP}# mended\n"}, by="carol")
        await story.settle()
        await story.types("alice", "/rerun")
        assert "(`head_moved`)" in story.answers()[-1]
        assert len(story.github.runs[-1].attempts) == 1


async def test_t28_a_gate_that_github_did_not_tell_us_of_yet_holds_already(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(CONFIG.replace(GATE, "    lock: true\n"))) as story:
        await story.types("alice", "/ship staging")
        await succeed(story)
        story.github.app.events = ("issue_comment",)  # of the push nobody is told
        await story.repository.push(files={LOCATION: CONFIG}, by="carol")
        story.clock.advance(10)
        await story.types("alice", "/ship production")
        assert len(story.github.dispatched) == 1
        assert "alice has the role write, ship needs maintain" in story.answers()[-1]


async def test_what_was_judged_is_what_is_sent_although_the_configuration_changed_meanwhile(tmp_path: Path) -> None:
    """While it waits for GitHub, the environment that is fixed becomes another one, and the first one gets a gate."""
    fixed = (
        "version: 1\ncommands:\n  ship:\n    workflow: ship.yml\n    environment: environment\n"
        "    fixed: {environment: %s}\nenvironments:\n  production:\n    %s\n"
    )
    async with telling(tmp_path, files=files(fixed % ("production", "lock: true"))) as story:
        story.github.faults.status(503, "POST", "*/dispatches", times=10**6)
        await story.types("alice", "/ship")
        pull = story.repository.pull_request(
            "alice", "config", title="Other", files={LOCATION: fixed % ("staging", "permission: maintain")}
        )
        await story.settle()
        pull.review("bob")
        await pull.merge(by="alice")
        await story.settle()
        story.github.faults.clear()
        for _ in range(8):
            await story.passes(30)
        sent = [each.inputs["environment"] for each in story.github.dispatched]
        assert "production" not in sent


async def test_t13_a_gate_that_nobody_met_yet_is_not_removed_alone(tmp_path: Path) -> None:
    """The file is read when it is pushed, not when somebody types the next command."""
    async with telling(tmp_path, files=files(LOCKED)) as story:
        await story.types("alice", "/ship staging")
        await story.repository.push(files={LOCATION: CONFIG.replace(GATE, f"{GATE}    lock: true\n")}, by="carol")
        await story.settle()
        await story.repository.push(files={LOCATION: LOCKED}, by="alice")
        await story.settle()
        before = len(story.github.dispatched)
        await story.types("alice", "/ship production")
        assert "alice has the role write, ship needs maintain" in story.answers()[-1]
        assert len(story.github.dispatched) == before


async def test_t13_what_was_never_used_is_not_removed_alone(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files("version: 1\n")) as story:
        await story.repository.push(files={LOCATION: CONFIG}, by="carol")
        await story.settle()
        await story.repository.push(files={LOCATION: LOCKED}, by="alice")
        await story.settle()
        await story.types("alice", "/ship production")
        assert "alice has the role write, ship needs maintain" in story.answers()[-1]
        assert story.github.dispatched == []


async def test_t13_a_gate_of_the_organisation_that_nobody_met_yet_is_not_removed_alone(tmp_path: Path) -> None:
    asked = "version: 1\nenvironments: {production: {permission: admin}}\n"
    async with telling(tmp_path, files=files(LOCKED)) as story:
        home = story.github.repository("acme/.github", files={"README.md": "x"}, roles={"alice": "write"})
        await story.types("alice", "/ship staging")
        await home.push(files={LOCATION: asked}, by="alice")
        await story.settle()
        await home.push(files={LOCATION: "version: 1\n"}, by="alice")
        await story.settle()
        before = len(story.github.dispatched)
        await story.types("alice", "/ship production")
        assert "alice has the role write, ship needs admin" in story.answers()[-1]
        assert len(story.github.dispatched) == before


@pytest.mark.parametrize("ref", ["old", "refs/heads/old"])
async def test_t15_a_branch_by_its_name_is_not_taken_for_up_to_date(tmp_path: Path, ref: str) -> None:
    config = CONFIG.replace(GATE, "    requires: {up_to_date: default_branch}\n")
    async with telling(tmp_path, files=files(config)) as story:
        story.repository.pull_request(author="alice", branch="old", title="Old")
        await story.repository.push("main", files={"NEWER.md": "x"}, by="carol")
        await story.settle()
        await story.types("alice", f"/ship production ref={ref}")
        assert story.github.dispatched == []
        assert "(`outdated`)" in story.answers()[-1]


async def test_t14_in_a_public_repository_to_read_is_no_right(tmp_path: Path) -> None:
    config = CONFIG.replace("    workflow: ship.yml\n", "    workflow: ship.yml\n    permission: read\n")
    async with telling(tmp_path, files=files(config), private=False) as story:
        await story.types("mallory", "/ship staging")
        assert story.github.dispatched == []


@pytest.mark.parametrize(("who", "internal"), [("mallory", True), ("rita", True), ("rita", False)])
async def test_t14_in_an_internal_repository_to_read_is_no_right(tmp_path: Path, who: str, internal: bool) -> None:
    """mallory is of the enterprise, rita was let read."""
    config = CONFIG.replace("    workflow: ship.yml\n", "    workflow: ship.yml\n    permission: read\n")
    async with telling(tmp_path, files=files(config)) as story:
        story.repository.internal = internal
        found_team(story.github.world, "acme/everybody", members=["mallory"])
        story.repository.role("rita", "read")
        await story.types(who, "/ship staging")
        assert len(story.github.dispatched) == (0 if internal else 1)


@pytest.mark.parametrize(
    "line",
    [
        "/ship staging ref=refs/pull/1/head",
        "/ship staging ref=HEAD",
        "/ship staging ref=heads/../pull/1/head",
        "/ship staging ref=refs/heads/../pull/1/head",
        "/run SHIP.YML environment=production",
        "/run .github/workflows/ship.yml environment=production",
        "/run ./ship.yml environment=production",
        "/run ship.yml%3Fref=feature environment=production",
        "/run 'ship.yml?ref=feature.yml' environment=production",
        "/run ship.yml environment=Production",
        "/run ship.yml environment='production '",
        "/run ship.yml -- environment=production",
        "/run ship.yml environment=staging environment=production",
        "/run ship.yml environment=staging --environment production",
        "/run ship.yml Environment=production",
        "/ship staging environment=production",
        "/ship staging signalbox_sha=abc",
        "/ship -- production",
        "/ship 'production'",
        '/ship "prod"uction',
        "/ship product\u0131on",
        "/ship \uff50roduction",
        "/again \uff50roduction",
        "/again pr\u043eduction",
        "/again prod\u200buction",
        "/again ' production'",
        "/again production/",
        "/again ''",
        "/again $(id)",
        "/again '; id'",
    ],
)
async def test_nobody_talks_their_way_round_the_gate(tmp_path: Path, line: str) -> None:
    again = (
        "  again: {workflow: ship.yml, environment: environment, "
        "arguments: {environment: {type: string, pattern: '.*'}}}\n"
    )
    string = SHIP.replace("{type: choice, options: [staging, production], required: true}", "{type: string}")
    config = CONFIG.replace("commands:\n", f"commands:\n{again}")
    async with telling(tmp_path, files={**files(config), ".github/workflows/ship.yml": string}) as story:
        await story.types("alice", line)
        sent = [each.inputs["environment"] for each in story.github.dispatched]
        assert sent in ([], ["production/"], ["$(id)"], ["; id"]), sent
        assert not sent or "again" in line
