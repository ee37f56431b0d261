"""Owns the gate `teams`: whether the person is in one of the teams that a rule names, child teams included.

Whether somebody is a member is GitHub's word alone. Where it has none, the answer is no and says why.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.model.bound import TeamRule
from bot.model.decision import Gate, Reason
from bot.rules.wording import listed


def in_a_team(wanted: TeamRule, *, member: Mapping[str, bool | None], login: str) -> Gate:
    """One team of the rule is enough.

    `member` is by the rule's own spelling; None, or a team that is not in it, means that GitHub did not say. Somebody
    who is in one of the teams passes, whatever is unknown about the others.
    """
    known = {team: member.get(team) for team in wanted.teams}
    within = next((team for team, is_member in known.items() if is_member), None)
    if within is not None:
        return Gate(name="teams", passed=True, seen=f"{login} is in {within}", rule=wanted.rule)
    if not wanted.teams:
        return _nobody(wanted.rule)
    unknown = [team for team, is_member in known.items() if is_member is None]
    return _unknown(unknown, login, wanted.rule) if unknown else _outside(wanted, login)


def _outside(wanted: TeamRule, login: str) -> Gate:
    teams = listed(wanted.teams, last="or")
    return Gate(
        name="teams",
        passed=False,
        seen=f"{login} is not in {teams}",
        reason=Reason.TEAM,
        next_step=f"Ask somebody in {teams} to type it, or a maintainer of the team to add you.",
        rule=wanted.rule,
    )


def _unknown(teams: list[str], login: str, rule: str) -> Gate:
    return Gate(
        name="teams",
        passed=False,
        seen=f"GitHub did not say whether {login} is in {listed(teams, last='or')}",
        reason=Reason.UNKNOWN_MEMBERSHIP,
        next_step="Type the command again in a minute; if it stays so, tell whoever runs Signalbox: "
        "the team may not exist, or the App may lack the permission to read members.",
        rule=rule,
    )


def _nobody(rule: str) -> Gate:
    return Gate(
        name="teams",
        passed=False,
        seen="two configurations name teams for this and agree on none, so nobody may",
        reason=Reason.TEAM,
        next_step="Ask whoever keeps the configurations to name a team in both.",
        rule=rule,
    )
