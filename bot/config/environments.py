"""Owns what the gates of an environment mean, and which ones can not be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import UNSET, UnsetType

from bot.config import shape, times
from bot.config.faults import Faults, shown
from bot.model.config import Approvals, CheckRule, ChecksWanted, Environment, Path, UpToDate, Waiver
from bot.model.people import Role

_ANY_OF: Final = ("count", "teams", "people")
_EXPIRY: Final = Approvals().expires


def environments(found: Mapping[str, shape.Environment | None], faults: Faults) -> dict[str, Environment]:
    """The environments by case-folded name."""
    built: dict[str, Environment] = {}
    for name, each in found.items():
        path = ("environments", name)
        if name.casefold() in built:
            other = built[name.casefold()].name
            faults.at_key(path, f"the environment {shown(name)} is there already", f"It is {shown(other)}.")
        built.setdefault(name.casefold(), _environment(name, each or shape.Environment(), path, faults))
    return built


def _environment(name: str, found: shape.Environment, path: Path, faults: Faults) -> Environment:
    requires = found.requires or shape.Requires()
    frozen = enumerate(found.freeze or ())
    return Environment(
        name=name,
        permission=Role[found.permission.upper()] if found.permission is not UNSET else Role.NONE,
        teams=tuple(found.teams or ()),
        approvals=_approvals(found.approvals, (*path, "approvals"), faults),
        checks=_checks(requires.checks),
        reviews=requires.reviews == "approved",
        waive_reviews=frozenset(Waiver(each) for each in requires.waive_reviews or ()),
        up_to_date=_up_to_date(requires.up_to_date),
        after=after(requires),
        drafts=bool(requires.draft),
        any_base=bool(requires.any_base),
        lock=bool(found.lock),
        freeze=tuple(times.freeze(each, (*path, "freeze", str(index)), faults) for index, each in frozen),
        notify=_channels(found.notify),
    )


def after(requires: shape.Requires) -> tuple[str, ...]:
    """The environments that come first, as written."""
    found = requires.after
    return (found,) if isinstance(found, str) else tuple(found or ())


def _channels(found: str | list[str] | UnsetType) -> tuple[str, ...]:
    """Without the `#`, which may be left out."""
    said = [found] if isinstance(found, str) else found or []
    return tuple(dict.fromkeys(each.removeprefix("#") for each in said))


def _approvals(found: shape.Approvals | UnsetType, path: Path, faults: Faults) -> Approvals | None:
    if found is UNSET:
        return None
    if not any((*path, key) in faults.keys for key in _ANY_OF):
        faults.at_key(path, "the approvals ask for nobody", "Such as `count: 1`.")
    expires = times.duration(found.expires, (*path, "expires"), faults) if found.expires else None
    return Approvals(
        count=found.count or 1,
        teams=(tuple(found.teams),) if found.teams else (),
        people=tuple(found.people or ()),
        expires=expires or _EXPIRY,
        author=found.author is True,
        pusher=found.pusher is True,
    )


def _checks(found: str | list[str] | shape.Checks | UnsetType) -> CheckRule | None:
    ignored: tuple[str, ...] = ()
    if isinstance(found, shape.Checks):
        ignored = tuple(found.ignore or ())
        found = found.only or "passing"
    if isinstance(found, list):
        return CheckRule(wanted=ChecksWanted.NAMED, names=tuple(found), ignored=ignored)
    return CheckRule(wanted=ChecksWanted(found), ignored=ignored) if isinstance(found, str) else None


def _up_to_date(found: bool | str | UnsetType) -> UpToDate | None:
    if found is True:
        return UpToDate.STRICT
    return UpToDate(found) if isinstance(found, str) else None
