"""What can go wrong with an ERP, sorted by what the engine does next.

The framework's HTTP and SOAP sessions raise most of these; a connector raises only what it alone
can read out of an answer. A read that fails is always ``Unsent``: nothing changed over there.
"""

from __future__ import annotations

from datetime import datetime

from core.errors import CrmError


class SyncError(CrmError):
    """Root of the tree; never raised itself."""

    code = "sync.error"
    http_status = 502


class Unsent(SyncError):
    """Nothing changed over there: try again, after ``after_s`` seconds if the ERP said so."""

    code = "sync.unsent"

    def __init__(self, message: str, *, after_s: int | None = None) -> None:
        super().__init__(message)
        self.after_s = after_s


class InDoubt(SyncError):
    """A write left and no readable answer came: time-out, reset, 5xx, cut body. Find, then act."""

    code = "sync.in_doubt"


class RateLimited(SyncError):
    """The ERP asks us to wait until ``until`` (aware UTC); no attempt is counted."""

    code = "sync.rate_limited"

    def __init__(self, message: str, *, until: datetime) -> None:
        super().__init__(message)
        self.until = until


class AuthFailed(SyncError):
    """Credentials or rights are not enough: the connection pauses until an admin acts."""

    code = "sync.auth_failed"


class Rejected(SyncError):
    """The ERP understood and refuses; ``field`` is the document's field at fault, if known.

    Raised for a list it says "one of these": the engine bisects.
    """

    code = "sync.rejected"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message, fields={field: message} if field else None)
        self.field = field


class Conflict(SyncError):
    """Our version is stale: re-read, merge, try again, at most three times."""

    code = "sync.conflict"


class NotFound(SyncError):
    """The ERP has no record with this id (any more)."""

    code = "sync.not_found"


class Expired(SyncError):
    """The feed no longer knows our place in it: it starts anew, and a sweep compares everything."""

    code = "sync.expired"


class Astray(SyncError):
    """The ERP's pages do not lead on: backwards, in circles. What came before is kept."""

    code = "sync.astray"
