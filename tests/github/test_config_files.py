"""Configuration files: only a definite 404 means that there is none (T13)."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest
import respx

from bot.errors import NotFound, RateLimited, Refused, Unreachable, UpstreamError
from bot.github.clients import Clients
from bot.github.config_files import ConfigFiles
from bot.github.repositories import Repositories
from bot.model.config import ConfigFile
from bot.yaml import MOST_BYTES
from tests.github.conftest import TOKENS_PATH
from tests.support.clock import FakeClock
from tests.support.make import OTHER_SHA, SHA, repository

FILE = "/repos/acme/shop/contents/.github/signalbox.yml"
REPO = "/repos/acme/shop"
COMMIT = f"/repos/acme/shop/commits/{SHA}"
HOME = "/repos/acme/.github"
HOME_FILE = f"{HOME}/contents/.github/signalbox.yml"
TEXT = "version: 1\n"


@pytest.fixture
def files(clients: Clients, clock: FakeClock) -> ConfigFiles:
    return ConfigFiles(clients, Repositories(clients, clock))


def file(text: str = TEXT, **changes: Any) -> dict[str, Any]:
    content = base64.encodebytes(text.encode()).decode()
    whole = {"type": "file", "encoding": "base64", "size": len(text), "name": "signalbox.yml", "sha": "f" * 40}
    return {**whole, "content": content, **changes}


def not_found() -> httpx.Response:
    return httpx.Response(404, json={"message": "Not Found"})


async def test_the_file_is_read_on_the_branch_that_is_the_default_now(
    files: ConfigFiles, github: respx.MockRouter
) -> None:
    route = github.get(FILE).respond(200, json=file())
    assert await files.of_repository(repository()) == ConfigFile(blob="f" * 40, data=TEXT.encode())
    assert route.calls.last.request.url.query == b""


async def test_a_file_that_did_not_change_is_not_sent_again(files: ConfigFiles, github: respx.MockRouter) -> None:
    route = github.get(FILE)
    route.mock(side_effect=[httpx.Response(200, json=file(), headers={"etag": '"x"'}), httpx.Response(304)])
    first, second = [await files.of_repository(repository()) for _ in range(2)]
    assert first == second
    assert route.calls.last.request.headers["if-none-match"] == '"x"'


async def test_the_file_of_a_commit_is_that_commits(files: ConfigFiles, github: respx.MockRouter) -> None:
    github.get(FILE, params={"ref": SHA}).respond(200, json=file("version: 2"))
    github.get(FILE, params={"ref": OTHER_SHA}).respond(200, json=file("version: 3"))
    found = [await files.of_repository(repository(), commit=commit) for commit in (SHA, OTHER_SHA)]
    assert [each.data for each in found if each] == [b"version: 2", b"version: 3"]


async def test_t13_a_file_is_absent_only_where_the_repository_is_seen(
    files: ConfigFiles, github: respx.MockRouter
) -> None:
    github.get(FILE).mock(return_value=not_found())
    github.get(REPO).respond(200, json={"id": 77})
    assert await files.of_repository(repository()) is None


@pytest.mark.parametrize(
    "about_it",
    [
        httpx.Response(404, json={"message": "Not Found"}),
        httpx.Response(200, json={"id": 78}),
        httpx.Response(403, json={"message": "no"}),
        httpx.Response(500),
        httpx.Response(429),
    ],
)
async def test_t13_a_repository_that_is_not_seen_has_no_absent_file(
    files: ConfigFiles, github: respx.MockRouter, about_it: httpx.Response
) -> None:
    github.get(FILE).mock(return_value=not_found())
    github.get(REPO).mock(return_value=about_it)
    with pytest.raises(UpstreamError) as raised:
        await files.of_repository(repository())
    assert not isinstance(raised.value, NotFound)


async def test_t13_an_app_that_was_taken_away_sees_no_absent_file(files: ConfigFiles, github: respx.MockRouter) -> None:
    github.post(TOKENS_PATH).mock(return_value=not_found())
    github.get(f"{REPO}/installation").mock(return_value=not_found())
    with pytest.raises(Refused):
        await files.of_repository(repository())


async def test_t13_a_file_is_absent_from_a_commit_only_where_the_commit_is_seen(
    files: ConfigFiles, github: respx.MockRouter
) -> None:
    github.get(FILE).mock(return_value=not_found())
    github.get(COMMIT).respond(200, json={"sha": SHA})
    assert await files.of_repository(repository(), commit=SHA) is None


@pytest.mark.parametrize(
    "about_it",
    [
        httpx.Response(422, json={"message": "No commit found for SHA"}),
        httpx.Response(404, json={"message": "Not Found"}),
        httpx.Response(200, json={"sha": OTHER_SHA}),
        httpx.Response(403, json={"message": "no"}),
        httpx.Response(502),
    ],
)
async def test_t13_a_commit_that_is_not_seen_has_no_absent_file(
    files: ConfigFiles, github: respx.MockRouter, about_it: httpx.Response
) -> None:
    github.get(FILE).mock(return_value=not_found())
    github.get(COMMIT).mock(return_value=about_it)
    with pytest.raises(UpstreamError) as raised:
        await files.of_repository(repository(), commit=SHA)
    assert not isinstance(raised.value, NotFound)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(200, json=[{"name": "x", "type": "file"}]), Refused),
        (httpx.Response(200, json=[]), Refused),
        (httpx.Response(200, json=file(type="symlink")), Refused),
        (httpx.Response(200, json=file(type="submodule")), Refused),
        (httpx.Response(200, json=file(type="")), Refused),
        (httpx.Response(200, json=file(content="%")), Unreachable),
        (httpx.Response(200, json=file(content="")), Unreachable),
        (httpx.Response(200, json={}), Unreachable),
        (httpx.Response(200, text="<html>"), Unreachable),
        (httpx.Response(403, json={"message": "no"}), Refused),
        (httpx.Response(403, headers={"retry-after": "7"}), RateLimited),
        (httpx.Response(500), Unreachable),
    ],
)
async def test_t13_whatever_is_no_file_is_not_absent_either(
    files: ConfigFiles, github: respx.MockRouter, answer: httpx.Response, kind: type[UpstreamError]
) -> None:
    github.get(FILE).mock(return_value=answer)
    with pytest.raises(kind):
        await files.of_repository(repository())


async def test_a_huge_file_is_there_and_refused_by_its_reader(files: ConfigFiles, github: respx.MockRouter) -> None:
    github.get(FILE).respond(200, json=file(size=1_000_001, content="", encoding="none"))
    found = await files.of_repository(repository())
    assert found is not None
    assert (found.blob, len(found.data)) == ("f" * 40, MOST_BYTES + 1)


async def test_an_empty_file_is_a_file(files: ConfigFiles, github: respx.MockRouter) -> None:
    github.get(FILE).respond(200, json=file(""))
    assert await files.of_repository(repository()) == ConfigFile(blob="f" * 40, data=b"")


# --- of the organisation -------------------------------------------------------------------------------------------


def installed(github: respx.MockRouter, **changes: Any) -> None:
    github.get(f"{HOME}/installation").respond(200, json={"id": 5})
    facts = {"id": 99, "name": ".github", "full_name": "acme/.github", "private": True, "default_branch": "main"}
    github.get(HOME).respond(200, json={**facts, **changes})


@pytest.mark.parametrize("private", [True, False])
async def test_the_organisations_file_lies_in_its_own_repository(
    files: ConfigFiles, github: respx.MockRouter, private: bool
) -> None:
    installed(github, private=private)
    github.get(HOME_FILE).respond(200, json=file())
    found = ConfigFile(blob="f" * 40, data=TEXT.encode(), public=not private)
    assert await files.of_organisation(repository()) == found


async def test_the_repository_of_the_organisation_is_its_own(files: ConfigFiles, github: respx.MockRouter) -> None:
    github.get(HOME_FILE).respond(200, json=file())
    assert await files.of_organisation(repository(name=".github")) is not None


async def test_an_organisation_may_have_none(files: ConfigFiles, github: respx.MockRouter) -> None:
    github.get(f"{HOME}/installation").mock(return_value=not_found())
    assert await files.of_organisation(repository()) is None


async def test_t13_the_organisations_file_is_absent_only_where_its_repository_is_seen(
    files: ConfigFiles, github: respx.MockRouter
) -> None:
    installed(github)
    github.get(HOME_FILE).mock(return_value=not_found())
    assert await files.of_organisation(repository()) is None


@pytest.mark.parametrize("moved", [{"full_name": "acme/dotgithub", "name": "dotgithub"}, {"full_name": "evil/.github"}])
async def test_t8_a_repository_that_moved_away_is_not_the_organisations(
    files: ConfigFiles, github: respx.MockRouter, moved: dict[str, str]
) -> None:
    installed(github, **moved)
    assert await files.of_organisation(repository()) is None


@pytest.mark.parametrize("status", [401, 403, 500])
async def test_t13_an_organisation_that_can_not_be_asked_about_is_not_without(
    files: ConfigFiles, github: respx.MockRouter, status: int
) -> None:
    github.get(f"{HOME}/installation").respond(status, json={"message": "no"})
    with pytest.raises(UpstreamError):
        await files.of_organisation(repository())


@pytest.mark.parametrize("status", [403, 500])
async def test_t13_an_organisations_file_that_can_not_be_read_is_not_absent(
    files: ConfigFiles, github: respx.MockRouter, status: int
) -> None:
    installed(github)
    github.get(HOME_FILE).respond(status, json={"message": "no"})
    with pytest.raises(UpstreamError):
        await files.of_organisation(repository())
