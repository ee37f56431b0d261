"""Owns when a request can be run again (T12): its run has ended, and its commit is still the right one."""

from __future__ import annotations

from bot.model.decision import Gate, Reason
from bot.model.prose import marked
from bot.model.request import Pin, Request, RequestState
from bot.model.run import Run, RunStatus


def possible(request: Request | None, run: Run | None, *, code: str | None) -> Gate:
    """Whether there is an ended run to run again. `request` None: nothing was found; `run` is its newest attempt."""
    if request is None or run is None:
        named = code.upper() if code else None
        seen = f"request {named} has no run here" if named else "nothing here has a run that ended"
        return _shut("run to repeat", seen, Reason.NO_RUN, f"{marked('/runs')} lists the newest requests.")
    if request.state is RequestState.VOIDED:  # its run holds another commit than its record says, or is not ours
        seen = f"the run of {request.code} is not what was asked for"
        return _shut("run as asked for", seen, Reason.RUN_MISMATCH, "Type the first command again.")
    if run.status is not RunStatus.COMPLETED:
        step = f"Wait, or stop it: {marked(f'/cancel {request.code}')}."
        return _shut("run ended", f"the run of {request.code} has not ended", Reason.NOT_ENDED, step)
    return Gate(name="run ended", passed=True, seen=f"the run of {request.code} has ended")


def same_commit(earlier: Request, now: Pin | None) -> Gate:
    """A rerun runs the earlier commit. On a pull request, or where it touches an environment, that must be the present
    one: old code there is a rollback, which has gates of its own."""
    assert earlier.pin is not None
    if now is not None and now.head_sha is not None and not _same_file(earlier.pin, now):
        seen = f"{earlier.code} ran another version of the workflow file than the default branch has now"
        return _shut("same workflow", seen, Reason.HEAD_MOVED, "Type the first command again to run the present one.")
    bound = earlier.pin.pull_request is not None or earlier.environment is not None
    if not bound or (now is not None and now.sha == earlier.pin.sha):
        return Gate(name="same commit", passed=True, seen=f"{earlier.pin.sha[:12]}")
    present = now.sha[:12] if now is not None else "unknown"
    seen = f"{earlier.code} ran {earlier.pin.sha[:12]}, and the branch is at {present} now"
    return _shut("same commit", seen, Reason.HEAD_MOVED, "Type the first command again to run what is there now.")


def _same_file(earlier: Pin, now: Pin) -> bool:
    """GitHub runs again what it ran, with the workflow file of that time (T1)."""
    return earlier.head_sha is not None and earlier.workflow_blob == now.workflow_blob


def _shut(name: str, seen: str, reason: Reason, next_step: str) -> Gate:
    return Gate(name=name, passed=False, seen=seen, reason=reason, next_step=next_step)
