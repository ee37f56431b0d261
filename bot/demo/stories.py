"""Owns the stories of the demo: what people do in the pull request and in Slack, and what they must read."""

from __future__ import annotations

from typing import Final

from bot.demo.company import COMMAND
from bot.demo.stage import Stage, Story
from bot.sandbox.github.plans import JobPlan, Plan


async def _well(stage: Stage) -> None:
    stage.comments("alice", "/run deploy.yml environment=staging")
    await stage.reads("passed", "ship")


async def _fails(stage: Stage) -> None:
    stage.comments("alice", "Let us see:\n\n/run e2e.yml browser=firefox")
    await stage.reads("failed", "checkout page")


async def _typo(stage: Stage) -> None:
    stage.comments("alice", "/run deploy.yml enviroment=staging")
    await stage.reads("environment=staging")


async def _reader(stage: Stage) -> None:
    stage.comments("rita", "/run deploy.yml environment=production")
    await stage.reads("permission", "write")


async def _left(stage: Stage) -> None:
    stage.comments("mallory", "/run deploy.yml environment=production")
    stage.company.pull.repository.remove("mallory")  # before anybody reads what she typed
    await stage.reads("not_found")


async def _gated(stage: Stage) -> None:
    stage.comments("alice", "/deploy production")
    await stage.reads("review_missing", ".github/signalbox.yml line")
    stage.comments("alice", "/explain deploy production")
    await stage.reads("reviews", "head unmoved")
    stage.company.pull.review("bob")
    stage.comments("alice", "Thanks, Bob!\n\n/deploy production")
    await stage.reads("Deploy waits", "for an approval", "/approve")
    stage.comments("alice", "/approve")
    await stage.reads("self_approval")
    stage.comments("carol", "/approve")
    await stage.reads("carol", "Deploy passed")


async def _stranger(stage: Stage) -> None:
    await stage.types("alice", f"run {stage.company.place} deploy.yml environment=staging")
    await stage.reads("who you are on GitHub", "[Link", only="alice")
    await stage.links("alice")
    await stage.reads("Linked", "alice", only="alice")


async def _channel(stage: Stage) -> None:
    await _links_too(stage, "bob")
    await stage.types("bob", "use acme/shop")
    await stage.reads("acme/shop", only="bob")


async def _well_in_slack(stage: Stage) -> None:
    await stage.types("alice", f"run {stage.company.place} deploy.yml environment=staging")
    await stage.reads("passed", "ship", "The details of", "[Re-run]")


async def _mended(stage: Stage) -> None:
    await stage.types("alice", "run #1 e2e.yml browser=firefox")
    await stage.reads("failed", "checkout page", "[Re-run failed]")
    failed = stage.shown()
    await stage.mentions("bob", "logs", below=failed)
    await stage.reads("Timed out after 30 s")
    stage.company.pull.repository.plans["e2e.yml"] = Plan(jobs=[JobPlan("checkout page", seconds=2)])
    await stage.presses("bob", failed, "Re-run failed")
    await stage.reads("End to end passed", "attempt 2", "@bob", "The details of")


async def _reader_in_slack(stage: Stage) -> None:
    await _links_too(stage, "rita")
    await stage.types("rita", "run #1 deploy.yml environment=production")
    await stage.reads("permission", "write", only="rita")


async def _both(stage: Stage) -> None:
    await stage.types("bob", f"status {stage.company.place}")
    await stage.reads("/run e2e.yml browser=firefox", f"{COMMAND} run #1 e2e.yml", only="bob")
    stage.comments("bob", "/status")
    await stage.reads("/run e2e.yml browser=firefox", f"{COMMAND} run #1 e2e.yml")


async def _production(stage: Stage) -> None:
    await stage.pushes("alice", "checkout.py", "faster = True")
    stage.company.pull.review("bob")
    stage.comments("alice", "/deploy production")
    await stage.reads("Deploy waits", "for an approval")
    await stage.types("bob", f"approve {stage.code()}")
    await stage.reads("bob", "Deploy passed")


async def _back(stage: Stage) -> None:
    await stage.types("bob", "rollback #1 production")
    await stage.reads("Deploy waits", "for an approval", "[Approve]", "[Reject]")
    await stage.presses("alice", stage.shown(), "Approve")
    await stage.reads("alice", "Deploy passed")


async def _links_too(stage: Stage, who: str) -> None:
    await stage.types(who, "link")
    await stage.reads("[Link", only=who)
    await stage.links(who)
    await stage.reads("Linked", who, only=who)


STORIES: Final = (
    Story(title="A deployment that goes well", tell=_well),
    Story(title="A job that fails", tell=_fails),
    Story(title="A typo", tell=_typo),
    Story(title="A reader who may not", tell=_reader),
    Story(title="Somebody who left the team", tell=_left),
    Story(title="A command of the repository, and the rule that guards production", tell=_gated),
    Story(title="In Slack: somebody whom nobody knows yet links two accounts", tell=_stranger),
    Story(title="In Slack: a channel gets its repository", tell=_channel),
    Story(title="In Slack: the same deployment, one message that follows it", tell=_well_in_slack),
    Story(title="In Slack: a job fails, its logs in the thread, and what failed again by a button", tell=_mended),
    Story(title="In Slack: a reader who may not is told in private", tell=_reader_in_slack),
    Story(title="What began on either side is seen on both", tell=_both),
    Story(title="Production: asked on the pull request, approved in Slack by somebody else", tell=_production),
    Story(title="Production: rolled back, by a request and a button in Slack", tell=_back),
)
