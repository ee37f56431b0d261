"""Requests that wait for other people's yes: who counts, when it is used, and what takes it back (T2, T4, T9, T28)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import pytest

from bot.model.slack import SlackAccount
from tests.support.configured import CONFIG, LOCATION, SHIP, files
from tests.support.slack_story import SlackStory, talking
from tests.support.story import ROLES, Story, telling

GATE = "    permission: maintain\n"
OURS = {**ROLES, "dave": "write"}
RULE = "[acme/shop/.github/signalbox.yml line 13](https://github.test/acme/shop/blob/HEAD/.github/signalbox.yml#L13)"
ASKED = (
    "@bob asked for `/ship production` · [ship.yml](https://github.test/acme/shop/actions/workflows/ship.yml) on "
    "`feature` at [`HEAD`](https://github.test/acme/shop/commit/HEAD)"
)


NO_RIGHT = "may not approve here: that takes write, or to be named or in a team that is named"


def asking(rule: str = "{count: 1}") -> Mapping[str, str]:
    return files(CONFIG.replace(GATE, f"    approvals: {rule}\n"))


def sent(story: Story) -> int:
    return len(story.github.dispatched)


async def test_a_request_waits_for_somebody_else_and_starts_with_their_yes(tmp_path: Path) -> None:
    async with telling(tmp_path, files=asking()) as story:
        await story.types("bob", "/ship production")
        assert story.answers() == [
            "⏳ **Ship waits** for an approval · `CODE`\n\n"
            f"{ASKED}\n\n"
            f"production needs 1 approval. The rule stands in {RULE}.\n\n"
            "Anybody else with write may say yes, until 21 Nov 2026, 13:01 UTC.\n\n"
            "`/approve CODE` says yes. `/reject CODE` says no. `/cancel CODE` stops it."
        ]
        assert sent(story) == 0
        await story.types("carol", "/approve")
        assert sent(story) == 1
        assert story.github.dispatched[0].inputs["signalbox_sha"] == story.pull.head_sha
        await story.github.runs[-1].play()
        await story.passes(10)
        shown, answer = story.answers()
        assert shown.startswith("✅ **Ship passed**")
        assert f"{ASKED} · approved by carol" in shown
        assert answer == "You said yes to CODE."


@pytest.mark.parametrize(
    ("who", "seen", "reason"),
    [
        ("bob", "bob asked for it", "self_approval"),
        ("alice", "alice opened the pull request", "self_approval"),
        ("dave", "dave pushed the commit", "self_approval"),
        (
            "rita",
            "rita may not approve here: that takes write, or to be named or in a team that is named",
            "permission",
        ),
    ],
)
async def test_t9_whoever_had_a_hand_in_it_is_nobody_else(tmp_path: Path, who: str, seen: str, reason: str) -> None:
    async with telling(tmp_path, files=asking(), roles=OURS) as story:
        await story.repository.push("feature", files={"NEW.md": "x"}, by="dave")
        await story.passes(5)
        await story.types("bob", "/ship production")
        await story.types(who, "/approve")
        assert story.answers()[1].startswith(f"⛔ **Refused:** {seen} (`{reason}`)")
        assert sent(story) == 0
        await story.types("carol", "/approve")
        assert sent(story) == 1


async def test_the_configuration_may_count_the_author_and_the_pusher(tmp_path: Path) -> None:
    async with telling(tmp_path, files=asking("{count: 1, author: true, pusher: true}")) as story:
        await story.types("bob", "/ship production")
        await story.types("alice", "/approve")
        assert sent(story) == 1


async def test_two_of_three_and_somebody_of_a_team(tmp_path: Path) -> None:
    async with telling(tmp_path, files=asking("{count: 2, teams: [acme/release]}"), roles=OURS) as story:
        story.github.team("acme/release", members=["rita"])
        await story.types("bob", "/ship production")
        assert "**Asked:** @acme/release, until 21 Nov 2026, 13:01 UTC." in story.answers()[0]
        await story.types("carol", "/approve")
        await story.passes(5)
        await story.types("carol", "/approve")
        assert story.answers()[-1] == "You said yes to CODE before; that counts once."
        said = "production needs 2 approvals (somebody in acme/release); carol said yes; still missing: somebody in"
        assert f"{said} acme/release. The rule" in story.answers()[0]
        await story.types("dave", "/approve")
        assert sent(story) == 0
        await story.types("rita", "/approve")  # who can only read, and is in the team
        assert sent(story) == 1


async def test_each_of_the_people_who_are_named(tmp_path: Path) -> None:
    async with telling(tmp_path, files=asking("{people: [rita, carol]}"), roles=OURS) as story:
        await story.types("bob", "/ship production")
        await story.types("dave", "/approve")
        await story.types("rita", "/approve")
        assert sent(story) == 0
        await story.passes(5)
        assert "dave and rita said yes; still missing: carol." in story.answers()[0]
        await story.types("carol", "/approve")
        assert sent(story) == 1


async def test_somebody_says_no_and_why(tmp_path: Path) -> None:
    async with telling(tmp_path, files=asking()) as story:
        await story.types("bob", "/ship production")
        await story.types("carol", "/reject the `migration` is not ready @everyone")
        await story.passes(5)
        assert story.answers()[0].startswith("⛔ **Ship was rejected**")
        assert "carol said no: the 'migration' is not ready" in story.answers()[0]
        assert story.answers()[1] == "You said no to CODE, so it ends here."
        await story.types("carol", "/approve")
        assert story.answers()[-1] == "Nothing here waits for an approval."
        assert sent(story) == 0


async def test_whoever_asked_stops_it_and_rejects_nothing(tmp_path: Path) -> None:
    async with telling(tmp_path, files=asking()) as story:
        await story.types("bob", "/ship production")
        await story.types("bob", "/reject")
        assert "**Next:** `/cancel CODE` stops it." in story.answers()[1]
        await story.types("bob", "/cancel")
        await story.passes(5)
        assert story.answers()[0].startswith("🚫 **Ship was cancelled**")


async def test_of_several_one_has_to_be_named(tmp_path: Path) -> None:
    async with telling(tmp_path, files=asking()) as story:
        await story.types("bob", "/ship production")
        await story.types("bob", "/ship production dry_run=true")
        await story.types("carol", "/approve")
        assert story.answers()[-1] == "2 requests wait here, so say which: `/approve CODE` or `/approve CODE`."
        await story.types("carol", "/approve AAAAAA")
        assert story.answers()[-1] == "There is no request AAAAAA in this repository. `/runs` lists the newest."
        assert sent(story) == 0


async def test_t30_what_an_app_writes_is_nobody_s_yes(tmp_path: Path) -> None:
    async with telling(tmp_path, files=asking()) as story:
        await story.types("bob", "/ship production")
        helper = story.github.register_app(slug="helper", events=())
        story.pull.issue.add_comment(story.github.person("carol"), "/approve", helper)
        await story.settle()
        assert "(`machine_written`)" in story.answers()[-1]
        assert sent(story) == 0


# --- what takes it back ---------------------------------------------------------------------------------------------


async def head_moved(story: Story) -> None:
    story.clock.advance(2)
    await story.repository.push("feature", files={"NEW.md": "x"}, by="alice")


async def closed(story: Story) -> None:
    await story.pull.close(by="alice")


@pytest.mark.parametrize(
    ("happens", "reason"), [(head_moved, "head_moved"), (closed, "closed")], ids=["head_moved", "closed"]
)
async def test_what_waits_is_void_once_it_is_not_what_was_asked_for(
    tmp_path: Path, happens: Callable[[Story], Awaitable[None]], reason: str
) -> None:
    async with telling(tmp_path, files=asking()) as story:
        await story.types("bob", "/ship production")
        await happens(story)
        await story.passes(5)
        assert story.answers()[0].startswith("⛔ **Ship was stopped**")
        assert f"(`{reason}`)" in story.answers()[0]
        await story.types("carol", "/approve")
        assert story.answers()[-1] == "Nothing here waits for an approval."
        assert sent(story) == 0


async def test_other_commits_on_the_default_branch_do_not_void_it(tmp_path: Path) -> None:
    async with telling(tmp_path, files=asking()) as story:
        await story.types("bob", "/ship production")
        await story.repository.push(files={"README.md": "other"}, by="carol")
        await story.types("carol", "/approve")
        assert sent(story) == 1


async def test_a_changed_workflow_file_voids_it(tmp_path: Path) -> None:
    async with telling(tmp_path, files=asking()) as story:
        await story.types("bob", "/ship production")
        await story.repository.push(files={".github/workflows/ship.yml": SHIP + "# evil\n"}, by="carol")
        await story.types("carol", "/approve")
        await story.passes(5)
        assert sent(story) == 0
        assert "the workflow file on the default branch changed after it was asked" in story.answers()[0]


async def test_it_expires(tmp_path: Path) -> None:
    async with telling(tmp_path, files=asking("{count: 1, expires: 30m}")) as story:
        await story.types("bob", "/ship production")
        await story.passes(22 * 60)
        assert len(story.answers()) == 1
        await story.passes(8 * 60 - 1)
        shown, reminder = story.answers()
        assert shown.startswith("⏳ **Ship waits**")
        assert reminder == (
            "⏳ `CODE` still waits for an approval, until 21 Nov 2026, 09:31 UTC. production needs 1 approval."
        )
        await story.passes(2)
        await story.passes(2)
        assert story.answers()[0].startswith("⌛ **Ship was not started**")
        assert "Not enough people said yes in time, so nothing was started. (`approval_missing`)" in story.answers()[0]
        await story.types("carol", "/approve")
        assert sent(story) == 0


@pytest.mark.parametrize("how", ["write", "team"])
async def test_t28_whoever_lost_their_right_before_it_is_used_no_longer_counts(tmp_path: Path, how: str) -> None:
    rule = "{count: 2}" if how == "write" else "{count: 2, teams: [acme/release]}"
    roles = OURS if how == "write" else {**OURS, "dave": "read"}
    async with telling(tmp_path, files=asking(rule), roles=roles) as story:
        team = story.github.team("acme/release", members=["dave"])
        await story.types("bob", "/ship production")
        await story.types("dave", "/approve")
        if how == "write":
            story.repository.remove("dave")
        else:
            team.remove("dave")
        await story.settle()
        await story.types("carol", "/approve")
        await story.passes(30)
        assert sent(story) == 0
        assert "the yes of dave does not count: dave may not approve there any more" in story.answers()[0]


async def test_t2_every_way_to_the_same_environment_waits_for_a_yes_of_its_own(tmp_path: Path) -> None:
    async with telling(tmp_path, files=asking()) as story:
        await story.types("bob", "/ship production")
        await story.types("carol", "/approve")
        await story.github.runs[-1].play()
        await story.passes(10)
        await story.types("bob", "/rerun")
        await story.types("bob", "/run ship.yml environment=Production")
        await story.types("bob", "/run ship.yml environment=production")
        await story.passes(5)
        assert sent(story) == 1
        assert len(story.github.runs[-1].attempts) == 1
        waiting = [answer for answer in story.answers() if answer.startswith("⏳ **Ship waits** for an approval")]
        assert len(waiting) == 2


async def test_a_rerun_starts_with_its_own_yes(tmp_path: Path) -> None:
    async with telling(tmp_path, files=asking()) as story:
        await story.types("bob", "/ship production")
        await story.types("carol", "/approve")
        await story.github.runs[-1].play()
        await story.passes(10)
        await story.types("bob", "/rerun")
        assert len(story.github.runs[-1].attempts) == 1
        await story.types("carol", "/approve")
        assert len(story.github.runs[-1].attempts) == 2


async def test_a_configuration_that_asks_for_less_lets_what_waits_go_at_the_next_look(tmp_path: Path) -> None:
    async with telling(tmp_path, files=asking("{count: 2}")) as story:
        await story.types("bob", "/ship production")
        await story.types("carol", "/approve")
        await story.repository.push(files={LOCATION: asking("{count: 3}")[LOCATION]}, by="carol")
        await story.passes(700)
        assert "production needs 3 approvals; carol said yes; still missing: 2 more yeses." in story.answers()[0]


async def test_t20_a_yes_that_is_delivered_again_is_said_once(tmp_path: Path) -> None:
    async with telling(tmp_path, files=asking("{count: 2}")) as story:
        await story.types("bob", "/ship production")
        await story.types("carol", "/approve")
        before = story.answers()
        for delivery in [each for each in story.github.webhooks.deliveries if each.event == "issue_comment"]:
            story.github.webhooks.redeliver(delivery)
        await story.passes(5)
        assert story.answers()[1:] == before[1:]
        assert sent(story) == 0


async def test_while_github_is_away_a_yes_waits(tmp_path: Path) -> None:
    async with telling(tmp_path, files=asking()) as story:
        await story.types("bob", "/ship production")
        story.github.faults.status(503, "GET", "*/collaborators/*", times=3)
        await story.types("carol", "/approve")
        assert sent(story) == 0
        await story.passes(60)
        await story.passes(60)
        assert sent(story) == 1


# --- links ----------------------------------------------------------------------------------------------------------


async def link(chat: SlackStory, slack: str, github: str, *, end: bool = False) -> None:
    """Somebody in Slack ends their link, or links another account of GitHub's."""
    async with chat.bot.units.write() as unit:
        connection = await unit.connections.by_name("slack")
        assert connection is not None
        user = chat.slack.person(slack)
        account = SlackAccount(connection=connection.id, home=user.workspace.id, user=user.id, name=slack)
        if end:
            await unit.links.end_slack(account, chat.clock.now())
    if not end:
        async with chat.bot.units.read() as unit:
            history = await chat.history(github)
        async with chat.bot.units.write() as unit:
            await unit.links.add_slack(history[0].person, account, method="browser", at=chat.clock.now())


