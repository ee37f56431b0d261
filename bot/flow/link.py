"""Owns the link between a Slack account and a GitHub account as Slack sees it: offered, redeemed, ended (T5).

Nothing is claimed: the browser proves the GitHub account (bot/flow/link_browser.py), and a sign-in to Slack or a code
that the Slack user types proves that both belong to one person. Secrets are kept as SHA-256 only.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from bot.flow.answer import Reply
from bot.flow.identify import Identify
from bot.flow.ports import Clock, Mint, Unit
from bot.model.address import SlackPlace
from bot.model.link import AccountLink, LinkAttempt
from bot.model.message import Button, ButtonStyle, Message
from bot.model.people import GitHubAccount, Person
from bot.model.prose import marked
from bot.model.slack import SlackAccount, SlackUser
from bot.rules import audit_facts, linking
from bot.rules.linking import Objection

PATH: Final = "/link/slack/"

LINKED: Final = "A Slack account was linked with your GitHub account."
UNLINKED: Final = "A Slack account was unlinked from your GitHub account."


def digest(secret: str, purpose: str = "") -> str:
    """How a secret is kept. `purpose` keeps apart what must not be used in each other's place."""
    return hashlib.sha256(f"{purpose}:{secret}".encode()).hexdigest()


def same(one: str, other: str | None) -> bool:
    """Whether two digests are equal, in constant time."""
    return other is not None and hmac.compare_digest(one, other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Linking:
    """Links accounts, and ends links, in the caller's transaction, which also keeps the answer."""

    identify: Identify
    reply: Reply
    clock: Clock
    mint: Mint
    github: UUID
    """The connection of the GitHub host that people sign in to."""
    public_url: str | None
    signs_in: bool
    """Whether people can sign in to GitHub here: the App's client id and secret are set."""
    command: str
    """The slash command, for the steps that people are told."""

    async def begin(self, unit: Unit, user: SlackUser, *, line: str | None = None) -> Message:
        """Offer a private button to link. With `line` it is the answer to a command that needs a link.

        An earlier attempt of this user ends. One that is in a browser already ends only for somebody who asks to link,
        not for a command typed meanwhile.
        """
        unavailable = self._unavailable()
        if unavailable is not None:
            return unavailable
        refused = await self._refusal(unit, user)
        if refused is not None:
            return _refused(refused)
        going = await unit.link_attempts.open_of(user.account)
        if line is not None and going is not None and going.browser_hash and not self._expired(going):
            return _refused(
                Objection(
                    sentence="You are linking your accounts in a browser, so nothing was done yet.",
                    next_step=f"Finish there, or type {marked(f'{self.command} link')} to begin again.",
                )
            )
        return await self._offer(unit, user.account, line)

    async def _refusal(self, unit: Unit, user: SlackUser) -> Objection | None:
        holder = await unit.people.by_slack(user.account)
        return linking.may_link(user) or (linking.linked_already(holder, self.command) if holder else None)

    async def _offer(self, unit: Unit, slack: SlackAccount, line: str | None) -> Message:
        nonce = self.mint.nonce()
        await unit.link_attempts.add(self._attempt(slack, nonce))
        address = f"{self.public_url}{PATH}{nonce}"
        button = Button(action="link", label="Link my GitHub account", url=address, style=ButtonStyle.PRIMARY)
        fields: dict[str, object] = {"minutes": linking.minutes()}
        if line is not None:
            return Message(name="not_linked", fields={**fields, "line": line}, buttons=(button,))
        return Message(name="link_offered", fields=fields, buttons=(button,))

    def _attempt(self, slack: SlackAccount, nonce: str) -> LinkAttempt:
        return LinkAttempt(
            id=self.mint.id(),
            nonce_hash=digest(nonce),
            slack=slack,
            github_connection=self.github,
            browser_hash=None,
            state_hash=None,
            verifier=None,
            github=None,
            slack_proven=False,
            code_hash=None,
            confirmed_at=None,
            created_at=self.clock.now(),
            ended_at=None,
            version=1,
        )

    def _unavailable(self) -> Message | None:
        """The operator's next step when nobody can link here."""
        if self.public_url and self.signs_in:
            return None
        lacking = "GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET" if self.public_url else "PUBLIC_URL"
        step = f"Ask whoever runs Signalbox to set {lacking}; the start page of Signalbox says how."
        return Message(name="link_unavailable", fields={"next_step": step})

    async def redeem(self, unit: Unit, user: SlackUser, code: str) -> Message:
        """Take the code that the browser shows. Only the user whose attempt it is can use it, once.

        Whose attempt it is decides which code is compared, so nobody learns anything about anybody else's. The answer
        is `link_finished` or `link_refused`.
        """
        attempt = await unit.link_attempts.open_of(user.account)
        if attempt is None or attempt.github is None or attempt.code_hash is None or self._expired(attempt):
            return _refused(
                Objection(
                    sentence="No code is waiting for you: it was used, or its ten minutes are over.",
                    next_step=f"Type {marked(f'{self.command} link')} to begin again.",
                )
            )
        if not same(digest(linking.plain_code(code), "code"), attempt.code_hash):
            return _refused(await self._wrong(unit, attempt))
        refused = await self.join(unit, attempt, user, method="code")
        return _refused(refused) if refused else await self.finished(unit, attempt.slack, attempt.github)

    async def _wrong(self, unit: Unit, attempt: LinkAttempt) -> Objection:
        tried = replace(attempt, tries=attempt.tries + 1)
        left = linking.MOST_TRIES - tried.tries
        if left > 0:
            await unit.link_attempts.save(tried)
            line = marked(f"{self.command} link ABCD-EFGH")
            step = f"Type it exactly as the browser shows it: {line}. Tries left: {left}."
            return Objection(sentence="That is not the code that the browser shows.", next_step=step)
        await self.give_up(unit, tried, "too many wrong codes")
        step = f"Type {marked(f'{self.command} link')} to begin again."
        return Objection(sentence="Those were too many wrong codes, so this attempt is over.", next_step=step)

    async def join(self, unit: Unit, attempt: LinkAttempt, user: SlackUser, *, method: str) -> Objection | None:
        """Link the two accounts of the attempt and tell the person's others; or say why not. The attempt ends."""
        assert attempt.github is not None
        refused = await self.objection(unit, attempt, user)
        if refused is not None:
            await self.give_up(unit, attempt, refused.sentence)
            return refused
        now = self.clock.now()
        person = await self.identify(unit, attempt.github)
        links = await unit.links.of_person(person.id)
        await unit.links.add_slack(person.id, attempt.slack, method=method, at=now)
        await unit.link_attempts.save(replace(attempt, ended_at=now, state_hash=None, verifier=None, code_hash=None))
        await self._note(unit, "account_linked", person, attempt.slack, method=method)
        await self._tell(unit, person, attempt.slack, LINKED, links, key=f"linked:{attempt.id}")
        return None

    async def objection(self, unit: Unit, attempt: LinkAttempt, user: SlackUser) -> Objection | None:
        """What stands between the attempt's two accounts, as far as they are known by now."""
        refused = linking.may_link(user)
        if refused is not None or attempt.github is None:
            return refused
        holder = await unit.people.by_slack(attempt.slack)
        known = await unit.people.by_github(attempt.github)
        links = await unit.links.of_person(known.id) if known else ()
        return linking.objection(attempt.slack, attempt.github, holder, links, self.command)

    async def finished(self, unit: Unit, slack: SlackAccount, github: GitHubAccount) -> Message:
        """What the asker reads in Slack."""
        host = await unit.connections.get(github.connection)
        fields = {"github_login": github.login, "slack_user": slack.user, "server_url": host.server_url}
        return Message(name="link_finished", fields={**fields, "prefix": self.command})

    async def end(self, unit: Unit, slack: SlackAccount) -> Message:
        """End the link of this Slack account, if there is one, and tell the person's other accounts."""
        person = await unit.people.by_slack(slack)
        now = self.clock.now()
        if person is None or not await unit.links.end_slack(slack, now):
            sentence = (
                f"This Slack account is not linked with GitHub. To link it, type {marked(f'{self.command} link')}."
            )
            return Message(name="unlink_answered", fields={"sentence": sentence})
        await self._note(unit, "account_unlinked", person, slack)
        links = await unit.links.of_person(person.id)
        await self._tell(unit, person, slack, UNLINKED, links, key=f"unlinked:{slack.external_id}:{now.isoformat()}")
        sentence = f"This Slack account is no longer linked with {person.github.login} on GitHub."
        return Message(name="unlink_answered", fields={"sentence": sentence})

    async def _tell(
        self, unit: Unit, person: Person, slack: SlackAccount, what: str, links: Sequence[AccountLink], *, key: str
    ) -> None:
        """Every other account of the person hears of it, so that a link behind their back does not stay unseen (T5)."""
        said = {"what": what, "github_login": person.github.login, "slack_user": slack.user, "at": self.clock.now()}
        for link in links:
            here = (link.connection, link.external_id) == (slack.connection, slack.external_id)
            if link.provider == linking.SLACK and link.unlinked_at is None and not here:
                user = link.external_id.partition(":")[2]
                place = SlackPlace(connection=link.connection, channel="", only_for=user)
                told = Message(name="link_told", fields={**said, "prefix": self.command})
                await self.reply.tell(unit, place, told, key=f"{key}:{link.connection}:{link.external_id}")

    async def _note(self, unit: Unit, action: str, person: Person | None, slack: SlackAccount, **facts: str) -> None:
        github = audit_facts.of_account(person.github) if person else {}
        await unit.audit.write(
            action=action,
            at=self.clock.now(),
            person=person.id if person else None,
            connection=slack.connection,
            repository=None,
            request=None,
            reason=None,
            facts={"slack": slack.external_id, "name": slack.name, **github, **facts},
        )

    async def give_up(self, unit: Unit, attempt: LinkAttempt, why: str) -> None:
        """The attempt ends without a link, and the audit knows why."""
        ended = replace(attempt, ended_at=self.clock.now(), state_hash=None, verifier=None, code_hash=None)
        await unit.link_attempts.save(ended)
        await self._note(unit, "link_refused", None, attempt.slack, why=why)

    def _expired(self, attempt: LinkAttempt) -> bool:
        return linking.expired(attempt, self.clock.now())


def _refused(why: Objection) -> Message:
    return Message(name="link_refused", fields={"sentence": why.sentence, "next_step": why.next_step})
