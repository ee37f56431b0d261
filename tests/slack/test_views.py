"""The Home tab and the form."""

from __future__ import annotations

import pytest
from slack_sdk.models.views import View

from bot.errors import Refused
from bot.model.message import SlackText
from bot.slack.clients import Clients
from bot.slack.views import SlackViews
from tests.slack.fake import FakeSlack
from tests.support.make import CONNECTION

HOME = SlackText(text="Your requests", blocks=({"type": "divider"},))


@pytest.fixture
def views(clients: Clients) -> SlackViews:
    return SlackViews(clients)


async def test_the_home_tab_is_shown(views: SlackViews, slack: FakeSlack) -> None:
    await views.show_home(CONNECTION, "U1", HOME)
    assert slack.asked("views.publish") == [
        {"user_id": "U1", "view": {"type": "home", "blocks": [{"type": "divider"}]}}
    ]


@pytest.mark.parametrize(("channel", "optional"), [("C1", True), ("", False)])
async def test_the_form_asks_for_a_command_and_a_channel(
    views: SlackViews, slack: FakeSlack, channel: str, optional: bool
) -> None:
    await views.ask_command(CONNECTION, "1.2.trigger", channel)
    (asked,) = slack.asked("views.open")
    assert asked["trigger_id"] == "1.2.trigger"
    view = asked["view"]
    assert (view["type"], view["callback_id"], view["private_metadata"]) == ("modal", "run_command", channel)
    fields = [(block["block_id"], block["element"]["action_id"], block["element"]["type"]) for block in view["blocks"]]
    assert fields == [("command", "command", "plain_text_input"), ("channel", "channel", "conversations_select")]
    assert view["blocks"][1]["optional"] is optional
    View(**view).validate_json()


async def test_a_form_that_comes_too_late_is_refused(views: SlackViews, slack: FakeSlack) -> None:
    slack.refuses("views.open", "expired_trigger_id")
    with pytest.raises(Refused, match="expired_trigger_id"):
        await views.ask_command(CONNECTION, "1.2.trigger", "C1")
