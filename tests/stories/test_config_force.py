"""Which configuration is in force, over HTTP: whatever happens to the file, nobody gets past a gate by it (T13)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.sandbox.github.checks import CheckRun
from bot.sandbox.github.faults import Faults
from tests.render.github import seen
from tests.support.configured import CONFIG, LOCATION, files
from tests.support.slack_story import talking
from tests.support.story import Story, telling

FILE = "acme/shop/.github/signalbox.yml"
CONTENTS = f"*/repos/acme/shop/contents/{LOCATION}"
WIDER = CONFIG.replace("    permission: maintain\n", "    permission: write\n")
REVIEWED = CONFIG.replace("    permission: maintain\n", "    requires: {reviews: approved}\n")
UNREVIEWED = CONFIG.replace("    permission: maintain\n", "    lock: true\n")
BROKEN = CONFIG.replace("permission:", "permision:")
EMPTY = "version: 1\n"
ALONE = {"carol": "admin", "rita": "read"}
A_MINUTE = 61


def blob(text: str) -> str:
    """As git names it. https://git-scm.com/book/en/v2/Git-Internals-Git-Objects"""
    data = text.encode()
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


async def refused(story: Story, who: str = "alice", line: str = "/ship production") -> str:
    """The answer to whoever must not; nothing ran."""
    before = len(story.github.dispatched)
    await story.types(who, line)
    assert len(story.github.dispatched) == before
    answer = story.answers()[-1]
    assert answer.startswith("⛔ **Refused:**"), answer
    return answer


async def allowed(story: Story, who: str, line: str = "/ship production") -> None:
    before = len(story.github.dispatched)
    await story.types(who, line)
    assert len(story.github.dispatched) == before + 1, story.answers()


UNREADABLE: dict[str, Callable[[Faults], object]] = {
    "403": lambda faults: faults.status(403, "GET", CONTENTS, message="Resource not accessible by integration"),
    "500": lambda faults: faults.status(500, "GET", CONTENTS, times=20),
    "connection lost": lambda faults: faults.drop("GET", CONTENTS, times=20),
    "404 of everything": lambda faults: faults.status(404, "GET", "*/repos/acme/shop/contents/*", times=20),
}


@pytest.mark.parametrize("how", UNREADABLE)
async def test_t13_unreadable_it_stays_as_it_was(tmp_path: Path, how: str) -> None:
    async with telling(tmp_path, files=files()) as story:
        await refused(story)
        UNREADABLE[how](story.github.faults)
        story.clock.advance(A_MINUTE)
        assert "alice has the role write, ship needs maintain" in await refused(story)


