"""What can be wrong with a configuration: each fault with its place, and the word that was probably meant."""

from __future__ import annotations

import pytest

from bot.config import read
from bot.config.faults import MOST_FAULTS
from bot.model.config import Config, Layer
from tests.config.files import FILE, told

COMMAND = "version: 1\ncommands:\n  ship:\n    workflow: ship.yml\n    {}\n"
ARGUMENT = "version: 1\ncommands:\n  ship:\n    workflow: ship.yml\n    arguments:\n      x: {}\n"
ENVIRONMENT = "version: 1\nenvironments:\n  staging:\n  production:\n    {}\n"
FREEZE = "version: 1\nenvironments:\n  production:\n    freeze: [{}]\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", 'the file has no "version" (line 1, column 1). Such as `version: 1`.'),
        ("# nothing", 'the file has no "version" (line 1, column 1). Such as `version: 1`.'),
        ("commands: {}", 'the file has no "version" (line 1, column 1). Such as `version: 1`.'),
        ("version: 2", '"2" is not the number 1 (line 1, column 10).'),
        ('version: "1"', '"1" is not the number 1 (line 1, column 10). Remove the quotes.'),
        ("- version: 1", "the file is a list (line 1, column 1). It takes a table of keys."),
        ("deploy", '"deploy" is not a table of keys (line 1, column 1).'),
        ("version: 1\ncomands: {}", 'unknown key "comands" (line 2, column 1). Did you mean "commands"?'),
        ("version: 1\ncommands:", '"commands" is empty (line 2, column 10). It takes a table of keys; or remove the '
         "key."),
        ("version: 1\ntrust: {remember: sah}", '"sah" is not pr or sha (line 2, column 19). Did you mean "sha"?'),
        ("version: 1\nrequire_prefix: yes", '"yes" is not true or false (line 2, column 17). Did you mean "true"?'),
        ("version: 1\nrequire_prefix: off", '"off" is not true or false (line 2, column 17). Did you mean "false"?'),
        ('version: 1\nrequire_prefix: "true"', '"true" is not true or false (line 2, column 17). Remove the quotes.'),
        ("version: 1\nrequire_prefix: ture", '"ture" is not true or false (line 2, column 17). Did you mean "true"?'),
        ("version: 1\nmaintenance: true", '"true" is not text (line 2, column 14). Put it in quotes: "true".'),
        ("version: 1\nmaintenance: 1.10", '"1.10" is not text (line 2, column 14). Put it in quotes: "1.10".'),
        ('version: 1\nmaintenance: ""', "the text is empty (line 2, column 14). Write some, or remove the key."),
        ("version: 1\nmaintenance: [a]", '"maintenance" is a list (line 2, column 14). It takes text.'),
        ("version: 1\nrules: {}", '"rules" is a table of keys (line 2, column 8). It takes a list.'),
    ],
)  # fmt: skip
def test_the_file(text: str, sentence: str) -> None:
    assert told(text) == [sentence]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("permision: write", 'unknown key "permision" (line 5, column 5). Did you mean "permission"?'),
        ("permission: wirte", 'e "wirte" is not admin, maintain, read, triage or write (line 5, column 17). Did you '
         'mean "write"?'),
        ("teams: []", 'e "teams" is an empty list (line 5, column 12). Name something, or remove the key.'),
        ("teams: acme/platform", 'e "acme/platform" is not a list (line 5, column 12). A list of one is '
         '["acme/platform"].'),
        ("teams: [platform]", 'e "platform" is not a team as owner/slug, such as acme/platform (line 5, column 13).'),
        ('teams: ["@acme/platform"]', 'e "@acme/platform" is not a team as owner/slug, such as acme/platform (line 5, '
         'column 13). Did you mean "acme/platform"?'),
        ("where: [slak]", 'e "slak" is not issue, pull_request or slack (line 5, column 13). Did you mean "slack"?'),
        ("final: true", 'e "final" is for the server and the organisation (line 5, column 5). Remove the key.'),
        ("workflow_from: hed", 'e "hed" is not default or head (line 5, column 20). Did you mean "head"?'),
        ("environment: env", 'e "env" is neither an argument nor a fixed input (line 5, column 18).'),
        ("fixed: {signalbox_sha: x}", 'e "signalbox_sha" is filled by Signalbox itself (line 5, column 13). Leave it '
         "out: the workflow declares it."),
        ("fixed: {REF: x}", 'e "ref" names a branch on every command line (line 5, column 13). Give the input another '
         "name."),
        ("fixed: {x: }", 'e "x" is empty (line 5, column 15). It takes text; or remove the key.'),
        ("fixed: {x: [a]}", 'e "x" is a list (line 5, column 16). It takes text.'),
        ("fixed: {a b: c}", 'e "a b" is not the name of an input: letters, digits, _ and - (line 5, column 13). Did '
         'you mean "ab"?'),
        ("description: 12:30\n    environment: {}", 'e "environment" is a table of keys'),
    ],
)  # fmt: skip
def test_a_command(text: str, sentence: str) -> None:
    found = told(COMMAND.replace("{}", text))
    assert len(found) == 1
    assert found[0].startswith(sentence.removeprefix("e "))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("run", 'the command "run" is built in (line 3, column 3). Give it another name.'),
        ("approve", 'the command "approve" is built in (line 3, column 3). Give it another name.'),
        ("Ship", '"Ship" is not a verb: small letters and hyphens, such as deploy (line 3, column 3). Did you mean '
         '"ship"?'),
        ("ship_it", '"ship_it" is not a verb: small letters and hyphens, such as deploy (line 3, column 3). Did you '
         'mean "ship-it"?'),
        ("/ship", '"/ship" is not a verb: small letters and hyphens, such as deploy (line 3, column 3). Did you mean '
         '"ship"?'),
        ("dеploy", '"dеploy" is not a verb: small letters and hyphens, such as deploy (line 3, column 3).'),  # noqa: RUF001
        ("a" * 41, f'"{"a" * 41}" is longer than 40 characters (line 3, column 3).'),
    ],
)  # fmt: skip
def test_a_verb(name: str, sentence: str) -> None:
    assert told(f"version: 1\ncommands:\n  {name}:\n    workflow: ship.yml\n") == [sentence]