async def test_t9_a_second_account_of_whoever_asked_is_them(tmp_path: Path) -> None:
    """bob asks, unlinks, and links carol's account instead: carol is him, on both surfaces, also after that ended."""
    async with talking(tmp_path, files=asking(), linked=("alice", "bob", "carol", "rita")) as chat:
        await chat.ops("bob", "ship acme/shop#1 production")
        chat.clock.advance(5)
        await link(chat, "bob", "bob", end=True)
        await link(chat, "bob", "carol")
        await chat.ops("bob", "approve acme/shop#1")
        assert "carol asked for it (`self_approval`)" in chat.whispers("bob")[-1]
        await link(chat, "bob", "carol", end=True)
        await chat.types("carol", "/approve")
        assert chat.answers()[-1].startswith("⛔ **Refused:** carol asked for it (`self_approval`)")
        assert chat.github.dispatched == []


async def test_t9_whoever_links_an_account_meanwhile_does_not_count(tmp_path: Path) -> None:
    async with talking(tmp_path, files=asking(), linked=("alice", "bob", "rita")) as chat:
        await chat.types("bob", "/ship production")
        await chat.types("carol", "/whoami")
        chat.clock.advance(5)
        await link(chat, "carol", "carol")
        await chat.types("carol", "/approve")
        said = "⛔ **Refused:** carol linked or unlinked an account since it was asked (`self_approval`)"
        assert chat.answers()[-1].startswith(said)
        assert chat.github.dispatched == []


