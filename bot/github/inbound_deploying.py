"""Owns what deliveries around deploying mean: buttons of our check runs, jobs at a guarded environment, and comments
that are not any more what somebody was allowed to do by them."""

from __future__ import annotations

import re
from typing import Final

from bot.errors import BadPayload
from bot.github import readings
from bot.github.facts import CommentEvent, Envelope
from bot.github.facts_deploying import CheckRunEvent, Pressed, ProtectionEvent
from bot.model.delivery import Delivery
from bot.model.inbound import CheckButtonPressed, CheckRerunWanted, CommentChanged, Inbound, ProtectionAsked

_CALLBACK: Final = re.compile(r"https?://[^?#]*/actions/runs/([1-9][0-9]{0,18})/deployment_protection_rule")


def check_run(delivery: Delivery, found: Envelope, app_id: int | None) -> tuple[Inbound, ...]:
    """A person's wish about a check run of ours; anybody else's check runs, and wishes of machines, mean nothing."""
    if not isinstance(found, CheckRunEvent) or found.check_run is None:
        raise BadPayload("The body is not one of a check run")
    facts, sender = found.check_run, found.sender
    ours = app_id is not None and facts.app is not None and facts.app.id == app_id
    if not ours or sender is None or sender.type != "User" or not facts.head_sha:
        return ()
    wanted = CheckRerunWanted(
        repository=readings.repository(delivery.connection, found),
        check_run=facts.id,
        sha=facts.head_sha,
        name=facts.name,
        external_id=facts.external_id or "",
        account=readings.account(delivery.connection, sender),
        at=delivery.received_at,
    )
    return (wanted,) if found.action == "rerequested" else _pressed(wanted, found.requested_action)


def _pressed(at: CheckRerunWanted, button: Pressed | None) -> tuple[Inbound, ...]:
    """The same person at the same check run, who wants something else of it."""
    if button is None or not button.identifier:
        return ()
    pressed = CheckButtonPressed(
        repository=at.repository,
        check_run=at.check_run,
        sha=at.sha,
        name=at.name,
        external_id=at.external_id,
        identifier=button.identifier,
        account=at.account,
        at=at.at,
    )
    return (pressed,)


def protection(delivery: Delivery, found: Envelope, _: int | None) -> tuple[Inbound, ...]:
    """GitHub asks our rule. Raises `BadPayload` when it does not say about which run: then nobody can answer."""
    if not isinstance(found, ProtectionEvent) or found.deployment is None or not found.environment:
        raise BadPayload("The body does not say which environment is waited for")
    deployment = found.deployment
    run = _CALLBACK.fullmatch(found.deployment_callback_url or "")
    if run is None or not deployment.sha:
        raise BadPayload("The body does not say which run waits, and at which commit")
    asked = ProtectionAsked(
        repository=readings.repository(delivery.connection, found),
        run=int(run[1]),
        environment=found.environment,
        sha=deployment.sha,
        ref=deployment.ref or "",
        event=found.event or "",
        deployment=deployment.id,
        account=readings.account(delivery.connection, deployment.creator) if deployment.creator else None,
        at=readings.utc(deployment.created_at) if deployment.created_at else delivery.received_at,
    )
    return (asked,)


def comment_changed(delivery: Delivery, found: CommentEvent) -> tuple[Inbound, ...]:
    """A comment by a person was edited or deleted, by whomever; the door let pass only what may have been a command."""
    if found.comment is None or found.repository is None:
        return ()
    edited_at = found.comment.updated_at if found.action == "edited" else None  # a deletion has no time of its own
    changed = CommentChanged(
        connection=delivery.connection,
        repository=found.repository.id,
        comment=found.comment.id,
        action=found.action or "",
        by=readings.account(delivery.connection, found.sender) if found.sender else None,
        at=readings.utc(edited_at) if edited_at else delivery.received_at,
    )
    return (changed,)
