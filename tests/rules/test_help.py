"""Help promises nothing that the gates refuse, and says whom to ask."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model.command import Surface
from bot.model.config import Config, Where
from bot.model.people import Role
from bot.preview.helping import COMMANDS, CONFIG, DEPLOY, KEEPER, WRITER, standing
from bot.rules import help
from bot.rules.catalog import catalog


def missing(name: str, who: help.Standing) -> dict[str | None, tuple[str, ...]]:
    return {way.environment: way.missing for way in help.ways(COMMANDS[name], CONFIG, who)}


def test_each_environment_asks_for_its_own() -> None:
    assert missing("deploy", WRITER) == {
        "staging": (),
        "production": (
            "Needs the role maintain, yours is write: ask an admin of acme/shop.",
            "Needs acme/deployers: ask somebody there to type it, or a maintainer of the team to add you.",
        ),
    }
    assert missing("deploy", KEEPER) == {"staging": (), "production": ()}


def test_not_knowing_is_no_and_says_so() -> None:
    said = missing("deploy", standing(Role.ADMIN, deployers=None))["production"]
    assert said == ("Needs acme/deployers, and GitHub did not say whether you are in it: ask again in a minute.",)


def test_a_place_where_it_can_not_be_typed() -> None:
    said = missing("deploy", replace(KEEPER, place=Where.ISSUE))
    assert said["staging"] == ("Can be typed only in Slack or a pull request.",)


def test_on_a_page_every_place_is_fine() -> None:
    assert missing("deploy", replace(KEEPER, place=None))["staging"] == ()
    listed = help.listing(COMMANDS, CONFIG, replace(KEEPER, place=None)).fields["commands"]
    assert isinstance(listed, list)
    assert [row["name"] for row in listed] == ["help", "run", "use", "deploy", "preview"]


@pytest.mark.parametrize(("place", "there"), [(Where.SLACK, True), (Where.PULL_REQUEST, False), (Where.ISSUE, False)])
def test_a_built_in_command_of_another_surface_is_not_there(place: Where, there: bool) -> None:
    assert COMMANDS["use"].where == frozenset({Surface.SLACK})
    listed = help.listing(COMMANDS, CONFIG, replace(KEEPER, place=place)).fields["commands"]
    assert isinstance(listed, list)
    assert ("use" in [row["name"] for row in listed]) is there


def test_teams_that_two_configurations_name_and_agree_on_none() -> None:
    closed = replace(CONFIG, commands={"deploy": replace(DEPLOY, closed=True, teams=())})
    commands = catalog({}, closed)
    found = help.ways(commands["deploy"], closed, KEEPER)
    assert found[0].missing == ("Two configurations name teams for it and agree on none: ask whoever keeps them.",)


def test_what_nobody_may_judge_is_not_dimmed() -> None:
    rows = help.listing(COMMANDS, CONFIG, standing(None)).fields["commands"]
    assert isinstance(rows, list)
    assert {row["allowed"] for row in rows} == {None}
    assert [row["missing"] for row in rows if row["missing"]] == []


def test_the_teams_that_are_asked_about() -> None:
    assert help.team_names(CONFIG) == ("acme/deployers", "acme/platform", "acme/web")
    assert help.team_names(Config()) == ()
