"""Owns signing in with Slack: proves which Slack user sits at a browser, and keeps nothing (T5).

https://docs.slack.dev/authentication/sign-in-with-slack
"""

from __future__ import annotations

import hmac
import logging
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode, urlsplit

import msgspec

from bot.clock import Clock
from bot.errors import Refused, UpstreamError
from bot.slack.api import SlackApi, read

log = logging.getLogger(__name__)

ISSUER: Final = "https://slack.com"
AUTHORIZE_PATH: Final = "/openid/connect/authorize"
ENTERPRISE: Final = "E"
"""What the ids of enterprises begin with."""
CLOCKS_DIFFER_SECONDS: Final = 60


class _Token(msgspec.Struct):
    access_token: str
    id_token: str


class _Who(msgspec.Struct):
    team: str = msgspec.field(name="https://slack.com/team_id")
    user: str = msgspec.field(name="https://slack.com/user_id")
    enterprise: str | None = msgspec.field(name="https://slack.com/enterprise_id", default=None)


class _Claims(_Who, kw_only=True):
    iss: str
    aud: str
    exp: float
    nonce: str = ""


@dataclass(frozen=True, slots=True)
class SlackOpenId:
    """It satisfies `bot.flow.ports.SlackSignIn`."""

    api: SlackApi
    clock: Clock
    client_id: str
    client_secret: str

    def __repr__(self) -> str:
        return f"<SlackOpenId of client {self.client_id}>"

    def authorize_url(self, *, state: str, nonce: str, team: str, redirect_uri: str) -> str:
        """Where the browser goes to sign in; `team` is the workspace that Slack offers first.

        An enterprise in its place is left out: then Slack asks, and `who` tells afterwards.
        """
        query = {
            "response_type": "code",
            "scope": "openid",
            "client_id": self.client_id,
            "state": state,
            "nonce": nonce,
            "redirect_uri": redirect_uri,
        }
        if not team.startswith(ENTERPRISE):
            query["team"] = team
        return f"{self._server()}{AUTHORIZE_PATH}?{urlencode(query)}"

    async def who(self, *, code: str, nonce: str, redirect_uri: str) -> tuple[str, str]:
        """Home and user id of who signed in, as `SlackAccount` knows them. The token is used once and revoked.

        Raises `Refused` when the code is not taken or the answer is not for us, and what `SlackApi.call` raises.
        """
        ours = await self.api.identity()
        answer = await self.api.call_as(
            None,
            "openid.connect.token",
            client_id=self.client_id,
            client_secret=self.client_secret,
            code=code,
            redirect_uri=redirect_uri,
            grant_type="authorization_code",
        )
        token = read(answer, _Token)
        try:
            claims = self._claims(token.id_token, nonce)
            who = read(await self.api.call_as(token.access_token, "openid.connect.userInfo"), _Who)
        finally:
            await self._revoke(token.access_token)
        if (who.team, who.user) != (claims.team, claims.user):
            raise Refused("Slack named two different users for one sign-in.")
        return who.enterprise or (ours.enterprise if who.team == ours.team else None) or who.team, who.user

    def _server(self) -> str:
        """Slack's pages; the sandbox has its own beside its API."""
        if not self.api.is_sandbox:
            return ISSUER
        parts = urlsplit(self.api.api_url)
        return f"{parts.scheme}://{parts.netloc}"

    def _claims(self, id_token: str, nonce: str) -> _Claims:
        """The claims of the id token, which are for us, of now and of this very sign-in. Raises `Refused`.

        Its signature is not checked: it came straight from Slack's token endpoint, and TLS vouches for that.
        https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation (item 6)
        """
        claims = _decoded(id_token)
        if claims.iss != ISSUER or claims.aud != self.client_id:
            raise Refused("Slack's answer to the sign-in is meant for another app.")
        if claims.exp + CLOCKS_DIFFER_SECONDS < self.clock.now().timestamp():
            raise Refused("Slack's answer to the sign-in is too old.")
        if not nonce or not hmac.compare_digest(claims.nonce.encode(), nonce.encode()):
            raise Refused("Slack's answer belongs to another sign-in.")
        return claims

    async def _revoke(self, token: str) -> None:
        """As well as may be: the token can do no more than say who this was."""
        try:
            await self.api.call_as(token, "auth.revoke")
        except UpstreamError as error:
            facts = {"action": "slack_token_not_revoked"}
            log.info("Could not revoke the token of a sign-in with Slack: %s", error, extra=facts)


def _decoded(id_token: str) -> _Claims:
    """The middle part of a JWT. Raises `Refused`. https://www.rfc-editor.org/rfc/rfc7519#section-3"""
    try:
        _, payload, _ = id_token.split(".")
        return msgspec.json.decode(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), type=_Claims)
    except (ValueError, msgspec.MsgspecError) as error:
        raise Refused("Slack's answer to the sign-in can not be read.") from error
