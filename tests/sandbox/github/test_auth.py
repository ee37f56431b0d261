"""Who gets in: app JWTs, installation tokens, people, and everybody who is turned away."""

import time
from datetime import UTC, datetime, timedelta

import httpx
import jwt
import pytest

from bot.sandbox.github import Repository, SandboxGitHub
from bot.sandbox.github.apps import generated_key
from tests.sandbox.github.support import Client, installation_on, signed_jwt

HERE = "/repos/acme/shop"


def seconds(offset: int) -> int:
    return int(time.time()) + offset


async def test_the_app_is_known_by_its_number_and_by_its_client_id(github: SandboxGitHub, client: Client) -> None:
    for issuer in ("4711", github.app.client_id):
        assert (await client.as_app(iss=issuer).get("/app"))["slug"] == "signalbox"


@pytest.mark.parametrize(
    ("claims", "status", "sentence"),
    [
        ({"iat": -900, "exp": -5}, 401, "'Expiration time' claim ('exp') must be"),
        ({"exp": 660}, 401, "'Expiration time' claim ('exp') is too far in the future"),
        ({"iat": 120}, 401, "'Issued at' claim ('iat') must be"),
        ({"exp": "soon"}, 401, "'Expiration time' claim ('exp') must be"),
        ({"iss": "12"}, 404, "Integration not found"),
    ],
)
async def test_a_jwt_with_a_wrong_claim_is_refused(
    client: Client, claims: dict[str, object], status: int, sentence: str
) -> None:
    # Numbers are seconds from now, and now is when the test runs, not when it was collected.
    dated = {name: seconds(value) if isinstance(value, int) else value for name, value in claims.items()}
    response = await client.as_app(None, **dated).send("GET", "/app")
    assert response.status_code == status
    assert sentence in response.json()["message"]


async def test_a_jwt_signed_by_another_key_is_refused(client: Client) -> None:
    claims = {"iss": "4711", "iat": seconds(-30), "exp": seconds(300)}
    forged = jwt.encode(claims, generated_key(99), "RS256")
    response = await client.bearing(forged).send("GET", "/app")
    assert (response.status_code, response.json()["message"]) == (401, "A JSON web token could not be decoded")


async def test_a_jwt_without_a_signature_is_refused(client: Client) -> None:
    unsigned = jwt.encode({"iss": "4711", "iat": seconds(-30), "exp": seconds(300)}, "", "none")
    assert (await client.bearing(unsigned).send("GET", "/app")).status_code == 401


async def test_a_jwt_opens_no_repository(shop: Repository, client: Client) -> None:
    assert (await client.as_app().send("GET", HERE)).status_code == 401


async def test_a_token_is_no_app(shop: Repository, client: Client) -> None:
    assert (await client.as_installation(shop).send("GET", "/app")).status_code == 401


@pytest.mark.parametrize("header", ["Bearer ghs_made_up", "Basic YTpi", "Bearer", "nonsense"])
async def test_bad_credentials_are_named_so(client: Client, header: str) -> None:
    response = await client.send("GET", "/rate_limit", headers={"Authorization": header})
    assert (response.status_code, response.json()["message"]) == (401, "Bad credentials")


async def test_a_token_lives_for_an_hour(client: Client) -> None:
    times = [datetime(2026, 11, 21, 12, tzinfo=UTC)]
    async with SandboxGitHub(auth_clock=lambda: times[0]) as github:
        app = github.register_app()
        shop = github.repository("acme/shop")
        made = github.world.tokens.for_installation(installation_on(app, shop))
        assert made.expires_at == times[0] + timedelta(hours=1)
        caller = Client(github, client.http).bearing(made.token)
        times[0] += timedelta(minutes=59)
        assert (await caller.send("GET", HERE)).status_code == 200
        times[0] += timedelta(minutes=1)
        assert (await caller.send("GET", HERE)).status_code == 401


