"""Check runs of ours: said once, brought up to date afterwards, within what GitHub takes."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
import respx

from bot.errors import BotError, NotFound, Refused, Unreachable
from bot.github.check_runs import LONGEST_SUMMARY, LONGEST_TITLE, CheckRuns
from bot.github.clients import Clients
from bot.model.check_run import Annotation, CheckButton, CheckReport, CheckStatus, Level
from bot.model.run import Conclusion
from tests.github.conftest import APP_ID
from tests.support.make import OTHER_SHA, SHA, repository

LIST = f"/repos/acme/shop/commits/{SHA}/check-runs"
NEW = "/repos/acme/shop/check-runs"
APPROVE = CheckButton(identifier="approve:K7QX2M", label="Approve", description="Let it run")


@pytest.fixture
def check_runs(clients: Clients) -> CheckRuns:
    return CheckRuns(clients)


def run(id: int, **changes: Any) -> dict[str, Any]:
    return {"id": id, "external_id": "config", "head_sha": SHA, "app": {"id": APP_ID}, **changes}


def listed(*runs: Any) -> dict[str, Any]:
    return {"total_count": len(runs), "check_runs": list(runs)}


def report(**changes: Any) -> CheckReport:
    usual: dict[str, Any] = {
        "name": "Signalbox",
        "external_id": "config",
        "status": CheckStatus.COMPLETED,
        "conclusion": Conclusion.SUCCESS,
        "title": "Fine",
        "summary": "Nothing widens.",
    }
    return CheckReport(**(usual | changes))


def remarks(count: int) -> tuple[Annotation, ...]:
    return tuple(
        Annotation(path="a.py", start_line=line, end_line=line, level=Level.FAILURE, message=f"Line {line}")
        for line in range(1, count + 1)
    )


def body(route: respx.Route, call: int = -1) -> Any:
    return json.loads(route.calls[call].request.content)


async def test_what_was_never_said_is_said(check_runs: CheckRuns, github: respx.MockRouter) -> None:
    looked = github.get(LIST).respond(200, json=listed())
    made = github.post(NEW).respond(201, json={"id": 1})
    assert await check_runs.tell(repository(), SHA, report()) == 1
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
        "actions": [],
    }
    assert body(github["tokens"])["permissions"] == {"checks": "write"}


async def test_what_was_said_is_brought_up_to_date(check_runs: CheckRuns, github: respx.MockRouter) -> None:
    github.get(LIST).respond(200, json=listed(run(3), run(5), run(4)))
    changed = github.patch(f"{NEW}/5").respond(200, json={"id": 5})
    assert await check_runs.tell(repository(), SHA, report()) == 5
    assert body(changed)["output"] == {"title": "Fine", "summary": "Nothing widens."}
    assert "head_sha" not in body(changed)


async def test_what_goes_on_has_no_conclusion_and_no_buttons_are_left(
    check_runs: CheckRuns, github: respx.MockRouter
) -> None:
    changed = github.patch(f"{NEW}/5").respond(200, json={"id": 5})
    going = report(status=CheckStatus.IN_PROGRESS, conclusion=None, details_url="https://ops.example.com/r/K7QX2M")
    await check_runs.update(repository(), 5, going)
    assert body(changed) == {
        "name": "Signalbox",
        "external_id": "config",
        "status": "in_progress",
        "output": {"title": "Fine", "summary": "Nothing widens."},
        "actions": [],
        "details_url": "https://ops.example.com/r/K7QX2M",
    }


async def test_buttons_are_labelled_as_far_as_github_shows(check_runs: CheckRuns, github: respx.MockRouter) -> None:
    made = github.post(NEW).respond(201, json={"id": 1})
    long = CheckButton(identifier="x" * 20, label="l" * 21, description="d" * 41)
    await check_runs.create(repository(), SHA, report(buttons=(APPROVE, long)))
    assert body(made)["actions"] == [
        {"label": "Approve", "description": "Let it run", "identifier": "approve:K7QX2M"},
        {"label": "l" * 20, "description": "d" * 40, "identifier": "x" * 20},
    ]


@pytest.mark.parametrize(
    "buttons",
    [
        (APPROVE, APPROVE, APPROVE, APPROVE),
        (CheckButton(identifier="x" * 21, label="l", description="d"),),
        (CheckButton(identifier="", label="l", description="d"),),
    ],
)
async def test_what_would_be_another_button_is_not_sent(
    check_runs: CheckRuns, github: respx.MockRouter, buttons: tuple[CheckButton, ...]
) -> None:
    made = github.post(NEW).respond(201, json={"id": 1})
    with pytest.raises(BotError):
        await check_runs.create(repository(), SHA, report(buttons=buttons))
    assert not made.called


async def test_many_annotations_go_out_in_fifties(check_runs: CheckRuns, github: respx.MockRouter) -> None:
    made = github.post(NEW).respond(201, json={"id": 1})
    added = github.patch(f"{NEW}/1").respond(200, json={"id": 1})
    await check_runs.create(repository(), SHA, report(annotations=remarks(120)))
    sent = [body(made)["output"]["annotations"], *(body(added, call)["output"]["annotations"] for call in range(2))]
    assert [len(some) for some in sent] == [50, 50, 20]
    assert sent[2][-1] == {
        "path": "a.py",
        "start_line": 120,
        "end_line": 120,
        "annotation_level": "failure",
        "message": "Line 120",
    }
    assert set(body(added, 0)) == {"output"}


async def test_annotations_that_are_there_are_not_sent_again(check_runs: CheckRuns, github: respx.MockRouter) -> None:
    answer = {"id": 5, "output": {"annotations_count": 50}}
    changed = github.patch(f"{NEW}/5").respond(200, json=answer)
    await check_runs.update(repository(), 5, report(annotations=remarks(52)))
    assert [len(body(changed, call)["output"].get("annotations", ())) for call in range(2)] == [0, 2]
    await check_runs.update(repository(), 5, report(annotations=remarks(50)))
    assert changed.call_count == 3


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
    check_runs: CheckRuns, github: respx.MockRouter, other: dict[str, Any]
) -> None:
    github.get(LIST).respond(200, json=listed(other))
    made = github.post(NEW).respond(201, json={"id": 9})
    assert await check_runs.tell(repository(), SHA, report()) == 9
    assert made.call_count == 1


async def test_ours_is_found_on_any_page_and_under_any_name(check_runs: CheckRuns, github: respx.MockRouter) -> None:
    on = {"link": f'<https://api.github.com{LIST}?page=2>; rel="next"'}
    others = [run(number, external_id="else") for number in range(100)]
    pages = [httpx.Response(200, json=listed(*others), headers=on), httpx.Response(200, json=listed(run(200)))]
    looked = github.get(LIST).mock(side_effect=pages)
    assert await check_runs.find(repository(), SHA, "config") == 200
    assert "check_name" not in looked.calls[0].request.url.params


@pytest.mark.parametrize("letter", ["a", "ü", "🚀"])
async def test_what_is_too_long_is_cut(check_runs: CheckRuns, github: respx.MockRouter, letter: str) -> None:
    made = github.post(NEW).respond(201, json={"id": 1})
    await check_runs.create(repository(), SHA, report(title="t" * 300, summary=letter * 70_000))
    output = body(made)["output"]
    assert len(output["title"]) == LONGEST_TITLE
    assert LONGEST_SUMMARY - 4 < len(output["summary"].encode()) <= LONGEST_SUMMARY
    assert output["summary"].endswith(f"{letter}\n\n... and more, which does not fit here.")


async def test_what_just_fits_is_whole(check_runs: CheckRuns, github: respx.MockRouter) -> None:
    made = github.post(NEW).respond(201, json={"id": 1})
    await check_runs.create(repository(), SHA, report(summary="a" * LONGEST_SUMMARY))
    assert body(made)["output"]["summary"] == "a" * LONGEST_SUMMARY


@pytest.mark.parametrize(("status", "kind"), [(500, Unreachable), (403, Refused)])
async def test_who_can_not_look_does_not_write(
    check_runs: CheckRuns, github: respx.MockRouter, status: int, kind: type[Exception]
) -> None:
    github.get(LIST).respond(status)
    made = github.post(NEW).respond(201, json={"id": 1})
    with pytest.raises(kind):
        await check_runs.tell(repository(), SHA, report())
    assert not made.called


@pytest.mark.parametrize(("status", "kind"), [(404, NotFound), (422, Refused), (502, Unreachable)])
async def test_a_failure_says_of_which_kind_it_is(
    check_runs: CheckRuns, github: respx.MockRouter, status: int, kind: type[Exception]
) -> None:
    github.patch(f"{NEW}/5").respond(status)
    with pytest.raises(kind):
        await check_runs.update(repository(), 5, report())


async def test_an_answer_that_was_lost_is_found_the_next_time(check_runs: CheckRuns, github: respx.MockRouter) -> None:
    """GitHub made it and did not get to say so."""
    github.get(LIST).mock(side_effect=[httpx.Response(200, json=listed()), httpx.Response(200, json=listed(run(7)))])
    made = github.post(NEW).mock(side_effect=httpx.ReadTimeout("lost"))
    changed = github.patch(f"{NEW}/7").respond(200, json={"id": 7})
    with pytest.raises(Unreachable):
        await check_runs.tell(repository(), SHA, report())
    assert await check_runs.tell(repository(), SHA, report()) == 7
    assert (made.call_count, changed.call_count) == (1, 1)
