"""Owns the door for Slack: who sent the bytes, what they are, and that they are in the inbox before Slack hears yes.

slack-bolt sorts what came; its listeners do nothing but record. Nothing is asked of Slack on the way, so that the
answer comes within Slack's three seconds whatever state Slack is in. Socket Mode comes through the same listeners.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse
from slack_sdk import signature as signatures
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock, Mint
from bot.errors import BadPayload, BadSignature
from bot.model.delivery import Delivery
from bot.slack import kept
from bot.slack.kept import Kept

log = logging.getLogger(__name__)

SIGNATURE: Final = "X-Slack-Signature"
TIMESTAMP: Final = "X-Slack-Request-Timestamp"
RETRY: Final = "X-Slack-Retry-Num"

OK: Final = 200
MALFORMED: Final = 400
UNSIGNED: Final = 401
NOT_STORED: Final = 503

Record = Callable[[Delivery], Awaitable[bool]]
"""Returns once the delivery is durable: True when it is new, False when it was there before. Raises when it is not."""

OnOutcome = Callable[[str, str], None]
"""Told of each delivery: its event, and what became of it at the door. Both come from short lists of ours."""

_SILENT: Final = logging.Logger("slack_bolt", level=logging.CRITICAL + 1)
"""A logger of its own, without handlers: Bolt's would print bodies, also those that nobody has signed."""

_SIGNATURE_SHAPE: Final = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)
_TIMESTAMP_SHAPE: Final = re.compile(r"[0-9]{1,12}", re.ASCII)
_RETRY_SHAPE: Final = re.compile(r"[0-9]{1,3}", re.ASCII)
_SSL_CHECK: Final = re.compile(rb"(?:\A|&)ssl_check=1(?:&|\Z)")
_ANY: Final = re.compile("")


