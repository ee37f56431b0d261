"""Reviews as JSON."""

from bot.sandbox.github.ids import node_id, stamp
from bot.sandbox.github.reviews import Review
from bot.sandbox.github.shapes.accounts import Json, account
from bot.sandbox.github.shapes.repositories import html_url, url


def review(found: Review) -> Json:
    pull, repository = found.pull, found.pull.repository
    address = f"{url(repository)}/pulls/{pull.number}"
    page = f"{html_url(repository)}/pull/{pull.number}#pullrequestreview-{found.id}"
    return {
        "id": found.id,
        "node_id": node_id("PullRequestReview", found.id),
        "user": account(repository.world, found.author),
        "body": found.body,
        "state": found.state,
        "html_url": page,
        "pull_request_url": address,
        "author_association": repository.association(found.author),
        "_links": {"html": {"href": page}, "pull_request": {"href": address}},
        "submitted_at": stamp(found.submitted_at),
        "commit_id": found.sha,
    }


def told(found: Review) -> Json:
    """In a webhook the state is in small letters, and no words are null."""
    return review(found) | {"state": found.state.lower(), "body": found.body or None}
