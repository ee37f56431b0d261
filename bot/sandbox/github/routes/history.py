"""Commits, what differs between them, which pull requests hold them, and the rules of branches."""

from bot.sandbox.github.calls import Answer, Call, Route
from bot.sandbox.github.git import Commit
from bot.sandbox.github.heads import head_of
from bot.sandbox.github.history import log, pulls_with
from bot.sandbox.github.paging import listed, page
from bot.sandbox.github.refusals import Refused, not_found
from bot.sandbox.github.shapes import changes, commits, pulls


def commit_list(call: Call) -> Answer:
    ref = call.query.get("sha") or call.repository.default_branch
    newest = call.repository.git.resolve(ref) or not_found()
    found = log(call.repository.git, newest, call.query.get("path"))
    return listed(call, found, lambda each: commits.commit(call.repository, each))


def associated(call: Call) -> Answer:
    found = call.repository.git.resolve(call.params["commit_sha"])
    if found is None:
        raise Refused(422, f"No commit found for SHA: {call.params['commit_sha']}")
    return listed(call, pulls_with(call.repository, found.sha), pulls.simple)


def compare(call: Call) -> Answer:
    """Three dots: what the head has since it left the base. The head may be a fork's, as `owner:branch`."""
    first, dots, second = call.params["basehead"].partition("...")
    base, head = head_of(call.repository, first), head_of(call.repository, second)
    if not dots or base is None or head is None:
        not_found()
    shown, headers = page(call, ahead(call, base, head))
    return Answer(changes.comparison(call.repository, call.params["basehead"], base, head, shown), headers=headers)


def ahead(call: Call, base: Commit, head: Commit) -> list[Commit]:
    """Oldest first."""
    known = call.repository.git.ancestors(base.sha)
    return [each for each in reversed(log(call.repository.git, head, None)) if each.sha not in known]


def rules(call: Call) -> Answer:
    """Of rulesets; the older branch protection is not among them."""
    found = call.repository.rulesets.get(call.params["branch"], [])
    return listed(call, found, lambda each: changes.ruleset(call.repository, *each))


HERE = "/repos/{owner}/{repo}"
ROUTES = (
    Route("GET", f"{HERE}/commits", commit_list, ("contents=read",)),
    Route("GET", f"{HERE}/commits/{{commit_sha}}/pulls", associated, ("pull_requests=read",)),
    Route("GET", f"{HERE}/compare/{{basehead:.+}}", compare, ("contents=read",)),
    Route("GET", f"{HERE}/rules/branches/{{branch:.+}}", rules, ("metadata=read",)),
)
