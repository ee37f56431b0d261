"""Configuration files that tests read, and short ways to read them."""

from __future__ import annotations

from bot.config import read
from bot.model.config import Config, Layer

FILE = "acme/shop/.github/signalbox.yml"

EXAMPLE = """\
version: 1
commands:
  deploy:
    description: Ship a build to an environment
    workflow: deploy.yml                 # file under .github/workflows
    arguments:                           # order = positional order; name = workflow input
      environment: {type: choice, choices: [staging, production]}
      dry_run: {type: boolean, default: false}      # types: string boolean choice number environment
    fixed: {requested_by: signalbox}     # typing one of these, or signalbox_*, is an error
    environment: environment             # which argument names the environment
    permission: write                    # read triage write maintain admin; default write
    teams: [acme/platform]               # any of these, on top of permission
    where: [slack, pull_request]         # and: issue
environments:
  production:                            # an environment without an entry has the defaults
    teams: [acme/deployers]              # on top of the command's
    approvals: {count: 1, teams: [acme/release], expires: 4h}
    requires: {checks: passing, reviews: approved, up_to_date: true, after: staging}
    lock: true
    freeze: [{from: "Fri 16:00", to: "Mon 08:00", timezone: Europe/Berlin}]
rules:
  - {event: pull_request.opened, run: "preview create"}
"""
"""The example that everybody is shown."""

EVERYTHING = """\
version: 1
require_prefix: true
trust: {remember: pr}
maintenance: The cluster is being moved
commands:
  deploy:
    description: >
      Ship a build
      to an environment
    workflow: deploy.yaml
    arguments:
      environment: {type: environment, description: Where to}
      build: {pattern: "v[0-9]+", required: false}
      speed: {type: number, default: 1.10}
      size: {type: choice, choices: [1, 2.50, big], default: 2.50}
      dry_run: {type: boolean, default: yes}
      note:
    fixed: {requested_by: signalbox, replicas: 3, loud: true}
    environment: environment
    dry_run: dry_run
    permission: maintain
    teams: [acme/platform, acme/sre]
    where: [issue]
    final: true
    workflow_from: head
environments:
  Production:
    permission: admin
    teams: [acme/deployers]
    approvals: {count: 2, teams: [acme/release], people: [octocat], expires: 90m}
    requires:
      checks: {only: [build, "lint@15368"], ignore: [flaky]}
      reviews: approved
      waive_reviews: [admin, dry_run]
      up_to_date: pr_base
      after: [staging, canary]
      draft: true
      any_base: true
    lock: true
    freeze:
      - {from: "Fri 16:00", to: "Mon 08:00", timezone: Europe/Berlin, reason: weekend}
      - {from: 2026-12-20 16:00, to: "2027-01-04 08:00", timezone: UTC}
    notify: ["#deploys", releases, "#releases"]
  staging:
  canary: {requires: {checks: required, up_to_date: false}}
rules:
  - {event: push, run: run nightly.yml, as: app}
"""
"""Every key there is, for a server."""


def told(text: str | bytes, layer: Layer = Layer.REPOSITORY) -> list[str]:
    """What is wrong with a file, as sentences; nothing for one that is right."""
    found = read(text if isinstance(text, bytes) else text.encode(), layer=layer, file=FILE)
    return [] if isinstance(found, Config) else [fault.sentence for fault in found]


def right(text: str, layer: Layer = Layer.REPOSITORY) -> Config:
    """What a file says that is right."""
    found = read(text.encode(), layer=layer, file=FILE)
    assert isinstance(found, Config), [fault.sentence for fault in found]
    return found
