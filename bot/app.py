"""The composition root: the only file that builds clients and wires the rooms together."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from contextvars import Context
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Final, Protocol, Self

from aiohttp import web

from bot import config
from bot.errors import BotError, Conflict
from bot.jobs.choice import is_current, open_database, open_engine
from bot.jobs.inbox import Inbox
from bot.jobs.timer import SystemTimer, Timer
from bot.measure import Measure
from bot.model.repository import Connection
from bot.settings import GitHubSettings, Settings
from bot.store.lock import serving_lock
from bot.store.mint import Mint
from bot.store.unit import Units
from bot.web import app as site
from bot.web.edge import Door
from bot.web.metrics import Metrics
from bot.web.pages import Fact, StartPage
from bot.web.schema import SchemaFile
from bot.web.slack_edge import SlackDoorCall

if TYPE_CHECKING:
    from bot.tracing import Traces
    from bot.wiring_slack import Slack

log = logging.getLogger(__name__)

VERSION: Final = version("signalbox")

FIRST_CONNECTION: Final = "github"
"""The name of the connection that the environment describes."""


SLACK: Final = "slack"
SLACK_SERVER: Final = "https://slack.com"


class Socket(Protocol):
    """A way in that we open ourselves; it runs until it is cancelled."""

    async def run(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """The ways in; what is not configured is absent."""

    github: Door | None = None
    slack: SlackDoorCall | None = None
    routes: Sequence[web.RouteDef] = ()
    """Pages that an adapter brings."""
    socket: Socket | None = None


class Signalbox:
    """One serving process: `async with Signalbox(settings) as bot` listens at `bot.url` until the block ends."""

    def __init__(self, settings: Settings, *, timer: Timer | None = None, grace: timedelta | None = None) -> None:
        """Nothing is opened before the block is entered. `timer` lets stories travel in time, and `grace` crash tests
        wait less for what may be on its way to GitHub or Slack.
        """
        self.settings = settings
        self.grace = grace
        self.timer = timer or SystemTimer()
        self.metrics = Metrics(VERSION)
        self.mint = Mint()
        self.url = ""
        self.stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Open the database, start the engine, listen.

        Raises `AlreadyRunning` when another process serves this database, and `BotError` when it can not be used, when
        its schema is not this version's and may not be changed now, and when the port is taken.
        """
        try:
            await self._start()
        except BaseException:
            await self.stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Take nothing new, finish what runs, close; what does not finish in time is due again after the next start."""
        await self.stack.aclose()

    async def _start(self) -> None:
        url = self.settings.database_url.reveal()
        self.database = open_database(url, self.timer)
        self.stack.push_async_callback(self.database.close)
        if not await is_current(self.database):
            await self._migrate()
        if self.database.path is not None:  # replicas on PostgreSQL serve side by side
            self.stack.enter_context(serving_lock(self.database.path))
        self.units = Units(self.database, self.timer)
        traces = self._traces()
        self.measure = Measure(self.metrics, traces)
        self.units.watch(self.measure.moved)
        self.units.hear(self.measure.noted)
        self.inbox = Inbox(self.units, self.measure.committed)
        self.record = traces.recording(self.inbox.record) if traces else self.inbox.record
        self.engine = await open_engine(
            url,
            self.database,
            self.units,
            self.timer,
            self.stack,
            crowded=lambda: self.inbox.crowded,
            on_result=self.measure.attempted,
            around=traces.around if traces else None,
            carry=traces.carry if traces else Context,
        )
        doors = await self._doors(self.settings.github) if self.settings.github else Doors()
        tasks = await self.stack.enter_async_context(asyncio.TaskGroup())
        tasks.create_task(self.inbox.run(), name="inbox")
        tasks.create_task(self.engine.run(), name="engine")
        self.stack.callback(tasks.create_task(self.measure.lag(), name="lag").cancel)
        self.stack.callback(self.engine.stop)
        self.stack.callback(self.inbox.stop)
        await self._listen(doors)
        if doors.socket is not None:
            listening = tasks.create_task(doors.socket.run(), name="slack socket")
            self.stack.callback(listening.cancel)

    def _traces(self) -> Traces | None:
        """Where spans go. Imported here: OpenTelemetry is an extra, and nobody pays for it who does not want it."""
        if not self.settings.traces:
            return None
        try:
            from bot.tracing import start
        except ModuleNotFoundError as error:
            raise BotError("Traces are wanted, but OpenTelemetry is not installed: install signalbox[otel].") from error
        traces = start(VERSION)
        self.stack.push_async_callback(traces.aclose)
        return traces

    async def _migrate(self) -> None:
        """In a process of its own, so that serving does not carry Alembic."""
        if not self.settings.migrate_on_start:
            raise BotError("The database is not at this version's schema: run `signalbox migrate` first.")
        environment = {**os.environ, "DATABASE_URL": self.settings.database_url.reveal()}
        child = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "migrate", env=environment)
        if await child.wait() != 0:
            raise BotError("The database could not be brought to this version's schema; see above.")

    async def _doors(self, settings: GitHubSettings) -> Doors:
        """The ways in and the steps behind them. Imported here: nobody pays for an adapter that is not configured."""
        from bot.wiring import wire
        from bot.wiring_github import connect
        from bot.wiring_pages import routes

        row = await self._connection(
            FIRST_CONNECTION, api_url=settings.api_url, server_url=settings.server_url, app_id=settings.app_id
        )
        github = connect(self, row, settings, self.stack)
        slack = await self._slack(settings)
        common = await wire(self, github, slack)
        pages = routes(self, settings, common, slack.routes() if slack else [])
        if slack is None:
            return Doors(github=github.door.admit, routes=pages)
        return Doors(github=github.door.admit, slack=slack.door.answer, routes=pages, socket=slack.socket())

    async def _slack(self, github: GitHubSettings) -> Slack | None:
        settings = self.settings.slack
        if settings is None:
            return None
        from bot.wiring_slack import connect

        row = await self._connection(SLACK, api_url=settings.api_url, server_url=SLACK_SERVER, app_id=None)
        return connect(self, row, settings, github, self.stack)

    async def _connection(self, name: str, *, api_url: str, server_url: str, app_id: int | None) -> Connection:
        """The row of what the environment describes; its id is in every key that names a thing there."""
        try:
            return await self._described(name, api_url, server_url, app_id)
        except Conflict:  # on an empty database another replica has just made it
            return await self._described(name, api_url, server_url, app_id)

    async def _described(self, name: str, api_url: str, server_url: str, app_id: int | None) -> Connection:
        async with self.units.write(newest=True) as unit:  # replicas that start together race for this row
            known = await unit.connections.by_name(name)
            described = Connection(
                id=known.id if known else self.mint.id(),
                name=name,
                api_url=api_url,
                server_url=server_url,
                app_id=app_id,
                app_slug=known.app_slug if known else None,
            )
            await unit.connections.save(described)
        return described

    async def _listen(self, doors: Doors) -> None:
        public = self.settings.public_url or ""
        app = site.create(
            github=doors.github,
            slack=doors.slack,
            routes=(*doors.routes, SchemaFile(config.schema).route),
            record=self.record,
            ready={"database": self._database_ready, "engine": self._engine_ready},
            start=self._start_page,
            metrics=self.metrics,
            https=public.startswith("https://"),
        )
        self.metrics.refresh = self._refresh
        runner = site.runner(app)
        await runner.setup()
        self.stack.push_async_callback(runner.cleanup)
        try:
            await web.TCPSite(runner, self.settings.host, self.settings.port).start()
        except OSError as error:
            raise BotError(f"HOST and PORT can not be listened on: {error.strerror or error}.") from error
        host, port = runner.addresses[0][:2]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        log.info("Signalbox %s serves at %s", VERSION, self.url, extra={"action": "serving"})

    async def _database_ready(self) -> bool:
        return await is_current(self.database)

    async def _engine_ready(self) -> bool:
        await self.engine.figures()
        return True

    async def _refresh(self) -> None:
        """Ask for what is not counted as it happens, before each `/metrics`."""
        self.measure.backlog(await self.engine.figures(), self.timer.now())
        async with self.units.read() as unit:
            self.measure.open_requests(await unit.census.open_requests())
            self.measure.audit(await unit.audit.standing(), self.timer.now())

    @property
    def user_agent(self) -> str:
        """What we call ourselves towards GitHub, which refuses calls without a name."""
        return f"signalbox/{VERSION}"

    def _start_page(self) -> StartPage:
        facts = [Fact(title=title, text=text) for title, text in self.settings.configured()]
        return StartPage(version=VERSION, configured=facts, missing=self.settings.missing())


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then end cleanly."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with Signalbox(settings):
        # What the start made stays: looking through all of it for garbage would stop everything for 60 ms now and then.
        gc.freeze()
        gc.enable()
        await stop.wait()
        log.info("Stopping", extra={"action": "stopping"})
