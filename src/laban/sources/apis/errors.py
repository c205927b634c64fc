"""Why a platform could not be asked, each with what to do; no secret ever stands in one."""

from __future__ import annotations

from typing import Any, ClassVar

from laban.errors import LabanError


class ApiError(LabanError):
    """A platform that does not give what it was asked for.

    ``needs_person``: asking again later will not help before somebody has done something.
    """

    key = "api.error.bad"
    status = 502
    needs_person: ClassVar[bool] = False


class BadRequestError(ApiError):
    """The platform refuses the request for a reason of its own, given in its words."""

    key = "api.error.bad"


class RefusedError(ApiError):
    """The platform does not know the credentials, or no longer."""

    key = "api.error.refused"
    needs_person = True


class ForbiddenError(ApiError):
    """The credentials are right, and the account or the report is not theirs to see."""

    key = "api.error.forbidden"
    needs_person = True


class MissingError(ApiError):
    """There is no such account, shop or property."""

    key = "api.error.missing"
    needs_person = True


class OutdatedError(ApiError):
    """The platform no longer speaks the version of its API that is asked for."""

    key = "api.error.outdated"
    needs_person = True


class BusyError(ApiError):
    """The platform asks to wait longer than anybody wants to wait; ``seconds`` is how long."""

    key = "api.error.busy"
    status = 503

    def __init__(self, seconds: float, **values: Any) -> None:
        super().__init__(minutes=max(1, round(seconds / 60)), **values)
        self.seconds = seconds


class UnreachableError(ApiError):
    """No answer, or one that breaks off, several times in a row."""

    key = "api.error.unreachable"
    status = 503


class UnwellError(ApiError):
    """The platform's own server fails, several times in a row."""

    key = "api.error.unwell"
    status = 503


class EndlessError(ApiError):
    """Pages that never end: the same one comes again and again."""

    key = "api.error.endless"


class StrangerError(ApiError):
    """A next page at another address than the platform's own: the credentials are not taken there."""

    key = "api.error.stranger"


class NotInstalledError(LabanError):
    """The libraries for asking platforms are not there."""

    key = "api.error.not_installed"
    status = 501
