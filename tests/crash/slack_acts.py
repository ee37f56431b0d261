"""Owns what else people do in Slack: each act is done in a life that ends in its middle, again and again in one world.

An act gets everything ready first, so that only what is named after it happens in the life that ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tests.crash import browsing
from tests.crash.slack_tale import check, line, started, states
from tests.crash.tale import Tale, crashed_at
from tests.crash.talk import OUTSIDE, Talk, read

LINKED = "Linked:"

Act = Callable[[Talk, int], Awaitable[Tale]]
"""Gets ready for the act of this number, counted from 0; the act itself comes back, which ends when all is well."""


async def one_after_another(talk: Talk, points: tuple[str, ...], act: Act) -> None:
    """Crash the act at each point, in the same world."""
    for number, point in enumerate(points):
        await crashed_at(talk, point, await act(talk, number))


def room(talk: Talk, number: int) -> str:
    """A channel of its own, because Slack lets nobody write much in one."""
    name = f"#room-{number}"
    talk.slack.channel(name, members=["alice", "bob", "carol"])
    return name


async def ends(talk: Talk, *expected: str) -> None:
    """All requests end so, and nothing is left to do."""
    await talk.until(lambda: states(talk) == list(expected), f"{expected}")
    await talk.until_at_rest()
    check(talk, *expected)


async def cancel(talk: Talk, number: int) -> Tale:
    """Bob presses Cancel below what Alice runs."""
    channel = room(talk, number)
    await talk.ops("alice", line(talk), channel)
    message = await started(talk, number, channel)
    await talk.until_at_rest()

    async def act() -> None:
        await talk.presses("bob", message, "cancel")
        await talk.until(lambda: any("Stopping request" in said for said in talk.whispers("bob", channel)), "an answer")
        await talk.until(lambda: talk.github.runs[number].conclusion == "cancelled", "the end of the run")
        await ends(talk, *["cancelled"] * (number + 1))
        [shown] = talk.living(channel)
        assert "bob stopped it" in read(shown), talk.describe("Who stopped it")

    return act


async def rerun(talk: Talk, number: int) -> Tale:
    """Bob presses Re-run below what Alice ran."""
    channel = room(talk, number)
    await talk.ops("alice", line(talk), channel)
    message = await started(talk, number, channel)
    run = talk.github.runs[number]
    await run.play()
    await ends(talk, *["succeeded"] * (2 * number + 1))

    async def act() -> None:
        await talk.presses("bob", message, "rerun")
        await talk.until(lambda: run.attempt == 2, "the second attempt")
        await run.play()
        await ends(talk, *["succeeded"] * (2 * number + 2))
        assert talk.whispers("bob", channel) == []

    return act


async def robbed(talk: Talk, number: int) -> Tale:
    """What was accepted stays accepted, and nobody is told otherwise, when their right ends while the bot is dead."""
    await rerun(talk, number)
    channel = room(talk, number)
    [message] = talk.living(channel)

    async def take() -> None:
        async with talk.downtime:
            assert await talk.bot.dead(60)
            talk.repository.role("bob", "read")

    async def act() -> None:
        await asyncio.gather(talk.presses("bob", message, "rerun"), take())
        await talk.until(lambda: states(talk)[-1] in {"running", "refused"}, "what came of it")
        await talk.github.runs[number].play()
        await talk.until_at_rest()
        assert talk.whispers("bob", channel) == [], talk.describe("No answer beside a request")

    return act


async def ask(talk: Talk, number: int) -> Tale:
    """Bob mentions the app in the thread of what Alice ran, in a channel of that repository."""
    if number == 0:
        await talk.ops("bob", "use acme/shop")
        await talk.ops("alice", line(talk))
        await started(talk, 0)
        await talk.github.runs[0].play()
        await ends(talk, "succeeded")
    [message] = talk.living()

    async def act() -> None:
        await talk.mentions("bob", "status", message)
        await talk.until(lambda: len(talk.below(message)) == 2 + number, "an answer")
        await ends(talk, "succeeded")
        assert len(talk.below(message)) == 2 + number, talk.describe("One answer for one question")

    return act


async def use(talk: Talk, number: int) -> Tale:
    """Bob gives a channel its repository."""
    channel = room(talk, number)

    async def act() -> None:
        await talk.ops("bob", "use acme/shop", channel)
        await talk.until(lambda: any("acme/shop" in said for said in talk.whispers("bob", channel)), "an answer")
        await ends(talk)
        assert talk.rows("SELECT count(*) FROM bindings") == [(number + 1,)]
        assert talk.rows("SELECT count(*) FROM audit_entries WHERE action = 'channel_bound'") == [(number + 1,)]

    return act


async def outside(talk: Talk, number: int) -> Tale:
    """Alice deploys where the bot is not: she alone sees it, and is told so there."""
    who = f"lone-{number}"

    async def act() -> None:
        await talk.ops(who, line(talk), OUTSIDE)
        await talk.until(lambda: len(talk.github.runs) == number + 1 and bool(talk.directs(who)), "run and message")
        await talk.github.runs[number].play()
        await ends(talk, *["succeeded"] * (number + 1))
        assert "passed" in talk.directs(who)[0]
        assert talk.whispers(who, OUTSIDE) != [], talk.describe("Told where it stands")

    return act


async def refused(talk: Talk, number: int) -> Tale:
    """The response URL does not work and the bot is not in the channel, so the answer comes directly."""
    who = f"lone-{number}"

    async def act() -> None:
        talk.slack.faults.error("expired_url", "response_url", times=9, status=404)
        await talk.ops(who, "help run", OUTSIDE)
        await talk.until(lambda: any("/ops run" in said for said in talk.directs(who)), "an answer")
        await ends(talk)

    return act


async def link(talk: Talk, number: int) -> Tale:
    """Somebody links their accounts: from the command through the browser to the code that they type."""
    who = f"new-{number}"
    channel = room(talk, number)
    talk.github.person(who)
    talk.slack.channel(channel, members=[who])

    async def act() -> None:
        await browsing.link(talk, who, channel)
        await talk.until(lambda: any(LINKED in said for said in talk.whispers(who, channel)), "the end of it")
        await ends(talk)
        rows = "SELECT count(*) FROM accounts WHERE provider = 'slack' AND unlinked_at IS NULL"
        assert talk.rows(rows) == [(number + 1,)], talk.describe("One link for each")
        assert talk.rows("SELECT count(*) FROM audit_entries WHERE action = 'account_linked'") == [(number + 1,)]

    return act
