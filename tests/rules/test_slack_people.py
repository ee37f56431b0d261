"""T21: which Slack users may ask for anything, by standing, kind of command and the channel's setting."""

from __future__ import annotations

import pytest

from bot.model.decision import Reason
from bot.model.slack import Binding, SlackUser, Standing
from bot.rules import slack_people
from tests.support import make

CLOSED = make.binding(guests=False)
OPEN = make.binding(guests=True)
S = Standing


def user(standing: Standing) -> SlackUser:
    return SlackUser(account=make.slack_account(), standing=standing)


@pytest.mark.parametrize("anywhere", [True, False])
@pytest.mark.parametrize("bound", [None, CLOSED, OPEN])
def test_members_may_ask_anywhere(anywhere: bool, bound: Binding | None) -> None:
    assert slack_people.refused(user(S.MEMBER), anywhere=anywhere, bound=bound) is None


@pytest.mark.parametrize("standing", [S.BOT, S.DEACTIVATED])
@pytest.mark.parametrize("anywhere", [True, False])
@pytest.mark.parametrize("bound", [None, CLOSED, OPEN])
def test_t21_bots_and_deactivated_users_may_ask_for_nothing(
    standing: Standing, anywhere: bool, bound: Binding | None
) -> None:
    refused = slack_people.refused(user(standing), anywhere=anywhere, bound=bound)
    assert refused is not None
    assert refused[0] is Reason.GUEST


@pytest.mark.parametrize("standing", [S.GUEST, S.EXTERNAL])
@pytest.mark.parametrize(
    ("anywhere", "bound", "may"),
    [
        (True, None, True),  # help and link are about themselves
        (True, CLOSED, True),
        (True, OPEN, True),
        (False, None, False),
        (False, CLOSED, False),
        (False, OPEN, True),
    ],
)
def test_t21_guests_and_external_people_act_only_where_the_channel_lets_them(
    standing: Standing, anywhere: bool, bound: Binding | None, may: bool
) -> None:
    assert (slack_people.refused(user(standing), anywhere=anywhere, bound=bound) is None) is may


@pytest.mark.parametrize(
    ("standing", "sentence", "next_step"),
    [
        (
            S.GUEST,
            "Guests can not use Signalbox in this channel.",
            "To allow it, somebody who maintains the repository can type `/use owner/repo guests=true`.",
        ),
        (
            S.EXTERNAL,
            "People from other workspaces can not use Signalbox in this channel.",
            "To allow it, somebody who maintains the repository can type `/use owner/repo guests=true`.",
        ),
        (S.BOT, "Bots can not ask for anything here.", "Have a person ask."),
        (S.DEACTIVATED, "Your Slack account is deactivated.", "Ask an admin of your workspace."),
    ],
)
def test_the_refusal_says_who_can_help(standing: Standing, sentence: str, next_step: str) -> None:
    refused = slack_people.refused(user(standing), anywhere=False, bound=None)
    assert refused is not None
    _, message = refused
    assert message.name == "person_refused"
    assert message.fields == {"sentence": sentence, "next_step": next_step}
