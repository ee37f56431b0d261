"""Comments of issues and pull requests, and the reactions below them."""

from datetime import datetime

import msgspec

from bot.sandbox.github.apps import suffices
from bot.sandbox.github.callers import InstallationCaller
from bot.sandbox.github.calls import Answer, Call, Route
from bot.sandbox.github.guard import check_permission
from bot.sandbox.github.paging import listed
from bot.sandbox.github.refusals import Refused, not_found, unprocessable
from bot.sandbox.github.routes.threads import issue_of
from bot.sandbox.github.shapes import threads as shape
from bot.sandbox.github.threads import Comment, Issue

READ = ("issues=read", "pull_requests=read")
WRITE = ("issues=write", "pull_requests=write")


class Text(msgspec.Struct):
    body: str


class Feeling(msgspec.Struct):
    content: str


def create(call: Call) -> Answer:
    issue, text = issue_of(call), call.json(Text)
    check_thread(call, issue, "write")
    made = issue.add_comment(call.account, text.body, call.caller.app)
    return Answer(shape.comment(made), 201, {"Location": shape.comment_url(made)})


def comments(call: Call) -> Answer:
    issue = issue_of(call)
    check_thread(call, issue, "read")
    since = moment(call.query.get("since"))
    found = [each for each in issue.comments if since is None or each.updated_at >= since]
    return listed(call, found, shape.comment)


def comment(call: Call) -> Answer:
    return Answer(shape.comment(comment_of(call)))


def edit(call: Call) -> Answer:
    found, text = comment_of(call), call.json(Text)
    check_own(call, found)
    found.change(text.body, call.account)
    return Answer(shape.comment(found))


def delete(call: Call) -> Answer:
    found = comment_of(call)
    check_own(call, found)
    found.remove(call.account)
    return Answer(status=204)


def reactions(call: Call) -> Answer:
    found, wanted = comment_of(call), call.query.get("content")
    shown = [each for each in found.reactions if wanted in (None, each.content)]
    return listed(call, shown, lambda each: shape.reaction(found, each))


def react(call: Call) -> Answer:
    """The same reaction twice is one reaction: 201 for a new one, 200 for one that was there."""
    found = comment_of(call)
    reaction, new = found.add_reaction(call.account, call.json(Feeling).content)
    return Answer(shape.reaction(found, reaction), 201 if new else 200)


def unreact(call: Call) -> Answer:
    found, number = comment_of(call), call.number("reaction_id")
    mine = [each for each in found.reactions if each.id == number and each.account is call.account]
    found.reactions.remove(mine[0] if mine else not_found())
    return Answer(status=204)


def comment_of(call: Call) -> Comment:
    found = call.world.comments.get(call.number("comment_id"))
    if found is None or found.issue.repository is not call.repository:
        not_found()
    check_thread(call, found.issue, "write" if call.method != "GET" else "read")
    return found


def check_thread(call: Call, issue: Issue, level: str) -> None:
    """Pull requests open with either permission; an issue's comments only with that of issues."""
    if issue.pull is None:
        check_permission(call.caller, call.repository, (f"issues={level}",))


def check_own(call: Call, comment: Comment) -> None:
    """Others' comments are for people who can write here, and for apps that may write comments at all."""
    if comment.author is call.account or isinstance(call.caller, InstallationCaller):
        return
    if suffices(call.caller.level(call.repository, "contents"), "write"):
        return
    raise Refused(403, "You cannot edit this comment.")


def moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return unprocessable("since must be a timestamp in ISO 8601 format")


ONE = "/repos/{owner}/{repo}/issues/comments/{comment_id}"
ROUTES = (
    Route("POST", "/repos/{owner}/{repo}/issues/{number}/comments", create, WRITE),
    Route("GET", "/repos/{owner}/{repo}/issues/{number}/comments", comments, READ),
    Route("GET", ONE, comment, READ),
    Route("PATCH", ONE, edit, WRITE),
    Route("DELETE", ONE, delete, WRITE),
    Route("GET", f"{ONE}/reactions", reactions, READ),
    Route("POST", f"{ONE}/reactions", react, WRITE),
    Route("DELETE", f"{ONE}/reactions/{{reaction_id}}", unreact, WRITE),
)
