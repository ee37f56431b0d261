"""How runs of acme/shop's deploy.yml go in stories, and how the bot's words about them read."""

from __future__ import annotations

from bot.sandbox.github.runs import Run
from bot.sandbox.slack import Seen
from tests.support.story import Story

LINE = "/run deploy.yml environment=staging"
PAGE = "https://github.test/acme/shop"


async def fails(story: Story, run: Run, *, log: str = "") -> None:
    """Its ship job fails after two seconds, and everything is told."""
    await run.start()
    if not run.job("build").done:
        await run.start_job("build")
        await run.finish_job("build")
    await run.start_job("ship")
    story.clock.advance(2)
    await run.finish_job("ship", "failure", log=log)
    await run.finish()
    await story.passes(5)


async def passes(story: Story, run: Run) -> None:
    """All that is left of it goes well, and everything is told."""
    await run.play()
    await story.passes(5)


def read_once(story: Story) -> list[str]:
    """The calls by which the newest run is proven, where GitHub does not say which run a dispatch became (T31)."""
    page = f"GET /actions/runs/{story.github.runs[-1].id}/attempts/1"
    return [page, f"{page}/jobs"] if story.github.world.enterprise else []


def asked(who: str, line: str, file: str = "deploy.yml", ref: str = "feature", sha: str = "HEAD") -> str:
    """Who asked for what, below the headline on GitHub."""
    workflow = f"[{file}]({PAGE}/actions/workflows/{file})"
    return f"@{who} asked for `{line}` · {workflow} on `{ref}` at [`{sha}`]({PAGE}/commit/{sha})"


def headline(sign: str, words: str, after: str = "", attempt: int = 1) -> str:
    """The first line of a request that has a run, on GitHub."""
    more = f", attempt {attempt}" if attempt > 1 else ""
    return f"{sign} **Deploy {words}**{after} · [run]({PAGE}/actions/runs/RUN1){more} · `CODE`"


def table(*rows: tuple[str, str, str]) -> str:
    """Jobs on GitHub: id, state, time."""
    told = [
        f"| [{name}]({PAGE}/actions/runs/RUN1/job/{name.upper()}) | {state} | {time} |" for name, state, time in rows
    ]
    return "\n".join(["| Job | State | Time |", "| :-- | :-- | --: |", *told])


def paragraphs(*parts: str) -> str:
    """One message of several parts."""
    return "\n\n".join(parts)


def refused(line: str, seen: str, reason: str, rule: str, next_step: str) -> str:
    """A refusal on GitHub."""
    return paragraphs(
        f"⛔ **Refused:** {seen} (`{reason}`)",
        f"**Next:** {next_step}",
        f"`{line}` was stopped by the rule “{rule}”. Nothing was run.",
    )


def refused_in_slack(line: str, seen: str, reason: str, rule: str, next_step: str) -> str:
    """The same as it reads in Slack."""
    return paragraphs(
        f"⛔ Refused: {seen} (`{reason}`)",
        f"Next: {next_step}",
        f"`{line}` was stopped by the rule “{rule}”. Nothing was run. See what can be typed here.",
    )


def in_slack(headline: str, *parts: str, who: str = "alice") -> str:
    """A living message in Slack about deploy.yml on the pull request."""
    about = f"@{who} ({who}) asked for deploy.yml\nwith `environment=staging`\non `feature` at HEAD\nin acme/shop#1"
    return paragraphs(f"{headline} · `CODE`", about, *parts)


def last_block(seen: Seen) -> str:
    """The markup of a message's last block."""
    text = seen.blocks[-1]["text"]
    assert isinstance(text, dict)
    return str(text["text"])
