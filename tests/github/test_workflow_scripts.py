"""T27: inputs inside scripts are found, with their lines."""

from __future__ import annotations

import pytest

from bot.github.workflow_file import read_workflow

HEAD = "on:\n  workflow_dispatch:\njobs:\n  ship:\n    steps:\n"


def found(steps: str) -> tuple[int, ...]:
    return read_workflow(".github/workflows/ship.yml", "b", (HEAD + steps).encode()).scripts_with_inputs


@pytest.mark.parametrize(
    ("steps", "lines"),
    [
        ("      - run: ./ship ${{ inputs.version }}\n", (6,)),
        ("      - name: x\n        run: ./ship ${{ github.event.inputs.version }}\n", (7,)),
        ("      - run: ./ship ${{ GITHUB.EVENT.INPUTS.version }}\n", (6,)),
        ("      - run: ./ship ${{ github . event . inputs . version }}\n", (6,)),
        ("      - run: ./ship ${{ inputs['version'] }}\n", (6,)),
        ("      - run: ./ship ${{ toJSON(inputs) }}\n", (6,)),
        ("      - run: ./ship ${{ github.ref }} ${{inputs.version}}\n", (6,)),
        ("      - run: |\n          set -e\n          a ${{ inputs.version }}\n          b ${{ inputs.x }}\n", (8, 9)),
        ('      - run: "./ship ${{ inputs.version }}"\n', (6,)),
        ("      - run: true\n      - run: ./ship ${{ inputs.a }} ${{ inputs.b }}\n", (7,)),
    ],
)  # fmt: skip
def test_an_input_in_a_script_is_found(steps: str, lines: tuple[int, ...]) -> None:
    assert found(steps) == lines


@pytest.mark.parametrize(
    "steps",
    [
        "      - run: ./ship $VERSION\n        env:\n          VERSION: ${{ inputs.version }}\n",
        "      - run: ./ship ${{ steps.inputs.outputs.version }}\n",
        "      - run: ./ship ${{ needs.plan.outputs.version }}\n",
        "      - run: ./ship inputs.version\n",
        "      - run: ./ship ${{ format('inputs.{0}', github.sha) }}\n",
        "      - uses: acme/ship@v1\n        with:\n          version: ${{ inputs.version }}\n",
        "      - run: [not, text]\n",
        "      - plain text\n",
        "      not: a list\n",
    ],
)
def test_what_is_no_input_in_a_script_is_left_alone(steps: str) -> None:
    assert found(steps) == ()


def test_jobs_that_are_no_mapping_hold_no_scripts() -> None:
    assert read_workflow("a.yml", "b", b"on: workflow_dispatch\njobs: [a]\n").scripts_with_inputs == ()
    assert read_workflow("a.yml", "b", b"on: workflow_dispatch\njobs: {a: 1}\n").scripts_with_inputs == ()
