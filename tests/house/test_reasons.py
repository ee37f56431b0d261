"""Every reason why not has a story on each surface that it can be read on, or a why for the other."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.model.decision import Reason
from tests.house.source import Function, functions, modules, tree

STORIES = Path("tests/stories")
WORDS = "test_reason_words.py::test_"
GATE = "test_gates.py::test_a_shut_gate_is_shut_by_every_way_in_and_on_both_surfaces"
CONFIGURED = "test_reasons.py::test_the_reason_is_read_on_both_surfaces"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Where a reason is read."""

    github: str
    """A story, or why it can not be read there."""
    slack: str
    says: str = ""
    """What is read where the answer does not print the code: it says so in other words, or without any."""


def both(story: str, says: str = "") -> Told:
    return Told(github=story, slack=story, says=says)


def apart(name: str, github: str, slack: str) -> Told:
    """Two stories of one file."""
    return Told(github=f"{name}.py::{github}", slack=f"{name}.py::{slack}")


VOID = "test_reasons.py::test_what_waits_is_void_once_its_comment_says_something_else"
EDITED = "never: a slash command can not be changed, and what a message said when it was sent is what counts"
BY_CONFIGURATION = (Reason.PERMISSION, Reason.CONFIG_BROKEN, Reason.NOT_PINNABLE, Reason.ORDER)
BY_A_GATE = (
    *(Reason.TEAM, Reason.CLOSED, Reason.DRAFT, Reason.OUTDATED, Reason.CONFLICT, Reason.FROZEN),
    *(Reason.CHECKS_FAILING, Reason.CHECKS_PENDING, Reason.CHECKS_MISSING, Reason.CHECKS_UNREADABLE),
    *(Reason.REVIEW_MISSING, Reason.CHANGES_REQUESTED),
)
TOLD: dict[Reason, Told] = {
    **dict.fromkeys(BY_A_GATE, both(GATE)),
    **dict.fromkeys(BY_CONFIGURATION, both(CONFIGURED)),
    Reason.APPROVAL_MISSING: both("test_reasons.py::test_what_lacks_only_a_yes_waits_for_it"),
    Reason.LOCKED: both("test_gates.py::test_a_lock_that_is_held_is_waited_for_by_every_way_in_and_on_both_surfaces"),
    Reason.COMMENT_EDITED: Told(github=VOID, slack=EDITED),
    Reason.COMMENT_DELETED: Told(github=VOID, slack=EDITED),
    Reason.REJECTED: both("test_reasons.py::test_somebody_says_no"),
    Reason.MAINTENANCE: both(CONFIGURED),
    Reason.WHERE: both("test_reasons.py::test_where_and_a_verb_that_is_nobody_s"),
    Reason.BASE: both("test_reasons.py::test_another_base_than_the_default_branch"),
    Reason.UNKNOWN_MEMBERSHIP: both(f"{WORDS}what_github_does_not_say_is_a_no"),
    Reason.UPSTREAM_REFUSED: both(f"{WORDS}what_github_does_not_say_is_a_no"),
    Reason.ARGUMENTS: both(f"{WORDS}a_value_that_does_not_fit_is_explained"),
    Reason.FORK_UNTRUSTED: both(f"{WORDS}the_code_of_a_fork_and_its_author_s_word_for_it"),
    Reason.SELF_APPROVAL: both(f"{WORDS}the_code_of_a_fork_and_its_author_s_word_for_it"),
    Reason.RUN_NOT_FOUND: both(f"{WORDS}a_run_of_which_github_says_nothing_any_more"),
    Reason.RUN_MISMATCH: Told(
        github=f"{WORDS}a_run_of_another_commit_than_the_one_asked_for_on_github",
        slack=f"{WORDS}a_run_of_another_commit_than_the_one_asked_for_in_slack",
    ),
    Reason.EXPIRED: both(f"{WORDS}what_no_head_can_vouch_for_is_too_old_after_a_quarter_of_an_hour"),
    Reason.NOT_ENDED: both(f"{WORDS}a_run_that_has_not_ended_is_not_run_again"),
    Reason.UNKNOWN_COMMAND: both(f"{WORDS}a_command_that_is_gone_before_it_is_dispatched"),
    Reason.INTERNAL_ERROR: both(f"{WORDS}a_fault_of_ours"),
    Reason.NO_RUN: apart(
        "test_rerun", "test_nothing_to_run_again", "test_rerun_in_slack_without_the_right_or_without_a_run"
    ),
    Reason.HEAD_MOVED: Told(
        github="test_pinning.py::test_t4_a_head_that_moved_after_the_comment_is_refused",
        slack="test_slack_attacks.py::test_t4_a_push_in_the_second_of_the_command_is_not_from_before_it",
    ),
    Reason.NOT_FOUND: Told(
        github="test_people.py::test_t22_without_access_the_answer_is_that_of_a_missing_thing",
        slack="test_slack_people.py::test_t21_the_channels_leave_is_for_its_repository_alone",
    ),
    Reason.UPSTREAM_UNAVAILABLE: Told(
        github="test_outage.py::test_after_four_hours_it_is_given_up",
        slack="test_slack_outages.py::test_github_never_answers",
    ),
    Reason.RESTORED: apart(
        "test_restore",
        "test_t23_whoever_was_told_to_wait_hears_that_it_does_not_go_on",
        "test_t23_what_waited_in_slack_before_it_was_judged_is_void_and_only_its_asker_hears_it",
    ),
    Reason.MACHINE_WRITTEN: Told(
        github="test_trust.py::test_t30_an_app_does_not_trust_in_somebodys_name",
        slack="never: what an app writes in Slack is no command, and its user is a bot, who is refused as one",
    ),
    Reason.NOT_LINKED: Told(
        github="never: a comment is by a GitHub account",
        slack="test_slack_people.py::test_somebody_who_is_not_linked_gets_a_private_button",
        says="I do not know who you are on GitHub yet",
    ),
    Reason.GUEST: Told(
        github="never: GitHub's roles say what people from outside may",
        slack="test_slack_people.py::test_t21_guests_need_a_link_and_the_channels_leave",
        says="Guests can not use Signalbox in this channel",
    ),
    Reason.CANCELLED_BY_PERSON: Told(
        github="test_faults.py::test_cancel_ends_the_run_and_says_who_did_it",
        slack="test_slack_run.py::test_cancelled_by_its_button",
        says="bob stopped it.",
    ),
    Reason.RATE_LIMITED: Told(
        github="never in words (T26): the comment gets a thumb down, test_floods.py has its story",
        slack="test_slack_again.py::test_t26_people_without_write_get_three_looks_at_what_they_type",
        says="Those were many commands in a short time",
    ),
}
READS = {"github": re.compile(r"answers|types"), "slack": re.compile(r"whisper|living|asks\(|\.ops\(")}
"""What a story does that reads on that surface."""