class SlackDoor:
    """Admits what Slack signed with the app's secret, and nothing else."""

    def __init__(
        self,
        *,
        connection: UUID,
        api_url: str,
        command: str,
        signing_secret: str | None,
        record: Record,
        clock: Clock,
        mint: Mint,
        on_outcome: OnOutcome | None = None,
    ) -> None:
        """`command` is our slash command; without `signing_secret` nothing comes in over HTTP, only by Socket Mode."""
        self._connection = connection
        self._record = record
        self._clock = clock
        self._mint = mint
        self._on_outcome = on_outcome
        self._verifier = signatures.SignatureVerifier(signing_secret, _Seconds(clock)) if signing_secret else None
        self._app = self._build(api_url, command)

    def __repr__(self) -> str:
        return f"<SlackDoor of {self._connection}>"

    async def answer(self, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        """Take what was posted to us; status, headers and body to answer with. Never raises for what was sent.

        The signature is checked over the bytes as they came, before anything reads them.
        https://docs.slack.dev/authentication/verifying-requests-from-slack
        """
        try:
            self._verify(headers, body)
            request = _request(headers, body)
        except BadSignature as error:
            if _SSL_CHECK.search(body):  # https://docs.slack.dev/interactivity/implementing-slash-commands
                return _http(BoltResponse(status=OK))
            self._tell("unknown", "unsigned")
            return _http(_refusal(UNSIGNED, str(error)))
        except BadPayload as error:
            self._tell("unknown", "malformed")
            return _http(_refusal(MALFORMED, str(error)))
        return _http(await self._dispatch(request))

    async def hear(self, payload: Mapping[str, Any], retry: int) -> bool:
        """Take what came over a socket that we opened ourselves; whether it may be acknowledged."""
        try:
            request = AsyncBoltRequest(mode="socket_mode", body=dict(payload), headers={RETRY: str(retry)})
        except Exception:  # Bolt reads the payload while it is built, and stumbles over anything it does not expect
            log.warning("Slack sent what can not be read", extra={"action": "delivery_refused"})
            self._tell("unknown", "malformed")
            return True
        response = await self._dispatch(request)
        return response.status in (OK, MALFORMED)  # what can not be read would be no better a second time

    async def _dispatch(self, request: AsyncBoltRequest) -> BoltResponse:
        try:
            return await self._app.async_dispatch(request)
        except Exception:  # Bolt looks at the payload once more before it asks what to do about an error
            log.exception("Slack sent what can not be read", extra={"action": "delivery_refused"})
            self._tell("unknown", "malformed")
            return _refusal(MALFORMED, "This is not what Slack sends")

    def _build(self, api_url: str, command: str) -> AsyncApp:
        """Bolt without what it does of its own: its check of signatures, its calls, its log and its retries."""
        app = AsyncApp(
            logger=_SILENT,
            name="signalbox",
            process_before_response=True,
            raise_error_for_unhandled_request=True,
            signing_secret="",  # checked here before Bolt parses anything, and against our own clock
            request_verification_enabled=False,
            client=AsyncWebClient(base_url=api_url, logger=_SILENT, retry_handlers=[]),
            authorize=_authorize,
            ignoring_self_events_enabled=False,  # Bolt would have to know who we are; Slack says it with each event
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )
        app.command(command)(self._listener(lambda request: kept.command(request.body)))
        for name in kept.EVENTS:
            app.event(name)(self._listener(lambda request: kept.event(request.body, _retry(request))))
        app.block_action({"action_id": _ANY})(self._listener(lambda request: kept.press(request.body)))
        app.view_submission(_ANY)(self._listener(lambda request: kept.form(request.body)))
        app.error(self._failure())
        return app

    def _listener(self, read: Callable[[AsyncBoltRequest], Kept | None]) -> Callable[..., Awaitable[None]]:
        async def listen(request: AsyncBoltRequest, ack: AsyncAck) -> None:
            found = read(request)
            if found is None:
                self._tell("other", "ignored")
            else:
                await self._keep(found, self._sent_at(request))
            await ack()

        return listen

    async def _keep(self, found: Kept, at: datetime) -> None:
        delivery = Delivery(
            id=self._mint.id(),
            connection=self._connection,
            guid=found.guid,
            event=found.event,
            action=None,
            facts=msgspec.json.encode(found.facts),
            received_at=at,
        )
        try:
            new = await self._record(delivery)
        except Exception:
            self._tell(found.event, "not_stored")
            raise
        self._tell(found.event, "recorded" if new else "repeated")

    def _sent_at(self, request: AsyncBoltRequest) -> datetime:
        """Slack's signed time or ours, whichever is earlier: a clock that is fast must not make a push look older than
        the command (T4). A socket has no such time."""
        said, now = request.headers.get(TIMESTAMP.lower(), [""])[0], self._clock.now()
        return min(now, datetime.fromtimestamp(int(said), UTC)) if _TIMESTAMP_SHAPE.fullmatch(said) else now

    def _failure(self) -> Callable[..., Awaitable[BoltResponse]]:
        async def answer(error: Exception) -> BoltResponse:
            if isinstance(error, BoltUnhandledRequestError):
                self._tell("other", "ignored")
                return BoltResponse(status=OK)
            if isinstance(error, BadPayload):
                log.warning("Slack sent what can not be read: %s", error, extra={"action": "delivery_refused"})
                self._tell("unknown", "malformed")
                return _refusal(MALFORMED, str(error))
            log.error("Could not record what Slack sent", exc_info=error, extra={"action": "delivery_not_recorded"})
            return _refusal(NOT_STORED, "This could not be stored.")

        return answer

    def _verify(self, headers: Mapping[str, str], body: bytes) -> None:
        timestamp, signature = headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, "")
        if self._verifier is None or not _TIMESTAMP_SHAPE.fullmatch(timestamp):
            raise BadSignature
        if not _SIGNATURE_SHAPE.fullmatch(signature):
            raise BadSignature
        try:
            valid = self._verifier.is_valid(body, timestamp, signature)
        except UnicodeDecodeError:  # slack_sdk signs text, and all that Slack sends is UTF-8
            valid = False
        if not valid:
            raise BadSignature

    def _tell(self, event: str, result: str) -> None:
        if self._on_outcome is not None:
            self._on_outcome(event, result)


class _Seconds(signatures.Clock):
    """Our clock as slack_sdk reads it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now().timestamp()


async def _authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    """Who may ask is judged later, from the inbox: Bolt's own way would ask Slack before anything is durable."""
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)


def _request(headers: Mapping[str, str], body: bytes) -> AsyncBoltRequest:
    """What Bolt reads. Only these headers go along: Bolt obeys some others, and nobody signed them.

    Raises `BadPayload`.
    """
    told = {
        "content-type": headers.get("Content-Type", ""),
        RETRY: headers.get(RETRY, ""),
        TIMESTAMP: headers.get(TIMESTAMP, ""),
    }
    try:
        return AsyncBoltRequest(body=body.decode(), headers={name: value for name, value in told.items() if value})
    except Exception as error:  # Bolt parses while it is built, and stumbles over anything it does not expect
        raise BadPayload("This is not what Slack sends") from error


def _retry(request: AsyncBoltRequest) -> int:
    said = request.headers.get(RETRY.lower(), [""])[0]
    return int(said) if _RETRY_SHAPE.fullmatch(said) else 0


def _refusal(status: int, text: str) -> BoltResponse:
    return BoltResponse(
        status=status, body=json.dumps({"message": text}), headers={"content-type": "application/json;charset=utf-8"}
    )


def _http(response: BoltResponse) -> tuple[int, Mapping[str, str], bytes]:
    body = response.body.encode()
    return response.status, response.first_headers() if body else {}, body
