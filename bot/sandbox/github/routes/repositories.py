"""Repositories, their branches, commits and activity."""

from datetime import timedelta

from bot.sandbox.github.calls import Answer, Call, Route
from bot.sandbox.github.git import Activity, Commit
from bot.sandbox.github.paging import DEFAULT, MOST, whole_number
from bot.sandbox.github.refusals import Refused, not_found, unprocessable
from bot.sandbox.github.roles import Role
from bot.sandbox.github.shapes import commits, repositories

PERIODS = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}


def repository(call: Call) -> Answer:
    account = call.caller.account
    role = call.repository.role_of(account) if account else Role.READ
    return Answer(repositories.full(call.repository, role))


def commit(call: Call) -> Answer:
    found = call.repository.git.resolve(call.params["ref"])
    if found is None:
        raise Refused(422, f"No commit found for SHA: {call.params['ref']}")
    return Answer(commits.commit(call.repository, found) | changes(call, found))


def changes(call: Call, found: Commit) -> dict[str, object]:
    """The numbers below a commit; its files are left to those who ask for a comparison."""
    parent = call.repository.git.objects.get(found.parents[0]) if found.parents else None
    before = parent.files if parent else {}
    added = sum(data.count(b"\n") for path, data in found.files.items() if before.get(path) != data)
    gone = sum(data.count(b"\n") for path, data in before.items() if found.files.get(path) != data)
    return {"stats": {"additions": added, "deletions": gone, "total": added + gone}, "files": []}


def branch(call: Call) -> Answer:
    if call.params["branch"] not in call.repository.git.branches:
        raise Refused(404, "Branch not found")
    return Answer(commits.branch(call.repository, call.params["branch"]))


def activity(call: Call) -> Answer:
    """Newest first unless asked otherwise; pages follow cursors, not numbers."""
    entries = [each for each in call.repository.activity if wanted(call, each)]
    if call.query.get("direction", "desc") == "desc":
        entries.reverse()
    cursor = call.query.get("after")
    if cursor:
        places = [place for place, each in enumerate(entries) if str(each.id) == cursor]
        entries = entries[places[0] + 1 :] if places else not_found()
    size = min(whole_number(call.query, "per_page", DEFAULT), MOST)
    shown, headers = entries[:size], {}
    if len(entries) > size:
        headers["Link"] = f'<{call.url}?per_page={size}&after={shown[-1].id}>; rel="next"'
    return Answer([repositories.activity(call.repository, each) for each in shown], headers=headers)


def wanted(call: Call, entry: Activity) -> bool:
    ref, actor = call.query.get("ref"), call.query.get("actor")
    kind, period = call.query.get("activity_type"), call.query.get("time_period")
    if period is not None and period not in PERIODS:
        unprocessable(f"time_period must be one of {', '.join(PERIODS)}")
    fits = ref is None or entry.ref in (ref, f"refs/heads/{ref}")
    fits = fits and (actor is None or entry.actor.login.lower() == actor.lower())
    fits = fits and (kind is None or entry.kind == kind)
    return fits and (period is None or entry.at >= call.world.clock() - timedelta(days=PERIODS[period]))


ROUTES = (
    Route("GET", "/repos/{owner}/{repo}", repository, ("metadata=read",)),
    Route("GET", "/repos/{owner}/{repo}/activity", activity, ("contents=read",)),
    Route("GET", "/repos/{owner}/{repo}/branches/{branch:.+}", branch, ("contents=read",)),
    Route("GET", "/repos/{owner}/{repo}/commits/{ref:.+}", commit, ("contents=read",)),
)
