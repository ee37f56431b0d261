"""Owns `signalbox explain`: the judgement of a line from a terminal, by the same gates, on the same database.

Nothing is started and nobody is told. A configuration file on disk may stand in for the repository's own, so that a
review sees what it would change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from bot import config
from bot.app import FIRST_CONNECTION, Signalbox
from bot.errors import BotError
from bot.flow.answer import Asker, Reply
from bot.flow.catalogs import Catalogs
from bot.flow.configure import Configure
from bot.flow.enter import Enter
from bot.flow.explain import Explain
from bot.flow.rerun import RunAgain
from bot.flow.rollback import RollBack
from bot.flow.trust import SayTrust, TrustedBy
from bot.jobs.choice import is_current, open_database
from bot.jobs.timer import Timer
from bot.measure import Measure
from bot.model.address import GitHubThread
from bot.model.config import Config, Effective, Layer
from bot.model.message import Message
from bot.model.origin import CommentOrigin, Origin, SlackOrigin, SlackVia
from bot.model.people import GitHubAccount, Person
from bot.model.repository import Connection, Repository, Target
from bot.render.renderer import Renderer
from bot.rules import layers
from bot.settings import Settings
from bot.store.unit import Units
from bot.transcript import readable
from bot.wiring import TEMPLATES
from bot.wiring_github import GitHub, connect
from bot.wiring_judge import Judging, judging


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What to judge, as it was typed."""

    repository: str
    """`owner/name`."""
    line: str
    login: str
    pull_request: int | None
    file: Path | None
    """In place of the repository's own configuration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of it."""

    text: str
    allowed: bool | None
    """None: it is no command, or not one that can be judged."""


async def explain(settings: Settings, asked: Asked, *, timer: Timer | None = None) -> Told:
    """Judge it; `timer` lets stories travel in time.

    Raises `BotError` when something is missing for that, and `UpstreamError`.
    """
    if settings.github is None:
        raise BotError("There is no GitHub App in the environment, so GitHub can not be asked.")
    replaced = _read(asked.file) if asked.file else None
    async with Bystander(settings, timer=timer) as bot:
        row = await bot.connection()
        github = connect(bot, row, settings.github, bot.stack)
        judge = judging(bot, github, bot.stack)
        if replaced is not None:
            judge = _by_file(bot, github, judge, replaced)
        repository = await _repository(github, asked.repository)
        account = await github.accounts.by_login(repository, asked.login)
        if account is None:
            raise BotError(f"GitHub knows nobody called {asked.login}.")
        message = await _explain(bot, github, judge)(_asker(bot, repository, account, asked), asked.line)
        return _told(message, asked.login)


class Bystander(Signalbox):
    """Has the database and GitHub; it neither listens nor does anybody's work, so it may stand beside one that does."""

    async def _start(self) -> None:
        self.database = open_database(self.settings.database_url.reveal(), self.timer)
        self.stack.push_async_callback(self.database.close)
        if not await is_current(self.database):
            raise BotError("The database is not at this version's schema: run `signalbox migrate` first.")
        self.units = Units(self.database, self.timer)
        self.measure = Measure(self.metrics)

    async def connection(self) -> Connection:
        """The GitHub host of the environment."""
        github = self.settings.github
        assert github is not None
        return await self._connection(
            FIRST_CONNECTION, api_url=github.api_url, server_url=github.server_url, app_id=github.app_id
        )


@dataclass(frozen=True, slots=True)
class FromFile:
    """The configuration as it would be with another file of the repository. It satisfies `Configured`."""

    configure: Configure
    own: Config

    async def __call__(self, repository: Repository, *, fresh: bool = False) -> Effective:
        """The layers above are those in force."""
        organisation = (await self.configure.layers(repository, fresh=fresh)).standings[0]
        above = [self.configure.server, organisation.config]
        return Effective(config=layers.together([*above, self.own]), broken=organisation.broken)


def _read(file: Path) -> Config:
    found = config.read(file.read_bytes(), layer=Layer.REPOSITORY, file=str(file))
    if isinstance(found, Config):
        return found
    raise BotError("\n".join([f"{file} can not be used:", *(f"  {fault.sentence}" for fault in found)]))


def _by_file(bot: Signalbox, github: GitHub, judge: Judging, own: Config) -> Judging:
    known = Catalogs(judge.catalogs.built_in, FromFile(judge.configure, own))
    trusting = TrustedBy(bot.units, github.permissions, known, bot.timer)
    authorize = judge.authorize
    gather = replace(authorize.gather, trusting=trusting)
    return replace(judge, catalogs=known, authorize=replace(authorize, catalogs=known, gather=gather))


async def _repository(github: GitHub, full_name: str) -> Repository:
    owner, _, name = full_name.partition("/")
    found = await github.repositories.find(github.connection.id, owner, name)
    if found is None:
        raise BotError(f"There is no repository {full_name}, or the App does not reach it.")
    return found


def _explain(bot: Signalbox, github: GitHub, judge: Judging) -> Explain:
    """The step of the answer in chat; what it could open or say stays unused."""
    reply = Reply(bot.units, Renderer(TEMPLATES, None), bot.timer, bot.mint)
    entering = Enter(bot.units, reply, bot.timer, bot.mint)
    again = RunAgain(bot.units, judge.authorize, entering, reply, bot.timer, bot.mint)
    back = RollBack(bot.units, judge.authorize, entering, reply, bot.timer, bot.mint)
    trusting = SayTrust(bot.units, judge.authorize.locate, judge.catalogs, reply, bot.timer, bot.mint)
    return Explain(
        units=bot.units,
        catalogs=judge.catalogs,
        authorize=judge.authorize,
        accounts=github.accounts,
        users=None,
        rerun=again,
        rollback=back,
        trust=trusting,
        environments=github.environments,
        mint=bot.mint,
    )


def _asker(bot: Signalbox, repository: Repository, account: GitHubAccount, asked: Asked) -> Asker:
    number = asked.pull_request
    place = GitHubThread(connection=repository.connection, repository=repository.id, number=number or 0)
    return Asker(
        origin=_origin(bot, repository, number),
        place=place,
        stage=place,
        name=account.login,
        text=asked.line,
        call=asked.line,
        person=Person(id=bot.mint.id(), github=account),
        target=Target(repository=repository, number=number, on_pull_request=number is not None),
    )


def _origin(bot: Signalbox, repository: Repository, number: int | None) -> Origin:
    """As if it was typed right now, in the pull request; without one as in Slack."""
    now = bot.timer.now()
    if number is not None:
        return CommentOrigin(
            connection=repository.connection,
            repository=repository.id,
            number=number,
            on_pull_request=True,
            comment=0,
            line=1,
            created_at=now,
            url="",
            via_app=False,
        )
    return SlackOrigin(
        connection=repository.connection,
        via=SlackVia.COMMAND,
        team="",
        user="",
        channel="",
        thread=None,
        message=None,
        occurrence="terminal",
        created_at=now,
    )


def _told(message: Message, login: str) -> Told:
    allowed = message.fields.get("allowed")
    if message.name == "explain_answered":
        message = replace(message, fields={**message.fields, "login": login})
    text = readable(Renderer(TEMPLATES, None).github(message))
    return Told(text=text, allowed=allowed if isinstance(allowed, bool) else None)
