"""Owns conversations: issues, their comments and the reactions below them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from bot.sandbox.github.accounts import Account
from bot.sandbox.github.apps import App
from bot.sandbox.github.refusals import Refused, invalid_request, validation_failed

if TYPE_CHECKING:
    from bot.sandbox.github.pulls import PullRequest
    from bot.sandbox.github.repositories import Repository

BODY_LIMIT = 65_536
REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


class Said(NamedTuple):
    """A comment as people read it."""

    author: str
    body: str
    reactions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    id: int
    account: Account
    content: str
    created_at: datetime


@dataclass(slots=True, eq=False, kw_only=True)
class Comment:
    id: int
    issue: "Issue"
    author: Account
    body: str
    via: App | None  # the app that wrote it, or through which a person wrote it
    created_at: datetime
    updated_at: datetime
    reactions: list[Reaction] = field(default_factory=list)

    async def edit(self, body: str, *, by: str | None = None) -> None:
        """A person changes the text; returns when the webhook was answered."""
        world = self.issue.repository.world
        self.change(body, world.account(by) if by else self.author)
        await world.webhooks.settled()

    async def delete(self, *, by: str | None = None) -> None:
        world = self.issue.repository.world
        self.remove(world.account(by) if by else self.author)
        await world.webhooks.settled()

    async def react(self, login: str, content: str) -> Reaction:
        """Reactions send no webhook, here as there."""
        return self.add_reaction(self.issue.repository.world.account(login), content)[0]

    def change(self, body: str, by: Account) -> None:
        check_body(body)
        world = self.issue.repository.world
        before, self.body = self.body, body
        self.updated_at = world.clock()
        world.events.comment_edited(self, before, by)

    def remove(self, by: Account) -> None:
        world = self.issue.repository.world
        self.issue.comments.remove(self)
        del world.comments[self.id]
        world.events.comment_deleted(self, by)

    def add_reaction(self, account: Account, content: str) -> tuple[Reaction, bool]:
        """The reaction and whether it is new: one person reacts once with each."""
        if content not in REACTIONS:
            invalid_request(f"For 'properties/content', {content!r} is not a permitted value.")
        for known in self.reactions:
            if known.account is account and known.content == content:
                return known, False
        world = self.issue.repository.world
        reaction = Reaction(id=world.ids.new(), account=account, content=content, created_at=world.clock())
        self.reactions.append(reaction)
        return reaction, True


@dataclass(slots=True, eq=False, kw_only=True)
class Issue:
    id: int
    number: int
    repository: "Repository"
    author: Account
    title: str
    body: str
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None
    locked: bool = False
    comments: list[Comment] = field(default_factory=list)
    pull: "PullRequest | None" = None  # set when this issue is a pull request's conversation

    @property
    def state(self) -> str:
        return "open" if self.closed_at is None else "closed"

    @property
    def issue(self) -> "Issue":
        """So that a pull request and an issue are both a place to comment on."""
        return self

    def add_comment(self, author: Account, body: str, via: App | None) -> Comment:
        check_body(body)
        if self.locked and author.id != self.repository.owner.id:
            raise Refused(403, "Unable to create comment because issue is locked.")
        world, now = self.repository.world, self.repository.world.clock()
        comment = Comment(
            id=world.ids.new(), issue=self, author=author, body=body, via=via, created_at=now, updated_at=now
        )
        self.comments.append(comment)
        world.comments[comment.id] = comment
        self.updated_at = now
        world.events.comment_created(comment)
        return comment


def check_body(body: str) -> None:
    if not body.strip():
        validation_failed("IssueComment", "data", "body can't be blank")
    if len(body) > BODY_LIMIT:
        validation_failed("IssueComment", "data", f"body is too long (maximum is {BODY_LIMIT} characters)")
