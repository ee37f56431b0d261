"""Letting go of what an organisation's file asks for: once where it lies, or one repository at a time (T13)."""

from __future__ import annotations

from pathlib import Path

from bot.sandbox.github.repositories import Repository
from tests.stories.test_config_force import A_MINUTE, EMPTY, blob
from tests.support.configured import CONFIG, LOCATION, files
from tests.support.story import Story, telling

ASKS = "version: 1\nenvironments: {production: {permission: admin}}\n"
LESS = "version: 1\nenvironments: {production: {permission: maintain}}\n"
FREE = CONFIG.replace("    permission: maintain\n", "    permission: write\n")
LINE = "/ship production"


async def at_home(story: Story, text: str = ASKS) -> Repository:
    """The organisation's own repository, of which carol is the only one with write; alice is a member."""
    home = story.github.repository("acme/.github", files={LOCATION: text}, roles={"carol": "admin"})
    story.clock.advance(A_MINUTE)
    await story.settle()
    await story.types("alice", LINE)
    assert story.github.dispatched == []
    return home


async def another(story: Story) -> Repository:
    """A second repository of the organisation, with people who have write."""
    mall = story.github.repository("acme/mall", private=True, files=files(FREE), roles={"alice": "write"})
    pull = mall.pull_request(author="alice", branch="feature", title="A feature")
    story.clock.advance(A_MINUTE)
    await story.settle()
    await story.types("alice", LINE, pull)
    assert story.github.dispatched == []
    return mall


async def test_t13_what_is_confirmed_where_it_lies_counts_in_all_repositories(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(FREE)) as story:
        home = await at_home(story)
        mall = await another(story)
        await home.push(files={LOCATION: EMPTY}, by="carol")
        await story.settle()
        await story.types("alice", LINE)
        assert story.github.dispatched == []
        note = home.issue("carol", "Fewer gates")
        await story.settle()
        await story.types("carol", f"/config confirm {blob(EMPTY)[:12]}", note)
        assert "in force** for all repositories of acme" in story.github.thread(note)[-1].body
        await story.types("alice", LINE)
        await story.types("alice", LINE, next(iter(mall.issues.values())).pull)
        assert [each.repository for each in story.github.dispatched] == ["acme/shop", "acme/mall"]


async def test_t13_what_is_confirmed_in_one_repository_counts_there_alone(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(FREE)) as story:
        home = await at_home(story)
        mall = await another(story)
        await home.push(files={LOCATION: EMPTY}, by="carol")
        await story.settle()
        await story.types("carol", f"/config confirm {blob(EMPTY)[:12]}")
        await story.types("alice", LINE)
        assert len(story.github.dispatched) == 1
        await story.types("alice", LINE, next(iter(mall.issues.values())).pull)
        assert len(story.github.dispatched) == 1


async def test_t13_an_older_word_does_not_let_go_of_what_came_after_it(tmp_path: Path) -> None:
    """The file comes back that was confirmed once; meanwhile another one was in force, and asked for more."""
    async with telling(tmp_path, files=files(FREE)) as story:
        home = await at_home(story)
        await home.push(files={LOCATION: EMPTY}, by="carol")
        await story.settle()
        note = home.issue("carol", "Fewer gates")
        await story.types("carol", f"/config confirm {blob(EMPTY)[:12]}", note)
        for text in (LESS, EMPTY):
            await home.push(files={LOCATION: text}, by="carol")
            await story.settle()
            await story.types("alice", LINE)
            assert story.github.dispatched == []


async def test_t13_an_owner_of_the_organisation_lets_go_of_a_repository_that_is_gone(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(FREE)) as story:
        home = await at_home(story)
        story.github.world.forget(home)
        story.repository.role("bob", "admin")
        story.clock.advance(A_MINUTE)
        await story.types("alice", LINE)
        assert "(gone) waits" in story.answers()[-1]
        await story.types("bob", "/config confirm gone")
        assert "bob is no owner of acme" in story.answers()[-1]
        await story.types("alice", LINE)
        assert story.github.dispatched == []
        story.repository.owner.owners.add(story.github.person("bob").id)
        await story.types("bob", "/config confirm gone")
        assert "bob put the removal of" in story.answers()[-1]
        await story.types("alice", LINE)
        assert len(story.github.dispatched) == 1


async def test_t13_an_admin_who_is_alone_lets_go_of_a_file_that_is_gone(tmp_path: Path) -> None:
    """Of two that are gone, the one that this person may let go of: others have write in acme/shop."""
    async with telling(tmp_path, files=files(FREE)) as story:
        home = await at_home(story)
        for repository in (home, story.repository):
            tree = {path: data for path, data in repository.git.head("main").files.items() if path != LOCATION}
            repository.commit("main", tree, "No gates", story.github.person("carol"))
        await story.settle()
        await story.types("carol", "/config confirm gone")
        assert "carol put the removal of signalbox.yml of the organisation in force" in story.answers()[-1].replace(
            "**", ""
        )
        await story.types("carol", "/config confirm gone")
        assert "(`review_missing`)" in story.answers()[-1]


async def test_t22_where_the_organisation_s_file_lies_is_told_to_who_can_read_it(tmp_path: Path) -> None:
    name = "acme/.github/.github/signalbox.yml"
    async with telling(tmp_path, files=files(FREE), private=False) as story:
        home = story.github.repository("acme/.github", private=True, files={LOCATION: ASKS}, roles={"carol": "admin"})
        story.clock.advance(A_MINUTE)
        await story.settle()
        await story.types("alice", LINE)
        assert "stands in signalbox.yml of the organisation line 2." in story.answers()[-1]
        await story.types("alice", "/config")
        assert "- signalbox.yml of the organisation (" in story.answers()[-1]
        await home.push(files={LOCATION: EMPTY}, by="carol")
        await story.settle()
        await story.types("alice", LINE)
        assert "A newer signalbox.yml of the organisation (" in story.answers()[-1]
        assert not any(name in answer for answer in story.answers())
        await story.types("carol", "/config")
        assert f"- {name} (" in story.answers()[-1]
