"""Who may, who may not, and what each of them reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.story import ROLES, Story, telling

LINE = "/run deploy.yml environment=staging"
MISSING = (
    f"⛔ **Not found:** what `{LINE}` names does not exist here, or it is not visible to you (`not_found`).\n\n"
    "**Next:** Check the name; if it is right, ask an admin of the repository for access."
)


@pytest.mark.parametrize("who", ["alice", "bob", "carol"])
async def test_people_with_write_or_more_may_run(story: Story, who: str) -> None:
    await story.types(who, LINE)
    assert len(story.github.dispatched) == 1


@pytest.mark.parametrize(("who", "role"), [("rita", "read"), ("tara", "triage")])
async def test_people_with_less_are_told_what_is_missing(story: Story, who: str, role: str) -> None:
    await story.types(who, LINE)
    assert story.github.dispatched == []
    assert story.answers() == [
        f"⛔ **Refused:** {who} has the role {role}, run needs write (`permission`)\n\n"
        "**Next:** Ask an admin of the repository for the role write.\n\n"
        f"`{LINE}` was stopped by the rule “role”. Nothing was run."
    ]


async def test_t22_without_access_the_answer_is_that_of_a_missing_thing(story: Story) -> None:
    story.repository.role("mallory", "write")
    await story.settle()
    story.pull.issue.add_comment(story.github.person("mallory"), LINE, None)
    story.repository.remove("mallory")
    await story.settle()
    assert story.answers() == [MISSING]
    assert story.github.dispatched == []


async def test_t22_a_typo_of_somebody_without_access_tells_nothing_either(story: Story) -> None:
    story.repository.role("mallory", "write")
    await story.settle()
    for text in ("/run secret.yml", "/cancle", "/status", "/explain run deploy.yml", "/cancel"):
        story.pull.issue.add_comment(story.github.person("mallory"), text, None)
        story.repository.remove("mallory")
        await story.settle()
        assert story.answers()[-1].startswith("⛔ **Not found:**"), text
        assert "deploy.yml, nightly.yml" not in story.answers()[-1]
        story.repository.role("mallory", "write")
        await story.passes(601)  # so that nothing here is a flood
    sample = {"action": "command_refused", "reason": "not_found"}
    assert story.bot.metrics.registry.get_sample_value("signalbox_commands_total", sample) == 5


async def test_t8_a_login_that_belongs_to_somebody_else_now_is_an_unknown_membership(story: Story) -> None:
    alice = story.github.person("alice")
    story.pull.issue.add_comment(alice, LINE, None)
    alice.login = "alice-renamed"
    thief = story.github.person("alice")
    story.repository.role("alice", "admin")
    assert thief.id != alice.id
    await story.settle()
    assert [each.actor for each in story.github.dispatched] == ["signalbox[bot]"]  # as alice-renamed, by her id
    asked = next(each.path for each in story.github.journal if "alice-renamed/permission" in each.path)
    assert asked.endswith("/collaborators/alice-renamed/permission")


async def test_a_revoked_right_bites_at_once(story: Story) -> None:
    await story.types("alice", "/whoami")
    story.repository.role("alice", "read")
    await story.types("alice", LINE)
    assert story.github.dispatched == []
    assert "alice has the role read, run needs write" in story.answers()[-1]


async def test_bots_are_not_heard(story: Story) -> None:
    robot = story.github.bot("dependabot")
    story.pull.issue.add_comment(robot, LINE, None)
    await story.settle()
    assert (story.answers()[1:], story.github.dispatched) == ([], [])


async def test_our_own_comments_are_not_heard(story: Story) -> None:
    story.pull.issue.add_comment(story.github.app.bot, LINE, story.github.app)
    await story.settle()
    assert story.github.dispatched == []


async def test_edited_comments_are_not_heard(story: Story) -> None:
    comment = await story.github.comments("alice", story.pull, "Nothing to see")
    await comment.edit(LINE)
    await story.settle()
    assert story.github.dispatched == []


async def test_t30_a_person_may_run_through_a_program_but_not_through_ours(story: Story) -> None:
    other = story.github.register_app(slug="helper", events=())
    story.pull.issue.add_comment(story.github.person("alice"), LINE, other)
    await story.settle()
    assert len(story.github.dispatched) == 1
    await story.github.comments("alice", story.pull, LINE, via_app=True)
    await story.settle()
    assert len(story.github.dispatched) == 1


async def test_t26_people_without_write_get_three_answers_and_then_reactions(story: Story) -> None:
    for _ in range(5):
        await story.types("rita", "/whoami")
    assert len(story.answers()) == 3
    assert story.reactions()[-1] == ("eyes", "-1")
    await story.passes(601)
    await story.types("rita", "/whoami")
    assert len(story.answers()) == 4


async def test_t26_too_many_lines_are_no_way_around_that(story: Story) -> None:
    for _ in range(3):
        await story.types("rita", "\n".join(["/whoami"] * 11))
    assert len(story.answers()) == 3


async def test_on_a_public_repository_strangers_read_and_no_more(tmp_path: Path) -> None:
    async with telling(tmp_path, private=False) as story:
        await story.types("stranger", LINE)
        assert story.github.dispatched == []
        assert "stranger has the role read, run needs write" in story.answers()[0]


@pytest.mark.parametrize("role", sorted({*ROLES.values()}))
async def test_whoami_names_the_role(story: Story, role: str) -> None:
    who = next(login for login, has in ROLES.items() if has == role)
    await story.types(who, "/whoami")
    number = story.github.person(who).id
    assert story.answers() == [f"You are `{who}` on GitHub (id {number}). Your role in acme/shop is {role}."]


async def test_a_fork_runs_nothing(story: Story) -> None:
    story.github.person("frank")
    story.repository.role("frank", "write")
    pull = story.repository.pull_request("frank", "main", fork="frank")
    await story.passes(60)
    await story.types("alice", LINE, pull)
    assert story.github.dispatched == []
    assert story.answers(pull) == [
        "⛔ **Refused:** the head lies in a fork (`fork_untrusted`)\n\n"
        "**Next:** Push the branch to this repository, or let somebody with write, other than the author, read the "
        f"code and type `/trust {pull.head_sha[:12]}`.\n\n"
        f"`{LINE}` was stopped by the rule “trusted code”. Nothing was run."
    ]
    pull.delete_fork()
    await story.types("alice", LINE, pull)
    assert story.github.dispatched == []


async def test_a_closed_pull_request_runs_nothing(story: Story) -> None:
    await story.pull.close()
    await story.types("alice", LINE)
    assert story.github.dispatched == []
    assert "\\#\u20601 is closed (`closed`)" in story.answers()[0]
