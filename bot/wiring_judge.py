"""The part of the composition root that judges: configurations in force, catalogs, and the gates of a dispatch."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot import catalog, config
from bot.errors import BotError
from bot.flow import authorize, catalogs, gather, locate, ports
from bot.flow.config_layer import ConfigLayer, Reader
from bot.flow.configure import Configure
from bot.flow.held_up import Holders
from bot.flow.second_person import SecondPerson
from bot.flow.ships import TellShips
from bot.flow.trust import TrustedBy
from bot.flow.voices import Voices
from bot.model.config import Config, Layer
from bot.rules import in_force

if TYPE_CHECKING:
    from bot.app import Signalbox
    from bot.wiring_github import GitHub


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """What every way in has in common: what can be typed, and whether it may."""

    configure: Configure
    catalogs: catalogs.Catalogs
    second: SecondPerson
    voices: Voices
    authorize: authorize.Authorize


def judging(bot: Signalbox, github: GitHub, stack: AsyncExitStack) -> Judging:
    """Build it. Nothing is asked of GitHub yet."""
    units: ports.Units = bot.units
    second = SecondPerson(github.history, github.permissions, github.repositories, bot.timer)
    layer = ConfigLayer(units, github.config_files, Reader(config.read), second, bot.timer, in_force.widening)
    server = server_config(bot.settings.config_file)
    configure = Configure(units, layer, bot.timer, server=server, shared=not bot.settings.sqlite)
    stack.push_async_callback(configure.aclose)
    known = catalogs.Catalogs(catalog.load(), configure)
    located = locate.Locate(units, github.pull_requests, github.workflows, github.comparisons, bot.timer)
    voices = Voices(units, github.permissions, github.teams, github.pull_requests)
    holders = Holders(units, bot.timer)
    ships = TellShips(units, github.comparisons)
    trusted = TrustedBy(units, github.permissions, known, bot.timer)
    return Judging(
        configure=configure,
        catalogs=known,
        second=second,
        voices=voices,
        authorize=authorize.Authorize(
            catalogs=known,
            permissions=github.permissions,
            workflows=github.workflows,
            locate=located,
            gather=gather.Gather(units, github.teams, github.snapshots, located, trusted, voices, ships, holders),
            clock=bot.timer,
            input_limit=github.input_limit,
            own_app=github.connection.app_id,
        ),
    )


def server_config(file: Path | None) -> Config:
    """What the operator put over all repositories. Raises `BotError` that names every fault: half a rule is none."""
    if file is None:
        return Config()
    try:
        found = config.read(file.read_bytes(), layer=Layer.SERVER, file=str(file))
    except OSError as error:
        raise BotError(f"CONFIG_FILE can not be read: {error.strerror or error}.") from error
    if isinstance(found, Config):
        return found
    raise BotError("\n".join(["CONFIG_FILE can not be used:", *(f"  {fault.sentence}" for fault in found)]))