async def test_a_token_is_narrowed_to_repositories_and_permissions(
    github: SandboxGitHub, shop: Repository, client: Client
) -> None:
    other = github.repository("acme/other", private=True)
    path = f"/app/installations/{installation_on(github.app, shop).id}/access_tokens"
    made = await client.as_app().post(path, {"repository_ids": [shop.id], "permissions": {"contents": "read"}})
    assert made.status_code == 201
    assert made.json()["permissions"] == {"metadata": "read", "contents": "read"}
    assert [each["name"] for each in made.json()["repositories"]] == ["shop"]
    narrow = client.bearing(made.json()["token"])
    assert (await narrow.send("GET", f"{HERE}/contents/README.md")).status_code == 200
    assert (await narrow.send("GET", f"{HERE}/actions/runs")).status_code == 403
    assert (await narrow.send("GET", f"/repos/{other.full_name}")).status_code == 404


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (
            {"permissions": {"administration": "read"}},
            "The permissions requested are not granted to this installation.",
        ),
        ({"permissions": {"contents": "write"}}, "The permissions requested are not granted to this installation."),
        ({"repositories": ["elsewhere"]}, "There is at least one repository that does not exist"),
        ({"repository_ids": [1]}, "There is at least one repository that does not exist"),
        ({"repository": "shop"}, '"repository" is not a permitted key.'),
    ],
)
async def test_a_token_can_not_have_more_than_its_installation(
    github: SandboxGitHub, shop: Repository, client: Client, wish: dict[str, object], sentence: str
) -> None:
    path = f"/app/installations/{installation_on(github.app, shop).id}/access_tokens"
    response = await client.as_app().post(path, wish)
    assert response.status_code == 422
    assert sentence in response.json()["message"]


async def test_another_app_gets_no_token_here_and_sees_nothing(
    github: SandboxGitHub, shop: Repository, client: Client
) -> None:
    stranger = github.register_app(slug="stranger")
    home = github.repository("zoe/home", private=True)
    github.install(stranger, home)
    path = f"/app/installations/{installation_on(github.app, shop).id}/access_tokens"
    assert (await client.as_app(stranger).post(path)).status_code == 404
    assert (await client.as_app(stranger).send("GET", f"{HERE}/installation")).status_code == 404
    assert (await client.as_installation(home, stranger).send("GET", HERE)).status_code == 404


async def test_a_suspended_or_revoked_token_ends(github: SandboxGitHub, shop: Repository, client: Client) -> None:
    token = client.as_installation(shop)
    installation_on(github.app, shop).suspended_at = datetime.now(UTC)
    assert (await token.send("GET", HERE)).json()["message"] == "This installation has been suspended"
    installation_on(github.app, shop).suspended_at = None
    assert (await token.send("DELETE", "/installation/token")).status_code == 204
    assert (await token.send("GET", HERE)).status_code == 401


async def test_cloud_tokens_are_long_and_enterprise_tokens_are_short(client: Client) -> None:
    for enterprise in (False, True):
        github = SandboxGitHub(enterprise=enterprise)
        app = github.register_app()
        made = github.world.tokens.for_installation(installation_on(app, github.repository("acme/shop")))
        assert made.token.startswith("ghs_")
        assert (len(made.token) > 255) is not enterprise


@pytest.mark.parametrize(("login", "status"), [("alice", 200), ("trudy", 200), ("mallory", 404)])
async def test_people_see_a_private_repository_by_their_role(
    shop: Repository, client: Client, login: str, status: int
) -> None:
    assert (await client.as_person(login).send("GET", HERE)).status_code == status


async def test_the_private_key_belongs_to_the_app(github: SandboxGitHub) -> None:
    other = github.register_app(slug="stranger")
    assert other.private_key_pem != github.app.private_key_pem
    assert signed_jwt(other) != signed_jwt(github.app)


async def test_a_client_without_a_name_is_turned_away(github: SandboxGitHub) -> None:
    async with httpx.AsyncClient(headers={"User-Agent": ""}) as http:
        assert (await http.get(f"{github.url}/meta")).status_code == 403