def given() -> set[Reason]:
    """The reasons that the code gives; one that is only declared can be read nowhere."""
    names: set[str] = set()
    for module in modules("bot/rules", "bot/flow"):
        for node in ast.walk(tree(module)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Reason":
                names.add(node.attr)
    return {reason for reason in Reason if reason.name in names}


def test_every_reason_that_is_given_has_its_stories() -> None:
    assert set(TOLD) == given()


@pytest.mark.parametrize("surface", ["github", "slack"])
@pytest.mark.parametrize("reason", TOLD)
def test_the_story_reads_the_reason(reason: Reason, surface: str) -> None:
    told = TOLD[reason]
    story = told.github if surface == "github" else told.slack
    if story.startswith("never"):
        assert len(story.removeprefix("never").split()) > 3
        return
    file, _, name = story.partition("::")
    module = tree(STORIES / file)
    found = next((each for each in functions(module) if each.name == name), None)
    assert found is not None, f"{file} has no story {name}"
    assert READS[surface].search(ast.unparse(found))
    others = [each for each in module.body if isinstance(each, Function) and each.name.startswith("test_")]
    shared = [each for each in module.body if each is found or each not in others]
    text = ast.unparse(ast.Module(body=shared, type_ignores=[]))
    assert told.says in text if told.says else re.search(rf"[\"'`]{reason.value}[\"'`]", text)
