"""The adapter against the sandbox, which is strict about tokens, scopes, arguments and blocks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from bot.errors import NotFound, RateLimited, Refused
from bot.model.address import SlackPlace
from bot.model.message import SlackText
from bot.model.slack import Standing
from bot.sandbox.slack import App, SandboxSlack
from bot.slack.api import SlackApi
from bot.slack.channels import SlackChannels
from bot.slack.clients import Clients
from bot.slack.messages import SlackMessages
from bot.slack.openid import SlackOpenId
from bot.slack.scopes import BOT_SCOPES
from bot.slack.users import SlackUsers
from bot.slack.views import SlackViews
from tests.support.clock import START, FakeClock
from tests.support.make import CONNECTION

BACK = "https://bot.example/login/slack/callback"
TAG = UUID("01890000-0000-7000-8000-00000000abcd")
OTHER_TAG = UUID("01890000-0000-7000-8000-00000000dcba")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A Slack with our app in it, and everything that speaks to it."""

    slack: SandboxSlack
    app: App
    clock: FakeClock
    api: SlackApi
    users: SlackUsers
    channels: SlackChannels
    messages: SlackMessages
    views: SlackViews

    def place(self, channel: str, *, thread: str | None = None, only_for: str | None = None) -> SlackPlace:
        found = self.slack.channel(channel)
        return SlackPlace(connection=CONNECTION, channel=found.id, thread=thread, only_for=only_for)

    def seen(self, who: str, channel: str) -> list[tuple[str, bool]]:
        """Text, and whether nobody else sees it."""
        return [(each.text, each.ephemeral) for each in self.slack.seen_by(who, channel)]


@pytest.fixture
async def stage(clock: FakeClock) -> AsyncIterator[Stage]:
    slack = SandboxSlack(clock=clock.now, auth_clock=clock.now)
    app = slack.register_app(scopes=BOT_SCOPES, redirect_urls=[BACK])
    slack.tiers.switched_on = True
    slack.outbox.patience = 0.01  # nobody listens to what it sends
    async with slack:
        api = SlackApi(connection=CONNECTION, api_url=slack.url, token=app.bot_token, clock=clock)
        clients = Clients(api)
        channels = SlackChannels(clients, clock)
        yield Stage(
            slack=slack,
            app=app,
            clock=clock,
            api=api,
            users=SlackUsers(clients, clock),
            channels=channels,
            messages=SlackMessages(clients, channels),
            views=SlackViews(clients),
        )
        await api.aclose()


def text(words: str) -> SlackText:
    return SlackText(text=words, blocks=({"type": "section", "text": {"type": "mrkdwn", "text": words}},))


async def test_a_message_is_posted_found_and_edited(stage: Stage) -> None:
    stage.slack.channel("#deploys", members=["alice"])
    place = stage.place("#deploys")
    posted = await stage.messages.post(place, text("Queued"), TAG)
    assert await stage.messages.find(place, TAG, START) == posted
    assert await stage.messages.find(place, OTHER_TAG, START) is None
    await stage.messages.edit(place, posted, text("Running"), TAG)
    assert await stage.messages.find(place, TAG, START) == posted
    assert stage.seen("alice", "#deploys") == [("Running", False)]
    assert await stage.messages.permalink(place, posted) is not None


async def test_a_reply_is_posted_and_found_in_its_thread(stage: Stage) -> None:
    stage.slack.channel("#deploys", members=["alice"])
    root = await stage.messages.post(stage.place("#deploys"), text("Queued"), TAG)
    stage.clock.advance(1)
    thread = stage.place("#deploys", thread=root)
    reply = await stage.messages.post(thread, text("Details"), OTHER_TAG)
    assert await stage.messages.find(thread, OTHER_TAG, START) == reply
    first = stage.slack.seen_by("alice", "#deploys")[0]
    assert [each.text for each in stage.slack.thread_of("alice", first)] == ["Queued", "Details"]


async def test_a_message_with_our_tag_by_another_app_does_not_count(stage: Stage) -> None:
    other = stage.slack.register_app(name="mimic", scopes=BOT_SCOPES)
    stage.slack.channel("#deploys", members=["alice"])
    mimic = SlackApi(connection=CONNECTION, api_url=stage.slack.url, token=other.bot_token, clock=stage.clock)
    clients = Clients(mimic)
    await SlackMessages(clients, stage.channels).post(stage.place("#deploys"), text("Queued"), TAG)
    await mimic.aclose()
    assert await stage.messages.find(stage.place("#deploys"), TAG, START) is None


async def test_where_the_bot_is_not_it_is_not_found(stage: Stage) -> None:
    stage.slack.channel("#private", members=["alice"], private=True, app=False)
    stage.slack.channel("#public", members=["alice"], app=False)
    for channel in ("#private", "#public"):
        with pytest.raises(NotFound):
            await stage.messages.post(stage.place(channel), text("Queued"), TAG)
    private, public = stage.place("#private").channel, stage.place("#public").channel
    assert await stage.channels.get(CONNECTION, private) is None
    seen = await stage.channels.get(CONNECTION, public)
    assert seen is not None
    assert (seen.name, seen.member) == ("public", False)


