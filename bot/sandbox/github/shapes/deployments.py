"""Deployments, environments and what a run waits for, as JSON."""

from urllib.parse import quote

from bot.sandbox.github.accounts import Account
from bot.sandbox.github.deployments import Deployment, DeploymentStatus
from bot.sandbox.github.environments import CustomRule, Environment
from bot.sandbox.github.ids import node_id, stamp
from bot.sandbox.github.repositories import Repository
from bot.sandbox.github.shapes.accounts import Json, account
from bot.sandbox.github.shapes.apps import app_or_none
from bot.sandbox.github.shapes.repositories import html_url, url
from bot.sandbox.github.shapes.teams import team
from bot.sandbox.github.teams import Team
from bot.sandbox.github.waiting import Wait, may_review


def deployment(found: Deployment) -> Json:
    repository, world = found.repository, found.repository.world
    address = f"{url(repository)}/deployments/{found.id}"
    changed = found.statuses[-1].created_at if found.statuses else found.created_at
    return {
        "url": address,
        "id": found.id,
        "node_id": node_id("Deployment", found.id),
        "sha": found.sha,
        "ref": found.ref,
        "task": found.task,
        "payload": found.payload,
        "original_environment": found.environment,
        "environment": found.environment,
        "description": found.description,
        "creator": account(world, found.creator),
        "created_at": stamp(found.created_at),
        "updated_at": stamp(changed),
        "statuses_url": f"{address}/statuses",
        "repository_url": url(repository),
        "transient_environment": found.transient,
        "production_environment": found.production,
        "performed_via_github_app": app_or_none(world, found.via),
    }


def status(about: Deployment, found: DeploymentStatus) -> Json:
    repository, world = about.repository, about.repository.world
    address = f"{url(repository)}/deployments/{about.id}"
    return {
        "url": f"{address}/statuses/{found.id}",
        "id": found.id,
        "node_id": node_id("DeploymentStatus", found.id),
        "state": found.state,
        "creator": account(world, found.creator),
        "description": found.description,
        "environment": found.environment,
        "target_url": found.log_url,
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.created_at),
        "deployment_url": address,
        "repository_url": url(repository),
        "environment_url": found.environment_url,
        "log_url": found.log_url,
        "performed_via_github_app": app_or_none(world, about.via),
    }


def named(repository: Repository, found: Environment) -> Json:
    return {
        "id": found.id,
        "node_id": node_id("Environment", found.id),
        "name": found.name,
        "url": f"{url(repository)}/environments/{quote(found.name, safe='')}",
        "html_url": f"{html_url(repository)}/deployments/activity_log?environments_filter={quote(found.name, safe='')}",
    }


def environment(repository: Repository, found: Environment) -> Json:
    """With its built-in rules; those of apps are listed by themselves."""
    rules: list[Json] = []
    asking, timer = found.rule_ids
    if found.wait_timer:
        rules.append(
            {"id": timer, "node_id": node_id("Gate", timer), "type": "wait_timer", "wait_timer": found.wait_timer}
        )
    if found.reviewers:
        rules.append(
            {
                "id": asking,
                "node_id": node_id("Gate", asking),
                "type": "required_reviewers",
                "prevent_self_review": found.prevent_self_review,
                "reviewers": [reviewer(repository, each) for each in found.reviewers],
            }
        )
    times: Json = {"created_at": stamp(found.created_at), "updated_at": stamp(found.created_at)}
    return named(repository, found) | times | {"protection_rules": rules, "deployment_branch_policy": None}


def reviewer(repository: Repository, found: Account | Team) -> Json:
    if isinstance(found, Team):
        return {"type": "Team", "reviewer": team(found)}
    return {"type": "User", "reviewer": account(repository.world, found)}


def custom_rule(repository: Repository, found: CustomRule) -> Json:
    app = found.app
    return {
        "id": found.id,
        "node_id": node_id("GateApp", found.id),
        "enabled": found.enabled,
        "app": {
            "id": app.id,
            "slug": app.slug,
            "node_id": node_id("Integration", app.id),
            "integration_url": f"{repository.world.api}/apps/{app.slug}",
        },
    }


def pending(repository: Repository, found: Wait, asking: Account | None) -> Json:
    return {
        "environment": named(repository, found.environment),
        "wait_timer": found.environment.wait_timer,
        "wait_timer_started_at": stamp(found.since) if found.environment.wait_timer else None,
        "current_user_can_approve": asking is not None and not found.reviewed and may_review(found, asking),
        "reviewers": [reviewer(repository, each) for each in found.environment.reviewers],
    }
