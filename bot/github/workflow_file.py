"""Owns what a workflow file says about being dispatched: whether it can be, and which inputs it takes.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#onworkflow_dispatchinputs
"""

from __future__ import annotations

from typing import Final

from bot.github.workflow_scripts import scripts_with_inputs
from bot.model.command import Argument, ArgumentType
from bot.model.workflow import Workflow
from bot.yaml import Fault, Items, Node, Scalar, Table, parse

TRIGGER: Final = "workflow_dispatch"


class _Wrong(Exception):
    def __init__(self, problem: str, node: Node) -> None:
        super().__init__(problem)
        self.fault = Fault(problem=problem, line=node.line, column=node.column)


def read_workflow(path: str, blob: str, data: bytes) -> Workflow:
    """The workflow in a file; one that can not be used says why in `problem`, with line and column."""
    root = parse(data)
    if isinstance(root, Fault):
        return _unusable(path, blob, root)
    try:
        return _workflow(path, blob, root)
    except _Wrong as error:
        return _unusable(path, blob, error.fault)


def _unusable(path: str, blob: str, fault: Fault) -> Workflow:
    return Workflow(path=path, name=path, blob=blob, inputs=(), dispatchable=False, problem=fault.sentence)


def _workflow(path: str, blob: str, root: Node) -> Workflow:
    if not isinstance(root, Table):
        raise _Wrong("a workflow is a mapping with `on` and `jobs`", root)
    name = root.get("name")
    dispatchable, inputs = _trigger(root.get("on"))
    return Workflow(
        path=path,
        name=name.text if isinstance(name, Scalar) and not name.empty else path,
        blob=blob,
        inputs=inputs,
        dispatchable=dispatchable,
        scripts_with_inputs=scripts_with_inputs(root),
    )


def _trigger(on: Node | None) -> tuple[bool, tuple[Argument, ...]]:
    """`on` is one event, a list of events, or a mapping from events to what they take."""
    match on:
        case None:
            return False, ()
        case Scalar():
            return on.text == TRIGGER, ()
        case Items():
            return any(isinstance(each, Scalar) and each.text == TRIGGER for each in on.items), ()
    dispatch = on.get(TRIGGER)
    if dispatch is None:
        return False, ()
    return True, tuple(_input(key, value) for key, value in _inputs(dispatch))


def _inputs(dispatch: Node) -> tuple[tuple[Scalar, Node], ...]:
    inputs = _table(dispatch, f"`{TRIGGER}` is not a mapping").get("inputs")
    return () if inputs is None else _table(inputs, "`inputs` is not a mapping").entries


def _input(key: Scalar, value: Node) -> Argument:
    spec = _table(value, f"the input `{key.text}` is not a mapping")
    kind = _type(key, spec.get("type"))
    choices = _options(key, spec.get("options"))
    if kind is ArgumentType.CHOICE and not choices:
        raise _Wrong(f"the input `{key.text}` is a choice without options", key)
    return Argument(
        name=key.text,
        type=kind,
        required=_required(key, spec.get("required")),
        default=_default(key, spec.get("default"), kind),
        choices=choices if kind is ArgumentType.CHOICE else (),
        description=_text(key, "description", spec.get("description")) or "",
    )


def _type(key: Scalar, node: Node | None) -> ArgumentType:
    word = _text(key, "type", node)
    try:
        return ArgumentType.STRING if word is None else ArgumentType(word)
    except ValueError:
        raise _Wrong(f"the input `{key.text}` has an unknown type", node or key) from None


def _options(key: Scalar, node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    if not isinstance(node, Items):
        raise _Wrong(f"the options of the input `{key.text}` are not a list", node)
    return tuple(_text(key, "options", each) or "" for each in node.items)


def _required(key: Scalar, node: Node | None) -> bool:
    if node is None or (isinstance(node, Scalar) and node.empty):
        return False
    if not isinstance(node, Scalar) or node.text.lower() not in {"true", "false"}:
        raise _Wrong(f"`required` of the input `{key.text}` is neither true nor false", node)
    return node.text.lower() == "true"


def _default(key: Scalar, node: Node | None, kind: ArgumentType) -> str | None:
    text = _text(key, "default", node)
    return text.lower() if text is not None and kind is ArgumentType.BOOLEAN else text


def _text(key: Scalar, part: str, node: Node | None) -> str | None:
    if node is None:
        return None
    if not isinstance(node, Scalar):
        raise _Wrong(f"`{part}` of the input `{key.text}` is not plain text", node)
    return None if node.empty else node.text


def _table(node: Node, problem: str) -> Table:
    if isinstance(node, Scalar) and node.empty:
        return Table(entries=(), line=node.line, column=node.column)
    if not isinstance(node, Table):
        raise _Wrong(problem, node)
    return node