async def test_t13_gone_it_goes_on_until_a_second_person_wants_that(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await refused(story)
        tree = {path: data for path, data in story.repository.git.head("main").files.items() if path != LOCATION}
        story.repository.commit("main", tree, "No gates", story.github.person("alice"))
        await story.settle()
        answer = await refused(story)
        assert "alice has the role write, ship needs maintain" in answer
        assert f"The removal of {FILE} (gone) waits" in answer


async def test_t13_broken_it_goes_on_and_says_so(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await refused(story)
        await story.repository.push(files={LOCATION: BROKEN}, by="alice")
        answer = await refused(story)
        assert "alice has the role write, ship needs maintain" in answer
        assert f"{FILE} is broken:" in answer
        assert "(line 13, column 5)" in answer
        assert "The last good one stays in force." in answer


async def test_t13_broken_from_the_start_nothing_runs(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(BROKEN)) as story:
        for line in ("/ship staging", "/run ship.yml environment=staging", "/run nightly.yml"):
            before = len(story.answers())
            await story.types("carol", line)
            assert len(story.answers()) == before or "config_broken" in story.answers()[-1]
        assert story.github.dispatched == []


async def merged(story: Story, text: str, *, approved_by: str | None = None) -> None:
    """Alice brings a configuration in by a pull request."""
    pull = story.repository.pull_request("alice", "config", title="Other gates", files={LOCATION: text})
    await story.settle()
    if approved_by:
        pull.review(approved_by)
    await pull.merge(by="alice")
    await story.settle()


async def test_t13_wider_it_waits_and_a_second_person_s_review_lets_it_pass(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await refused(story)
        await merged(story, WIDER)
        answer = await refused(story)
        assert "alice has the role write, ship needs maintain" in answer
        assert f"A newer {FILE} ({blob(WIDER)[:12]}) waits" in answer
        pull = story.repository.issues[story.pull.number + 1].pull
        assert pull is not None
        story.github.bot("helper")
        story.repository.role("helper[bot]", "write")
        for nobody in ("rita", "helper[bot]"):
            pull.review(nobody)
        story.clock.advance(A_MINUTE)
        await refused(story)
        pull.review("bob")
        story.clock.advance(A_MINUTE)
        await allowed(story, "alice")


async def test_t13_wider_and_approved_before_the_merge_it_is_in_force_at_once(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await refused(story)
        await merged(story, WIDER, approved_by="bob")
        await allowed(story, "alice")


async def test_t13_stricter_and_wider_then_a_third_one_and_what_was_stricter_stays(tmp_path: Path) -> None:
    """Who pushed the second file asked for reviews at once: nobody takes that back alone by a third one."""
    async with telling(tmp_path, files=files()) as story:
        await refused(story)
        await story.repository.push(files={LOCATION: REVIEWED}, by="alice")
        await story.settle()
        assert "review_missing" in await refused(story, "carol")
        await story.repository.push(files={LOCATION: UNREVIEWED}, by="alice")
        await story.settle()
        answer = await refused(story, "carol")
        assert "review_missing" in answer
        assert "production: reviews are no longer required." in answer
        assert "the strictest of old, new and what waited in between is in force" in answer
        assert "alice has the role write, ship needs maintain" in await refused(story)


async def test_t13_stricter_and_wider_then_taken_back_and_what_was_stricter_stays(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await refused(story)
        await story.repository.push(files={LOCATION: REVIEWED}, by="alice")
        await story.settle()
        assert "review_missing" in await refused(story, "carol")
        await story.repository.push(files={LOCATION: CONFIG}, by="alice")
        await story.settle()
        answer = await refused(story, "carol")
        assert "review_missing" in answer
        assert f"The way back to the earlier {FILE} ({blob(CONFIG)[:12]}) waits" in answer
        await story.types("rita", "/config")
        assert f"({blob(CONFIG)[:12]}) waits" in story.answers()[-1]


async def test_t13_only_wider_and_taken_back_nothing_waits(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await refused(story)
        await story.repository.push(files={LOCATION: WIDER}, by="alice")
        await story.settle()
        assert "waits" in await refused(story)
        await story.repository.push(files={LOCATION: CONFIG}, by="alice")
        await story.settle()
        assert "waits" not in await refused(story)
        await allowed(story, "carol")


async def test_t13_approved_the_third_one_is_in_force_and_nothing_of_the_second(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await refused(story)
        await story.repository.push(files={LOCATION: REVIEWED}, by="alice")
        await story.settle()
        assert "review_missing" in await refused(story, "carol")
        await merged(story, UNREVIEWED, approved_by="bob")
        await story.types("rita", "/config")
        assert "waits" not in story.answers()[-1]
        await allowed(story, "alice")


async def test_t13_a_lone_maintainer_goes_back_to_what_was_there_before(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(), roles=ALONE) as story:
        await allowed(story, "carol")
        for text in (REVIEWED, CONFIG):
            await story.repository.push(files={LOCATION: text}, by="carol")
            await story.settle()
        assert f"config confirm {blob(CONFIG)[:12]}" in await refused(story, "carol")
        await story.types("carol", f"/config confirm {blob(CONFIG)[:12]}")
        assert f"carol put {FILE} ({blob(CONFIG)[:12]}) in force" in story.answers()[-1]
        await allowed(story, "carol")


async def test_t13_nobody_s_own_review_counts(tmp_path: Path) -> None:
    """Whoever pushed to the branch had a hand in it, whatever its commits say (T9)."""
    async with telling(tmp_path, files=files()) as story:
        await refused(story)
        pull = story.repository.pull_request("alice", "config", title="Other gates", files={LOCATION: WIDER})
        await pull.push("And more", files={"MORE.md": "more"}, by="bob")
        pull.review("bob")
        await pull.merge(by="bob")
        await story.settle()
        await refused(story)


async def test_t13_what_was_on_the_default_branch_before_is_in_nobody_s_review(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await refused(story)
        await story.repository.push(files={LOCATION: WIDER}, by="alice")
        pull = story.repository.pull_request("alice", "later", title="Harmless", files={"HARMLESS.md": "yes"})
        pull.review("bob")
        await pull.merge(by="alice")
        story.clock.advance(A_MINUTE)
        await story.settle()
        await refused(story)


async def test_t13_a_lone_maintainer_is_slowed_and_not_locked_out(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(REVIEWED), roles=ALONE) as story:
        assert "review_missing" in await refused(story, "carol")
        await story.repository.push(files={LOCATION: UNREVIEWED}, by="carol")
        assert f"config confirm {blob(UNREVIEWED)[:12]}" in await refused(story, "carol")
        await story.types("carol", f"/config confirm {blob(UNREVIEWED)[:12]}")
        assert f"carol put {FILE} ({blob(UNREVIEWED)[:12]}) in force" in story.answers()[-1]
        await allowed(story, "carol")


async def test_t13_a_lone_maintainer_removes_the_file(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(REVIEWED), roles=ALONE) as story:
        await refused(story, "carol")
        tree = {path: data for path, data in story.repository.git.head("main").files.items() if path != LOCATION}
        story.repository.commit("main", tree, "No gates", story.github.person("carol"))
        await refused(story, "carol")
        await story.types("carol", "/config confirm gone")
        assert "carol put the removal of" in story.answers()[-1]


@pytest.mark.parametrize(("who", "code"), [("alice", "permission"), ("bob", "permission"), ("carol", "review_missing")])
async def test_t13_where_somebody_else_has_write_nobody_confirms(tmp_path: Path, who: str, code: str) -> None:
    async with telling(tmp_path, files=files()) as story:
        await refused(story)
        await story.repository.push(files={LOCATION: WIDER}, by="carol")
        answer = await refused(story, who, f"/config confirm {blob(WIDER)[:12]}")
        assert f"(`{code}`)" in answer
        await refused(story)


async def test_t30_no_app_confirms_in_somebody_s_name(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(REVIEWED), roles=ALONE) as story:
        await refused(story, "carol")
        await story.repository.push(files={LOCATION: UNREVIEWED}, by="carol")
        line = f"/config confirm {blob(UNREVIEWED)[:12]}"
        helper = story.github.register_app(slug="helper", events=())
        story.pull.issue.add_comment(story.github.person("carol"), line, helper)
        await story.settle()
        assert "machine_written" in story.answers()[-1]
        await refused(story, "carol")


async def test_another_file_than_the_one_that_waits_is_not_confirmed(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(REVIEWED), roles=ALONE) as story:
        await refused(story, "carol")
        await story.repository.push(files={LOCATION: UNREVIEWED}, by="carol")
        for word in (blob(CONFIG)[:12], "gone", "confirm", blob(UNREVIEWED)[:11]):
            await story.types("carol", f"/config confirm {word}")
            assert "in force** for" not in story.answers()[-1]
        await refused(story, "carol")


async def test_a_push_counts_at_once(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await allowed(story, "alice", "/ship staging")
        stricter = f"{CONFIG}  staging:\n    permission: maintain\n"
        await story.repository.push(files={LOCATION: stricter}, by="alice")
        await story.settle()
        assert "alice has the role write, ship needs maintain" in await refused(story, line="/ship staging")


async def test_config_shows_what_is_in_force(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await story.types("rita", "/config")
        assert f"- {FILE} ({blob(CONFIG)[:12]}) since 21 Nov 2026" in story.answers()[-1]
        assert "1 command, 1 environment" in story.answers()[-1]


def judged(story: Story, sha: str) -> CheckRun:
    """Our check run on this commit."""
    (run,) = [each for each in story.repository.checks.of(sha) if each.name == "Signalbox configuration"]
    return run


async def test_a_pull_request_that_changes_the_configuration_is_told_what_that_means(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        assert story.repository.checks.of(story.pull.head_sha) == []
        await story.pull.push("Wider", files={LOCATION: WIDER})
        await story.settle()
        run = judged(story, story.pull.head_sha)
        assert run.conclusion == "neutral"
        assert run.title == "1 change, 1 of which let through more and wait for a second person"
        assert "Waits for a second person." in (run.summary or "")


async def test_a_fork_s_broken_configuration_is_told_with_its_places_and_without_its_markup(tmp_path: Path) -> None:
    hostile = 'version: 1\n"@alice <img src=x> [x](https://evil.test)": 1\n'
    async with telling(tmp_path, files=files()) as story:
        pull = story.repository.pull_request("mallory", "main", fork="mallory", files={LOCATION: hostile})
        await story.settle()
        run = judged(story, pull.head_sha)
        assert run.conclusion == "failure"
        assert run.title == "1 fault: this file would not be used"
        assert "Line 2, column 1" in (run.summary or "")
        found = seen(run.summary or "")
        assert (list(found.links), list(found.live)) == ([], [])


async def test_t13_the_organisation_s_gates_are_its_own_to_widen(tmp_path: Path) -> None:
    """An admin of the repository alone does not lift what the organisation asks for."""
    asked = "version: 1\nenvironments: {production: {permission: admin}}\n"
    async with telling(tmp_path, files=files(UNREVIEWED), roles=ALONE) as story:
        home = story.github.repository("acme/.github", files={LOCATION: asked}, roles={"rita": "write"})
        story.clock.advance(A_MINUTE)
        story.repository.role("carol", "maintain")
        await story.settle()
        assert "acme/.github/.github/signalbox.yml" in await refused(story, "carol")
        await home.push(files={LOCATION: EMPTY}, by="rita")
        await story.settle()
        assert "A newer acme/.github/.github/signalbox.yml" in await refused(story, "carol")
        story.repository.role("carol", "admin")
        await story.settle()
        answer = await refused(story, "carol", f"/config confirm {blob(EMPTY)[:12]}")
        assert "carol has the role read, config confirm needs admin (`permission`)" in answer


async def test_t13_what_an_admin_confirms_in_slack_all_in_the_channel_see(tmp_path: Path) -> None:
    async with talking(tmp_path, files=files(REVIEWED), roles=ALONE) as story:
        await story.ops("carol", "use acme/shop")
        await story.ops("carol", "ship #1 production")
        await story.repository.push(files={LOCATION: UNREVIEWED}, by="carol")
        await story.settle()
        await story.ops("carol", f"config confirm {blob(UNREVIEWED)[:12]}")
        shown = [story.read(seen) for seen in story.living(who="carol")]
        assert any(f"{FILE} ({blob(UNREVIEWED)[:12]}) in force" in text.replace("¦", "") for text in shown), shown
        await story.ops("carol", "ship #1 production")
        assert len(story.github.dispatched) == 1