@pytest.mark.parametrize(
    ("workflow", "better"),
    [
        (".github/workflows/ship.yml", "ship.yml"),
        ("ship", "ship.yml"),
        ("ship.yl", "ship.yml"),
        ("ship.json", "ship.yml"),
        ("sub/ship.yaml", "ship.yaml"),
        ("..\\\\ship.yml", None),
    ],
)
def test_a_workflow_is_a_file_name(workflow: str, better: str | None) -> None:
    (found,) = told(f"version: 1\ncommands:\n  ship: {{workflow: {workflow}}}\n")
    assert "is not the name of a workflow file, such as deploy.yml (line 3, column 20)." in found
    assert found.endswith(f'Did you mean "{better}"?') or better is None


def test_a_command_needs_a_workflow() -> None:
    sentence = '"ship" has no "workflow" (line 3, column 3). Such as `workflow: deploy.yml`.'
    assert told("version: 1\ncommands:\n  ship: {}\n") == [sentence]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{type: chioce}", '"chioce" is not boolean, choice, environment, number or string (line 6, column 17). '
         'Did you mean "choice"?'),
        ("{type: choice}", 'the choice "x" has no choices (line 6, column 10). Such as `choices: [staging]`.'),
        ("{type: choice, choices: []}", '"choices" is an empty list (line 6, column 34). Name something, or remove the '
         "key."),
        ("{type: choice, choices: [a, a]}", 'the choice "a" is there twice (line 6, column 34).'),
        ("{choices: [a]}", "a string has no choices (line 6, column 11). Write `type: choice`."),
        ("{type: choice, choices: [staging], default: stagin}", '"x" is staging, not "stagin" (line 6, column 54). Did '
         'you mean "staging"?'),
        ("{type: boolean, default: maybe}", '"x" is true or false, not "maybe" (line 6, column 35).'),
        ("{type: number, default: many}", '"x" is a number, not "many" (line 6, column 34).'),
        ('{type: environment, default: ""}', '"x" names no environment (line 6, column 39).'),
        ("{pattern: v+, default: w}", '"x" has to look like "v+" (line 6, column 33).'),
        ("{type: number, pattern: v+}", "a number has no pattern (line 6, column 25). Only a string has one."),
        ("{pattern: (a+)+}", "a count of the pattern stands inside another one (line 6, column 20)."),
        ("{pattern: (}", "a group of the pattern is not closed (line 6, column 20)."),
        (f"{{pattern: {'a' * 201}}}", f'"{"a" * 59}…" is longer than 200 characters (line 6, column 20).'),
        ("{requird: true}", 'unknown key "requird" (line 6, column 11). Did you mean "required"?'),
        ("choice", '"choice" is not a table of keys (line 6, column 10).'),
    ],
)  # fmt: skip
def test_an_argument(text: str, problem: str) -> None:
    assert told(ARGUMENT.replace("{}", text)) == [problem]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("arguments: {env: {type: boolean}}\n    environment: env", '"env" is a boolean, which names no environment '
         "(line 6, column 18)."),
        ("arguments: {dry: {}}\n    dry_run: dry", '"dry" is a string, not a boolean (line 6, column 14). Write '
         '`type: boolean` for "dry".'),
        ("arguments: {dry-run: {type: boolean}}\n    dry_run: dry_run", '"dry_run" is no argument of this command '
         '(line 6, column 14). Did you mean "dry-run"?'),
        ("arguments: {x: {}}\n    fixed: {X: 1}", '"X" is an argument too (line 6, column 13). It is either typed or '
         "fixed."),
        ("arguments: {x: {}, X: {}}", 'the input "X" is there already (line 5, column 24). It is "x".'),
        ("fixed: {x: a, X: a}", 'the input "X" is there already (line 5, column 19). It is "x".'),
        ("arguments: {ref: {}}", '"ref" names a branch on every command line (line 5, column 17). Give the input '
         "another name."),
        ("arguments: {Signalbox_Actor: {}}", '"Signalbox_Actor" is filled by Signalbox itself (line 5, column 17). '
         "Leave it out: the workflow declares it."),
        ("arguments: {dry: {type: bolean}}\n    dry_run: dry", '"bolean" is not boolean, choice, environment, number '
         'or string (line 5, column 29). Did you mean "boolean"?'),
    ],
)  # fmt: skip
def test_arguments_and_what_names_them(text: str, problem: str) -> None:
    assert told(COMMAND.replace("{}", text)) == [problem]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("aprovals: {count: 1}", 'unknown key "aprovals" (line 5, column 5). Did you mean "approvals"?'),
        ("checks: passing", 'unknown key "checks" (line 5, column 5). Known here: approvals, freeze, lock, notify, '
         "permission, requires and teams."),
        ("permission: none", '"none" is not admin, maintain, read, triage or write (line 5, column 17).'),
        ("approvals: {expires: 4h}", "the approvals ask for nobody (line 5, column 5). Such as `count: 1`."),
        ("approvals: {}", "the approvals ask for nobody (line 5, column 5). Such as `count: 1`."),
        ("approvals: {count: 0}", "0 is not between 1 and 20 (line 5, column 24)."),
        ("approvals: {count: 99999999999999999999}", '"99999999999999999999" is not a whole number (line 5, '
         "column 24)."),
        ('approvals: {count: "2"}', '"2" is not a whole number (line 5, column 24). Remove the quotes.'),
        ("approvals: {count: two}", '"two" is not a whole number (line 5, column 24).'),
        ("approvals: {count: 1, expires: 4 hours}", '"4 hours" is not a time such as 30m, 4h or 2d (line 5, column '
         "36)."),
        ("approvals: {count: 1, expires: 31d}", '"31d" is longer than 30 days (line 5, column 36). Write 30d or less.'),
        ("approvals: {people: ['@octocat']}", '"@octocat" is not a GitHub login without @, such as octocat (line 5, '
         'column 26). Did you mean "octocat"?'),
        ('notify: "#deploys"', None),
        ("notify: [deploys, releases]", None),
        ('notify: "the deploys"', '"the deploys" is not a channel in quotes, such as "#deploys" (line 5, column 13). '
                                  'Did you mean "thedeploys"?'),
        ("lock: 1", '"1" is not true or false (line 5, column 11). Did you mean "true"?'),
        ("requires: {up_to_date: base}", '"base" is not true, false, default_branch, pr_base or strict (line 5, '
         "column 28)."),
        ("requires: {checks: pasing}", '"pasing" is not passing, required, a list or a table of keys (line 5, column '
         '24). Did you mean "passing"?'),
        ("requires: {reviews: true}", '"true" is not approved (line 5, column 25).'),
        ("requires: {waive_reviews: [noop]}", '"noop" is not admin or dry_run (line 5, column 32).'),
        ("requires: {after: production}", '"production" waits for itself (line 5, column 23).'),
        ("requires: {after: Staging}", None),
        ("requires: {after: stagin}", 'there is no environment "stagin" (line 5, column 23). Did you mean "staging"?'),
        ("requires: {after: [staging, qa]}", 'there is no environment "qa" (line 5, column 23). Give "qa" an entry '
         "under `environments`, which may be empty."),
    ],
)  # fmt: skip
def test_an_environment(text: str, problem: str | None) -> None:
    assert told(ENVIRONMENT.replace("{}", text)) == ([problem] if problem else [])


