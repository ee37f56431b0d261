"""Owns id tokens: RS256, five minutes, with Slack's own claims.

https://docs.slack.dev/authentication/sign-in-with-slack#response
"""

import functools
import json
from datetime import datetime

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

from bot.sandbox.slack.people import Person

Json = dict[str, object]
ISSUER = "https://slack.com"
KEY_ID = "sandbox"
LIFETIME_SECONDS = 300


@functools.cache
def private_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def public_keys() -> list[Json]:
    """As `/openid/connect/keys` lists them."""
    key: Json = json.loads(RSAAlgorithm.to_jwk(private_key().public_key()))
    return [key | {"kid": KEY_ID, "use": "sig", "alg": "RS256"}]


def about(person: Person) -> Json:
    """Who it is; `sub` and `user_id` are the same thing."""
    return {
        "sub": person.id,
        "https://slack.com/user_id": person.id,
        "https://slack.com/team_id": person.workspace.id,
        "email": person.email,
        "email_verified": True,
        "date_email_verified": person.updated,
        "name": person.real_name,
        "picture": "https://secure.gravatar.com/avatar/0.png",
        "given_name": person.real_name.split()[0],
        "family_name": person.real_name.split()[-1],
        "locale": "en-US",
        "https://slack.com/team_name": person.workspace.name,
        "https://slack.com/team_domain": person.workspace.domain,
    }


def id_token(person: Person, client_id: str, nonce: str | None, now: datetime) -> str:
    issued = int(now.timestamp())
    times = {"iat": issued, "exp": issued + LIFETIME_SECONDS, "auth_time": issued}
    claims: Json = {"iss": ISSUER, "aud": client_id, **times, **about(person)}
    claims |= {"nonce": nonce} if nonce is not None else {}
    return jwt.encode(claims, private_key(), "RS256", headers={"kid": KEY_ID})