# --- both surfaces --------------------------------------------------------------------------------------------------


async def test_asked_on_the_pull_request_and_approved_in_slack(tmp_path: Path) -> None:
    async with talking(tmp_path, files=asking()) as chat:
        await chat.types("bob", "/ship production")
        await chat.ops("carol", "approve acme/shop#1")
        assert chat.whispers("carol")[-1] == "You said yes to CODE."
        assert len(chat.github.dispatched) == 1


async def test_the_buttons_below_the_message_in_slack(tmp_path: Path) -> None:
    async with talking(tmp_path, files=asking()) as chat:
        await chat.ops("bob", "ship acme/shop#1 production")
        (message,) = chat.living()
        assert chat.read(message) == (
            "⏳ Ship waits for an approval · `CODE`\n\n"
            "@bob (bob) asked for ship.yml\n"
            "with `environment=production`, `dry_run=false`\n"
            "on `feature` at HEAD\n"
            "in acme/shop#1\n"
            "also in acme/shop#1\n\n"
            "production needs 1 approval. The rule stands in acme/shop/.github/signalbox.yml line 13.\n\n"
            "Anybody else with write may say yes, until 21 Nov 2026, 13:01 UTC.\n\n"
            "`/ops approve CODE` says yes. `/ops reject CODE` says no. `/ops cancel CODE` stops it.\n\n"
            "[Approve] [Reject] [Cancel]"
        )
        await chat.presses("bob", message, "approve")
        assert "bob asked for it (`self_approval`)" in chat.whispers("bob")[-1]
        assert chat.github.dispatched == []
        await chat.presses("carol", message, "approve")
        assert len(chat.github.dispatched) == 1


