"""Owns the shape of a configuration file: its keys, their types and bounds, and a line about each.

Everything else about the form is made from these: what the reader accepts, the JSON Schema, and the tables in
docs/config.md. What a shape can not say (a cycle, a name that is nobody's) is judged by the modules beside this one.
Where a pattern is not met, the fault says what `words` in `extra` say.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

MOST_COMMANDS: Final = 200
MOST_ENVIRONMENTS: Final = 100
MOST_ARGUMENTS: Final = 50


def _form(pattern: str, words: str, longest: int = 100) -> Meta:
    return Meta(pattern=pattern, max_length=longest, extra={"words": words})


def _says(description: str, *examples: Any, schema: dict[str, Any] | None = None) -> Meta:
    return Meta(description=description, examples=list(examples) or None, extra_json_schema=schema)


Prose = Annotated[str, Meta(min_length=1, max_length=500, extra={"prose": True})]
Verb = Annotated[str, _form("^[a-z][a-z-]*$", "a verb: small letters and hyphens, such as deploy", 40)]
InputName = Annotated[str, _form("^[A-Za-z_][A-Za-z0-9_-]*$", "the name of an input: letters, digits, _ and -")]
Team = Annotated[
    str,
    _form("^[A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9_][A-Za-z0-9_.-]*$", "a team as owner/slug, such as acme/platform"),
]
Teams = Annotated[list[Team], Meta(min_length=1, max_length=50)]
Login = Annotated[str, _form("^[A-Za-z0-9][A-Za-z0-9_-]*$", "a GitHub login without @, such as octocat")]
Channel = Annotated[str, _form(r"^#?[^\s#@<>&|`A-Z]{1,80}$", 'a channel in quotes, such as "#deploys"', 81)]
EnvironmentName = Annotated[str, _form(r"^\S(.*\S)?$", "a name without spaces around it", 255)]
Value = Annotated[str, Meta(max_length=1000)] | int | float | bool
"""Kept as written: `1.10` keeps its zero, `true` is the text true."""
RoleName = Literal["read", "triage", "write", "maintain", "admin"]
CheckNames = Annotated[list[Annotated[str, Meta(min_length=1, max_length=255)]], Meta(min_length=1, max_length=100)]


class Argument(Struct, forbid_unknown_fields=True, kw_only=True):
    """One argument of a command, which is one input of its workflow."""

    type: Annotated[
        Literal["string", "boolean", "choice", "number", "environment"] | UnsetType,
        _says("What its values are: the types of a workflow's inputs. Without one: `string`.", "choice"),
    ] = UNSET
    choices: Annotated[
        Annotated[list[Value], Meta(min_length=1, max_length=200)] | UnsetType,
        _says("The values to choose from; only for a `choice`, which needs them.", ["staging", "production"]),
    ] = UNSET
    required: Annotated[
        bool | UnsetType, _says("Whether it has to be given. Without this: unless there is a default.", False)
    ] = UNSET
    default: Annotated[Value | UnsetType, _says("What counts when it is not given.", "staging")] = UNSET
    description: Annotated[Prose | UnsetType, _says("What it is for, as `help` shows it.", "Where to ship")] = UNSET
    pattern: Annotated[
        Annotated[str, Meta(min_length=1, max_length=200)] | UnsetType,
        _says("What a `string` has to match as a whole, in place of the safe characters.", "v[0-9]+"),
    ] = UNSET


class Command(Struct, forbid_unknown_fields=True, kw_only=True):
    """A verb that starts a workflow."""

    workflow: Annotated[
        Annotated[str, _form(r"^[^/\\]+\.ya?ml$", "the name of a workflow file, such as deploy.yml", 255)],
        _says("The workflow that it starts: a file under `.github/workflows`.", "deploy.yml"),
    ]
    description: Annotated[Prose | UnsetType, _says("What it does, as `help` shows it.", "Ship a build")] = UNSET
    arguments: Annotated[
        Annotated[dict[InputName, Argument | None], Meta(max_length=MOST_ARGUMENTS)] | UnsetType,
        _says(
            "What can be given, in positional order. Each is an input of the workflow, by the same name.",
            {"environment": {"type": "choice", "choices": ["staging", "production"]}},
        ),
    ] = UNSET
    fixed: Annotated[
        Annotated[dict[InputName, Value], Meta(max_length=MOST_ARGUMENTS)] | UnsetType,
        _says("Inputs that are always sent so. Typing one is an error.", {"requested_by": "signalbox"}),
    ] = UNSET
    environment: Annotated[
        InputName | UnsetType,
        _says("The argument or fixed input that names the environment, whose gates then apply.", "environment"),
    ] = UNSET
    dry_run: Annotated[InputName | UnsetType, _says("The boolean argument that makes it a rehearsal.", "dry_run")] = (
        UNSET
    )
    permission: Annotated[
        RoleName | UnsetType, _says("The least role on the repository. Without one: `write`.", "maintain")
    ] = UNSET
    teams: Annotated[
        Teams | UnsetType, _says("Who may: members of any of these, on top of the role.", ["acme/platform"])
    ] = UNSET
    where: Annotated[
        Annotated[list[Literal["slack", "pull_request", "issue"]], Meta(min_length=1, max_length=3)] | UnsetType,
        _says("Where it can be typed. Without this: everywhere.", ["slack", "pull_request"]),
    ] = UNSET
    final: Annotated[
        bool | UnsetType,
        _says("Whether layers below may not replace it; only the server and the organisation can say so.", True),
    ] = UNSET
    workflow_from: Annotated[
        Literal["default", "head"] | UnsetType,
        _says("Whose workflow file runs for an environment: the `default` branch's, or the `head`'s.", "default"),
    ] = UNSET


class Approvals(Struct, forbid_unknown_fields=True, kw_only=True):
    """Who has to say yes before it runs. Needs at least one of `count`, `teams` and `people`."""

    count: Annotated[Annotated[int, Meta(ge=1, le=20)] | UnsetType, _says("How many people. Without this: one.", 2)] = (
        UNSET
    )
    teams: Annotated[Teams | UnsetType, _says("Somebody of these teams has to be among them.", ["acme/release"])] = (
        UNSET
    )
    people: Annotated[
        Annotated[list[Login], Meta(min_length=1, max_length=20)] | UnsetType,
        _says("Each of these people has to say yes.", ["octocat"]),
    ] = UNSET
    expires: Annotated[
        Annotated[str, _form("^[1-9][0-9]{0,4}[mhd]$", "a time such as 30m, 4h or 2d")] | UnsetType,
        _says("How long it is waited for: minutes, hours or days, at most 30 days. Without this: `4h`.", "4h"),
    ] = UNSET
    author: Annotated[
        bool | UnsetType, _says("Whether whoever opened the pull request counts. Without this: no.", True)
    ] = UNSET
    pusher: Annotated[bool | UnsetType, _says("Whether whoever pushed the commit counts. Without this: no.", True)] = (
        UNSET
    )


class Checks(Struct, forbid_unknown_fields=True, kw_only=True):
    """Which checks count."""

    only: Annotated[
        Literal["passing", "required"] | CheckNames | UnsetType,
        _says("As `checks` without a table: `passing`, `required` or names. Without this: `passing`.", "required"),
    ] = UNSET
    ignore: Annotated[CheckNames | UnsetType, _says("Checks that never hinder.", ["flaky"])] = UNSET


class Requires(Struct, forbid_unknown_fields=True, kw_only=True):
    """What has to be true of the commit and its pull request."""

    checks: Annotated[
        Literal["passing", "required"] | CheckNames | Checks | UnsetType,
        _says(
            "Which checks are green: all that ran (`passing`), those that branch protection asks for (`required`), or "
            "some by name (`build`, or `build@15368` with the id of the app that reports it).",
            "passing",
            ["build", "lint@15368"],
        ),
    ] = UNSET
    reviews: Annotated[
        Literal["approved"] | UnsetType,
        _says("`approved`: the pinned commit has an approving review, and none that requests changes.", "approved"),
    ] = UNSET
    waive_reviews: Annotated[
        Annotated[list[Literal["admin", "dry_run"]], Meta(min_length=1, max_length=2)] | UnsetType,
        _says("Who or what needs no review: people with `admin`, and rehearsals.", ["dry_run"]),
    ] = UNSET
    up_to_date: Annotated[
        bool | Literal["strict", "pr_base", "default_branch"] | UnsetType,
        _says(
            "With what the branch is up to date: the branch it goes into (`pr_base`), the `default_branch`, or both "
            "(`strict`, or `true`).",
            True,
        ),
    ] = UNSET
    after: Annotated[
        EnvironmentName | Annotated[list[EnvironmentName], Meta(min_length=1, max_length=20)] | UnsetType,
        _says("Environments in which Signalbox saw the same commit succeed before.", "staging"),
    ] = UNSET
    draft: Annotated[bool | UnsetType, _says("Whether draft pull requests may. Without this: no.", False)] = UNSET
    any_base: Annotated[
        bool | UnsetType,
        _says("Whether pull requests into other branches than the default one may. Without this: no.", False),
    ] = UNSET


_MOMENT: Final = (
    "^((Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([01][0-9]|2[0-3]):[0-5][0-9]"
    "|20[0-9]{2}-[01][0-9]-[0-3][0-9] ([01][0-9]|2[0-3]):[0-5][0-9])$"
)
Moment = Annotated[str, _form(_MOMENT, 'a time of the week ("Fri 16:00") or a date ("2026-12-20 16:00")')]


class Freeze(Struct, forbid_unknown_fields=True, kw_only=True):
    """A time in which nothing ships: every week, or once."""

    from_: Annotated[Moment, _says("When it begins: every week, or on a date.", "Fri 16:00")] = field(name="from")
    to: Annotated[Moment, _says("When it ends, in the same manner.", "Mon 08:00")]
    timezone: Annotated[
        Annotated[str, Meta(min_length=1, max_length=100)],
        _says("The time zone of both, by its IANA name; daylight saving is minded.", "Europe/Berlin"),
    ]
    reason: Annotated[Prose | UnsetType, _says("Why, as the refusal tells it.", "weekend")] = UNSET


class Environment(Struct, forbid_unknown_fields=True, kw_only=True):
    """The gates of one environment, whatever the way in. Written with nothing, it has the defaults."""

    permission: Annotated[
        RoleName | UnsetType, _says("The least role on the repository, on top of the command's.", "maintain")
    ] = UNSET
    teams: Annotated[
        Teams | UnsetType, _says("Who may: members of any of these, on top of the command's.", ["acme/deployers"])
    ] = UNSET
    approvals: Annotated[
        Approvals | UnsetType,
        _says(
            "Who has to say yes before it runs: at least one of `count`, `teams` and `people`.",
            {"count": 1, "teams": ["acme/release"], "expires": "4h"},
            schema={"anyOf": [{"required": ["count"]}, {"required": ["teams"]}, {"required": ["people"]}]},
        ),
    ] = UNSET
    requires: Annotated[
        Requires | UnsetType,
        _says("What has to be true of the commit and its pull request.", {"checks": "passing", "reviews": "approved"}),
    ] = UNSET
    lock: Annotated[
        bool | UnsetType, _says("Whether only one request at a time may be under way. Without this: no.", True)
    ] = UNSET
    freeze: Annotated[
        Annotated[list[Freeze], Meta(min_length=1, max_length=100)] | UnsetType,
        _says("Times in which nothing ships.", [{"from": "Fri 16:00", "to": "Mon 08:00", "timezone": "Europe/Berlin"}]),
    ] = UNSET
    notify: Annotated[
        Channel | Annotated[list[Channel], Meta(min_length=1, max_length=10)] | UnsetType,
        _says("Slack channels that show every request for it: channels of this repository (`use`).", "#deploys"),
    ] = UNSET


class Rule(Struct, forbid_unknown_fields=True, kw_only=True):
    """A line that an event types. Its form is checked; nothing acts on it yet."""

    event: Annotated[
        Annotated[str, _form(r"^[a-z_]+(\.[a-z_]+)?$", "an event such as pull_request.opened")],
        _says("The GitHub event, with its action after a dot.", "pull_request.opened"),
    ]
    run: Annotated[
        Annotated[str, _form("^[a-z][a-z-]*( .*)?$", "a command without its slash, such as preview create", 1000)],
        _says("The line, as somebody would type it, without the slash.", "preview create"),
    ]
    as_: Annotated[
        Literal["sender", "app"] | UnsetType,
        _says("With whose role: the `sender`'s, or the `app`'s (only the server can say so).", "sender"),
    ] = field(name="as", default=UNSET)


class Trust(Struct, forbid_unknown_fields=True, kw_only=True):
    """For what `trust` holds."""

    remember: Annotated[
        Literal["sha", "pr"] | UnsetType,
        _says("One commit of a fork (`sha`), or all of its pull request (`pr`). Without this: `sha`.", "sha"),
    ] = UNSET


class File(Struct, forbid_unknown_fields=True, kw_only=True):
    """The configuration of Signalbox for a repository, an organisation or a server."""

    version: Annotated[Literal[1], _says("The version of this format.", 1)]
    require_prefix: Annotated[
        bool | UnsetType,
        _says("Whether commands in comments need `/ops` in front, where other bots live. Without this: no.", False),
    ] = UNSET
    trust: Annotated[Trust | UnsetType, _says("How long a fork stays trusted.", {"remember": "sha"})] = UNSET
    maintenance: Annotated[
        Prose | UnsetType, _says("Why nothing is started at the moment.", "The cluster is being moved")
    ] = UNSET
    commands: Annotated[
        Annotated[dict[Verb, Command], Meta(max_length=MOST_COMMANDS)] | UnsetType,
        _says("Verbs that people can type, each for one workflow.", {"deploy": {"workflow": "deploy.yml"}}),
    ] = UNSET
    environments: Annotated[
        Annotated[dict[EnvironmentName, Environment | None], Meta(max_length=MOST_ENVIRONMENTS)] | UnsetType,
        _says("The gates of environments; capitals make no difference in a name.", {"production": {"lock": True}}),
    ] = UNSET
    rules: Annotated[
        Annotated[list[Rule], Meta(max_length=200)] | UnsetType,
        _says(
            "What events start. The form is checked; nothing acts on them yet.",
            [{"event": "pull_request.opened", "run": "preview create"}],
        ),
    ] = UNSET
