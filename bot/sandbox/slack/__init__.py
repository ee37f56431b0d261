"""A stateful Slack over real HTTP: state, refusals, signed requests. Everything a story needs is named here.

    slack = SandboxSlack(clock=clock.now)             # a first workspace "acme"; enterprise="Acme Org" puts it in one
    app = slack.register_app(request_url=f"{bot}/slack/events", command="/ops", redirect_urls=[...])
                                                      # without request_url: Socket Mode with app.app_token
    async with slack:                                 # environment of the bot:
        slack.url                                     #   SLACK_API_URL, ends in /api/
        slack.server_url                              #   the pages /oauth/v2/authorize and /openid/connect/authorize
        app.bot_token, app.signing_secret, app.app_token, app.client_id, app.client_secret
        app.request_url = "http://..."                # may be set once the bot listens

Build up: people and channels come to be on first mention, names mean the first workspace.

    alice = slack.person("alice")                     # guest=, single_channel_guest=, deactivated=, bot=, workspace=
    deploys = slack.channel("#deploys", members=["alice"])  # private=, app=False (bot stays out), shared_with=[other]
    other = slack.workspace("partner"); slack.person("zoe", workspace=other); slack.install(app, other)
    slack.dm("alice"); slack.remove(slack.bot, "#deploys")

Act: each returns when the app has answered; what people can not do raises Impossible.

    await slack.command("alice", "#deploys", "/ops help")    # -> Delivery: .status .failure .answer .payload
    await slack.mentions("alice", "#deploys", "@signalbox status", thread=seen)    # also says()
    await slack.presses("alice", seen, "cancel", confirm=True)      # chooses(..., "action", "option value") for menus
    await slack.submits("alice", view, {"environment": "staging"})  # closes()
    await slack.opens_home("alice"); await slack.uninstalls(); await slack.revokes()
    slack.agrees("alice", url)   # "Continue as alice" on a sign-in page without a browser -> where it leads back to
    await slack.retries()        # failed events that are due again by the clock: +1 minute, +5 minutes
    await slack.resends(delivery); await slack.settled()

See: as a person does.

    slack.seen_by("alice", "#deploys")   # -> [Seen(author, text, blocks, ts, thread_ts, ephemeral, edited, reactions)]
    slack.thread_of("alice", seen); slack.home_of("alice"); slack.views_of("alice")
    slack.journal; slack.called("chat.update"); slack.deliveries

Break: `slack.faults.rate_limited("chat.update", retry_after=30)`, `.error("internal_error", "chat.*")`,
`.status(503)`, `.drop(..., after=True)`, `.silence(...)`; `slack.tiers.switched_on = True`;
`slack.outbox.patience = 0.05` (real seconds an app has for its ack); `slack.sockets.disconnect()`, `.cut()`.

Stricter than Slack by purpose: unknown arguments are `invalid_arguments`, unknown keys in blocks `invalid_blocks`.
"""

from bot.sandbox.slack.apps import App, Installation, Token
from bot.sandbox.slack.channels import Channel
from bot.sandbox.slack.deliveries import Attempt, Delivery
from bot.sandbox.slack.faults import Fault
from bot.sandbox.slack.journal import Exchange
from bot.sandbox.slack.messages import Message, Seen
from bot.sandbox.slack.people import Person, Workspace
from bot.sandbox.slack.refusals import Impossible, Refused
from bot.sandbox.slack.slack import SandboxSlack
from bot.sandbox.slack.views import View

__all__ = [
    "App",
    "Attempt",
    "Channel",
    "Delivery",
    "Exchange",
    "Fault",
    "Impossible",
    "Installation",
    "Message",
    "Person",
    "Refused",
    "SandboxSlack",
    "Seen",
    "Token",
    "View",
    "Workspace",
]