async def test_rejected_by_a_button(tmp_path: Path) -> None:
    async with talking(tmp_path, files=asking()) as chat:
        await chat.ops("bob", "ship acme/shop#1 production")
        (message,) = chat.living()
        await chat.presses("carol", message, "reject")
        await chat.passes(5)
        await chat.passes(5)
        assert "carol said no." in chat.read(chat.living()[0])
        assert chat.github.dispatched == []


async def test_who_is_asked_reads_what_they_let_through(tmp_path: Path) -> None:
    async with telling(tmp_path, files=asking(), roles=OURS) as story:
        await story.types("bob", "/ship production")
        assert "Ships" not in story.answers()[0]  # nothing is live yet
        await story.types("carol", "/approve")
        await story.github.runs[-1].play()
        await story.passes(10)
        live = story.pull.head_sha
        await story.repository.push("feature", files={"NEW.md": "x"}, message="Shorter names (#12)", by="dave")
        await story.passes(10)
        await story.types("bob", "/ship production")
        page = f"https://github.test/acme/shop/compare/{live}...HEAD"
        ships = f"**Ships:** [1 commit]({page}) beyond what is live (`{live[:7]}`): `#12`\n- Shorter names (#\u206012)"
        assert ships in story.answers()[-1]
        calls = [call for call in story.calls() if "/compare/" in call]
        await story.passes(700)
        assert [call for call in story.calls() if "/compare/" in call] == calls  # asked once


async def test_github_s_silence_about_what_ships_holds_up_nothing(tmp_path: Path) -> None:
    async with telling(tmp_path, files=asking(), roles=OURS) as story:
        await story.types("bob", "/ship production")
        await story.types("carol", "/approve")
        await story.github.runs[-1].play()
        await story.passes(10)
        story.github.faults.status(500, "GET", "*/compare/*", times=10**6)
        await story.types("bob", "/ship production")
        assert "Ships" not in story.answers()[-1]
        await story.types("carol", "/approve")
        assert sent(story) == 2