async def response_url(stage: Stage, channel: str) -> str:
    """Of a command that was typed there; nobody listens, and Slack makes the address all the same."""
    delivery = await stage.slack.command("alice", channel, "/ops help")
    assert delivery is not None
    return str(delivery.payload["response_url"])


async def test_a_whisper_goes_by_response_url_where_the_bot_is_not(stage: Stage) -> None:
    stage.slack.channel("#secret", members=["alice"], private=True, app=False)
    place = stage.place("#secret", only_for=stage.slack.person("alice").id)
    place = replace(place, response_url=await response_url(stage, "#secret"))
    for number in range(5):
        await stage.messages.whisper(place, text(f"Help {number}"))
    await stage.messages.whisper(place, text("Help 5"))
    assert ("Help 4", True) in stage.seen("alice", "#secret")
    assert "Help 5" not in {words for words, _ in stage.seen("alice", "#secret")}
    direct = stage.slack.dm("alice")
    assert [each.text for each in stage.slack.seen_by("alice", direct)] == ["Help 5"]


async def test_an_old_response_url_is_no_obstacle(stage: Stage) -> None:
    stage.slack.channel("#deploys", members=["alice"])
    place = stage.place("#deploys", only_for=stage.slack.person("alice").id)
    place = replace(place, response_url=await response_url(stage, "#deploys"))
    stage.clock.advance(31 * 60)
    await stage.messages.whisper(place, text("Help"))
    assert ("Help", True) in stage.seen("alice", "#deploys")
    stage.slack.person("bob")
    stage.slack.channel("#deploys", members=["bob"])
    assert "Help" not in {words for words, _ in stage.seen("bob", "#deploys")}


async def test_the_sandbox_is_never_asked_too_often(stage: Stage) -> None:
    """Our pace is never faster than Slack's, so that edits never meet a 429."""
    stage.slack.channel("#deploys", members=["alice"])
    place = stage.place("#deploys")
    posted = await stage.messages.post(place, text("Queued"), TAG)
    told = 0
    for number in range(120):
        stage.clock.advance(0.5)
        try:
            await stage.messages.edit(place, posted, text(f"{number}"), TAG, urgent=number % 3 == 0)
        except RateLimited as error:
            told += error.status == 429
    assert told == 0
    assert len(stage.slack.called("chat.update")) == 50


async def test_standings_are_read(stage: Stage) -> None:
    partner = stage.slack.workspace("partner")
    stage.slack.person("zoe", workspace=partner)
    stage.slack.channel("#shared", members=["alice"], shared_with=[partner])
    people = [
        (stage.slack.person("alice"), Standing.MEMBER),
        (stage.slack.person("greta", guest=True), Standing.GUEST),
        (stage.slack.person("robo", bot=True), Standing.BOT),
        (stage.slack.person("gone", deactivated=True), Standing.DEACTIVATED),
        (stage.slack.bot, Standing.BOT),
    ]
    for person, standing in people:
        found = await stage.users.get(CONNECTION, person.id)
        assert (found.standing, found.account.home) == (standing, person.workspace.id)
    shared = await stage.channels.get(CONNECTION, stage.place("#shared").channel)
    assert shared is not None
    assert shared.shared


async def test_views_are_valid(stage: Stage) -> None:
    stage.slack.channel("#deploys", members=["alice"])
    alice = stage.slack.person("alice")
    await stage.views.show_home(CONNECTION, alice.id, text("Nothing is running"))
    assert stage.slack.home_of("alice") is not None
    delivery = await stage.slack.command("alice", "#deploys", "/ops")
    assert delivery is not None
    await stage.views.ask_command(CONNECTION, str(delivery.payload["trigger_id"]), stage.place("#deploys").channel)
    (view,) = stage.slack.views_of("alice")
    assert view.kind == "modal"
    with pytest.raises(Refused):
        await stage.views.ask_command(CONNECTION, str(delivery.payload["trigger_id"]), "")


async def test_somebody_signs_in(stage: Stage) -> None:
    sign_in = SlackOpenId(stage.api, stage.clock, stage.app.client_id, stage.app.client_secret)
    alice = stage.slack.person("alice")
    url = sign_in.authorize_url(state="s-1", nonce="n-1", team=alice.workspace.id, redirect_uri=BACK)
    back = stage.slack.agrees("alice", url)
    code = back.split("code=")[1].split("&")[0]
    assert await sign_in.who(code=code, nonce="n-1", redirect_uri=BACK) == (alice.workspace.id, alice.id)
    with pytest.raises(Refused):
        await sign_in.who(code=code, nonce="n-1", redirect_uri=BACK)


async def test_a_revoked_token_is_named(stage: Stage) -> None:
    await stage.slack.revokes()
    with pytest.raises(Refused, match="SLACK_BOT_TOKEN"):
        await stage.api.identity()
