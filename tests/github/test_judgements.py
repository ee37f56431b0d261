"""Check runs of ours: said once, brought up to date afterwards."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
import respx

from bot.errors import Refused, Unreachable
from bot.github.clients import Clients
from bot.github.judgements import LONGEST_SUMMARY, LONGEST_TITLE, Judgements
from tests.github.conftest import APP_ID
from tests.support.make import OTHER_SHA, SHA, repository

LIST = f"/repos/acme/shop/commits/{SHA}/check-runs"
NEW = "/repos/acme/shop/check-runs"


@pytest.fixture
def judgements(clients: Clients) -> Judgements:
    return Judgements(clients)


def run(id: int, **changes: Any) -> dict[str, Any]:
    return {"id": id, "external_id": "config", "head_sha": SHA, "app": {"id": APP_ID}, **changes}


def listed(*runs: Any) -> dict[str, Any]:
    return {"total_count": len(runs), "check_runs": list(runs)}


async def tell(judgements: Judgements, title: str = "Fine", summary: str = "Nothing widens.") -> None:
    await judgements.tell(
        repository(), SHA, name="Signalbox", key="config", conclusion="success", title=title, summary=summary
    )


def body(route: respx.Route) -> Any:
    return json.loads(route.calls.last.request.content)


async def test_what_was_never_said_is_said(judgements: Judgements, github: respx.MockRouter) -> None:
    looked = github.get(LIST).respond(200, json=listed())
    made = github.post(NEW).respond(201, json={"id": 1})
    await tell(judgements)
    assert dict(looked.calls.last.request.url.params) == {
        "check_name": "Signalbox",
        "app_id": str(APP_ID),
        "filter": "all",
        "per_page": "100",
    }
    assert body(made) == {
        "name": "Signalbox",
        "head_sha": SHA,
        "external_id": "config",
        "status": "completed",
        "conclusion": "success",
        "output": {"title": "Fine", "summary": "Nothing widens."},
    }
    assert body(github["tokens"])["permissions"] == {"checks": "write"}


async def test_what_was_said_is_brought_up_to_date(judgements: Judgements, github: respx.MockRouter) -> None:
    github.get(LIST).respond(200, json=listed(run(3), run(5), run(4)))
    changed = github.patch(f"{NEW}/5").respond(200, json={"id": 5})
    await tell(judgements)
    assert body(changed)["output"] == {"title": "Fine", "summary": "Nothing widens."}
    assert "head_sha" not in body(changed)


@pytest.mark.parametrize(
    "other",
    [
        run(3, external_id="else"),
        run(3, external_id=None),
        run(3, app={"id": 1}),
        run(3, app=None),
        run(3, head_sha=OTHER_SHA),
    ],
)
async def test_what_is_not_ours_is_left_alone(
    judgements: Judgements, github: respx.MockRouter, other: dict[str, Any]
) -> None:
    github.get(LIST).respond(200, json=listed(other))
    made = github.post(NEW).respond(201, json={"id": 9})
    await tell(judgements)
    assert made.call_count == 1


async def test_ours_is_found_on_any_page(judgements: Judgements, github: respx.MockRouter) -> None:
    on = {"link": f'<https://api.github.com{LIST}?page=2>; rel="next"'}
    others = [run(number, external_id="else") for number in range(100)]
    pages = [httpx.Response(200, json=listed(*others), headers=on), httpx.Response(200, json=listed(run(200)))]
    github.get(LIST).mock(side_effect=pages)
    changed = github.patch(f"{NEW}/200").respond(200, json={"id": 200})
    await tell(judgements)
    assert changed.call_count == 1


@pytest.mark.parametrize("letter", ["a", "ü", "🚀"])
async def test_what_is_too_long_is_cut(judgements: Judgements, github: respx.MockRouter, letter: str) -> None:
    github.get(LIST).respond(200, json=listed())
    made = github.post(NEW).respond(201, json={"id": 1})
    await tell(judgements, title="t" * 300, summary=letter * 70_000)
    output = body(made)["output"]
    assert len(output["title"]) == LONGEST_TITLE
    assert LONGEST_SUMMARY - 4 < len(output["summary"].encode()) <= LONGEST_SUMMARY
    assert output["summary"].endswith(f"{letter}\n\n... and more, which does not fit here.")


async def test_what_just_fits_is_whole(judgements: Judgements, github: respx.MockRouter) -> None:
    github.get(LIST).respond(200, json=listed())
    made = github.post(NEW).respond(201, json={"id": 1})
    await tell(judgements, summary="a" * LONGEST_SUMMARY)
    assert body(made)["output"]["summary"] == "a" * LONGEST_SUMMARY


@pytest.mark.parametrize(("status", "kind"), [(500, Unreachable), (403, Refused)])
async def test_who_can_not_look_does_not_write(
    judgements: Judgements, github: respx.MockRouter, status: int, kind: type[Exception]
) -> None:
    github.get(LIST).respond(status)
    made = github.post(NEW).respond(201, json={"id": 1})
    with pytest.raises(kind):
        await tell(judgements)
    assert not made.called