def test_environments_that_wait_for_each_other() -> None:
    waits = "  a: {requires: {after: B}}\n  b: {requires: {after: [c]}}\n  C: {requires: {after: a}}\n"
    chain = '"a" after "b" after "C" after "a"'
    assert told(f"version: 1\nenvironments:\n{waits}") == [
        f"nobody can be first: {chain} (line 3, column 25). Leave one of them out."
    ]


def test_environments_that_differ_in_capitals_alone() -> None:
    text = "version: 1\nenvironments:\n  staging:\n  Staging: {lock: true}\n"
    assert told(text) == ['the environment "Staging" is there already (line 4, column 3). It is "staging".']


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{from: "Fri 16:00", to: "Mon 08:00"}', 'an entry of "freeze" has no "timezone" (line 4, column 14). Such as '
         "`timezone: Europe/Berlin`."),
        ('{from: "Fri 16:00", to: "Fri 16:00", timezone: UTC}', "the freeze ends when it begins (line 4, column 38). "
         "Nothing would be frozen."),
        ('{from: "2026-12-20 16:00", to: "2026-12-20 16:00", timezone: UTC}', "the freeze ends before it begins (line "
         "4, column 45). Swap the two dates."),
        ('{from: "Fri 16:00", to: "2026-12-20 16:00", timezone: UTC}', "one end is weekly and the other one is a date "
         "(line 4, column 38). Write both alike."),
        ('{from: "2026-02-30 16:00", to: "2026-12-20 16:00", timezone: UTC}', 'there is no such date as "2026-02-30" '
         "(line 4, column 21)."),
        ('{from: "Fri 25:00", to: "Mon 08:00", timezone: UTC}', '"Fri 25:00" is not a time of the week ("Fri '
         '16:00") or a date ("2026-12-20 16:00") (line 4, column 21).'),
        ("{from: 12:30, to: Mon 08:00, timezone: UTC}", '"12:30" is not a time of the week ("Fri 16:00") or a date '
         '("2026-12-20 16:00") (line 4, column 21).'),
        ('{from: "Fri 16:00", to: "Mon 08:00", timezone: Europe/Berln}', 'there is no time zone "Europe/Berln" '
         '(line 4, column 61). Did you mean "Europe/Berlin"?'),
        ('{from: "Fri 16:00", to: "Mon 08:00", timezone: new york}', 'there is no time zone "new york" (line 4, column '
         '61). Did you mean "America/New_York"?'),
        ('{from: "Fri 16:00", to: "Mon 08:00", timezone: ../../etc/passwd}', 'there is no time zone '
         '"../../etc/passwd" (line 4, column 61). Such as Europe/Berlin.'),
        ('{from: "Fri 16:00", to: "Mon 08:00", timezone: ""}', "the text is empty (line 4, column 61). Write "
         "some, or remove the key."),
    ],
)  # fmt: skip
def test_a_freeze(text: str, problem: str) -> None:
    assert told(FREEZE.replace("{}", text)) == [problem]


