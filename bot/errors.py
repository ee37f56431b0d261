"""The errors of Signalbox, in three families.

SignalboxError
├── UserError             shown to the person who asked: what was wrong and what to type instead
├── UpstreamError         GitHub, Slack or a secret store: says whether another try can help
│   ├── Unreachable       no answer, a timeout, a 5xx: try again
│   ├── RateLimited       told to wait: try again after `retry_after`; without a status nobody was asked at all
│   ├── Moved             nothing was done, for the thing has another name now, which we know: try again
│   ├── NotFound          a definite 404: missing, or hidden from us
│   └── Refused           any other 4xx: trying again changes nothing
│       └── Unwelcome     our credentials are not taken: trying again helps once an operator has mended that
└── BotError              ours to fix
    ├── SettingsError     the environment can not be used; lists every fault at once
    ├── AlreadyRunning    another process serves this database
    ├── Conflict          a row changed since it was read: read again and decide again
    │   └── Taken         what has to be unique is somebody else's: mint another one
    ├── NotRecorded       a delivery could not be made durable: whoever sent it should send it again
    ├── BadPayload        bytes from outside that do not have the promised shape
    └── BadSignature      bytes from outside that nobody whom we trust has signed

A denial is not an error: rules return `Denied` (see bot/model/decision.py).
"""

from __future__ import annotations


class SignalboxError(Exception):
    """Something went wrong."""

    def __init__(self, message: str | None = None) -> None:
        """Take the message, or the first line of the class's docstring when there is nothing to add."""
        super().__init__(message or (type(self).__doc__ or "").strip().splitlines()[0])


class UserError(SignalboxError):
    """That command can not be read."""

    def __init__(self, message: str | None = None, *, usage: str | None = None, nearest: str | None = None) -> None:
        """`usage` is the line to copy, `nearest` the valid form closest to what was typed; both go to the person."""
        super().__init__(message)
        self.usage = usage
        self.nearest = nearest


class UpstreamError(SignalboxError):
    """A service that Signalbox depends on did not do what was asked."""

    retryable = False

    def __init__(
        self, message: str | None = None, *, status: int | None = None, retry_after: float | None = None
    ) -> None:
        """`status` is the HTTP status if there was one; `retry_after` is in seconds from now."""
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class Unreachable(UpstreamError):
    """The service did not answer, or answered that it is broken."""

    retryable = True


class RateLimited(UpstreamError):
    """The service asked us to wait."""

    retryable = True


class Moved(UpstreamError):
    """What was named has another name now."""

    retryable = True


class NotFound(UpstreamError):
    """The service says that there is no such thing."""


class Refused(UpstreamError):
    """The service refused, and would refuse again."""


class Unwelcome(Refused):
    """The service does not take our credentials any more."""


class BotError(SignalboxError):
    """Signalbox itself is at fault."""


class SettingsError(BotError):
    """The environment can not be used."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        """`faults` holds one sentence per variable that is missing or wrong."""
        super().__init__("; ".join(faults))
        self.faults = faults


class AlreadyRunning(BotError):
    """Another Signalbox serves this database."""


class Conflict(BotError):
    """The row changed since it was read."""


class Taken(Conflict):
    """What has to be unique is somebody else's."""


class NotRecorded(BotError):
    """The delivery could not be made durable."""


class BadPayload(BotError):
    """The bytes do not have the promised shape."""


class BadSignature(BotError):
    """The bytes are not signed with the shared secret."""
