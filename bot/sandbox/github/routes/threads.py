"""Issues and pull requests."""

from bot.sandbox.github.calls import Answer, Call, Route
from bot.sandbox.github.refusals import not_found
from bot.sandbox.github.shapes import pulls, threads
from bot.sandbox.github.threads import Issue


def issue(call: Call) -> Answer:
    return Answer(threads.issue(issue_of(call)))


def pull(call: Call) -> Answer:
    return Answer(pulls.pull(issue_of(call).pull or not_found()))


def issue_of(call: Call) -> Issue:
    return call.repository.issues.get(call.number("number")) or not_found()


ROUTES = (
    Route("GET", "/repos/{owner}/{repo}/issues/{number}", issue, ("issues=read", "pull_requests=read")),
    Route("GET", "/repos/{owner}/{repo}/pulls/{number}", pull, ("pull_requests=read",)),
)
