"""Owns workflow files: their trigger, inputs, jobs and names, read with YAML 1.2 where `on` stays a word."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.sandbox.github.expressions import render

FOLDER = ".github/workflows/"
Node = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    name: str
    type: str = "string"
    required: bool = False
    default: str | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    key: str
    name: str
    needs: tuple[str, ...] = ()
    always: bool = False  # runs even when a needed job failed
    steps: tuple[str, ...] = ()
    labels: tuple[str, ...] = ("ubuntu-latest",)
    environment: str = ""  # with expressions in it; empty for none
    environment_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowFile:
    path: str
    name: str
    run_name: str | None = None
    dispatchable: bool = False
    inputs: Mapping[str, Input] = field(default_factory=dict)
    jobs: tuple[JobSpec, ...] = ()


def is_workflow(path: str) -> bool:
    inside = path.removeprefix(FOLDER)
    return path.startswith(FOLDER) and "/" not in inside and inside.endswith((".yml", ".yaml"))


@lru_cache(maxsize=256)  # YAML 1.2 is read in pure Python, and every dispatch looks at every workflow
def read_workflow(path: str, data: bytes) -> WorkflowFile:
    """A file that is no YAML is still a workflow: it just has no trigger and no jobs."""
    try:
        tree = mapping(YAML(typ="safe", pure=True).load(data.decode(errors="replace")))
    except YAMLError:
        tree = {}
    triggers = trigger_table(tree.get("on"))
    dispatch = mapping(triggers.get("workflow_dispatch"))
    jobs = [job for key, node in mapping(tree.get("jobs")).items() for job in read_jobs(key, mapping(node))]
    return WorkflowFile(
        path=path,
        name=text(tree.get("name")) or path,
        run_name=text(tree.get("run-name")),
        dispatchable="workflow_dispatch" in triggers,
        inputs={name: read_input(name, mapping(node)) for name, node in mapping(dispatch.get("inputs")).items()},
        jobs=tuple(jobs),
    )


def trigger_table(on: object) -> Node:
    """`on` is a word, a list of words, or a table."""
    if isinstance(on, str):
        return {on: None}
    if isinstance(on, list):
        return {str(each): None for each in on}
    return mapping(on)


def read_input(name: str, node: Node) -> Input:
    default = node.get("default")
    return Input(
        name=name,
        type=text(node.get("type")) or "string",
        required=node.get("required") is True,
        default=None if default is None else scalar(default),
        options=tuple(scalar(option) for option in sequence(node.get("options"))),
    )


def read_jobs(key: str, node: Node) -> list[JobSpec]:
    """One job, or one per cell of its matrix."""
    cells = matrix_cells(mapping(mapping(node.get("strategy")).get("matrix")))
    return [read_job(key, node, cell) for cell in cells]


def read_job(key: str, node: Node, cell: Mapping[str, str]) -> JobSpec:
    contexts = {f"matrix.{name}".lower(): value for name, value in cell.items()}
    given = text(node.get("name"))
    suffix = f" ({', '.join(cell.values())})" if cell else ""
    name = render(given, contexts) if given and "${{" in given else f"{given or key}{suffix}"
    needs = node.get("needs")
    runs_on = node.get("runs-on", "ubuntu-latest")
    steps = [mapping(step) for step in sequence(node.get("steps"))]
    environment = node.get("environment")
    return JobSpec(
        key=key,
        name=name,
        needs=(needs,) if isinstance(needs, str) else tuple(scalar(each) for each in sequence(needs)),
        always="always()" in scalar(node.get("if", "")),
        steps=tuple(step_name(step) for step in steps),
        labels=(runs_on,) if isinstance(runs_on, str) else tuple(scalar(each) for each in sequence(runs_on)),
        environment=text(environment) or text(mapping(environment).get("name")) or "",
        environment_url=text(mapping(environment).get("url")) or "",
    )


def step_name(step: Node) -> str:
    first_line = (text(step.get("run")) or "").split("\n", 1)[0]
    return text(step.get("name")) or f"Run {text(step.get('uses')) or first_line}"


def matrix_cells(matrix: Node) -> list[dict[str, str]]:
    axes = {name: values for name, values in matrix.items() if isinstance(values, list)}
    axes = {name: values for name, values in axes.items() if name not in ("include", "exclude")}
    excluded = [
        {name: scalar(value) for name, value in mapping(each).items()} for each in sequence(matrix.get("exclude"))
    ]
    product = itertools.product(*([scalar(value) for value in values] for values in axes.values()))
    cells = [dict(zip(axes, values, strict=True)) for values in product]
    return [cell for cell in cells if not any(gone.items() <= cell.items() for gone in excluded)] or [{}]


def scalar(value: object) -> str:
    """A value as Actions prints it: booleans in lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def mapping(value: object) -> Node:
    return {str(key): inside for key, inside in value.items()} if isinstance(value, dict) else {}


def sequence(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []
