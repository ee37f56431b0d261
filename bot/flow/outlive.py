"""Owns what becomes of the jobs in a backup that was restored: which of them are forgotten, which go on, and why (T23).

Nothing happens a second time on a backup's word. So a job goes on only if it looks first, or changes nothing outside.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from bot.flow.adopt import CHECK, FIND
from bot.flow.answer import POST, REACT
from bot.flow.cancel import STOP
from bot.flow.keep import KEEP
from bot.flow.notice_config import READ
from bot.flow.protect_job import PROTECT
from bot.flow.prune import PRUNE
from bot.flow.queue import END, LEAVE
from bot.flow.receive import DELIVERY
from bot.flow.redeliver import CATCH_UP, REDELIVER
from bot.flow.review_config import REVIEW
from bot.flow.schedule import ANNOUNCE, DISPATCH, EXPIRE, NOTIFY, REMIND
from bot.flow.seal import SEAL
from bot.flow.strangers import RECONCILE
from bot.flow.sweep import SWEEP


class Fate(enum.StrEnum):
    """What a restore makes of a job."""

    FORGOTTEN = "forgotten"
    LOOKS_FIRST = "looks first"
    """It goes on: whatever it does outside, it asks there first whether that is done or still wanted."""
    HARMLESS = "harmless"
    """It goes on: it reads, or works on our own rows, or what it does outside is the same when done twice."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of one kind of job."""

    fate: Fate
    why: str


VERDICTS: Final[Mapping[str, Verdict]] = MappingProxyType(
    {
        DELIVERY: Verdict(Fate.FORGOTTEN, "what it asks for was most likely done after the backup"),
        CATCH_UP: Verdict(Fate.FORGOTTEN, "it goes on in GitHub's list where the backup was; now it begins anew"),
        REDELIVER: Verdict(Fate.FORGOTTEN, "it would have GitHub send an old delivery again"),
        DISPATCH: Verdict(Fate.LOOKS_FIRST, "the run is looked for by the request's key, and is not sent again"),
        STOP: Verdict(Fate.LOOKS_FIRST, "a run is stopped only while its newest attempt is the one that was meant"),
        ANNOUNCE: Verdict(Fate.LOOKS_FIRST, "a message is edited by its id, and looked for where it has none"),
        POST: Verdict(Fate.LOOKS_FIRST, "an answer is looked for; one that only its asker sees may come twice"),
        REACT: Verdict(Fate.HARMLESS, "the same reaction twice is one reaction"),
        FIND: Verdict(Fate.HARMLESS, "it only asks GitHub which run a request started"),
        CHECK: Verdict(Fate.HARMLESS, "it only asks GitHub how a run stands"),
        SWEEP: Verdict(Fate.HARMLESS, "it only asks GitHub how runs stand"),
        READ: Verdict(Fate.HARMLESS, "it only reads the configuration that is there now"),
        REVIEW: Verdict(Fate.HARMLESS, "it brings its own check run up to date, which it looks for"),
        EXPIRE: Verdict(Fate.HARMLESS, "it ends what waits, and a restore voided all that waited"),
        REMIND: Verdict(Fate.HARMLESS, "it reminds of what waits, and a restore voided all that waited"),
        LEAVE: Verdict(Fate.HARMLESS, "it ends what waits in a queue, and a restore voided all that waited"),
        END: Verdict(Fate.HARMLESS, "it ends a lock of ours that is over"),
        NOTIFY: Verdict(Fate.HARMLESS, "it writes down more places for a request; their messages are looked for"),
        PROTECT: Verdict(Fate.LOOKS_FIRST, "the run and what it waits for are read before GitHub gets an answer"),
        KEEP: Verdict(Fate.HARMLESS, "it copies facts among our own rows"),
        SEAL: Verdict(Fate.HARMLESS, "it seals our own rows, after the last link that there is"),
        RECONCILE: Verdict(Fate.HARMLESS, "it only asks GitHub which runs there were; at worst one is told twice"),
        PRUNE: Verdict(Fate.HARMLESS, "it throws away our own rows, each by its age"),
    }
)
"""Each kind of job that there is."""

FORGOTTEN: Final = tuple(kind for kind, verdict in VERDICTS.items() if verdict.fate is Fate.FORGOTTEN)