@pytest.mark.parametrize("layer", [Layer.ORGANISATION, Layer.REPOSITORY])
def test_rules_act_as_the_app_for_the_server_alone(layer: Layer) -> None:
    text = "version: 1\nrules:\n  - {event: push, run: status, as: app}\n"
    assert told(text, layer) == ['"app" is for the server alone (line 3, column 36). Remove the key.']
    assert told(text, Layer.SERVER) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{event: Push, run: x}", '"Push" is not an event such as pull_request.opened (line 3, column 13). Did '
         'you mean "push"?'),
        ("{event: a.b.c, run: x}", '"a.b.c" is not an event such as pull_request.opened (line 3, column 13).'),
        ("{event: push, run: /status}", '"/status" is not a command without its slash, such as preview create (line 3, '
         'column 24). Did you mean "status"?'),
        ("{event: push}", 'an entry of "rules" has no "run" (line 3, column 5). Such as `run: preview create`.'),
    ],
)  # fmt: skip
def test_a_rule(text: str, problem: str) -> None:
    assert told(f"version: 1\nrules:\n  - {text}\n") == [problem]


def test_everything_is_told_at_once_and_in_the_order_of_the_file() -> None:
    text = """\
version: 3
comands: {}
commands:
  run: {workflow: x, environment: y}
environments:
  a: {requires: {after: nowhere, chekcs: passing}, freeze: [{}, 7]}
rules: [{}]
"""
    found = read(text.encode(), layer=Layer.REPOSITORY, file=FILE)
    assert not isinstance(found, Config)
    assert [(fault.line, fault.column) for fault in found] == sorted((fault.line, fault.column) for fault in found)
    assert [fault.line for fault in found] == [1, 2, 4, 4, 4, 6, 6, 6, 6, 6, 6, 7, 7]


def test_a_hundred_faults_are_enough() -> None:
    assert len(told("version: 1\n" + "".join(f"x{number}: 1\n" for number in range(2000)))) == MOST_FAULTS


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("commands:\n" + "".join(f"  a{'b' * n}: {{workflow: a.yml}}\n" for n in range(201)), "has 201 entries; at "
         "most 200 are read (line 2, column 1)"),
        ("environments:\n" + "".join(f"  e{n}:\n" for n in range(101)), "has 101 entries; at most 100 are read "
         "(line 2, column 1)"),
        ("commands:\n  a:\n    workflow: a.yml\n    arguments:\n" + "".join(f"      e{n}:\n" for n in range(51)), "has "
         "51 entries; at most 50 are read (line 5, column 5)"),
        ("rules: [" + "{event: push, run: x}," * 201 + "]", "has 201 entries; at most 200 are read (line 2, column 1)"),
    ],
)  # fmt: skip
def test_there_are_bounds(text: str, problem: str) -> None:
    (found,) = told(f"version: 1\n{text}")
    assert problem in found
