"""A repository with a configuration, and the workflow that it is about."""

from __future__ import annotations

from collections.abc import Mapping

SHIP = """\
name: Ship
run-name: Ship (${{ inputs.signalbox_request }})
on:
  workflow_dispatch:
    inputs:
      environment: {type: choice, options: [staging, production], required: true}
      dry_run: {type: boolean, default: false}
      signalbox_sha: {type: string, required: true}
      signalbox_request: {type: string, required: false}
jobs:
  ship: {runs-on: ubuntu-latest, steps: [{run: make ship}]}
"""
CONFIG = """\
version: 1
commands:
  ship:
    description: Ship a build to an environment
    workflow: ship.yml
    arguments:
      environment: {type: choice, choices: [staging, production]}
      dry_run: {type: boolean, default: false}
    environment: environment
    dry_run: dry_run
environments:
  production:
    permission: maintain
"""
LOCATION = ".github/signalbox.yml"


def files(config: str = CONFIG, **more: str) -> Mapping[str, str]:
    """The files of the repository; `more` are workflows by their names without the ending."""
    workflows = {f".github/workflows/{name}.yml": text for name, text in {"ship": SHIP, **more}.items()}
    return {LOCATION: config, **workflows}
