"""Owns what apps hear of checks, statuses and reviews.

https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from bot.sandbox.github.accounts import Account
from bot.sandbox.github.checks import CheckRun, Status
from bot.sandbox.github.events import Events
from bot.sandbox.github.reviews import Review
from bot.sandbox.github.shapes import checks, commits, pulls, reviews
from bot.sandbox.github.shapes.accounts import Json


class CheckEvents:
    """Told to whoever is subscribed, whichever app it was that reported."""

    def __init__(self, events: Events) -> None:
        self._events = events

    def check_run(self, action: str, run: CheckRun) -> None:
        self._events.tell("check_run", action, run.repository, run.app.bot, {"check_run": checks.check_run(run)})

    def pressed(self, run: CheckRun, identifier: str, sender: Account) -> None:
        fields: Json = {"check_run": checks.check_run(run), "requested_action": {"identifier": identifier}}
        self._events.tell_owner(run.app, "check_run", "requested_action", run.repository, sender, fields)

    def rerequested(self, run: CheckRun, sender: Account) -> None:
        fields: Json = {"check_run": checks.check_run(run)}
        self._events.tell_owner(run.app, "check_run", "rerequested", run.repository, sender, fields)

    def status(self, made: Status) -> None:
        repository, found = made.repository, made.repository.git.objects[made.sha]
        heads = [name for name, line in repository.git.branches.items() if line[-1].sha == made.sha]
        shape = checks.status(made)
        fields: Json = {name: shape[name] for name in ("id", "state", "description", "target_url", "context")}
        fields |= {name: shape[name] for name in ("created_at", "updated_at", "avatar_url")}
        fields |= {"sha": made.sha, "name": repository.full_name, "commit": commits.commit(repository, found)}
        fields["branches"] = [commits.branch_head(repository, name) for name in heads]
        self._events.tell("status", None, repository, made.creator, fields)

    def review(self, action: str, made: Review, sender: Account) -> None:
        fields: Json = {"review": reviews.told(made), "pull_request": pulls.simple(made.pull)}
        self._events.tell("pull_request_review", action, made.pull.repository, sender, fields)
